"""From the buyer's purchase to our rows, over Pinduoduo's own wire: client and gateway share nothing but the format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.platforms.pdd.pulls import ORDERS, VISITS
from platforms.gatehouse import ITEM, OTHER_ITEM, SHOP, account_of, latest, ms, of_kind, total_fen, words

if TYPE_CHECKING:
    from platforms.gatehouse import Gatehouse


def test_an_order_goes_from_paid_to_grouped_to_received_to_approved_to_settled(market: Gatehouse) -> None:
    """Row 36 of the article: 0, 1, 2, 3, 5. Each state tells all that is true by then, and no fact is told twice anew."""
    order = market.buy("c-1")
    seen = []
    market.later()
    seen.append(words(market.pull(ORDERS)))  # 0
    market.later(10)
    seen.append(words(market.pull(ORDERS)))  # 1
    market.at("2025-05-08T09:00:00")
    market.receive(order)
    for minutes in (1, 65, 65):
        market.later(minutes)
        seen.append(words(market.pull(ORDERS)))  # 2, 3, 5
    assert seen == [
        ["order", "pay"],
        ["order", "pay"],
        ["order", "pay", "receive"],
        ["order", "pay", "receive"],
        ["order", "pay", "receive", "settle"],
    ]


def test_a_later_state_is_the_same_facts_and_more(market: Gatehouse) -> None:
    order = market.buy("c-1")
    market.later()
    early = market.pull(ORDERS)
    market.receive(order)
    market.later(150)
    late = market.pull(ORDERS, hours=4)
    told = {(row.kind, row.version, row.occurred_at_ms, row.amount_fen) for row in late}
    assert {(row.kind, row.version, row.occurred_at_ms, row.amount_fen) for row in early} < told


def test_an_order_in_our_words(market: Gatehouse) -> None:
    order = market.buy("c-1", f"{ITEM}:2")
    market.later()
    [placed, pay] = market.pull(ORDERS)
    assert (pay.order_id, pay.sub_order_id) == (f"{order}-1", f"{order}-1")
    assert (pay.amount_fen, pay.quantity, pay.platform_shop_id, pay.platform_pay_item_id) == (59_800, 2, SHOP, ITEM)
    assert (pay.click_id, pay.click_by) == ("c-1", "sync")
    assert pay.commission_fen == (179 if pay.price_compare else 1_794)
    assert placed.occurred_at_ms == ms("2025-05-07T10:00:00")


def test_an_order_is_of_one_item(market: Gatehouse) -> None:
    order = market.buy("c-1", f"{ITEM}:1,{OTHER_ITEM}:1")
    market.later()
    rows = market.pull(ORDERS)
    assert {row.order_id for row in of_kind(rows, "pay")} == {f"{order}-1", f"{order}-2"}
    assert total_fen(rows, "pay") == 39_800


def test_an_order_that_is_not_paid_is_not_told_of(market: Gatehouse) -> None:
    market.buy("c-1", pay=False)
    market.later()
    assert market.pull(ORDERS) == []


def test_money_goes_back_once_however_it_goes(market: Gatehouse) -> None:
    """50.00 back, then the rest: one fact, whose sum grows to what was paid."""
    order = market.buy("c-1")
    market.later()
    market.refund(order, 1, 5_000)
    market.later()
    rows = market.pull(ORDERS)
    [part] = of_kind(rows, "refund")
    assert (part.amount_fen, part.refund_id) == (5_000, f"{order}-1.removed")
    market.refund(order, 1, 24_900)
    market.later()
    rows += market.pull(ORDERS)
    assert list(latest(rows, "refund")) == [(f"{order}-1", f"{order}-1.removed")]
    assert total_fen(rows, "refund") == total_fen(rows, "pay") == 29_900


def test_a_refund_is_told_anew_when_the_order_moves_on_and_counts_once(market: Gatehouse) -> None:
    order = market.buy("c-1")
    market.receive(order)
    market.later()
    market.refund(order, 1, 5_000)
    market.later()
    [first] = of_kind(market.pull(ORDERS), "refund")
    market.later(180)
    [later] = of_kind(market.pull(ORDERS, hours=4), "refund")
    assert first.version < later.version
    assert total_fen([first, later], "refund") == 5_000


def test_some_buyers_compared_prices(market: Gatehouse) -> None:
    for number in range(60):
        market.buy(f"c-{number}")
    market.later()
    pays = of_kind(market.pull(ORDERS), "pay")
    compared = [row for row in pays if row.price_compare]
    assert 0 < len(compared) < 20
    assert {row.commission_fen for row in compared} == {89}
    assert {row.commission_fen for row in pays if not row.price_compare} == {897}


def test_a_sandbox_tells_of_visits_and_pinduoduo_itself_is_not_asked(market: Gatehouse) -> None:
    market.front.get(f"/item/{ITEM}?clickid=c-1")
    market.front.do(f"/item/{ITEM}/cart", quantity="1")
    market.later()
    rows = market.pull(VISITS)
    assert words(rows) == ["open", "visit", "cart"]
    assert [(row.click_id, row.new_visitor) for row in rows] == [("c-1", None), ("c-1", True), ("c-1", None)]
    asked = len(market.caller.calls)
    market.account = account_of("pdd", gateway="")
    assert market.pull(VISITS) == []
    assert len(market.caller.calls) == asked
