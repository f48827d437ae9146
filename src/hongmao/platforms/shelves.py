"""What a shop sells, as its platform lists it: so that a merchant picks an item and copies no id.

Its method is our sandbox's, as those of scores and goods are; an account names the real one by `shelf_method`, once known.
Where nobody knows how to ask, nothing is listed, and the catalogue's own items stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from hongmao.platforms.answers import json_fields, json_rows
from hongmao.platforms.contracts import ListedItem
from hongmao.platforms.errors import GoodsUnread
from hongmao.platforms.facts import FAULTS, Ask, Unreadable, method_of, price_fen_of, why_of
from hongmao.platforms.granting import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import msgspec

    from hongmao.kernel.calls import Caller
    from hongmao.returns.store import PlatformAccount

SHELF_METHOD: Final = "hongmao.sandbox.item.list.get"
TITLE_CHARS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedShelf:
    """Implements `ShelfReader` by one signed question. `home` and `page` are the platform's own addresses, with an `{id}`."""

    ask: Ask
    is_real: Callable[[PlatformAccount], bool]
    home: str
    page: str

    def home_url(self, platform_shop_id: str, account: PlatformAccount) -> str:
        """Write the address of a shop's front page; a sandbox's shops stand beside its gateways."""
        return self._address(account, self.home, "shop", platform_shop_id)

    def read(
        self, platform_shop_id: str, account: PlatformAccount, caller: Caller, *, now_ms: int
    ) -> tuple[ListedItem, ...]:
        """List the items on sale in one shop."""
        method = method_of(account, "shelf_method", SHELF_METHOD, is_real=self.is_real(account))
        if not method:
            return ()
        try:
            raw = self.ask(account, method, platform_shop_id, caller, now_ms=now_ms)
            return tuple(self._item(row, account) for row in _rows(raw))
        except FAULTS as fault:
            raise GoodsUnread(platform=account.platform, item=platform_shop_id, answer=why_of(fault)) from None

    def _item(self, row: bytes, account: PlatformAccount) -> ListedItem:
        told = json_fields(row)
        if told is None:
            raise Unreadable("items")
        id, title, price_fen = text_of(told.get("item_id")), text_of(told.get("title")), price_fen_of(told.get("price"))
        if not id or not title or price_fen is None:
            raise Unreadable("item_id, title or price")
        return ListedItem(
            platform_item_id=id,
            title=" ".join(title.split())[:TITLE_CHARS],
            price_fen=price_fen,
            page_url=self._address(account, self.page, "item", id),
        )

    def _address(self, account: PlatformAccount, template: str, kind: str, id: str) -> str:
        named = quote(id, safe="")
        if self.is_real(account):
            return template.format(id=named)
        gateway = urlsplit(account.settings["gateway"])
        return f"{gateway.scheme}://{gateway.netloc}/{kind}/{named}"


def _rows(raw: msgspec.Raw | None) -> list[bytes]:
    rows = json_rows(bytes(raw or b"[]"))
    if rows is None:
        raise Unreadable("items")
    return rows
