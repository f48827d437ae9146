"""What is on sale: shops and their items."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.kernel.errors import NotFound
from hongmao.platforms.sandbox.shop.contracts import Item, Shelf, Shop, ShopMark
from hongmao.platforms.sandbox.shop.errors import UnknownShop

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_ITEM = "SELECT item_id, shop_id, title, price_fen, presale_deposit_fen FROM item"


def shops(sql: sqlite3.Connection) -> list[Shop]:
    """List all shops by id."""
    return [Shop(**row) for row in sql.execute("SELECT shop_id, name, platform FROM shop ORDER BY shop_id")]


def shop(sql: sqlite3.Connection, shop_id: str) -> Shop:
    """Find a shop or say that there is none."""
    row = sql.execute("SELECT shop_id, name, platform FROM shop WHERE shop_id = ?", (shop_id,)).fetchone()
    if row is None:
        raise NotFound(id=shop_id)
    return Shop(**row)


def item(sql: sqlite3.Connection, item_id: str) -> Item:
    """Find an item or say that there is none."""
    row = sql.execute(f"{_ITEM} WHERE item_id = ?", (item_id,)).fetchone()
    if row is None:
        raise NotFound(id=item_id)
    return Item(**row)


def items_of(sql: sqlite3.Connection, shop_id: str) -> list[Item]:
    """List a shop's items by id."""
    return [Item(**row) for row in sql.execute(f"{_ITEM} WHERE shop_id = ? ORDER BY item_id", (shop_id,))]


def shelf(sql: sqlite3.Connection, item_id: str) -> Shelf:
    """Say how an item stands on its shelf."""
    row = sql.execute("SELECT on_sale, in_stock, category FROM shelf WHERE item_id = ?", (item_id,)).fetchone()
    if row is None:
        return Shelf(item_id=item_id)
    return Shelf(
        item_id=item_id, on_sale=bool(row["on_sale"]), in_stock=bool(row["in_stock"]), category=row["category"]
    )


def set_shelf(sql: sqlite3.Connection, told: Shelf) -> None:
    """Put an item on its shelf or take it off; `NotFound` where there is no such item."""
    item(sql, told.item_id)
    sql.execute(
        "INSERT OR REPLACE INTO shelf (item_id, on_sale, in_stock, category) VALUES (?, ?, ?, ?)",
        (told.item_id, told.on_sale, told.in_stock, told.category),
    )


def shop_mark(sql: sqlite3.Connection, shop_id: str) -> ShopMark:
    """Give what was said of a shop; nothing is known of one that nobody spoke of."""
    row = sql.execute("SELECT * FROM shop_mark WHERE shop_id = ?", (shop_id,)).fetchone()
    if row is None:
        return ShopMark(shop_id=shop_id)
    return ShopMark(**{**dict(row), "scores": msgspec.json.decode(row["scores"], type=dict[str, str])})


def set_shop_mark(sql: sqlite3.Connection, told: ShopMark) -> None:
    """Say of a shop what its marketplace says from now on; `NotFound` where there is no such shop."""
    shop(sql, told.shop_id)
    scores = msgspec.json.encode(dict(told.scores)).decode()
    sql.execute(
        "INSERT OR REPLACE INTO shop_mark (shop_id, kind, badge, category, scores, observed_at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (told.shop_id, told.kind, told.badge, told.category, scores, told.observed_at_ms),
    )


def put(sql: sqlite3.Connection, shops: Iterable[Shop], items: Iterable[Item]) -> None:
    """Add shops and items; what is there already is changed. Orders keep title and price as they were."""
    sql.executemany(
        "INSERT INTO shop (shop_id, name, platform) VALUES (?, ?, ?)"
        " ON CONFLICT (shop_id) DO UPDATE SET name = excluded.name, platform = excluded.platform",
        [(shop.shop_id, shop.name, shop.platform) for shop in shops],
    )
    known = {row["shop_id"] for row in sql.execute("SELECT shop_id FROM shop")}
    for place, item in enumerate(items):
        if item.shop_id not in known:
            raise UnknownShop(place=f"items[{place}].shop_id", shop_id=item.shop_id)
        sql.execute(
            "INSERT INTO item (item_id, shop_id, title, price_fen, presale_deposit_fen) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (item_id) DO UPDATE SET shop_id = excluded.shop_id, title = excluded.title,"
            " price_fen = excluded.price_fen, presale_deposit_fen = excluded.presale_deposit_fen",
            (item.item_id, item.shop_id, item.title, item.price_fen, item.presale_deposit_fen),
        )
