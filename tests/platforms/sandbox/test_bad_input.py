"""Whatever is sent to the shop gets an answer that says what is wrong: never a 500, never anything half done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hongmao.platforms.sandbox.shop import create_shop_app
from platforms.sandbox.browser import Browser
from platforms.sandbox.shopfront import ITEM, JSON, TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.kernel.clock import SetClock
    from platforms.sandbox.shopfront import Shopfront

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NASTY = "<script>alert(1)</script>\"'&--; DROP TABLE item"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/item/none"),
        ("GET", "/shop/none"),
        ("GET", "/order/o-1"),
        ("GET", "/nowhere"),
        ("GET", "/assets/nothing.css"),
        ("POST", "/item/none/cart"),
        ("POST", "/item/none/favourite"),
        ("POST", "/shop/none/follow"),
        ("POST", "/order/o-1/pay"),
        ("POST", "/order/o-1/refund"),
        ("GET", "/item/%00"),
        ("GET", "/item/%ff%fe"),
        ("GET", "/item/" + "x" * 5_000),
    ],
)
def test_what_is_not_there_is_not_found(shop: Shopfront, method: str, path: str) -> None:
    assert shop.client.send(method, path).status_code == 404
    error = shop.client.send(method, path, headers=JSON).json()["error"]
    assert error["code"] == "not_found"
    assert error["message_zh"] != error["message_en"]


def test_a_wrong_method_is_named(shop: Shopfront) -> None:
    assert shop.client.send("DELETE", "/item/item-1").status_code == 405
    assert shop.client.get("/checkout").status_code == 405


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "sandbox_field_needed"),
        ({"items": ""}, "sandbox_items_wrong"),
        ({"items": "item-1"}, "sandbox_items_wrong"),
        ({"items": "item-1:one"}, "sandbox_items_wrong"),
        ({"items": "item-1:-1"}, "sandbox_items_wrong"),
        ({"items": "item-1:1,,item-2:1"}, "sandbox_items_wrong"),
        ({"items": "item-1:0"}, "sandbox_number_wrong"),
        ({"items": "item-1:100"}, "sandbox_number_wrong"),
        ({"items": "item-1:60,item-1:60"}, "sandbox_number_wrong"),
        ({"items": ",".join(f"item-{n}:1" for n in range(51))}, "sandbox_too_many_items"),
        ({"items": "item-1:1,item-9:1"}, "sandbox_mixed_shops"),
        ({"items": "item-1:1,item-77:1"}, "not_found"),
        ({"item_id": "item-1", "quantity": "1e3"}, "sandbox_number_wrong"),
        ({"item_id": "item-1", "quantity": "9" * 400}, "sandbox_number_wrong"),
        ({"items": NASTY}, "sandbox_items_wrong"),
    ],
)
def test_a_checkout_that_cannot_be_read_orders_nothing(shop: Shopfront, form: dict[str, str], code: str) -> None:
    answer = shop.post("/checkout", **form)
    assert answer.status_code == (404 if code == "not_found" else 422)
    assert answer.json()["error"]["code"] == code
    assert shop.state()["orders"] == 0


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Type": "application/json"}, b"{", 422),
        ({"Content-Type": "application/json"}, b'{"items":1.5}', 422),
        ({"Content-Type": "application/json"}, b'{"items":{"item-1":1}}', 422),
        ({"Content-Type": "application/json"}, b'{"items":"\\ud800:1"}', 422),
        ({"Content-Type": "application/json"}, b'["item-1:1"]', 422),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x--", 415),
        ({"Content-Type": "text/plain"}, b"items=item-1:1", 415),
        (FORM, b"\xff\xfe=1", 422),
        (FORM, b"items=%ff", 422),
        (FORM, b"&".join(b"a=1" for _ in range(300)), 422),
        (FORM, b"x" * (64 * 1024 + 1), 413),
    ],
)
def test_a_body_that_is_no_form(shop: Shopfront, headers: dict[str, str], body: bytes, status: int) -> None:
    assert shop.client.send("POST", "/checkout", headers={**JSON, **headers}, content=body).status_code == status


def test_a_program_may_send_json(shop: Shopfront) -> None:
    answer = shop.client.post("/checkout", JSON, json={"items": ["item-1:1", "item-2:2"]})
    assert answer.status_code == 201
    assert [sub["quantity"] for sub in answer.json()["sub_orders"]] == [1, 2]
    shop.do("/order/o-1/pay")
    refund = {"sub_order_id": "o-1-1", "amount_fen": 100}
    assert shop.client.post("/order/o-1/refund", JSON, json=refund).json()["refund"] == {
        "refund_id": "r-1",
        "sub_order_id": "o-1-1",
        "amount_fen": 100,
        "refunded_at_ms": shop.clock.now_ms(),
    }


@pytest.mark.parametrize("typed", ["", "0", "-1", "1.234", "一百", "1e2", "299.01", NASTY])
def test_an_amount_typed_by_hand(shop: Shopfront, typed: str) -> None:
    shop.do("/checkout", items="item-1:1")
    shop.do("/order/o-1/pay")
    answer = shop.page("/order/o-1").press(shop.client, "申请退款", amount_yuan=typed)
    assert answer.status_code == 422
    assert shop.get("/order/o-1")["refunded_fen"] == 0


def test_another_buyers_order_reads_like_none(shop: Shopfront) -> None:
    shop.do("/checkout", items="item-1:1")
    shop.client.cookies.clear()
    assert shop.client.get("/order/o-1").status_code == 404
    assert shop.post("/order/o-1/pay").status_code == 404
    assert shop.get("/me/orders") == {"orders": []}


def test_a_cookie_that_cannot_be_ours_is_replaced(shop: Shopfront) -> None:
    for cookie in ("buyer=", "buyer=<b>", "buyer=" + "x" * 80):
        answer = shop.client.get("/item/item-1", headers={"Cookie": cookie})
        assert answer.headers["set-cookie"].startswith("buyer=b-")
        assert "HttpOnly" in answer.headers["set-cookie"]
        shop.client.cookies.clear()


@pytest.mark.parametrize("click_id", ["__CLICK_ID__", NASTY, "c" * 128, "红猫", "%00", "%ff"])
def test_the_shop_carries_whatever_click_id_it_was_given(shop: Shopfront, click_id: str) -> None:
    assert shop.client.get("/item/item-1", {**JSON}).status_code == 200
    answer = shop.client.send("GET", f"/item/item-2?hm_click={click_id}", headers=JSON)
    assert answer.status_code == 200
    assert shop.state()["outbox_pending"] == 2


def test_a_click_id_longer_than_any_is_none(shop: Shopfront) -> None:
    shop.get("/item/item-1?hm_click=" + "c" * 129)
    shop.get("/item/item-2?hm_click=")
    assert shop.state()["outbox_pending"] == 0


def test_text_from_outside_is_escaped_on_every_page(shop: Shopfront) -> None:
    shop.control(
        "stock",
        {
            "shops": [{"shop_id": "shop-x", "name": NASTY}],
            "items": [{"item_id": "item-x", "shop_id": "shop-x", "title": NASTY, "price_fen": 100}],
        },
    )
    shop.do("/item/item-x/cart")
    shop.do("/checkout", items="item-x:1")
    shop.do("/order/o-1/pay")
    shop.do("/item/item-x/cart")
    pages = ["/", "/shop/shop-x", "/item/item-x?done=" + NASTY, "/cart", "/order/o-1", "/me/orders", f"/{NASTY}"]
    for path in pages:
        answer = shop.client.get(path)
        # An item's page tells programs what it sells: that block is data, and all of it is ours.
        for end in ("<script", "</script"):
            assert answer.text.count(end) == answer.text.count('<script type="application/ld+json">') <= 1
        assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + " x", "口令"])
def test_the_control_door_opens_to_its_token_only(shop: Shopfront, token: str) -> None:
    for path in ("state", "orders", "deliveries", "nowhere"):
        answer = shop.client.send("GET", f"/_control/{path}", headers={b"X-Control-Token": token.encode()})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "sandbox_control_refused")


def test_without_a_token_the_control_door_opens_to_nobody(tmp_path: Path, clock: SetClock) -> None:
    app = create_shop_app(db_path=tmp_path / "shop.sqlite", clock=clock, control_token="", seed=7)
    with Browser(app) as client:
        assert client.get("/_control/state").status_code == 401
        assert client.get("/_control/state", {"X-Control-Token": ""}).status_code == 401


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("accounts", {}),
        ("accounts", {"account": "a b", "secret": "s", "webhook_url": "http://h/"}),
        ("accounts", {"account": "a\n", "secret": "s", "webhook_url": "http://h/"}),
        ("accounts", {"account": "a", "secret": "", "webhook_url": "http://h/"}),
        ("accounts", {"account": "a", "secret": "s", "webhook_url": "file:///etc/passwd"}),
        ("accounts", {"account": "a", "secret": "s", "webhook_url": "http://[::1"}),
        ("accounts", {"account": "a", "secret": "s", "webhook_url": "http://h:99999/"}),
        ("stock", {"items": [{"item_id": "i", "shop_id": "nowhere", "title": "t", "price_fen": 1}]}),
        ("stock", {"items": [{"item_id": "i", "shop_id": "shop-1", "title": "t", "price_fen": 0}]}),
        ("stock", {"items": [{"item_id": "i", "shop_id": "shop-1", "title": "", "price_fen": 1}]}),
        ("stock", {"items": [{"item_id": "i", "shop_id": "shop-1", "title": "t", "price_fen": 10**11}]}),
        (
            "stock",
            {"items": [{"item_id": "i", "shop_id": "shop-1", "title": "t", "price_fen": 9, "presale_deposit_fen": 9}]},
        ),
        ("stock", {"goods": []}),
        ("faults", {"late_ms": [5, 1]}),
        ("faults", {"late_ms": [-1, 1]}),
        ("faults", {"repeat_share": 1.5}),
        ("faults", {"garbage": 1}),
        ("faults", {"down_until_ms": "soon"}),
        ("faults", []),
    ],
)
def test_the_control_door_says_what_is_wrong(shop: Shopfront, name: str, body: Any) -> None:
    before = shop.get("/shop/shop-1")
    answer = shop.client.post(f"/_control/{name}", {"X-Control-Token": TOKEN}, json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["message_zh"]
    assert shop.get("/shop/shop-1") == before


def test_stock_sent_again_changes_what_is_there_and_no_order(shop: Shopfront) -> None:
    shop.do("/checkout", items="item-1:1")
    shop.control("stock", {"items": [{**ITEM, "price_fen": 1, "title": "清仓"}]})
    assert shop.get("/item/item-1")["price_fen"] == 1
    assert shop.get("/order/o-1")["sub_orders"][0]["title"] == "手冲咖啡壶"
    assert shop.do("/order/o-1/pay")["paid_fen"] == 29_900


def test_a_cart_has_its_limits_and_gives_things_back(shop: Shopfront) -> None:
    shop.do("/item/item-1/cart", quantity="99")
    assert shop.post("/item/item-1/cart").json()["error"]["code"] == "sandbox_number_wrong"
    shop.page("/cart").press(shop.client, "移除 手冲咖啡壶")
    assert shop.get("/cart") == {"lines": []}


PATHS = st.sampled_from(
    [
        "/checkout",
        "/item/item-1/cart",
        "/order/o-1/refund",
        "/order/o-1/pay",
        "/_control/stock",
        "/_control/shelf",
        "/_control/faults",
        "/_control/accounts",
    ]
)
KINDS = st.sampled_from(["application/json", "application/x-www-form-urlencoded", "text/html", ""])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=200)
@given(PATHS, KINDS, st.binary(max_size=200) | st.text(alphabet='{}[]":,items=-1%&.', max_size=60).map(str.encode))
def test_no_body_makes_the_shop_stumble(shop: Shopfront, path: str, kind: str, body: bytes) -> None:
    # An exception in the app would reach this test.
    headers = {"Content-Type": kind, "X-Control-Token": TOKEN, **JSON}
    assert shop.client.send("POST", path, headers=headers, content=body).status_code < 500
