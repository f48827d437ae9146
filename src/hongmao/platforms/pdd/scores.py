"""A shop's scores as Pinduoduo might tell them: one signed call. Its kind and its fields are our sandbox's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import SignedScores
from hongmao.platforms.pdd.client import PddKey, pdd_call, read_answer

if TYPE_CHECKING:
    import msgspec

    from hongmao.platforms.api import Caller, PlatformAccount

ENVELOPE: Final = "shop_score_get_response"


def is_pdd(account: PlatformAccount) -> bool:
    """Tell whether an account calls Pinduoduo itself."""
    return PddKey.of(account).is_real


def _ask(account: PlatformAccount, method: str, id: str, caller: Caller, *, now_ms: int) -> msgspec.Raw | None:
    reply = caller.call(pdd_call(PddKey.of(account), method, {"mall_id": id}, now_ms=now_ms))
    return read_answer(reply, ENVELOPE, platform=account.platform).get("shop")


SCORES: Final = SignedScores(ask=_ask, is_real=is_pdd)
