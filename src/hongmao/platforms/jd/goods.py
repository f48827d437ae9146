"""An item as JOS might tell it: one signed call. Its method and its fields are our sandbox's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import SignedGoods
from hongmao.platforms.jd.scores import ask_jos, is_jd

if TYPE_CHECKING:
    import msgspec

    from hongmao.platforms.api import Caller, PlatformAccount


def _ask(account: PlatformAccount, method: str, id: str, caller: Caller, *, now_ms: int) -> msgspec.Raw | None:
    return ask_jos(account, method, {"skuId": id}, caller, now_ms)


GOODS: Final = SignedGoods(ask=_ask, is_real=is_jd)
