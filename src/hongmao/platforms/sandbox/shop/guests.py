"""What a shop remembers of a buyer: the last click id seen and when, the last visit, what is followed and liked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.kernel.time import DAY_MS, MINUTE_MS
from hongmao.platforms.sandbox.shop.wire import WireEvent

if TYPE_CHECKING:
    import sqlite3

    from hongmao.platforms.sandbox.shop.book import Act
    from hongmao.platforms.sandbox.shop.contracts import Item
    from hongmao.platforms.sandbox.shop.wire import WireType

CLICK_KEPT_MS = 30 * DAY_MS
NEW_VISITOR_AFTER_MS = 365 * DAY_MS
# Going from page to page is one visit; so is reloading the page a click led to.
VISIT_LASTS_MS = 30 * MINUTE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """One buyer in one shop."""

    click_id: str | None = None
    click_item_id: str | None = None
    click_seen_at_ms: int = 0
    visited_at_ms: int | None = None
    followed: bool = False

    def click_at(self, now_ms: int) -> tuple[str | None, str | None]:
        """Give the click id that an act at this instant carries, and the item it led to; None once 30 days are over."""
        if self.click_id is None or now_ms - self.click_seen_at_ms >= CLICK_KEPT_MS:
            return None, None
        return self.click_id, self.click_item_id


def guest(sql: sqlite3.Connection, buyer: str | None, shop_id: str) -> Guest:
    """Recall a buyer; an unknown one is a guest without a past."""
    row = sql.execute(
        "SELECT click_id, click_item_id, click_seen_at_ms, visited_at_ms, followed FROM guest"
        " WHERE buyer = ? AND shop_id = ?",
        (buyer, shop_id),
    ).fetchone()
    if row is None:
        return Guest()
    return Guest(
        click_id=row["click_id"],
        click_item_id=row["click_item_id"],
        click_seen_at_ms=row["click_seen_at_ms"] or 0,
        visited_at_ms=row["visited_at_ms"],
        followed=bool(row["followed"]),
    )


def arrive(act: Act, buyer: str, *, shop_id: str, item_id: str | None, click_id: str | None) -> None:
    """打开, 进店: a buyer comes to a page of the shop, by a click (`click_id` stands in the URL) or on the own way.

    Browsing on within half an hour is the same visit and tells nothing new; a new click id always begins another.
    """
    known = guest(act.sql, buyer, shop_id)
    if _still_here(known, click_id, act.now_ms):
        return
    if click_id is not None:
        _remember_click(act, buyer, shop_id, click_id, item_id)
        _tell(act, "open", click_id=click_id, shop_id=shop_id, item_id=item_id)
    carried = click_id if click_id is not None else known.click_at(act.now_ms)[0]
    _remember_visit(act, buyer, shop_id)
    new = known.visited_at_ms is None or act.now_ms - known.visited_at_ms >= NEW_VISITOR_AFTER_MS
    _tell(act, "visit", click_id=carried, shop_id=shop_id, item_id=item_id, new_visitor=new)


def favourite(act: Act, buyer: str, item: Item) -> bool:
    """收藏: like an item; once. Says whether it is new."""
    added = act.sql.execute("INSERT OR IGNORE INTO favourite (buyer, item_id) VALUES (?, ?)", (buyer, item.item_id))
    if added.rowcount == 0:
        return False
    tell_item(act, "favourite", buyer, item)
    return True


def likes(sql: sqlite3.Connection, buyer: str | None, item_id: str) -> bool:
    """Say whether a buyer has liked an item."""
    found = sql.execute("SELECT 1 FROM favourite WHERE buyer = ? AND item_id = ?", (buyer, item_id))
    return found.fetchone() is not None


def follow(act: Act, buyer: str, shop_id: str) -> bool:
    """关注店铺: follow a shop; once. Says whether it is new."""
    known = guest(act.sql, buyer, shop_id)
    if known.followed:
        return False
    act.sql.execute(
        "INSERT INTO guest (buyer, shop_id, followed) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET followed = 1",
        (buyer, shop_id),
    )
    _tell(act, "follow", click_id=known.click_at(act.now_ms)[0], shop_id=shop_id, item_id=None)
    return True


def tell_item(act: Act, kind: WireType, buyer: str, item: Item, *, quantity: int | None = None) -> None:
    """Tell of an act on an item under the click the buyer came by."""
    click_id, _ = guest(act.sql, buyer, item.shop_id).click_at(act.now_ms)
    _tell(act, kind, click_id=click_id, shop_id=item.shop_id, item_id=item.item_id, quantity=quantity)


def _still_here(known: Guest, click_id: str | None, now_ms: int) -> bool:
    same_click = click_id is None or click_id == known.click_id
    return same_click and known.visited_at_ms is not None and now_ms - known.visited_at_ms < VISIT_LASTS_MS


def _remember_click(act: Act, buyer: str, shop_id: str, click_id: str, item_id: str | None) -> None:
    act.sql.execute(
        "INSERT INTO guest (buyer, shop_id, click_id, click_item_id, click_seen_at_ms) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET click_id = excluded.click_id, click_item_id = excluded.click_item_id,"
        " click_seen_at_ms = excluded.click_seen_at_ms",
        (buyer, shop_id, click_id, item_id, act.now_ms),
    )


def _remember_visit(act: Act, buyer: str, shop_id: str) -> None:
    act.sql.execute(
        "INSERT INTO guest (buyer, shop_id, visited_at_ms) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET visited_at_ms = excluded.visited_at_ms",
        (buyer, shop_id, act.now_ms),
    )


def _tell(
    act: Act,
    kind: WireType,
    *,
    click_id: str | None,
    shop_id: str,
    item_id: str | None,
    quantity: int | None = None,
    new_visitor: bool | None = None,
) -> None:
    if click_id is None:
        return
    act.tell(
        WireEvent(
            event_no=f"v-{act.count('virtual'):04d}",
            type=kind,
            occurred_at_ms=act.now_ms,
            click_id=click_id,
            shop_id=shop_id,
            item_id=item_id,
            quantity=quantity,
            new_visitor=new_visitor,
        )
    )
