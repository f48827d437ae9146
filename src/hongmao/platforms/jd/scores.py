"""A shop's scores as JOS might tell them: one signed call. Its method and its fields are our sandbox's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import SignedScores
from hongmao.platforms.jd.client import JosKey, jos_call, read_result

if TYPE_CHECKING:
    import msgspec

    from hongmao.platforms.api import Caller, PlatformAccount


def ask_jos(
    account: PlatformAccount, method: str, query: dict[str, str], caller: Caller, now_ms: int
) -> msgspec.Raw | None:
    """Ask JOS and give the data of its answer."""
    call = jos_call(JosKey.of(account), method, {"req": query}, now_ms=now_ms)
    return read_result(caller.call(call), method, platform=account.platform).get("data")


def is_jd(account: PlatformAccount) -> bool:
    """Tell whether an account calls JD itself."""
    return JosKey.of(account).is_real


def _ask(account: PlatformAccount, method: str, id: str, caller: Caller, *, now_ms: int) -> msgspec.Raw | None:
    return ask_jos(account, method, {"shopId": id}, caller, now_ms)


SCORES: Final = SignedScores(ask=_ask, is_real=is_jd)
