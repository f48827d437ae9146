"""From the buyer's purchase to our rows, over JD's own wire: client and gateway share nothing but the format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.platforms.jd.pulls import ORDERS, VISITS
from platforms.gatehouse import ITEM, OTHER_ITEM, PRESALE_ITEM, SHOP, THIRD_ITEM, latest, ms, of_kind, total_fen, words

if TYPE_CHECKING:
    from platforms.gatehouse import Gatehouse


def test_one_order_of_three_skus_is_three_conversions_whose_gmv_is_the_orders(market: Gatehouse) -> None:
    """Row 13 of the article: 小红盟's key is order plus sku."""
    order = market.buy("c-1", f"{ITEM}:1,{OTHER_ITEM}:2,{THIRD_ITEM}:1")
    market.later()
    rows = market.pull(ORDERS)
    paid = {row.sub_order_id: row for row in of_kind(rows, "pay")}
    assert {name: row.amount_fen for name, row in paid.items()} == {
        f"{order}.{ITEM}": 29_900,
        f"{order}.{OTHER_ITEM}": 19_800,
        f"{order}.{THIRD_ITEM}": 1_234,
    }
    assert sum(row.amount_fen or 0 for row in paid.values()) == market.front.get(f"/order/{order}")["amount_fen"]
    assert {row.order_id for row in paid.values()} == {order}
    assert {(row.click_id, row.click_by, row.platform_shop_id) for row in paid.values()} == {("c-1", "sync", SHOP)}
    assert {row.quantity for row in paid.values()} == {1, 2}


def test_a_line_from_order_to_settlement(market: Gatehouse) -> None:
    """10:00 ordered, 10:20 paid, the next day received: each row tells all that is true by then."""
    order = market.buy("c-1", pay=False)
    market.later()
    assert words(market.pull(ORDERS)) == ["order"]
    market.at("2025-05-07T10:20:00")
    market.front.do(f"/order/{order}/pay")
    market.later()
    assert words(market.pull(ORDERS)) == ["order", "pay"]
    market.at("2025-05-08T09:00:00")
    market.receive(order)
    market.later()
    rows = market.pull(ORDERS)
    assert words(rows) == ["order", "pay", "receive", "settle"]
    assert [row.occurred_at_ms for row in rows] == [
        ms("2025-05-07T10:00:00"),
        ms("2025-05-07T10:00:00"),  # JD names no moment of payment
        ms("2025-05-08T09:00:00"),
        ms("2025-05-08T09:00:00"),
    ]
    assert rows[1].commission_fen == rows[3].commission_fen == 897


def test_the_same_row_pulled_again_is_the_same_facts(market: Gatehouse) -> None:
    market.buy("c-1")
    market.later()
    first = market.pull(ORDERS)
    market.later(30)
    assert market.pull(ORDERS) == first


def test_what_goes_back_before_receipt_is_a_cancelled_row_that_names_its_code(market: Gatehouse) -> None:
    order = market.buy("c-1", f"{ITEM}:1,{OTHER_ITEM}:1")
    market.later()
    before = market.pull(ORDERS)
    market.refund(order, 1, 29_900)
    market.later()
    after = market.pull(ORDERS)
    [refund] = of_kind(after, "refund")
    assert (refund.refund_id, refund.amount_fen, refund.quantity) == (f"{order}.{ITEM}.invalid-3", 29_900, None)
    assert total_fen(before + after, "pay") - total_fen(before + after, "refund") == 9_900


def test_parts_and_the_rest_add_up_to_what_was_paid(market: Gatehouse) -> None:
    """价保 gives 50.00 back, then 49.00 more, then after receipt the goods go back: three tellings, two facts, one sum."""
    order = market.buy("c-1", f"{ITEM}:1")
    rows = []
    for step in (5_000, 4_900):
        market.later()
        market.refund(order, 1, step)
        market.later()
        rows += market.pull(ORDERS)
    market.receive(order)
    market.later()
    rows += market.pull(ORDERS)
    assert total_fen(rows, "refund") == 9_900
    market.refund(order, 1, 20_000)
    market.later()
    rows += market.pull(ORDERS)
    assert {name[1]: row.amount_fen for name, row in latest(rows, "refund").items()} == {
        f"{order}.{ITEM}.protected": 9_900,
        f"{order}.{ITEM}.returned": 20_000,
    }
    assert total_fen(rows, "pay") == 29_900
    assert total_fen(rows, "settle") == 0


def test_a_presale_is_an_order_until_the_whole_is_paid(market: Gatehouse) -> None:
    order = market.buy("c-1", f"{PRESALE_ITEM}:1")
    market.later()
    assert words(market.pull(ORDERS)) == ["order"]
    market.front.do(f"/order/{order}/balance")
    market.later()
    rows = market.pull(ORDERS)
    assert [(row.kind.value, row.amount_fen) for row in rows] == [("order", 50_000), ("pay", 50_000)]


def test_a_sandbox_tells_of_visits_and_jd_itself_is_not_asked(market: Gatehouse) -> None:
    market.front.get(f"/item/{ITEM}?clickid=c-1")
    market.front.do(f"/item/{ITEM}/cart", quantity="1")
    market.later()
    rows = market.pull(VISITS)
    assert words(rows) == ["open", "visit", "cart"]
    assert {row.click_id for row in rows} == {"c-1"}
    assert [row.new_visitor for row in rows] == [None, True, None]
    asked = len(market.caller.calls)
    real = {name: value for name, value in market.account.settings.items() if name != "gateway"}
    market.account = type(market.account)(
        platform="jd", account="k", tenant=market.account.tenant, secret=b"s", revoked=False, settings=real
    )
    assert market.pull(VISITS) == []
    assert len(market.caller.calls) == asked
