"""What buyers do on Taobao, and what comes back by its gateway: stories with dates, client and gateway in one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.kernel.time import Window
from hongmao.platforms.api import Kind, LinkWanted, Row
from hongmao.platforms.taobao.affiliate import SETTLEMENTS
from hongmao.platforms.taobao.platform import TMALL
from hongmao.platforms.taobao.pulls import CARTS, ORDERS, VISITS
from platforms.gatehouse import ms
from platforms.taobao.bazaar import ITEM, OTHER_ITEM, PRESALE_ITEM, SHOP, account_with, kinds, open_bazaar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hongmao.kernel.clock import SetClock
    from platforms.taobao.bazaar import Bazaar


def amounts(rows: Sequence[Row], kind: Kind) -> list[tuple[str | None, int | None]]:
    return sorted({(row.sub_order_id, row.amount_fen) for row in rows if row.kind is kind}, key=str)


def test_a_tap_becomes_a_visit_a_cart_an_order_a_payment_and_a_receipt(bazaar: Bazaar) -> None:
    # 10:00: she comes by the note, likes the pot and puts it into the cart.
    bazaar.front.get(f"/item/{ITEM}?clickid=c-7f3a")
    bazaar.front.do(f"/item/{ITEM}/favourite")
    bazaar.front.do(f"/item/{ITEM}/cart")
    bazaar.front.do(f"/shop/{SHOP}/follow")
    # 10:05: she buys another item, the filter, and two days later the parcel is there.
    bazaar.at("2025-05-07T10:05:00+08:00")
    order = bazaar.front.do("/checkout", items=f"{OTHER_ITEM}:2")["order_id"]
    bazaar.front.do(f"/order/{order}/pay")
    bazaar.at("2025-05-09T18:00:00+08:00")
    bazaar.front.do(f"/order/{order}/receive")

    visits, carts = bazaar.pull(VISITS, "2025-05-07"), bazaar.pull(CARTS, "2025-05-07")
    assert kinds(visits) == ["open", "visit", "shop_follow"]
    assert [row.new_visitor for row in visits] == [None, True, None]
    assert kinds(carts) == ["favourite", "cart"]
    assert {row.platform_item_id for row in carts} == {ITEM}
    assert {row.sub_order_id for row in (*visits, *carts)} == {None}

    first, last = bazaar.pull(ORDERS, "2025-05-07"), bazaar.pull(ORDERS, "2025-05-09")
    assert kinds(first) == ["order", "order", "pay"]
    assert kinds(last) == ["order", "pay", "receive"]
    assert bazaar.pull(ORDERS, "2025-05-08") == []
    paid = next(row for row in first if row.kind is Kind.PAY)
    assert (paid.amount_fen, paid.quantity, paid.commission_fen) == (19_800, 2, 990)
    assert (paid.platform_item_id, paid.platform_pay_item_id) == (ITEM, OTHER_ITEM)
    assert (paid.occurred_at_ms, paid.platform_shop_id) == (ms("2025-05-07T10:05:00"), SHOP)
    assert {row.click_id for row in (*visits, *carts, *first, *last)} == {"c-7f3a"}
    assert {row.click_by for row in first} <= {"sync", "async"}


def test_what_a_later_row_says_of_an_earlier_fact_is_that_fact_again(bazaar: Bazaar) -> None:
    order = bazaar.buy("c-1")
    bazaar.at("2025-05-08T10:00:00+08:00")
    bazaar.front.do(f"/order/{order}/receive")
    then, now = bazaar.pull(ORDERS, "2025-05-07"), bazaar.pull(ORDERS, "2025-05-08")
    named = {(row.kind, row.sub_order_id, row.version, row.amount_fen, row.occurred_at_ms) for row in then}
    again = {(row.kind, row.sub_order_id, row.version, row.amount_fen, row.occurred_at_ms) for row in now}
    assert named == {one for one in again if one[0] in {Kind.ORDER, Kind.PAY}}


def test_a_presale_is_50_and_then_450_and_never_550(bazaar: Bazaar) -> None:
    # 26 May, 20:00: the deposit. 18 June, 20:00: the balance (article row 2).
    bazaar.at("2025-05-26T20:00:00+08:00")
    order = bazaar.buy("c-90bd", PRESALE_ITEM)
    bazaar.at("2025-06-18T20:00:00+08:00")
    bazaar.front.do(f"/order/{order}/balance")

    deposit, balance = bazaar.pull(ORDERS, "2025-05-26"), bazaar.pull(ORDERS, "2025-06-18")
    assert '"order_status":4' in deposit[-1].raw
    assert '"order_status":2' in balance[-1].raw
    assert kinds(deposit) == ["order", "order", "presale_deposit"]
    assert kinds(balance) == ["order", "presale_balance"]
    assert amounts(deposit, Kind.PRESALE_DEPOSIT) == [(f"{order}-1", 5_000)]
    [paid] = [row for row in balance if row.kind is Kind.PRESALE_BALANCE]
    assert (paid.amount_fen, paid.deposit_fen) == (45_000, 5_000)
    assert paid.amount_fen + paid.deposit_fen == 50_000
    assert [row for row in (*deposit, *balance) if row.kind is Kind.PAY] == []


def test_a_refund_in_parts_is_two_refunds_and_the_payment_stays(bazaar: Bazaar) -> None:
    order = bazaar.buy("c-2")
    bazaar.at("2025-05-08T09:00:00+08:00")
    bazaar.front.do(f"/order/{order}/refund", sub_order_id=f"{order}-1", amount_fen="9900")
    bazaar.at("2025-05-08T09:30:00+08:00")
    bazaar.front.do(f"/order/{order}/refund", sub_order_id=f"{order}-1", amount_fen="100")
    rows = bazaar.pull(ORDERS, "2025-05-08")
    refunds = [row for row in rows if row.kind is Kind.REFUND]
    assert [row.amount_fen for row in refunds] == [9_900, 100]
    assert len({row.refund_id for row in refunds}) == 2
    assert amounts(rows, Kind.PAY) == [(f"{order}-1", 29_900)]


def test_settled_is_what_was_kept_and_void_what_went_back_whole(bazaar: Bazaar) -> None:
    kept, void, partly = (bazaar.buy(click) for click in ("c-a", "c-b", "c-c"))
    bazaar.at("2025-05-07T12:00:00+08:00")
    bazaar.front.do(f"/order/{void}/refund", sub_order_id=f"{void}-1", amount_fen="29900")
    bazaar.front.do(f"/order/{partly}/refund", sub_order_id=f"{partly}-1", amount_fen="9900")
    bazaar.at("2025-05-07T13:00:00+08:00")
    for order in (kept, partly):
        bazaar.front.do(f"/order/{order}/receive")
    # 14:00: nothing is settled yet; what went back is void already.
    bazaar.at("2025-05-07T14:00:00+08:00")
    early = bazaar.pull(SETTLEMENTS, span=Window(ms("2025-05-07T11:30:00"), ms("2025-05-07T14:00:00")))
    assert [(row.sub_order_id, row.amount_fen, row.commission_fen) for row in early] == [(f"{void}-1", 0, 0)]

    bazaar.at("2025-05-07T15:30:00+08:00")
    late = bazaar.pull(SETTLEMENTS, span=Window(ms("2025-05-07T14:00:00"), ms("2025-05-07T15:30:00")))
    assert [(row.sub_order_id, row.amount_fen, row.commission_fen) for row in late] == [
        (f"{kept}-1", 29_900, 1_495),
        (f"{partly}-1", 20_000, 1_000),
    ]
    assert {row.kind for row in (*early, *late)} == {Kind.SETTLE}
    assert {row.occurred_at_ms for row in late} == {ms("2025-05-07T15:00:00")}


def test_an_account_without_the_list_of_orders_takes_its_refunds_from_the_affiliate(bazaar: Bazaar) -> None:
    order = bazaar.buy("c-b")
    bazaar.at("2025-05-07T12:00:00+08:00")
    bazaar.front.do(f"/order/{order}/refund", sub_order_id=f"{order}-1", amount_fen="29900")
    bazaar.at("2025-05-07T12:30:00+08:00")
    bazaar.account = account_with(refunds="affiliate")
    rows = bazaar.pull(SETTLEMENTS, span=Window(ms("2025-05-07T11:30:00"), ms("2025-05-07T12:30:00")))
    assert [(row.kind, row.amount_fen) for row in rows] == [(Kind.SETTLE, 0), (Kind.REFUND, 29_900)]


def test_a_macro_nobody_replaced_comes_back_as_no_click_with_the_reason(bazaar: Bazaar) -> None:
    bazaar.buy("__CLICK_ID__")
    rows = [*bazaar.pull(ORDERS), *bazaar.pull(VISITS)]
    assert {(row.click_id, row.click_by, row.click_problem) for row in rows} == {(None, None, "macro_unresolved")}
    assert kinds(rows) == ["order", "order", "pay", "open", "visit"]


def test_a_share_of_orders_is_known_by_the_monitor_and_a_few_are_claimed_by_others(bazaar: Bazaar) -> None:
    for number in range(120):
        bazaar.buy(f"c-{number}")
    paid = [row for row in bazaar.pull(ORDERS) if row.kind is Kind.PAY]
    assert len(paid) == 120
    by_monitor = sum(row.click_by == "async" for row in paid)
    claimed = sum(row.claimed_elsewhere is True for row in paid)
    assert 5 < by_monitor < 40
    assert 0 < claimed < 20


@pytest.mark.parametrize("way", ["md5", "hmac", "hmac-sha256"])
def test_each_way_of_signing_is_let_in(bazaar: Bazaar, way: str) -> None:
    bazaar.buy("c-1")
    bazaar.account = account_with(sign_method=way)
    assert kinds(bazaar.pull(ORDERS)) == ["order", "order", "pay"]
    assert bazaar.caller.asked()["sign_method"] == way


def test_tmall_is_the_same_gateway_under_its_own_name(tmp_path: Path, clock: SetClock) -> None:
    with open_bazaar(tmp_path / "tmall.sqlite", clock, platform="tmall") as tmall:
        assert TMALL.links is not None
        wanted = LinkWanted(
            page_url=f"https://detail.tmall.com/item.htm?id={ITEM}",
            platform_shop_id=SHOP,
            platform_item_id=ITEM,
            line="cid",
        )
        made = TMALL.links.make(wanted, tmall.account, tmall.caller, now_ms=tmall.front.clock.now_ms())
        assert made.fallback_url == f"https://detail.tmall.com/item.htm?id={ITEM}&clickid=__CLICK_ID__"
        tmall.buy("c-1")
        assert kinds(tmall.pull(TMALL.pulls[0])) == ["order", "order", "pay"]
        assert {call.url for call in tmall.caller.calls} == {"http://shop.example/gw/tmall/router/rest"}
