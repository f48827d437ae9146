"""What an item's page tells about itself: https://schema.org/Product as JSON-LD, which shops write for search engines.

The page is read as nobody's visit: we say that we look ahead of any person (`Sec-Purpose: prefetch`), under a name of our
own, without a click id, a cookie or a script. What cannot be read for certain is unknown, and never a guess.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from hongmao.kernel.calls import Call, CallFailed
from hongmao.kernel.money import Money, MoneyUnreadable
from hongmao.links.care.contracts import TEXT_CHARS_MAX, ItemFacts
from hongmao.links.errors import PageRedirected, PageUnreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.kernel.calls import Caller, Reply
    from hongmao.links.care.contracts import PageWanted

PAGE_BYTES_MAX: Final = 2**20
HEADERS: Final = {
    "Accept": "text/html",
    "Accept-Language": "zh-CN",
    "Sec-Purpose": "prefetch",
    "User-Agent": "HongmaoLinkCare/1 (+link check; no visit)",
}
_GONE: Final = frozenset({404, 410})
_OK: Final = 200
_MOVED: Final = range(300, 400)
_SOLD: Final = frozenset(
    {"InStock", "LimitedAvailability", "OnlineOnly", "PreOrder", "PreSale", "BackOrder", "MadeToOrder"}
)
_NOT_SOLD: Final = frozenset({"OutOfStock", "SoldOut", "InStoreOnly", "Reserved"})
_TAKEN_OFF: Final = "Discontinued"
_DEPTH_MAX: Final = 8


class ItemPages:
    """Implements `links.care.store.PageReader` by the page itself."""

    def __init__(self, caller: Caller) -> None:
        """Read by a caller that reaches the platforms' pages, follows no redirect and reads no more than a page."""
        self._caller = caller

    def read(self, wanted: PageWanted) -> ItemFacts:
        """Read one page. A page that is gone tells that nothing is sold there."""
        host = urlsplit(wanted.url).hostname or ""
        try:
            reply = self._caller.call(Call(method="GET", url=wanted.url, headers=HEADERS))
        except CallFailed as failed:
            raise PageUnreachable(host=host, why=failed.failure.value) from None
        if reply.status in _MOVED:
            raise PageRedirected(host=host)
        if reply.status in _GONE:
            return ItemFacts(on_sale=False)
        if reply.status != _OK:
            raise PageUnreachable(host=host, why=str(reply.status))
        return facts_of_page(_text_of(reply), wanted.platform_item_id)


def facts_of_page(html: str, platform_item_id: str | None) -> ItemFacts:
    """Read the one product of a page; nothing where there is none, or several of which none is named by its id."""
    products = [one for block in _blocks(html) for one in _products(block, _DEPTH_MAX)]
    named = [one for one in products if platform_item_id is not None and _text(one.get("sku")) == platform_item_id]
    chosen = named or products
    if len(chosen) != 1:
        return ItemFacts()
    product = chosen[0]
    offers = [one for one in _list(product.get("offers")) if isinstance(one, dict)]
    offer = offers[0] if len(offers) == 1 else {}
    on_sale, in_stock = _availability(_text(offer.get("availability")))
    seller = offer.get("seller")
    return ItemFacts(
        price_fen=_price_fen(offer),
        shop=_text(seller.get("identifier")) if isinstance(seller, dict) else None,
        category=_text(product.get("category")),
        in_stock=in_stock,
        on_sale=on_sale,
    )


class _Scripts(HTMLParser):
    """Collects the JSON-LD blocks of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.blocks: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and (dict(attrs).get("type") or "").strip().lower() == "application/ld+json"
        if self._inside:
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.blocks[-1] += data


def _blocks(html: str) -> Iterator[object]:
    scripts = _Scripts()
    scripts.feed(html)
    for text in scripts.blocks:
        try:
            yield msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            continue


def _products(value: object, depth: int) -> Iterator[dict[str, Any]]:
    """Find products where shops put them: at the top, in a list, in a `@graph`."""
    if depth == 0:
        return
    if isinstance(value, list):
        for one in value:
            yield from _products(one, depth - 1)
    elif isinstance(value, dict):
        if "Product" in map(_last, _list(value.get("@type"))):
            yield value
        else:
            yield from _products(value.get("@graph"), depth - 1)


def _price_fen(offer: dict[str, Any]) -> int | None:
    """Read a price in yuan; a JSON number counts as it is written. Another currency is no price that we know."""
    price = offer.get("price")
    if offer.get("priceCurrency", "CNY") != "CNY" or type(price) not in {str, int, float}:
        return None
    try:
        fen = Money.parse(str(price).strip()).fen
    except MoneyUnreadable:
        return None
    return fen if fen >= 0 else None


def _availability(word: str | None) -> tuple[bool | None, bool | None]:
    """Say whether it is on sale and whether in stock; words outside schema.org's ItemAvailability say neither."""
    last = _last(word)
    if last == _TAKEN_OFF:
        return False, None
    if last in _SOLD:
        return True, True
    return (True, False) if last in _NOT_SOLD else (None, None)


def _last(word: object) -> str:
    return word.rpartition("/")[2] if isinstance(word, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: object) -> str | None:
    return value.strip()[:TEXT_CHARS_MAX] or None if isinstance(value, str) else None


def _text_of(reply: Reply) -> str:
    """Decode as shops write: UTF-8, or what the header names; what cannot be read leaves its place empty."""
    _, _, charset = reply.headers.get("content-type", "").partition("charset=")
    try:
        return reply.body.decode(charset.strip(" \"'") or "utf-8", errors="replace")
    except LookupError:
        return reply.body.decode("utf-8", errors="replace")
