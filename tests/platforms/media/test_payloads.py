"""Each payload to the letter, written here by hand from the media's own documents; and exact money."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.events.contracts import Event, Kind
from hongmao.kernel.money import AMOUNT_FEN_MAX
from hongmao.kernel.time import instant
from hongmao.platforms.api import ReturnUnfit
from hongmao.platforms.media.consented import nobody
from hongmao.platforms.media.payloads import yuan
from hongmao.platforms.media.platform import MEDIA
from hongmao_contracts.finding import find
from hongmao_contracts.suite import checks_of, run
from platforms.media.mediahouse import BUYER, NOW, TARGETS, TOLD, a_click, account_of, an_event, an_item

if TYPE_CHECKING:
    from hongmao.platforms.api import Call, Outgoing

FACTS: dict[str, Any] = {
    "product_name": "手冲咖啡壶",
    "product_price_fen": "14952",
    "product_category": "厨房/咖啡器具",
    "image_url": "https://img.example/1.jpg",
    "shop_name": "红枫小铺",
}
PAID_MS, CLICKED_MS = 1_746_585_000_000, 1_746_583_200_000


def call_of(name: str, item: Outgoing, *, told: bool = False, test: bool = False, **more: Any) -> Call:
    target = (TOLD if told or name == "juguang_token" else TARGETS)[name]
    return target.call(account_of(name, test=test, **more), [item], now_ms=instant(NOW))


def body_of(name: str, item: Outgoing, *, told: bool = False, test: bool = False, **more: Any) -> Any:
    return json.loads(call_of(name, item, told=told, test=test, **more).body)


def test_juguangs_payment_of_a_sub_order() -> None:
    call = call_of("juguang", an_item("juguang", click=a_click("juguang", "xhs-1", callback_param="cb-1"), **FACTS))

    assert (call.method, call.url) == ("POST", "https://adapi.xiaohongshu.com/api/open/conversion")
    assert call.headers["Access-Token"] == "fake-token-of-the-media"
    assert json.loads(call.body) == {
        "app_id": "900001",
        "access_token": "fake-token-of-the-media",
        "event_type": 404,
        "timestamp": PAID_MS,
        "click_id": "xhs-1",
        "platform": "淘宝电商平台",
        "context": {
            "ad": {"callback_param": "cb-1"},
            "product": {
                "order_id": "2233445566778899001",
                "order_count": 1,
                "pay_amount": 29_905,
                "product_id": "612345678901",
                "product_name": "手冲咖啡壶",
                "product_price": 14_952,
                "product_category": "厨房/咖啡器具",
                "image_url": "https://img.example/1.jpg",
                "shop_name": "红枫小铺",
            },
        },
    }


def test_our_own_communitys_click_goes_to_juguang_by_our_click_id() -> None:
    body = body_of("juguang", an_item("juguang", an_event(Kind.VISIT), a_click()))
    assert (body["event_type"], body["click_id"]) == (402, "0MWXk2qTz7c1aB3dE5fG")
    assert body["context"]["ad"] == {"callback_param": ""}


def test_LINK_4_the_text_0_is_never_given_back() -> None:
    for name in ("juguang", "juguang_goods"):
        click = a_click("juguang", "xhs-1", callback_param="0")
        assert body_of(name, an_item(name, click=click))["context"]["ad"] == {"callback_param": ""}
    zero = a_click("oceanengine", "B.clickid", callback_param="0")
    assert body_of("oceanengine", an_item("oceanengine", click=zero))["context"]["ad"]["callback"] == "B.clickid"


@pytest.mark.parametrize(
    ("platform", "quantity", "name", "count"),
    [
        ("taobao", 3, "淘宝电商平台", 1),  # 子订单: one record counts 1
        ("tmall", 3, "淘宝电商平台", 1),
        ("jd", 3, "京东电商平台", 3),  # 订单 + SKU
        ("pdd", None, "拼多多电商平台", 1),
        ("vip", 2, "唯品会电商平台", 2),
        ("sandbox", 2, "sandbox电商平台", 2),
    ],
)
def test_juguang_names_the_shop_platform_and_counts_as_it_does(
    platform: str, quantity: int | None, name: str, count: int
) -> None:
    event = an_event(platform=platform, source=platform, quantity=quantity)
    for target in ("juguang", "juguang_goods"):
        body = body_of(target, an_item(target, event))
        assert (body["platform"], body["context"]["product"]["order_count"]) == (name, count)
    named = body_of("juguang", an_item("juguang", event), platform_name="红猫微信小程序")
    assert named["platform"] == "红猫微信小程序"


def test_a_negative_sample_names_its_order_and_no_amount() -> None:
    body = body_of("juguang", an_item("juguang", an_event(Kind.REFUND)))
    assert body["event_type"] == 200
    assert body["context"]["product"] == {"order_id": "2233445566778899001", "product_id": "612345678901"}


def test_a_presale_counts_its_whole_value_when_the_balance_is_paid() -> None:
    event = an_event(Kind.PRESALE_BALANCE, amount_fen=50_000, deposit_fen=5_000)
    assert body_of("juguang_goods", an_item("juguang_goods", event))["context"]["product"]["pay_amount"] == 50_000
    assert body_of("meta", an_item("meta", event))["data"][0]["custom_data"]["value"] == 500


def test_juguangs_return_by_code_is_signed_and_says_whether_it_is_a_test() -> None:
    item = an_item("juguang_token", token_code="口令7788")
    body = body_of("juguang_token", item, test=True)

    assert body == {
        "advertiser_id": "900001",
        "version": "1.0",
        "timestamp": instant(NOW),
        "oaid_md5": "BDB9FB43FA3473E68542F05D447BEB98",
        "caid_md5": "6C93506EF64DF6230F2A07F06D840F4A",
        "token_code": "口令7788",
        "event_type": 404,
        "conv_time": PAID_MS,
        "for_test": True,
        "access_token": "fake-token-of-the-media",
        "sign": "71FB707803EA292B3737E3E50B1A38E1",
    }
    assert body_of("juguang_token", item)["for_test"] is False


def test_ocean_engines_payment_of_a_parent_order() -> None:
    click = a_click("oceanengine", "B.clickid", callback_param="EJiw267w")
    item = an_item("oceanengine", click=click, **FACTS)
    call = call_of(
        "oceanengine", item, source="hongmao", advertiser_ids="1701, 1702", adzone_id="112233", credential="backup"
    )

    assert call.url == "https://analytics.oceanengine.com/api/v2/conversion"
    assert call.headers["App-Access-Token"] == "fake-token-of-the-media"
    assert call.headers["x-rs256-token"].startswith(f"credential=backup&timestamp={instant(NOW) // 1000}&signature=")
    assert json.loads(call.body) == {
        "event_type": "in_app_pay",
        "timestamp": PAID_MS,
        "source": "hongmao",
        "context": {
            "ad": {
                "callback": "EJiw267w",
                "match_type": 0,
                "customer_id": 900_001,
                "attributed": True,
                "advertiser_ids": [1701, 1702],
                "click_time": CLICKED_MS // 1000,
            }
        },
        "properties": {
            "order_id": "2233445566778899000",
            "product_id": "612345678901",
            "pay_amount": 29_905,
            "product_name": "手冲咖啡壶",
            "shop_name": "红枫小铺",
            "adzone_id": 112_233,
            "ecom_platform": "TB",
        },
    }


def test_two_sub_orders_are_two_orders_there_and_one_parent_here() -> None:
    events = [an_event(number=number, order_id="2233445566778899000") for number in (1, 2)]
    juguang = {body_of("juguang", an_item("juguang", event))["context"]["product"]["order_id"] for event in events}
    ocean = {body_of("oceanengine", an_item("oceanengine", event))["properties"]["order_id"] for event in events}
    assert juguang == {"2233445566778899001", "2233445566778899002"}
    assert ocean == {"2233445566778899000"}


def test_ocean_engine_is_told_the_parents_whole_amount_where_it_is_known() -> None:
    known: dict[str, Any] = {"parent_amount_fen": "59810", "product_ids": "612345678901,612345678902"}
    paid = body_of("oceanengine", an_item("oceanengine", **known))["properties"]
    back = body_of("oceanengine", an_item("oceanengine", an_event(Kind.REFUND, amount_fen=9_905), **known))
    assert (paid["pay_amount"], paid["product_id"]) == (59_810, "612345678901,612345678902")
    assert (back["event_type"], back["properties"]["pay_amount"]) == ("ecom_refund", 9_905)


def test_ocean_engine_without_a_key_is_not_signed() -> None:
    account = account_of("oceanengine")
    bare = type(account)(id="a", target="oceanengine", tenant=account.tenant, settings={"customer_id": "1"})
    call = TARGETS["oceanengine"].call(bare, [an_item("oceanengine")], now_ms=instant(NOW))
    assert set(call.headers) == {"Content-Type"}


def test_tencents_action_by_click_id_and_by_callback() -> None:
    direct = call_of("tencent", an_item("tencent", page_url="https://detail.example/1"))
    address = "https://api.e.qq.com/v3.0/user_actions/add?cb=AAA&conv_id=1"
    called = call_of("tencent", an_item("tencent", click=a_click("tencent", "wx-1", callback_param=address)))

    action = {
        "outer_action_id": json.loads(direct.body)["actions"][0]["outer_action_id"],
        "action_time": PAID_MS // 1000,
        "action_type": "PURCHASE",
        "url": "https://detail.example/1",
        "trace": {"click_id": "theirs-1"},
        "action_param": {"value": 29_905, "quantity": 2},
    }
    assert direct.url == "https://api.e.qq.com/v3.0/user_actions/add"
    assert json.loads(direct.body) == {"account_id": 900_001, "user_action_set_id": 11, "actions": [action]}
    assert (direct.headers["access-token"], direct.headers["timestamp"]) == (
        "fake-token-of-the-media",
        str(instant(NOW) // 1000),
    )
    assert called.url == address
    del action["url"], action["trace"]
    assert json.loads(called.body) == {"actions": [action]}


def test_tencents_id_of_an_action_has_letters_digits_and_underscores_only() -> None:
    ids = [
        body_of("tencent", an_item("tencent", number=number))["actions"][0]["outer_action_id"] for number in range(20)
    ]
    assert len(set(ids)) == 20
    assert all(one.replace("_", "").isalnum() and len(one) <= 255 for one in ids)


def test_metas_purchase() -> None:
    call = call_of("meta", an_item("meta", **FACTS), event_source_url="https://shop.example")

    assert call.url == "https://graph.facebook.com/v24.0/900001/events"
    assert call.headers["Authorization"] == "Bearer fake-token-of-the-media"
    assert json.loads(call.body) == {
        "data": [
            {
                "event_name": "Purchase",
                "event_time": PAID_MS // 1000,
                "event_id": f"out:{1:032x}",
                "action_source": "other",
                "event_source_url": "https://shop.example",
                "user_data": {"fbc": f"fb.1.{CLICKED_MS}.theirs-1"},
                "custom_data": {
                    "currency": "CNY",
                    "value": 299.05,
                    "order_id": "2233445566778899001",
                    "content_type": "product",
                    "content_ids": ["612345678901"],
                    "content_name": "手冲咖啡壶",
                    "contents": [{"id": "612345678901", "quantity": 2, "item_price": 149.52}],
                    "num_items": 2,
                },
            }
        ]
    }


def test_tiktoks_payment() -> None:
    call = call_of("tiktok", an_item("tiktok", **FACTS), page_url="https://shop.example/1")

    assert call.url == "https://business-api.tiktok.com/open_api/v1.3/event/track/"
    assert call.headers["Access-Token"] == "fake-token-of-the-media"
    assert json.loads(call.body) == {
        "event_source": "web",
        "event_source_id": "900001",
        "data": [
            {
                "event": "CompletePayment",
                "event_time": PAID_MS // 1000,
                "event_id": f"out:{1:032x}",
                "user": {"ttclid": "theirs-1"},
                "properties": {
                    "content_type": "product",
                    "content_ids": ["612345678901"],
                    "contents": [
                        {
                            "content_id": "612345678901",
                            "content_name": "手冲咖啡壶",
                            "content_category": "厨房/咖啡器具",
                            "price": 149.52,
                            "quantity": 2,
                        }
                    ],
                    "currency": "CNY",
                    "value": 299.05,
                    "order_id": "2233445566778899001",
                },
                "page": {"url": "https://shop.example/1"},
                "limited_data_use": False,
            }
        ],
    }


@pytest.mark.parametrize("name", ["meta", "tiktok"])
def test_only_a_test_carries_the_code_of_a_test(name: str) -> None:
    assert body_of(name, an_item(name), test=True)["test_event_code"] == "TEST1"
    assert "test_event_code" not in body_of(name, an_item(name))


def test_an_item_that_only_the_catalogue_names_is_not_told_by_our_id() -> None:
    event = an_event(item="item-1", pay_item=None)
    assert "product_id" not in body_of("juguang", an_item("juguang", event))["context"]["product"]
    assert body_of("juguang", an_item("juguang", event, product_id="99"))["context"]["product"]["product_id"] == "99"
    other = an_event(pay_item="taobao:777")  # 间接成交: what was paid, not what was clicked
    assert body_of("meta", an_item("meta", other))["data"][0]["custom_data"]["content_ids"] == ["777"]


WORDS = ("alice", "13800138000", "138 0013", "oaid", "caid", "浙江", "杭州", "203.0.113.7", "Mozilla")


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_PRIV_2_nothing_of_a_buyer_or_a_reader_leaves_with_a_return(name: str) -> None:
    click = a_click(None if name.startswith("juguang") else name, "theirs-1", reader="reader-77", agent="wechat_ios")
    call = call_of(name, an_item(name, click=click, **FACTS))
    sent = call.body.decode() + call.url + str(dict(call.headers))

    assert "reader-77" not in sent
    assert "wechat" not in sent
    assert not any(word in sent for word in WORDS)
    assert nobody(account_of(name), an_item(name)) is None


@pytest.mark.parametrize("name", ["oceanengine", "tencent", "meta", "tiktok"])
def test_PRIV_1_what_a_buyer_agreed_to_is_told_hashed_and_only_then(name: str) -> None:
    told = call_of(name, an_item(name), told=True).body.decode()
    plain = call_of(name, an_item(name)).body.decode()
    assert len(told) > len(plain)
    for word in (BUYER.email.strip(), "alice", "13800138000", "138 0013 8000", "user_123"):
        assert word.lower() not in told.lower()


def test_the_form_with_four_digits_brings_its_place_along() -> None:
    from dataclasses import replace  # noqa: PLC0415 - used once

    from hongmao.platforms.media.oceanengine.target import OceanEngineTarget  # noqa: PLC0415 - same

    blurred = replace(BUYER, phone_blurred="*******8000")
    target = OceanEngineTarget(lambda _account, _item: blurred)
    body = json.loads(target.call(account_of("oceanengine"), [an_item("oceanengine")], now_ms=instant(NOW)).body)
    assert body["context"]["device"]["phone_num_blurred"] == "*******8000"
    assert (body["properties"]["receiver_province"], body["properties"]["receiver_city"]) == ("浙江省", "杭州市")


@given(fen=st.integers(0, AMOUNT_FEN_MAX))
def test_no_fen_is_lost_between_the_log_and_the_wire(fen: int) -> None:
    event = an_event(amount_fen=fen)
    exact = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode
    oracle = Decimal(f"{fen // 100}.{fen % 100:02}")

    meta = exact(call_of("meta", an_item("meta", event)).body)["data"][0]["custom_data"]["value"]
    tiktok = exact(call_of("tiktok", an_item("tiktok", event)).body)["data"][0]["properties"]["value"]
    whole = [
        body_of("juguang", an_item("juguang", event))["context"]["product"]["pay_amount"],
        body_of("tencent", an_item("tencent", event))["actions"][0]["action_param"]["value"],
    ]
    assert meta == tiktok == yuan(fen) == oracle
    assert whole == [fen, fen]
    assert all(type(one) is int for one in whole)


def test_the_suite_that_third_parties_run_is_kept() -> None:
    results = run(checks_of(find("media", None)))
    assert [result for result in results if not result.ok] == []
    assert len(results) > 40


def test_what_is_unfit_is_never_written_by_any_target() -> None:
    for target in MEDIA.targets:
        lost = Event(
            event_id="clk:2", kind=Kind.COMPONENT_CLICK, occurred_at_ms=CLICKED_MS, media=None, click_id="__CLICK_ID__"
        )
        item = an_item(target.name)
        unfit = type(item)(id=item.id, event=item.event, event_type=item.event_type, click=lost)
        with pytest.raises(ReturnUnfit, match="macro_unresolved"):
            target.call(account_of(target.name), [unfit], now_ms=instant(NOW))
