"""A shop's scores as TOP might tell them: one signed call. Its method and its fields are our sandbox's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import SignedScores, pull_error
from hongmao.platforms.taobao.client import TopFault, TopKey, is_real, read_answer, top_call

if TYPE_CHECKING:
    import msgspec

    from hongmao.platforms.api import Caller, PlatformAccount


def ask_top(
    account: PlatformAccount, method: str, params: dict[str, str], field: str, caller: Caller, now_ms: int
) -> msgspec.Raw | None:
    """Ask TOP and give one field of its answer."""
    answer = read_answer(caller.call(top_call(TopKey.of(account), method, {**params}, now_ms=now_ms)), method)
    if isinstance(answer, TopFault):
        raise pull_error(answer, account.platform)
    return answer.get(field)


def is_taobao(account: PlatformAccount) -> bool:
    """Tell whether an account calls Taobao itself."""
    return is_real(TopKey.of(account))


def _ask(account: PlatformAccount, method: str, id: str, caller: Caller, *, now_ms: int) -> msgspec.Raw | None:
    return ask_top(account, method, {"shop_id": id}, "shop", caller, now_ms)


SCORES: Final = SignedScores(ask=_ask, is_real=is_taobao)
