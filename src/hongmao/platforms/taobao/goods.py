"""An item as TOP might tell it: one signed call. Its method and its fields are our sandbox's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import SignedGoods
from hongmao.platforms.taobao.scores import ask_top, is_taobao

if TYPE_CHECKING:
    import msgspec

    from hongmao.platforms.api import Caller, PlatformAccount


def _ask(account: PlatformAccount, method: str, id: str, caller: Caller, *, now_ms: int) -> msgspec.Raw | None:
    return ask_top(account, method, {"item_id": id}, "item", caller, now_ms)


GOODS: Final = SignedGoods(ask=_ask, is_real=is_taobao)
