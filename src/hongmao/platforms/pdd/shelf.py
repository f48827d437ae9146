"""What a shop sells as Pinduoduo might list it: one signed call. Its kind and its fields are our sandbox's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import SignedShelf
from hongmao.platforms.pdd.client import PddKey, pdd_call, read_answer
from hongmao.platforms.pdd.scores import is_pdd

if TYPE_CHECKING:
    import msgspec

    from hongmao.platforms.api import Caller, PlatformAccount

ENVELOPE: Final = "item_list_get_response"


def _ask(account: PlatformAccount, method: str, id: str, caller: Caller, *, now_ms: int) -> msgspec.Raw | None:
    reply = caller.call(pdd_call(PddKey.of(account), method, {"mall_id": id}, now_ms=now_ms))
    return read_answer(reply, ENVELOPE, platform=account.platform).get("items")


SHELF: Final = SignedShelf(ask=_ask, is_real=is_pdd, front="https://mobile.yangkeduo.com/mall_page.html?mall_id={id}")
