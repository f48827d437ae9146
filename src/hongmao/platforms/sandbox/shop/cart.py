"""购物车: what a buyer means to order, over all shops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hongmao.platforms.sandbox.shop import guests
from hongmao.platforms.sandbox.shop.contracts import Item, Line
from hongmao.platforms.sandbox.shop.errors import NumberWrong, TooManyItems

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from hongmao.platforms.sandbox.shop.book import Act

QUANTITY_MAX = 99
LINES_MAX = 50

_LINES = """
SELECT item.item_id, item.shop_id, title, price_fen, presale_deposit_fen, quantity
FROM cart_line JOIN item USING (item_id) WHERE buyer = ? ORDER BY item.shop_id, item.item_id
"""


def lines(sql: sqlite3.Connection, buyer: str | None) -> list[Line]:
    """List a buyer's cart by shop and item."""
    return [_line(dict(row)) for row in sql.execute(_LINES, (buyer,))]


def add(act: Act, buyer: str, item: Item, quantity: int) -> int:
    """加购: put some of an item in the cart; gives how many of it lie there now."""
    held = lines(act.sql, buyer)
    here = quantity + sum(line.quantity for line in held if line.item.item_id == item.item_id)
    check_quantity(here)
    if here == quantity and len(held) >= LINES_MAX:
        raise TooManyItems(place="item_id", limit=LINES_MAX)
    act.sql.execute(
        "INSERT OR REPLACE INTO cart_line (buyer, item_id, quantity) VALUES (?, ?, ?)", (buyer, item.item_id, here)
    )
    guests.tell_item(act, "cart", buyer, item, quantity=quantity)
    return here


def take_out(sql: sqlite3.Connection, buyer: str, item_ids: Iterable[str]) -> None:
    """Take items out of the cart: ordered, or no longer wanted."""
    sql.executemany("DELETE FROM cart_line WHERE buyer = ? AND item_id = ?", [(buyer, item_id) for item_id in item_ids])


def check_quantity(quantity: int) -> None:
    """Refuse more of one item than a household buys."""
    if not 1 <= quantity <= QUANTITY_MAX:
        raise NumberWrong(place="quantity", low=1, high=QUANTITY_MAX)


def _line(facts: dict[str, Any]) -> Line:
    quantity = facts.pop("quantity")
    return Line(item=Item(**facts), quantity=quantity)
