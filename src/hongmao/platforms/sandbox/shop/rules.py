"""The order's state machine: what a payment, a receipt or a refund does to each sub-order, or why it may not.

placed ──pay──▶ paid ──receive──▶ received
   └──pay (定金)──▶ deposit_paid ──balance (尾款)──▶ paid
refund: from paid or received, any number of times, in all never more than was paid
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.platforms.sandbox.shop.contracts import Stage
from hongmao.platforms.sandbox.shop.errors import (
    NothingToBalance,
    NothingToPay,
    NothingToReceive,
    NotRefundable,
    RefundTooMuch,
)

if TYPE_CHECKING:
    from hongmao.platforms.sandbox.shop.contracts import Order, SubOrder
    from hongmao.platforms.sandbox.shop.wire import WireType


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one act does to one sub-order, and how it is told: effects as data."""

    sub: SubOrder
    stage: Stage
    paid_fen: int
    """Paid in all after this step."""
    told_as: WireType
    amount_fen: int | None = None
    """What moves in this step."""
    deposit_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What a buyer may do next with an order; None where that step is not open."""

    pay_fen: int | None
    deposit_only: bool
    balance_fen: int | None
    receivable: bool


def pay(order: Order) -> tuple[Step, ...]:
    """付款: whatever has been placed is paid in full, a presale by its deposit."""
    steps = _first_payments(order)
    if not steps:
        raise NothingToPay(id=order.order_id)
    return steps


def balance(order: Order) -> tuple[Step, ...]:
    """付尾款: the rest of every presale whose deposit is paid."""
    steps = _balances(order)
    if not steps:
        raise NothingToBalance(id=order.order_id)
    return steps


def receive(order: Order) -> tuple[Step, ...]:
    """收货: everything paid, its money back or not: 仅退款 leaves the goods with the buyer."""
    steps = _receipts(order)
    if not steps:
        raise NothingToReceive(id=order.order_id)
    return steps


def next_steps(order: Order) -> Next:
    """Say what is open now, by the same rules that will decide."""
    payments, balances = _first_payments(order), _balances(order)
    return Next(
        pay_fen=sum(step.amount_fen or 0 for step in payments) if payments else None,
        deposit_only=bool(payments) and all(step.told_as == "presale_deposit" for step in payments),
        balance_fen=sum(step.amount_fen or 0 for step in balances) if balances else None,
        receivable=any(not step.sub.gone_back for step in _receipts(order)),
    )


def check_refund(sub: SubOrder, amount_fen: int) -> None:
    """退款: say why an amount may not go back; silence means that it may."""
    if sub.stage not in {Stage.PAID, Stage.RECEIVED}:
        raise NotRefundable(id=sub.sub_order_id)
    if amount_fen > sub.refundable_fen:
        raise RefundTooMuch(place="amount_fen", amount_fen=amount_fen, refundable_fen=sub.refundable_fen)


def _first_payments(order: Order) -> tuple[Step, ...]:
    return tuple(_first_payment(sub) for sub in order.sub_orders if sub.stage is Stage.PLACED)


def _balances(order: Order) -> tuple[Step, ...]:
    return tuple(_balance(sub) for sub in order.sub_orders if sub.stage is Stage.DEPOSIT_PAID)


def _receipts(order: Order) -> tuple[Step, ...]:
    return tuple(
        Step(sub=sub, stage=Stage.RECEIVED, paid_fen=sub.paid_fen, told_as="receive")
        for sub in order.sub_orders
        if sub.stage is Stage.PAID
    )


def _first_payment(sub: SubOrder) -> Step:
    if sub.deposit_fen is None:
        return Step(sub=sub, stage=Stage.PAID, paid_fen=sub.amount_fen, told_as="pay", amount_fen=sub.amount_fen)
    return Step(
        sub=sub,
        stage=Stage.DEPOSIT_PAID,
        paid_fen=sub.deposit_fen,
        told_as="presale_deposit",
        amount_fen=sub.deposit_fen,
    )


def _balance(sub: SubOrder) -> Step:
    return Step(
        sub=sub,
        stage=Stage.PAID,
        paid_fen=sub.amount_fen,
        told_as="presale_balance",
        amount_fen=sub.amount_fen - sub.paid_fen,
        deposit_fen=sub.paid_fen,
    )
