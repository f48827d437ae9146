"""What a shop sells as JOS might list it: one signed call. Its method and its fields are our sandbox's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import SignedShelf, json_fields
from hongmao.platforms.jd.scores import ask_jos, is_jd

if TYPE_CHECKING:
    import msgspec

    from hongmao.platforms.api import Caller, PlatformAccount


def _ask(account: PlatformAccount, method: str, id: str, caller: Caller, *, now_ms: int) -> msgspec.Raw | None:
    data = ask_jos(account, method, {"shopId": id}, caller, now_ms)
    return (json_fields(bytes(data or b"")) or {}).get("items")


SHELF: Final = SignedShelf(ask=_ask, is_real=is_jd, front="https://shop.m.jd.com/?shopId={id}")
