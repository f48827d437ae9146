"""The order's state machine: a table of what is refused, and money that never goes back twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.errors import HongmaoError
from hongmao.platforms.sandbox.shop import rules
from hongmao.platforms.sandbox.shop.contracts import Order, Stage, SubOrder

if TYPE_CHECKING:
    from platforms.sandbox.shopfront import Shopfront

# what was done before · what is tried · status · code; one row per refusal
TABLE = """
checkout                             | refund o-1-1 1       | 409 | sandbox_not_refundable
checkout                             | balance              | 409 | sandbox_nothing_to_balance
checkout                             | receive              | 409 | sandbox_nothing_to_receive
checkout pay                         | pay                  | 409 | sandbox_nothing_to_pay
checkout pay                         | balance              | 409 | sandbox_nothing_to_balance
checkout pay                         | refund o-1-1 29901   | 422 | sandbox_refund_too_much
checkout pay                         | refund o-1-1 0       | 422 | sandbox_number_wrong
checkout pay                         | refund o-1-1 -5      | 422 | sandbox_number_wrong
checkout pay                         | refund o-1-1 1.5     | 422 | sandbox_number_wrong
checkout pay                         | refund o-1-9 1       | 404 | not_found
checkout pay refund:o-1-1:29900      | refund o-1-1 1       | 422 | sandbox_refund_too_much
checkout pay receive                 | receive              | 409 | sandbox_nothing_to_receive
checkout pay receive                 | pay                  | 409 | sandbox_nothing_to_pay
presale                              | balance              | 409 | sandbox_nothing_to_balance
presale pay                          | pay                  | 409 | sandbox_nothing_to_pay
presale pay                          | refund o-1-1 1       | 409 | sandbox_not_refundable
presale pay                          | receive              | 409 | sandbox_nothing_to_receive
presale pay balance                  | balance              | 409 | sandbox_nothing_to_balance
presale pay balance                  | refund o-1-1 50001   | 422 | sandbox_refund_too_much
"""
ROWS = [tuple(cell.strip() for cell in line.split("|")) for line in TABLE.strip().splitlines()]


@pytest.mark.parametrize(("before", "tried", "status", "code"), ROWS)
def test_what_an_order_refuses(shop: Shopfront, before: str, tried: str, status: str, code: str) -> None:
    for act in before.split():
        _do(shop, act)
    verb, *rest = tried.split()
    form = dict(zip(("sub_order_id", "amount_fen"), rest, strict=False))
    was = shop.get("/order/o-1")
    answer = shop.post(f"/order/o-1/{verb}", **form)
    assert (answer.status_code, answer.json()["error"]["code"]) == (int(status), code)
    assert shop.get("/order/o-1") == was


def _do(shop: Shopfront, act: str) -> None:
    match act.split(":"):
        case ["checkout"]:
            shop.do("/checkout", items="item-1:1")
        case ["presale"]:
            shop.do("/checkout", items="item-3:1")
        case ["refund", sub_order_id, amount]:
            shop.do("/order/o-1/refund", sub_order_id=sub_order_id, amount_fen=amount)
        case _:
            shop.do(f"/order/o-1/{act}")


def test_refund_only_leaves_the_goods_with_the_buyer(shop: Shopfront) -> None:
    for act in ("checkout", "pay", "refund:o-1-1:29900"):
        _do(shop, act)
    assert shop.get("/order/o-1")["status"] == "refunded"
    # The parcel was on its way already: it is received, and the order stays refunded.
    _do(shop, "receive")
    assert shop.get("/order/o-1")["status"] == "refunded"


def test_an_order_of_presale_and_stock_is_paid_as_far_as_it_can_be(shop: Shopfront) -> None:
    shop.do("/checkout", items="item-1:1,item-3:1")
    assert shop.do("/order/o-1/pay")["paid_fen"] == 29_900 + 5_000
    assert shop.get("/order/o-1")["status"] == "deposit_paid"
    assert shop.do("/order/o-1/balance")["paid_fen"] == 29_900 + 50_000
    assert shop.get("/order/o-1")["status"] == "paid"


STAGES = st.sampled_from(Stage)


@st.composite
def sub_orders(draw: st.DrawFn) -> SubOrder:
    amount = draw(st.integers(2, 10**6))
    deposit = draw(st.none() | st.integers(1, amount - 1))
    return SubOrder(
        sub_order_id="o-1-1",
        item_id="item-1",
        title="x",
        quantity=1,
        amount_fen=amount,
        deposit_fen=deposit,
        paid_fen=0,
        refunded_fen=0,
        stage=Stage.PLACED,
    )


@given(sub_orders(), st.lists(st.sampled_from(["pay", "balance", "receive"]) | st.integers(1, 10**6), max_size=12))
def test_refunds_never_exceed_what_was_paid_whatever_is_tried(sub: SubOrder, tries: list[str | int]) -> None:
    moved = 0
    for tried in tries:
        order = Order(
            order_id="o-1",
            buyer="b-1",
            shop_id="shop-1",
            click_id=None,
            click_item_id=None,
            placed_at_ms=0,
            sub_orders=(sub,),
        )
        try:
            if isinstance(tried, int):
                rules.check_refund(sub, tried)
                sub = _with(sub, refunded_fen=sub.refunded_fen + tried)
                continue
            [step] = {"pay": rules.pay, "balance": rules.balance, "receive": rules.receive}[tried](order)
        except HongmaoError:
            continue
        moved += step.amount_fen or 0
        sub = _with(sub, stage=step.stage, paid_fen=step.paid_fen)
        # What moves adds up to what is paid, and what is paid is never more than the price.
        assert moved == sub.paid_fen <= sub.amount_fen
    assert 0 <= sub.refunded_fen <= sub.paid_fen


def _with(sub: SubOrder, **changes: object) -> SubOrder:
    facts = {name: getattr(sub, name) for name in SubOrder.__dataclass_fields__}
    return SubOrder(**{**facts, **changes})


@given(st.lists(st.integers(1, 12_000), max_size=8))
def test_several_refunds_stop_where_the_money_stops(amounts: list[int]) -> None:
    sub = SubOrder(
        sub_order_id="o-1-1",
        item_id="item-1",
        title="x",
        quantity=1,
        amount_fen=29_900,
        deposit_fen=None,
        paid_fen=29_900,
        refunded_fen=0,
        stage=Stage.PAID,
    )
    left = 29_900
    for amount in amounts:
        try:
            rules.check_refund(sub, amount)
        except HongmaoError:
            assert amount > left
        else:
            assert amount <= left
            left -= amount
            sub = _with(sub, refunded_fen=sub.refunded_fen + amount)
    assert sub.refundable_fen == left
