"""What a shop sells as TOP might list it: one signed call. Its method and its fields are our sandbox's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import SignedShelf
from hongmao.platforms.taobao.scores import ask_top, is_taobao

if TYPE_CHECKING:
    import msgspec

    from hongmao.platforms.api import Caller, PlatformAccount


def _ask(account: PlatformAccount, method: str, id: str, caller: Caller, *, now_ms: int) -> msgspec.Raw | None:
    return ask_top(account, method, {"shop_id": id}, "items", caller, now_ms)


SHELF: Final = SignedShelf(
    ask=_ask, is_real=is_taobao, front="https://h5.m.taobao.com/shop/shop_index.htm?user_id={id}"
)
