"""What buyers do in the outside shop, and what the platform hears of it: stories with dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hongmao.kernel.money import Money
from hongmao.platforms.sandbox.mapping import CanonicalRow, read_row

if TYPE_CHECKING:
    from platforms.sandbox.receiver import Receiver
    from platforms.sandbox.shopfront import Shopfront


def amounts(receiver: Receiver, kind: str) -> list[tuple[str | None, int | None]]:
    return [(row["sub_order_id"], row["amount_fen"]) for row in receiver.rows if row["type"] == kind]


def test_she_buys_two_items_by_the_buttons_and_sends_one_back(told: Shopfront, receiver: Receiver) -> None:
    # 7 May, 10:00: a tap on the note's component brings her to the item page.
    page = told.page("/item/item-1?hm_click=c-7f3a")
    page.press(told.client, "加入购物车")
    told.page("/item/item-2").press(told.client, "加入购物车", quantity="2")
    # 10:05: she orders both from the cart and pays.
    told.at("2025-05-07T10:05:00+08:00")
    placed = told.page("/cart").press(told.client, "去结算")
    assert str(placed.url).endswith("/order/o-1")
    paid = told.page("/order/o-1").press(told.client, "支付")
    assert "已付款，待收货" in paid.text
    told.deliver()
    assert amounts(receiver, "pay") == [("o-1-1", 29_900), ("o-1-2", 19_800)]

    # 8 May: one of the two filters goes back, half of what that line cost.
    told.at("2025-05-08T09:00:00+08:00")
    refunded = told.page("/order/o-1").press(told.client, "申请退款", 1, amount_yuan="99")
    assert "−¥99.00" in refunded.text
    assert "¥398.00" in refunded.text
    told.page("/order/o-1").press(told.client, "确认收货")
    told.deliver()
    assert amounts(receiver, "refund") == [("o-1-2", 9_900)]
    assert amounts(receiver, "receive") == [("o-1-1", None), ("o-1-2", None)]

    # Every row is one our connector understands, and all carry the click of the tap.
    read = [read_row(row) for row in receiver.rows]
    assert {row.click_id for row in read if isinstance(row, CanonicalRow)} == {"c-7f3a"}
    assert len([row for row in read if isinstance(row, CanonicalRow)]) == len(receiver.rows)
    # The item clicked stays item-1, whichever was paid.
    assert {(row["item_id"], row["pay_item_id"]) for row in receiver.rows if row["type"] == "pay"} == {
        ("item-1", "item-1"),
        ("item-1", "item-2"),
    }


def test_a_presale_is_paid_in_two_parts(told: Shopfront, receiver: Receiver) -> None:
    # 26 May: the deposit of 50 yuan.
    told.at("2025-05-26T20:00:00+08:00")
    told.page("/item/item-3?hm_click=c-90bd").press(told.client, "立即购买")
    told.page("/order/o-1").press(told.client, "付定金")
    # 18 June: the balance of 450, more than three weeks after the click.
    told.at("2025-06-18T20:00:00+08:00")
    told.page("/order/o-1").press(told.client, "付尾款")
    told.deliver()
    assert amounts(receiver, "presale_deposit") == [("o-1-1", 5_000)]
    assert amounts(receiver, "presale_balance") == [("o-1-1", 45_000)]
    [balance] = [row for row in receiver.rows if row["type"] == "presale_balance"]
    assert (balance["deposit_fen"], balance["click_id"]) == (5_000, "c-90bd")
    assert amounts(receiver, "pay") == []
    assert told.get("/order/o-1")["paid_fen"] == 50_000


def test_an_order_keeps_its_click_when_the_shop_has_forgotten_it(told: Shopfront, receiver: Receiver) -> None:
    told.get("/item/item-1?hm_click=c-1")
    # Day 29: she orders; day 45: she sends it back.
    told.at("2025-06-05T09:59:00+08:00")
    told.do("/checkout", items="item-1:1")
    told.do("/order/o-1/pay")
    told.at("2025-06-21T10:00:00+08:00")
    told.do("/order/o-1/refund", sub_order_id="o-1-1", amount_fen="29900")
    told.deliver()
    assert [row["click_id"] for row in receiver.rows if row["type"] in {"order", "pay", "refund"}] == ["c-1"] * 3


@pytest.mark.parametrize(
    ("when", "click_id"), [("2025-06-06T09:59:59+08:00", "c-1"), ("2025-06-06T10:00:00+08:00", None)]
)
def test_a_click_is_remembered_for_30_days(told: Shopfront, when: str, click_id: str | None) -> None:
    told.get("/item/item-1?hm_click=c-1")
    told.at(when)
    told.do("/checkout", items="item-1:1")
    assert told.control("orders")["orders"][0]["click_id"] == click_id


def test_an_order_without_a_click_is_the_shops_own_matter(told: Shopfront, receiver: Receiver) -> None:
    told.get("/item/item-1")
    told.do("/item/item-1/cart")
    told.do("/item/item-1/favourite")
    told.do("/shop/shop-1/follow")
    told.do("/checkout", items="item-1:1")
    told.do("/order/o-1/pay")
    assert told.deliver() == 0
    assert receiver.got == []
    [order] = told.control("orders")["orders"]
    assert (order["click_id"], order["paid_fen"]) == (None, 29_900)
    assert told.state()["outbox_pending"] == 0


def test_a_click_counts_in_its_own_shop_only(told: Shopfront) -> None:
    told.get("/item/item-1?hm_click=c-1")
    told.do("/checkout", items="item-9:1")
    assert told.control("orders")["orders"][0]["click_id"] is None


def test_the_last_click_replaces_the_one_before(told: Shopfront, receiver: Receiver) -> None:
    told.get("/item/item-1?hm_click=c-1")
    told.do("/checkout", items="item-1:1")
    told.get("/item/item-2?hm_click=c-2")
    told.do("/checkout", items="item-2:1")
    # What happens to the first order is still told under the first click.
    told.do("/order/o-1/pay")
    told.deliver()
    assert [(row["order_id"], row["type"], row["click_id"]) for row in receiver.rows if row["order_id"]] == [
        ("o-1", "order", "c-1"),
        ("o-2", "order", "c-2"),
        ("o-1", "pay", "c-1"),
    ]


def visits(receiver: Receiver) -> list[tuple[str, str, Any]]:
    return [(row["type"], row["click_id"], row["new_visitor"]) for row in receiver.rows]


def test_coming_by_a_click_opens_and_visits_and_browsing_on_is_the_same_visit(
    told: Shopfront, receiver: Receiver
) -> None:
    for path in ("/item/item-1?hm_click=c-1", "/item/item-1?hm_click=c-1", "/item/item-2", "/shop/shop-1"):
        told.get(path)
    told.deliver()
    assert visits(receiver) == [("open", "c-1", None), ("visit", "c-1", True)]
    # Half an hour later she comes back by herself: another visit under the same click, no new visitor.
    told.at("2025-05-07T10:30:00+08:00")
    told.get("/shop/shop-1")
    told.deliver()
    assert visits(receiver)[2:] == [("visit", "c-1", False)]
    # A new click at once begins another.
    told.get("/shop/shop-1?hm_click=c-2")
    told.deliver()
    assert visits(receiver)[3:] == [("open", "c-2", None), ("visit", "c-2", False)]


@pytest.mark.parametrize(("days", "new"), [(364, False), (365, True)])
def test_a_visitor_is_new_again_after_365_days(told: Shopfront, receiver: Receiver, *, days: int, new: bool) -> None:
    told.get("/shop/shop-1")
    told.clock.advance(days * 86_400_000)
    told.get("/shop/shop-1?hm_click=c-1")
    told.deliver()
    assert visits(receiver) == [("open", "c-1", None), ("visit", "c-1", new)]


def test_a_look_ahead_of_the_browser_is_no_visit(told: Shopfront) -> None:
    told.client.get("/item/item-1?hm_click=c-1", headers={"Sec-Purpose": "prefetch;prerender"})
    told.client.send("HEAD", "/item/item-1?hm_click=c-1")
    assert told.state()["outbox_pending"] == 0


def test_liking_and_following_count_once_and_carting_each_time(told: Shopfront, receiver: Receiver) -> None:
    told.get("/shop/shop-1?hm_click=c-1")
    page = told.page("/item/item-1")
    for button in ("收藏", "关注店铺", "加入购物车"):
        page.press(told.client, button)
        page.press(told.client, button)
    told.deliver()
    acts = [(row["type"], row["item_id"], row["quantity"]) for row in receiver.rows[2:]]
    assert acts == [
        ("favourite", "item-1", None),
        ("follow", None, None),
        ("cart", "item-1", 1),
        ("cart", "item-1", 1),
    ]


def test_the_buyer_has_no_place_in_a_row(told: Shopfront, receiver: Receiver) -> None:
    told.get("/item/item-1?hm_click=c-1")
    told.do("/checkout", items="item-1:1")
    told.deliver()
    buyer = told.client.cookies["buyer"]
    assert told.control("orders")["orders"][0]["buyer"] == buyer
    for got in receiver.got:
        assert buyer.encode() not in got.body
        assert "Cookie" not in got.headers


def test_the_same_day_lived_twice_is_the_same_to_the_byte(told: Shopfront, receiver: Receiver) -> None:
    told.get("/item/item-1?hm_click=c-1")
    told.do("/checkout", items="item-1:1,item-2:2")
    told.do("/order/o-1/pay")
    told.do("/order/o-1/refund", sub_order_id="o-1-2", amount_fen="1")
    told.deliver()
    assert receiver.told() == [
        ("open", "v-0001"),
        ("visit", "v-0002"),
        ("order", "o-1-1.order"),
        ("order", "o-1-2.order"),
        ("pay", "o-1-1.pay"),
        ("pay", "o-1-2.pay"),
        ("refund", "r-1"),
    ]
    assert str(Money(sum(fen or 0 for _, fen in amounts(receiver, "pay")))) == "497.00"
