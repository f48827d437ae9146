"""An item as Pinduoduo might tell it: one signed call. Its kind and its fields are our sandbox's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import SignedGoods
from hongmao.platforms.pdd.client import PddKey, pdd_call, read_answer
from hongmao.platforms.pdd.scores import is_pdd

if TYPE_CHECKING:
    import msgspec

    from hongmao.platforms.api import Caller, PlatformAccount

ENVELOPE: Final = "item_get_response"


def _ask(account: PlatformAccount, method: str, id: str, caller: Caller, *, now_ms: int) -> msgspec.Raw | None:
    reply = caller.call(pdd_call(PddKey.of(account), method, {"goods_id": id}, now_ms=now_ms))
    return read_answer(reply, ENVELOPE, platform=account.platform).get("item")


GOODS: Final = SignedGoods(ask=_ask, is_real=is_pdd)
