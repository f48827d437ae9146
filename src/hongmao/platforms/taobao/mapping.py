"""What Taobao's rows mean here: a sub-order's state as the facts it proves, a cart or a favourite, an opening or a visit.

An order row is a state, and a state proves what came before it: a row of 收货 says that the sub-order was placed and paid,
whether or not the rows that said so then ever reached us. So each row gives every fact it carries a time for. The same
fact out of two rows has the same version and says the same, so the second is a duplicate. Only a claim by another media
that appears later (`is_attr_by_others`) makes a newer version of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.platforms.api import (
    AMOUNT_FEN_MAX,
    SECOND_MS,
    FieldFault,
    Kind,
    Row,
    RowProblem,
    click_of,
    facts_of,
    made_id,
    needed,
    version_of,
)
from hongmao.platforms.taobao.fields import TopFields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.platforms.api import Fields

PLACED, PAID, REFUNDED, PRESALE, RECEIVED = 1, 2, 3, 4, 5
"""`order_status`: 拍下, 支付, 退款, 预售, 收货."""

_CONV_KINDS: Final = {1: Kind.FAVOURITE, 2: Kind.CART}
_VISIT_KINDS: Final = {11: Kind.OPEN, 12: Kind.VISIT, 13: Kind.SHOP_FOLLOW}


def order_rows(raw: bytes) -> list[Row | RowProblem]:
    """Read one row of `order.detail.pull`. What is wrong with it stands after the facts that could still be read."""
    return facts_of(raw, _facts, TopFields)


def cart_rows(raw: bytes) -> list[Row | RowProblem]:
    """Read one row of `collect.cart.detail.pull` (收藏, 加购). Its order ids are virtual: they name the act and no order."""
    return facts_of(raw, lambda row, text: iter([_act(row, text, "conv_type", _CONV_KINDS)]), TopFields)


def visit_rows(raw: bytes) -> list[Row | RowProblem]:
    """Read one row of the visits (打开, 进店, 关注); its shape is assumed, see the README."""
    return facts_of(raw, lambda row, text: iter([_act(row, text, "visit_type", _VISIT_KINDS)]), TopFields)


class _Order:
    """What every fact of one order row has in common."""

    def __init__(self, row: Fields, raw: str) -> None:
        self.row = row
        self._raw = raw
        self.shop = needed(row.id("seller_id"), "seller_id")
        self.order_id = needed(row.id("order_id"), "order_id")
        self.sub_order_id = needed(row.id("sub_order_id"), "sub_order_id")
        self.item = row.id("item_id")
        self.pay_item = row.id("pay_item_id")
        self.quantity = row.pieces("buy_amount")
        self.claimed = row.flag("is_attr_by_others")
        self.click_id, self.click_by, self.click_problem = _click(row)
        self.async_click_id = _second_click(row, self.click_id)

    def fact(
        self,
        kind: Kind,
        time_field: str,
        *,
        amount_fen: int | None = None,
        deposit_fen: int | None = None,
        commission_fen: int | None = None,
        is_refund: bool = False,
    ) -> Row:
        """Make one fact, dated by the field that dates it."""
        at_ms = needed(self.row.beijing(time_field), time_field)
        refund_id = made_id(f"{self.sub_order_id}.{at_ms // SECOND_MS}", "sub_order_id") if is_refund else None
        return Row(
            kind=kind,
            event_no=refund_id or f"{self.sub_order_id}.{kind.value}",
            occurred_at_ms=at_ms,
            platform_shop_id=self.shop,
            raw=self._raw,
            # Twice the seconds, so that a claim that comes later is the newer word on the same fact.
            version=2 * version_of(at_ms, time_field) + (self.claimed is True),
            click_id=self.click_id,
            click_problem=self.click_problem,
            click_by=self.click_by,
            async_click_id=self.async_click_id,
            platform_item_id=self.item,
            platform_pay_item_id=self.pay_item,
            order_id=self.order_id,
            sub_order_id=self.sub_order_id,
            refund_id=refund_id,
            quantity=None if is_refund else self.quantity,
            amount_fen=amount_fen,
            deposit_fen=deposit_fen,
            commission_fen=commission_fen,
            claimed_elsewhere=self.claimed,
        )


def _facts(row: Fields, raw: str) -> Iterator[Row]:
    order = _Order(row, raw)
    status = needed(row.whole("order_status"), "order_status")
    if status not in {PLACED, PAID, REFUNDED, PRESALE, RECEIVED}:
        raise FieldFault("unknown_state", "order_status")
    if status == PLACED or row.beijing("order_create_time") is not None:
        yield order.fact(Kind.ORDER, "order_create_time", amount_fen=_worth_fen(row, status))
    if status == PRESALE:
        yield _deposit(order)
    elif status == PAID or (status != PLACED and row.beijing("order_pay_time") is not None):
        yield _payment(order)
    if status == REFUNDED:
        yield _refund(order)
    if status == RECEIVED:
        yield order.fact(Kind.RECEIVE, "conv_time")


def _worth_fen(row: Fields, status: int) -> int | None:
    """What was ordered: what is still to be paid and what was paid. Their sum is the same in every state."""
    due_fen, paid_fen = row.fen("due_pay_fee") or 0, row.fen("pay_fee") or 0
    deposit_fen, balance_fen = row.fen("presale_deposit_fee") or 0, row.fen("remaining_payment_fee") or 0
    if status == PRESALE:
        paid_fen = paid_fen or deposit_fen
    elif status != PLACED and paid_fen == balance_fen:  # the balance alone: its deposit was paid before
        paid_fen += deposit_fen
    if due_fen + paid_fen > AMOUNT_FEN_MAX:
        raise FieldFault("out_of_range", "due_pay_fee")
    return (due_fen + paid_fen) or None


def _deposit(order: _Order) -> Row:
    deposit_fen = needed(order.row.fen("presale_deposit_fee"), "presale_deposit_fee")
    paid_at = "order_create_time" if order.row.beijing("order_pay_time") is None else "order_pay_time"
    return order.fact(Kind.PRESALE_DEPOSIT, paid_at, amount_fen=deposit_fen)


def _payment(order: _Order) -> Row:
    """支付, or 尾款 where a deposit went before it: then `pay_fee` is the balance or the whole, and nothing else."""
    paid_fen = needed(order.row.fen("pay_fee"), "pay_fee")
    deposit_fen = order.row.fen("presale_deposit_fee") or 0
    fee_fen = order.row.fen("commission_fee")
    if deposit_fen == 0:
        return order.fact(Kind.PAY, "order_pay_time", amount_fen=paid_fen, commission_fen=fee_fen)
    balance_fen = order.row.fen("remaining_payment_fee")
    if balance_fen is None:
        balance_fen = paid_fen - deposit_fen
    if balance_fen < 0 or paid_fen not in {balance_fen, balance_fen + deposit_fen}:
        raise FieldFault("presale_sums_differ", "pay_fee")
    if balance_fen + deposit_fen > AMOUNT_FEN_MAX:
        raise FieldFault("out_of_range", "pay_fee")
    return order.fact(
        Kind.PRESALE_BALANCE,
        "order_pay_time",
        amount_fen=balance_fen,
        deposit_fen=deposit_fen,
        commission_fen=fee_fen,
    )


def _refund(order: _Order) -> Row:
    """退款: named by its second, because Taobao gives it no number; each such row is a refund of its own."""
    amount_fen = needed(order.row.fen("order_refund_fee"), "order_refund_fee")
    if amount_fen == 0:
        raise FieldFault("bad_value", "order_refund_fee")
    return order.fact(Kind.REFUND, "order_refund_time", amount_fen=amount_fen, is_refund=True)


def _act(row: Fields, raw: str, type_field: str, kinds: dict[int, Kind]) -> Row:
    """Read an act that is no order: dated by `conv_time`, told apart by its virtual id."""
    kind = kinds.get(needed(row.whole(type_field), type_field))
    if kind is None:
        raise FieldFault("unknown_state", type_field)
    at_ms = needed(row.beijing("conv_time"), "conv_time")
    click_id, click_by, problem = _click(row)
    item = row.id("conv_item_id") or row.id("item_id")
    return Row(
        kind=kind,
        event_no=needed(row.id("sub_order_id") or row.id("order_id"), "sub_order_id"),
        occurred_at_ms=at_ms,
        platform_shop_id=needed(row.id("seller_id"), "seller_id"),
        raw=raw,
        version=version_of(at_ms, "conv_time"),
        click_id=click_id,
        click_problem=problem,
        click_by=click_by,
        platform_item_id=needed(item, "conv_item_id") if kind in {Kind.CART, Kind.FAVOURITE} else item,
        new_visitor=row.flag("is_new_visitor") if kind is Kind.VISIT else None,
    )


def _click(row: Fields) -> tuple[str | None, str | None, str | None]:
    """Give click id, how Taobao came by it, and why it is none: what stood in the link goes before the monitor's (ATTR-3)."""
    problem = None
    for name, way in (("syn_click_id", "sync"), ("asyn_click_id", "async")):
        click_id, why = click_of(row.text(name))
        if click_id is not None:
            return click_id, way, None
        problem = why or problem
    return None, None, problem


def _second_click(row: Fields, first: str | None) -> str | None:
    """Give the monitor's click id where the link brought another one: both are kept, and the first is followed first."""
    second, _ = click_of(row.text("asyn_click_id"))
    return None if second == first else second
