"""Orders: placed, paid, received, refunded; each act decided by `rules` and told sub-order by sub-order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.kernel.errors import NotFound
from hongmao.platforms.sandbox.shop import cart, guests, rules
from hongmao.platforms.sandbox.shop.contracts import Order, Refund, Stage, SubOrder
from hongmao.platforms.sandbox.shop.errors import MixedShops
from hongmao.platforms.sandbox.shop.wire import WireEvent

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from hongmao.platforms.sandbox.shop.book import Act
    from hongmao.platforms.sandbox.shop.contracts import Line
    from hongmao.platforms.sandbox.shop.rules import Step
    from hongmao.platforms.sandbox.shop.wire import WireType

_SUB_ORDERS = """
SELECT sub_order_id, item_id, title, quantity, amount_fen, deposit_fen, paid_fen, refunded_fen, stage
FROM sub_order WHERE order_id = ? ORDER BY place
"""
_REFUNDS = """
SELECT refund_id, sub_order_id, amount_fen, refunded_at_ms FROM refund WHERE order_id = ? ORDER BY rowid
"""
_ORDER = "SELECT order_id, buyer, shop_id, click_id, click_item_id, placed_at_ms FROM parent_order"


def place(act: Act, buyer: str, lines: Sequence[Line]) -> Order:
    """拍下: make an order of one or more lines of one shop, bound to the click the buyer came by."""
    shop_ids = {line.item.shop_id for line in lines}
    if len(shop_ids) != 1:
        raise MixedShops(place="items")
    (shop_id,) = shop_ids
    click_id, click_item_id = guests.guest(act.sql, buyer, shop_id).click_at(act.now_ms)
    order_no = act.count("order")
    order_id = f"o-{order_no}"
    act.sql.execute(
        "INSERT INTO parent_order (order_no, order_id, buyer, shop_id, click_id, click_item_id, placed_at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (order_no, order_id, buyer, shop_id, click_id, click_item_id, act.now_ms),
    )
    act.sql.executemany(
        "INSERT INTO sub_order (order_id, place, sub_order_id, item_id, title, quantity, amount_fen, deposit_fen)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(order_id, place, f"{order_id}-{place}", *_bought(line)) for place, line in enumerate(lines, start=1)],
    )
    cart.take_out(act.sql, buyer, [line.item.item_id for line in lines])
    order = find(act.sql, order_id)
    for sub in order.sub_orders:
        _tell(act, order, sub, "order", amount_fen=sub.amount_fen)
    return order


def pay(act: Act, order: Order) -> Order:
    """支付 or 付定金."""
    return _take(act, order, rules.pay)


def balance(act: Act, order: Order) -> Order:
    """付尾款."""
    return _take(act, order, rules.balance)


def receive(act: Act, order: Order) -> Order:
    """确认收货."""
    return _take(act, order, rules.receive)


def refund(act: Act, order: Order, sub_order_id: str, amount_fen: int) -> Refund:
    """退款: give back a part or all of what was paid for a sub-order."""
    sub = next((sub for sub in order.sub_orders if sub.sub_order_id == sub_order_id), None)
    if sub is None:
        raise NotFound(id=sub_order_id)
    rules.check_refund(sub, amount_fen)
    made = Refund(
        refund_id=f"r-{act.count('refund')}",
        sub_order_id=sub_order_id,
        amount_fen=amount_fen,
        refunded_at_ms=act.now_ms,
    )
    act.sql.execute(
        "INSERT INTO refund (refund_id, order_id, sub_order_id, amount_fen, refunded_at_ms) VALUES (?, ?, ?, ?, ?)",
        (made.refund_id, order.order_id, sub_order_id, amount_fen, act.now_ms),
    )
    act.sql.execute(
        "UPDATE sub_order SET refunded_fen = refunded_fen + ? WHERE sub_order_id = ?", (amount_fen, sub_order_id)
    )
    _tell(act, order, sub, "refund", amount_fen=amount_fen, refund_id=made.refund_id)
    return made


def find(sql: sqlite3.Connection, order_id: str) -> Order:
    """Find an order by its id, whoever's it is."""
    row = sql.execute(f"{_ORDER} WHERE order_id = ?", (order_id,)).fetchone()
    if row is None:
        raise NotFound(id=order_id)
    return _filled(sql, row)


def own(sql: sqlite3.Connection, buyer: str | None, order_id: str) -> Order:
    """Find a buyer's order; somebody else's reads like none."""
    order = find(sql, order_id)
    if order.buyer != buyer:
        raise NotFound(id=order_id)
    return order


def of_buyer(sql: sqlite3.Connection, buyer: str | None) -> list[Order]:
    """List a buyer's orders, newest first."""
    rows = sql.execute(f"{_ORDER} WHERE buyer = ? ORDER BY order_no DESC", (buyer,)).fetchall()
    return [_filled(sql, row) for row in rows]


def every(sql: sqlite3.Connection) -> list[Order]:
    """List every order of the shop, oldest first."""
    return [_filled(sql, row) for row in sql.execute(f"{_ORDER} ORDER BY order_no").fetchall()]


def _take(act: Act, order: Order, decide: Callable[[Order], tuple[Step, ...]]) -> Order:
    for step in decide(order):
        act.sql.execute(
            "UPDATE sub_order SET stage = ?, paid_fen = ? WHERE sub_order_id = ?",
            (step.stage, step.paid_fen, step.sub.sub_order_id),
        )
        _tell(act, order, step.sub, step.told_as, amount_fen=step.amount_fen, deposit_fen=step.deposit_fen)
    return find(act.sql, order.order_id)


def _bought(line: Line) -> tuple[str, str, int, int, int | None]:
    deposit = line.item.presale_deposit_fen
    deposit_fen = None if deposit is None else deposit * line.quantity
    return line.item.item_id, line.item.title, line.quantity, line.amount_fen, deposit_fen


def _filled(sql: sqlite3.Connection, row: sqlite3.Row) -> Order:
    subs = sql.execute(_SUB_ORDERS, (row["order_id"],)).fetchall()
    return Order(
        **row,
        sub_orders=tuple(SubOrder(**{**dict(sub), "stage": Stage(sub["stage"])}) for sub in subs),
        refunds=tuple(Refund(**refund) for refund in sql.execute(_REFUNDS, (row["order_id"],))),
    )


def _tell(
    act: Act,
    order: Order,
    sub: SubOrder,
    kind: WireType,
    *,
    amount_fen: int | None,
    deposit_fen: int | None = None,
    refund_id: str | None = None,
) -> None:
    act.tell(
        WireEvent(
            event_no=refund_id or f"{sub.sub_order_id}.{kind}",
            type=kind,
            occurred_at_ms=act.now_ms,
            click_id=order.click_id,
            shop_id=order.shop_id,
            item_id=order.click_item_id,
            pay_item_id=sub.item_id,
            order_id=order.order_id,
            sub_order_id=sub.sub_order_id,
            refund_id=refund_id,
            # A refund is of an amount, not of pieces: how many went back is unknown.
            quantity=None if kind == "refund" else sub.quantity,
            amount_fen=amount_fen,
            deposit_fen=deposit_fen,
        )
    )
