"""What is sent on to Alibaba: conversions to UD, views and taps to the monitor, and a question by device."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from hongmao.events.contracts import Event, Kind
from hongmao.kernel.ids import TenantId
from hongmao.platforms.api import Answered, Outgoing, Reply, TargetAccount
from hongmao.platforms.taobao.client import TopFault, TopKey, top_call
from hongmao.platforms.taobao.links import MMC_FIELDS, MMI_FIELDS
from hongmao.platforms.taobao.rta import DeviceKind, DeviceRefused, Match, device_hash, read_rta, rta_call
from hongmao.platforms.taobao.targets import ALIMAMA, UD
from platforms.gatehouse import ms
from platforms.sandbox.browser import BASE
from platforms.taobao.bazaar import APP_KEY, ITEM, SECRET, SESSION

if TYPE_CHECKING:
    from platforms.taobao.bazaar import Bazaar

TOKEN = "not-a-token-of-the-group"
NOW = ms("2025-05-07T10:00:00")
SETTINGS = {
    "app_key": APP_KEY,
    "session": SESSION,
    "gateway": f"{BASE}/gw/taobao",
    "app_access_token": TOKEN,
    "advertiser_id": "6400001",
}
PAID = Event(
    event_id="ret:1",
    kind=Kind.PAY,
    occurred_at_ms=NOW - 1_500,
    platform="taobao",
    tenant="t-1",
    order_id="o-1",
    sub_order_id="o-1-1",
    click_id="c-7f3a",
    click_by="sync",
    amount_fen=29_900,
    quantity=2,
    item="item-1",
    pay_item=f"taobao:{ITEM}",
)
CLICK = Event(
    event_id="clk:c-7f3a",
    kind=Kind.COMPONENT_CLICK,
    occurred_at_ms=NOW,
    click_id="c-7f3a",
    link="l-1",
    note="n-1",
    tenant="t-1",
    line="ud",
    placement="search",
    impression="i-1",
)
SEEN = Event(
    event_id="i-1", kind=Kind.IMPRESSION, occurred_at_ms=NOW, reader="r-1", note="n-1", line="ud", placement="feed"
)


def account(target: str = "ud", *, test: bool = False, **settings: str) -> TargetAccount:
    return TargetAccount(
        id="a-1",
        target=target,
        tenant=TenantId("t-1"),
        settings=SETTINGS | settings,
        secret=SECRET.encode(),
        test=test,
    )


def outgoing(event: Event, event_type: str, **facts: str) -> Outgoing:
    return Outgoing(id=f"out-{event.event_id}", event=event, event_type=event_type, click=None, facts=facts)


def changed(event: Event, **change: Any) -> Event:
    return msgspec.structs.replace(event, **change)


def test_a_payment_reaches_ud_and_a_repeat_is_kept_once(bazaar: Bazaar) -> None:
    item = outgoing(PAID, "12", product_name="手冲咖啡壶", shop_name="红枫小铺")
    for _ in range(2):
        reply = bazaar.caller.call(UD.call(account(), [item], now_ms=NOW))
        assert [verdict.answered for verdict in UD.read(reply, [item])] == [Answered.DELIVERED]
    [kept] = bazaar.notes("conversions")
    assert kept["key"] == "o-1-1:12"
    assert kept["value"] == {
        "tec_agent": "hongmao",
        "channel_id": "140",
        "callback_type": "1",
        "advertiser_id": "6400001",
        "ck_click_id": "c-7f3a",
        "event_type": "12",
        "event_time": str((NOW - 1_500) // 1_000),
        "order_id": "o-1-1",
        "purchase_amount": "29900",
        "item_count": "2",
        "item_id": ITEM,
        "item_name": "手冲咖啡壶",
        "shop_name": "红枫小铺",
    }


def test_a_click_that_the_monitor_brought_has_a_field_of_its_own(bazaar: Bazaar) -> None:
    item = outgoing(changed(PAID, click_by="async"), "12")
    bazaar.caller.call(UD.call(account(), [item], now_ms=NOW))
    [kept] = bazaar.notes("conversions")
    assert kept["value"]["cm_click_id"] == "c-7f3a"
    assert "ck_click_id" not in kept["value"]


def test_two_refunds_of_a_sub_order_are_two(bazaar: Bazaar) -> None:
    for second, amount_fen in ((1, 9_900), (2, 100)):
        refund = changed(
            PAID, kind=Kind.REFUND, occurred_at_ms=NOW + second * 1_000, amount_fen=amount_fen, event_id=f"ret:{second}"
        )
        item = outgoing(refund, UD.wants(refund, None) or "")
        UD.read(bazaar.caller.call(UD.call(account(), [item], now_ms=NOW)), [item])
    assert [note["value"]["purchase_amount"] for note in bazaar.notes("conversions")] == ["9900", "100"]


@pytest.mark.parametrize(
    ("event", "click", "event_type"),
    [
        (PAID, None, "12"),
        (changed(PAID, platform="tmall"), None, "12"),
        (changed(PAID, kind=Kind.PRESALE_BALANCE), None, "12"),
        (changed(PAID, kind=Kind.REFUND), None, "28"),
        (changed(PAID, kind=Kind.PRESALE_DEPOSIT), None, None),
        (changed(PAID, kind=Kind.SETTLE), None, None),
        (changed(PAID, platform="jd"), None, None),
        (changed(PAID, click_id=None), None, None),
        (PAID, CLICK, None),  # Alibaba has seen its own
        (PAID, changed(CLICK, line="cid"), "12"),
    ],
)
def test_what_ud_wants(event: Event, click: Event | None, event_type: str | None) -> None:
    assert UD.wants(event, click) == event_type


@pytest.mark.parametrize(
    ("event", "settings", "reason"),
    [
        (PAID, {"app_access_token": ""}, "ud_no_app_access_token"),
        (changed(PAID, sub_order_id=None), {}, "ud_no_order_id"),
        (changed(PAID, amount_fen=None), {}, "ud_no_purchase_amount"),
        (changed(PAID, item=None, pay_item=None), {}, "ud_no_item_id"),
    ],
)
def test_what_would_be_refused_is_not_sent(event: Event, settings: dict[str, str], reason: str) -> None:
    fault = UD.fault(replace(account(), settings=SETTINGS | settings), outgoing(event, "12"), now_ms=NOW)
    assert fault is not None
    assert (fault.answered, fault.reason) == (Answered.REFUSED, reason)
    assert UD.fault(account(), outgoing(PAID, "12"), now_ms=NOW) is None


def _result(number: str) -> bytes:
    told = {"data": {"result": number, "app_access_token": TOKEN, "tec_agent": "x"}, "status": 1}
    return json.dumps({"alibaba_ud_udsmartdata_get_response": told}).encode()


def _error(code: int, sub_code: str = "", sub_msg: str = TOKEN) -> bytes:
    told = {"code": code, "msg": TOKEN, "sub_code": sub_code, "sub_msg": sub_msg}
    return json.dumps({"error_response": told}).encode()


@pytest.mark.parametrize(
    ("status", "body", "answered", "reason"),
    [
        (200, _result("0"), Answered.DELIVERED, ""),
        (200, _result("-1"), Answered.REFUSED, "ud_missing_field"),
        (200, _result("-2"), Answered.REFUSED, "ud_unreadable"),
        (200, _result("-3"), Answered.RETRY, "ud_internal"),
        (200, _result("7"), Answered.RETRY, "ud_unknown_result"),
        (200, b"{}", Answered.RETRY, "ud_unwell"),
        (200, _error(7, "accesscontrol.x", "This ban will last for 2 more seconds"), Answered.RETRY, "ud_throttled"),
        (200, _error(15, "isp.remote-service-error"), Answered.RETRY, "ud_unwell"),
        (200, _error(25, "isv.invalid-signature"), Answered.RETRY, "ud_key_refused"),
        (200, _error(27, "invalid-sessionkey"), Answered.RETRY, "ud_key_refused"),
        (200, _error(41, "isv.invalid-parameter"), Answered.REFUSED, "ud_refused"),
        (502, b"", Answered.RETRY, "ud_unwell"),
        (429, b"", Answered.RETRY, "ud_throttled"),
    ],
)
def test_what_an_answer_means_and_that_no_token_is_kept_of_it(
    status: int, body: bytes, answered: Answered, reason: str
) -> None:
    [verdict] = UD.read(Reply(status=status, body=body), [outgoing(PAID, "12")])
    assert (verdict.answered, verdict.reason) == (answered, reason)
    assert TOKEN not in repr(verdict)
    if reason == "ud_throttled":
        assert verdict.wait_ms == (2_000 if status == 200 else 60_000)


@pytest.mark.parametrize(
    ("name", "number"),
    [("app_access_token", "-1"), ("order_id", "-1"), ("ck_click_id", "-1"), ("event_time", "-1"), ("event_type", "-2")],
)
def test_the_gateways_own_check_of_a_conversion(bazaar: Bazaar, name: str, number: str) -> None:
    good = {
        "app_access_token": TOKEN, "order_id": "o", "event_type": "12", "purchase_amount": "1", "item_count": "1",
        "item_id": "1", "event_time": "1", "channel_id": "140", "callback_type": "1", "ck_click_id": "c",
    }  # fmt: skip
    told = good | {name: "13" if number == "-2" else ""}
    call = top_call(
        TopKey.of_target(account()), "alibaba.ud.udsmartdata.get", {"ud_smart_service_request": told}, now_ms=NOW
    )
    answer = json.loads(bazaar.caller.call(call).body)["alibaba_ud_udsmartdata_get_response"]
    assert answer["data"]["result"] == number
    assert bazaar.notes("conversions") == []


def test_a_test_account_never_calls_the_real_gateway() -> None:
    real = UD.call(account(gateway=""), [outgoing(PAID, "12")], now_ms=NOW)
    test = UD.call(account(test=True, gateway=""), [outgoing(PAID, "12")], now_ms=NOW)
    own = UD.call(account(test=True, test_gateway="http://t.example"), [outgoing(PAID, "12")], now_ms=NOW)
    assert [urlsplit(call.url).hostname for call in (real, test, own)] == [
        "gw.api.taobao.com",
        "gw.api.tbsandbox.com",
        "t.example",
    ]
    seen = ALIMAMA.call(account("alimama", test=True), [outgoing(SEEN, "mmi")], now_ms=NOW)
    assert urlsplit(seen.url).hostname == "monitor.invalid"


@pytest.mark.parametrize(
    ("event", "event_type"),
    [
        (SEEN, "mmi"),
        (CLICK, "mmc"),
        (changed(SEEN, line="cid"), None),
        (changed(SEEN, line=None), None),
        (changed(CLICK, invalid="bot"), None),
        (changed(PAID, line="ud"), None),
    ],
)
def test_what_the_monitor_wants(event: Event, event_type: str | None) -> None:
    assert ALIMAMA.wants(event, None) == event_type


def test_a_view_and_a_tap_are_told_by_their_own_numbers_and_unknown_macros_are_empty(bazaar: Bazaar) -> None:
    for event, event_type in ((SEEN, "mmi"), (CLICK, "mmc")):
        item = outgoing(event, event_type)
        for _ in range(2):  # a repeat is known by its id
            call = ALIMAMA.call(account("alimama", monitor_e="E1"), [item], now_ms=NOW)
            assert (call.method, call.body) == ("GET", b"")
            assert [one.answered for one in ALIMAMA.read(bazaar.caller.call(call), [item])] == [Answered.DELIVERED]
            assert "__" not in call.url
            query = parse_qs(urlsplit(call.url).query, keep_blank_values=True)
            assert query.keys() == {"e", *(MMI_FIELDS if event_type == "mmi" else MMC_FIELDS)}
    [seen], [tap] = bazaar.notes("impressions"), bazaar.notes("clicks")
    assert seen["key"] == "out-i-1"
    assert seen["value"] == {"note": "n-1", "at_ms": NOW, "e": "E1", "line": "ud", "placement": "1"}
    assert tap["key"] == "c-7f3a"
    assert tap["value"] == {"note": "n-1", "at_ms": NOW, "e": "E1", "line": "ud", "placement": "2"}


@pytest.mark.parametrize(
    ("status", "answered"),
    [
        (200, Answered.DELIVERED),
        (204, Answered.DELIVERED),
        (302, Answered.REFUSED),
        (404, Answered.REFUSED),
        (408, Answered.RETRY),
        (429, Answered.RETRY),
        (503, Answered.RETRY),
    ],
)
def test_a_monitor_answers_by_its_status(status: int, answered: Answered) -> None:
    assert [one.answered for one in ALIMAMA.read(Reply(status=status), [outgoing(SEEN, "mmi")])] == [answered]


@pytest.mark.parametrize("query", ["", "a39=__CLICK_ID__&a40=n", "a39=0&a40=n", "a39=c-1", "a39=c-1&a40="])
def test_the_monitor_takes_no_tap_without_click_and_note(bazaar: Bazaar, query: str) -> None:
    answer = bazaar.front.client.get(f"/gw/taobao/mmc/xiaohongshu?{query}")
    assert answer.status_code == 400
    assert bazaar.notes("clicks") == []


def test_PRIV_3_a_device_id_leaves_as_a_small_md5() -> None:
    oaid = "5ffd7cbf1bfde2a1"
    assert device_hash(DeviceKind.OAID, oaid) == hashlib.md5(oaid.encode(), usedforsecurity=False).hexdigest()
    idfa = "6D92078A-8246-4BA4-AE5B-76104861E7DC"
    assert device_hash(DeviceKind.IDFA, idfa.lower()) == device_hash(DeviceKind.IDFA, idfa)
    ready = "0123456789ABCDEF0123456789ABCDEF"
    assert device_hash(DeviceKind.OAID, ready) == ready.lower()


@pytest.mark.parametrize(
    ("kind", "device_id", "refused"),
    [
        (DeviceKind.IDFA, "00000000-0000-0000-0000-000000000000", DeviceRefused.NOBODY),
        (DeviceKind.IDFA, "9f89c84a559f573636a47ff8daed0d33", DeviceRefused.NOBODY),  # the MD5 of the one above
        (DeviceKind.IMEI, "000000000000000", DeviceRefused.NOBODY),
        (DeviceKind.IMEI, "", DeviceRefused.NOBODY),
        (DeviceKind.OAID, "ffffffff-ffff-ffff-ffff-ffffffffffff", DeviceRefused.NOBODY),
        (DeviceKind.OAID, "00000000000000000000000000000000", DeviceRefused.NOBODY),
        (DeviceKind.OAID, "d41d8cd98f00b204e9800998ecf8427e", DeviceRefused.EMPTY_HASH),
        (DeviceKind.OAID, "D41D8CD98F00B204E9800998ECF8427E", DeviceRefused.EMPTY_HASH),
        (DeviceKind.IMEI, "13800138000", DeviceRefused.SHAPE),
        (DeviceKind.IDFA, "not-an-idfa", DeviceRefused.SHAPE),
        (DeviceKind.OAID, "a b c d e f g h", DeviceRefused.SHAPE),
    ],
)
def test_PRIV_4_an_id_of_nobody_is_refused(kind: DeviceKind, device_id: str, refused: DeviceRefused) -> None:
    assert device_hash(kind, device_id) is refused


def test_rta_says_for_whom_an_activity_is_meant(bazaar: Bazaar) -> None:
    key = TopKey.of(bazaar.account)
    found: set[Match] = set()
    for number in range(12):
        hashed = device_hash(DeviceKind.OAID, f"5ffd7cbf1bfde2{number:02d}")
        assert not isinstance(hashed, DeviceRefused)
        call = rta_call(key, kind=DeviceKind.OAID, device_md5=hashed, adzone_id=3, offers=["11", "22"], now_ms=NOW)
        answer = read_rta(bazaar.caller.call(call))
        assert not isinstance(answer, TopFault)
        assert [one.offer_id for one in answer] == ["11", "22"]
        found |= {one.match for one in answer}
    assert found == {Match.MEANT, Match.NOT_MEANT}


def test_rta_refuses_a_hash_in_capitals(bazaar: Bazaar) -> None:
    call = rta_call(
        TopKey.of(bazaar.account), kind=DeviceKind.OAID, device_md5="A" * 32, adzone_id=3, offers=["1"], now_ms=NOW
    )
    answer = read_rta(bazaar.caller.call(call))
    assert isinstance(answer, TopFault)
    assert answer.sub_code == "isv.invalid-parameter:device_value"
