"""Reading what a platform tells of a shop and of an item, by the names that our sandbox gave them.

Scores are kept to the character. A number counts as it is written, and what is no score at all spoils the whole answer: half a
shop would look like one that was not scored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import quote

import msgspec

from hongmao.eligibility.api import Badge, ScoreName, ScoreUnreadable, ShopKind, read_score
from hongmao.kernel.calls import CallFailed
from hongmao.kernel.ids import ID_PATTERN
from hongmao.kernel.money import AMOUNT_FEN_MAX, Money, MoneyUnreadable
from hongmao.links.care.contracts import TEXT_CHARS_MAX, ItemFacts
from hongmao.platforms.answers import json_exact, json_fields, json_rows
from hongmao.platforms.contracts import ListedItem, ShopRead
from hongmao.platforms.errors import GoodsUnread, ScoresUnread
from hongmao.platforms.granting import text_of
from hongmao.returns.pull.errors import PullRefused, PullThrottled, PullUnreadable

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.kernel.calls import Caller
    from hongmao.platforms.contracts import ItemWanted
    from hongmao.returns.store import PlatformAccount

SCORES_METHOD: Final = "hongmao.sandbox.shop.score.get"
"""A name of our own sandbox: no public text names a platform's method for scores. `scores_method` does, once known."""
GOODS_METHOD: Final = "hongmao.sandbox.item.get"
"""The same for an item; `goods_method`."""
SHELF_METHOD: Final = "hongmao.sandbox.shop.item.list"
"""The same for what a shop sells; `shelf_method`."""


TITLE_CHARS_MAX: Final = 200


class Ask(Protocol):
    """One signed question about a shop or an item, in a platform's own way: gives what stands in the answer, undecoded.

    Raises what pulls raise, or `CallFailed`.
    """

    def __call__(
        self, account: PlatformAccount, method: str, id: str, caller: Caller, *, now_ms: int
    ) -> msgspec.Raw | None:
        """Ask by a method about an id."""
        ...


class Unreadable(Exception):  # not one of our sentences: whoever asked says whose answer it was
    """An answer that is no shop and no item: `str()` names the field, and never what stands in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedScores:
    """Implements `ScoreSource` by one signed question."""

    ask: Ask
    is_real: Callable[[PlatformAccount], bool]
    """Whether an account's calls go to the platform itself, which knows none of our sandbox's methods."""

    def read(self, platform_shop_id: str, account: PlatformAccount, caller: Caller, *, now_ms: int) -> ShopRead:
        """Read one shop; nothing is told where nobody knows how to ask."""
        method = _method_of(account, "scores_method", SCORES_METHOD, is_real=self.is_real(account))
        if not method:
            return ShopRead()
        try:
            return shop_of(self.ask(account, method, platform_shop_id, caller, now_ms=now_ms), now_ms=now_ms)
        except _FAULTS as fault:
            raise ScoresUnread(platform=account.platform, shop=platform_shop_id, answer=_why_of(fault)) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedGoods:
    """Implements `GoodsReader` by one signed question."""

    ask: Ask
    is_real: Callable[[PlatformAccount], bool]

    def read(self, wanted: ItemWanted, account: PlatformAccount, caller: Caller, *, now_ms: int) -> ItemFacts:
        """Read one item; nothing is told where nobody knows how to ask."""
        method = _method_of(account, "goods_method", GOODS_METHOD, is_real=self.is_real(account))
        if not method:
            return ItemFacts()
        try:
            return item_of(self.ask(account, method, wanted.platform_item_id, caller, now_ms=now_ms))
        except _FAULTS as fault:
            answer = _why_of(fault)
            raise GoodsUnread(platform=account.platform, item=wanted.platform_item_id, answer=answer) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedShelf:
    """Implements `ShelfReader` by one signed question. `front` is a shop's page on the platform, with a place for its id."""

    ask: Ask
    is_real: Callable[[PlatformAccount], bool]
    front: str

    def home_url(self, platform_shop_id: str, account: PlatformAccount) -> str:
        """Write the address of a shop's front page: the platform's, or the one beside a sandbox's gateway."""
        id = quote(platform_shop_id, safe="")
        if self.is_real(account):
            return self.front.format(id=id)
        return f"{account.settings['gateway'].partition('/gw/')[0].rstrip('/')}/shop/{id}"

    def read(
        self, platform_shop_id: str, account: PlatformAccount, caller: Caller, *, now_ms: int
    ) -> tuple[ListedItem, ...]:
        """List what a shop sells; nothing where nobody knows how to ask."""
        method = _method_of(account, "shelf_method", SHELF_METHOD, is_real=self.is_real(account))
        if not method:
            return ()
        try:
            return shelf_of(self.ask(account, method, platform_shop_id, caller, now_ms=now_ms))
        except _FAULTS as fault:
            raise GoodsUnread(platform=account.platform, item=platform_shop_id, answer=_why_of(fault)) from None


def shop_of(raw: bytes | msgspec.Raw | None, *, now_ms: int) -> ShopRead:
    """Read a shop. Words that are none of ours are not known, and scores of other names are no business of admission's."""
    told = json_fields(bytes(raw or b""))
    if told is None:
        raise Unreadable("shop")
    observed = text_of(told.get("observed_at_ms"))
    if observed and not (observed.isdecimal() and observed.isascii() and int(observed[:15]) <= now_ms):
        raise Unreadable("observed_at_ms")
    kind, badge = text_of(told.get("shop_kind")), text_of(told.get("badge"))
    return ShopRead(
        kind=kind if kind in set(ShopKind) else None,
        badge=badge if badge in set(Badge) else None,
        category=_words(told.get("category")),
        scores=_scores(told.get("scores")),
        observed_at_ms=int(observed) if observed else None,
    )


def item_of(raw: bytes | msgspec.Raw | None) -> ItemFacts:
    """Read an item; one that the platform does not have is not on sale."""
    text = bytes(raw or b"")
    if text == b"null":
        return ItemFacts(on_sale=False)
    told = json_fields(text)
    if told is None:
        raise Unreadable("item")
    return ItemFacts(
        price_fen=_price_fen_of(told.get("price")),
        shop=_words(told.get("shop_id")),
        category=_words(told.get("category")),
        in_stock=_flag(told.get("in_stock"), "in_stock"),
        on_sale=_flag(told.get("on_sale"), "on_sale"),
    )


def shelf_of(raw: bytes | msgspec.Raw | None) -> tuple[ListedItem, ...]:
    """Read a list of items. One without an id, a title, a price or a page would be one that nobody could choose."""
    rows = None if raw is None else json_rows(raw)
    if rows is None:
        raise Unreadable("items")
    found = []
    for place, row in enumerate(rows):
        told = json_fields(row) or {}
        id, title = text_of(told.get("item_id")), _words(told.get("title"), TITLE_CHARS_MAX)
        price_fen, url = _price_fen_of(told.get("price")), text_of(told.get("page_url"))
        if re.fullmatch(ID_PATTERN, id) is None or title is None or price_fen is None or not url:
            raise Unreadable(f"items[{place}]")
        found.append(ListedItem(platform_item_id=id, title=title, price_fen=price_fen, page_url=url))
    return tuple(found)


def _scores(raw: msgspec.Raw | None) -> dict[str, str]:
    if raw is None or bytes(raw) == b"null":
        return {}
    told = json_fields(bytes(raw))
    if told is None:
        raise Unreadable("scores")
    found: dict[str, str] = {}
    for name in ScoreName:
        if name in told and bytes(told[name]) != b"null":
            found[name.value] = _score(told[name], f"scores.{name.value}")
    return found


def _score(raw: msgspec.Raw, place: str) -> str:
    text = bytes(raw).decode(errors="replace")
    try:
        value = json_exact(bytes(raw)) if text.startswith('"') else text
        read_score(value, place=place)
    except (msgspec.DecodeError, ScoreUnreadable):
        raise Unreadable(place) from None
    return str(value)


def _price_fen_of(raw: msgspec.Raw | None) -> int | None:
    """Read a price in yuan, a number or text, as fen; None where none is told."""
    text = bytes(raw or b"null").decode(errors="replace").strip().strip('"')
    if text == "null":
        return None
    try:
        fen = Money.parse(text).fen
    except MoneyUnreadable:
        raise Unreadable("price") from None
    if not 0 <= fen <= AMOUNT_FEN_MAX:
        raise Unreadable("price")
    return fen


def _words(raw: msgspec.Raw | None, chars: int = TEXT_CHARS_MAX) -> str | None:
    return " ".join(text_of(raw).split())[:chars] or None


def _flag(raw: msgspec.Raw | None, place: str) -> bool | None:
    text = bytes(raw or b"null")
    if text not in {b"true", b"false", b"null"}:
        raise Unreadable(place)
    return None if text == b"null" else text == b"true"


def _method_of(account: PlatformAccount, setting: str, assumed: str, *, is_real: bool) -> str:
    """Say by which method to ask: the one that an account names, else our own beside a sandbox; "" where nobody knows one."""
    return account.settings.get(setting) or ("" if is_real else assumed)


_FAULTS: Final = (Unreadable, CallFailed, PullRefused, PullThrottled, PullUnreadable)
"""What an `Ask` may raise."""


def _why_of(fault: Exception) -> str:
    """Say in a word why an answer could not be read."""
    if isinstance(fault, CallFailed):
        return fault.failure.value
    if isinstance(fault, PullRefused | PullThrottled | PullUnreadable):
        return str(fault.params.get("answer", fault.code))
    return str(fault)
