"""What goes wrong between us and VOP: each is a named error or mends itself, no row is lost and no secret is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import pytest

from hongmao.kernel.time import DAY_MS, MINUTE_MS, Window
from hongmao.platforms import vip
from hongmao.platforms.api import (
    Call,
    CallFailed,
    LinkNotMade,
    LinkWanted,
    PullRefused,
    PullThrottled,
    PullUnreadable,
    Reply,
)
from hongmao.platforms.vip.client import JSON, VopKey, export_call, read_result, vop_call
from hongmao.platforms.vip.links import VipLinks, app_url
from hongmao.platforms.vip.pulls import ORDERS, ORDERS_SERVICE
from hongmao.platforms.vip.signing import sign_sample
from platforms.gatehouse import ITEM, OTHER_ITEM, SECRET, TOKEN_OF_THE_SHOP, Canned, account_of, drained, ms, of_kind
from platforms.published import vector_of

if TYPE_CHECKING:
    from platforms.gatehouse import Gatehouse

VECTOR = vector_of(vip)
SPAN = Window(ms("2025-05-07T10:00:00"), ms("2025-05-07T11:00:00"))
PAGE = "https://detail.vip.com/detail-1-7.html"
WANTED = LinkWanted(page_url=PAGE, platform_shop_id="1", platform_item_id="7", line="cid")


@pytest.fixture
def called(market: Gatehouse) -> Gatehouse:
    """The marketplace, for an account that may ask the union."""
    market.account = account_of("vip", orders="call")
    return market


def crowd(market: Gatehouse, orders: int = 50) -> set[str]:
    bought = {market.buy(f"c-{number}", f"{ITEM}:1,{OTHER_ITEM}:1") for number in range(orders)}
    market.later()
    return bought


def paid(rows: list[Any]) -> set[str | None]:
    return {row.order_id for row in of_kind(rows, "pay")}


def whole(caller: Canned) -> list[Any]:
    return drained(ORDERS, account_of("vip", gateway="", orders="call"), SPAN, caller, now_ms=SPAN.end_ms)


def test_the_published_vector() -> None:
    assert sign_sample(VECTOR.sample()) == VECTOR.expected == "25F7915F9DD6666FAD8D412349A00ED6"
    assert sign_sample(VECTOR.sample(params=VECTOR.params | {"sign": "x"})) == VECTOR.expected
    assert sign_sample(VECTOR.sample(secret="another")) != VECTOR.expected
    assert sign_sample(VECTOR.sample(body=VECTOR.body + " ")) != VECTOR.expected


@pytest.mark.parametrize("name", sorted(VECTOR.params))
def test_each_parameter_of_the_vector_counts(name: str) -> None:
    without = {key: value for key, value in VECTOR.params.items() if key != name}
    assert sign_sample(VECTOR.sample(params=VECTOR.params | {name: VECTOR.params[name] + " "})) != VECTOR.expected
    assert sign_sample(VECTOR.sample(params=without)) != VECTOR.expected


def test_parameters_stand_in_the_query_and_the_request_in_the_body() -> None:
    key = VopKey(app_key="k", secret=b"s", access_token="t")
    call = vop_call(key, ORDERS_SERVICE, {"红": 1}, now_ms=1_406_851_200_999)
    query = dict(parse_qsl(call.url.partition("/?")[2]))
    assert (call.method, call.body) == ("POST", '{"红":1}'.encode())
    assert call.url.startswith("https://vop.vipapis.com/?")
    assert (query["timestamp"], query["service"], query["accessToken"]) == ("1406851200", ORDERS_SERVICE.service, "t")


def test_three_pages_give_every_line_once(called: Gatehouse) -> None:
    bought = crowd(called)
    rows = called.pull(ORDERS)
    assert paid(rows) == bought
    assert len(of_kind(rows, "pay")) == 100
    assert [json.loads(call.body)["queryModel"]["page"] for call in called.caller.calls] == [1, 2, 3]


@pytest.mark.parametrize("share", [0.4, 1.0])
@pytest.mark.parametrize("what", ["missing_page_share", "repeat_page_share"])
def test_a_lost_or_repeated_page_is_asked_for_again_and_nothing_is_lost(
    called: Gatehouse, what: str, share: float
) -> None:
    bought = crowd(called)
    called.weather(**{what: share})
    assert paid(called.pull(ORDERS)) == bought


def test_a_throttled_call_says_how_long_to_wait(called: Gatehouse) -> None:
    called.weather(per_minute_max=1)
    called.pull(ORDERS)
    with pytest.raises(PullThrottled) as told:
        called.pull(ORDERS)
    assert told.value.params["wait_s"] == 60


def test_a_gateway_that_fails_is_down_or_loses_an_answer(called: Gatehouse) -> None:
    order = called.buy("c-1")
    called.later()
    called.weather(error_share=1)
    with pytest.raises(PullUnreadable):
        called.pull(ORDERS)
    assert paid(called.pull(ORDERS)) == {order}
    now = called.front.clock.now_ms()
    called.weather(down_from_ms=now, down_until_ms=now + MINUTE_MS)
    with pytest.raises(PullUnreadable):
        called.pull(ORDERS)
    assert called.caller.call(export_call(called.account, "orders", "2025-05-07", now_ms=now)).status == 503
    called.later()
    called.caller.losing = 1
    with pytest.raises(CallFailed):
        called.pull(ORDERS)
    assert paid(called.pull(ORDERS)) == {order}


@pytest.mark.parametrize(
    ("secret", "settings", "code"),
    [
        ("another-secret", {}, "vipapis.sign-invalid"),
        (SECRET, {"access_token": "another-token"}, "vipapis.accesstoken-invalid"),
        (SECRET, {"access_token": ""}, "vipapis.accesstoken-invalid"),
    ],
)
def test_the_wrong_secret_and_the_wrong_token_are_refused(
    called: Gatehouse, secret: str, settings: dict[str, str], code: str
) -> None:
    called.account = account_of("vip", secret, orders="call", **settings)
    with pytest.raises(PullRefused) as told:
        called.pull(ORDERS)
    assert told.value.params["answer"] == code
    export = called.caller.call(export_call(called.account, "visits", "2025-05-07", now_ms=SPAN.start_ms))
    assert json.loads(export.body)["returnCode"] == code
    for shown in (str(told.value), repr(called.caller.calls[-1]), repr(VopKey.of(called.account))):
        assert secret not in shown
        assert TOKEN_OF_THE_SHOP not in shown


@pytest.mark.parametrize("minutes", [-11, 11])
def test_a_stale_and_a_future_timestamp_are_refused(called: Gatehouse, minutes: int) -> None:
    now = called.front.clock.now_ms()
    with pytest.raises(PullRefused, match="timestamp-invalid"):
        ORDERS.page(called.account, SPAN, None, called.caller, now_ms=now + minutes * MINUTE_MS)
    ORDERS.page(called.account, SPAN, None, called.caller, now_ms=now)


def test_every_parameter_and_the_body_are_signed(called: Gatehouse) -> None:
    """Change any one of what is sent, leave one out or add one: the gateway, which signs by its own lines, refuses."""
    query = {"page": 1, "pageSize": 50, "updateTimeStart": SPAN.start_ms, "updateTimeEnd": SPAN.start_ms}
    call = vop_call(VopKey.of(called.account), ORDERS_SERVICE, {"queryModel": query}, now_ms=SPAN.start_ms)
    base, _, sent_text = call.url.partition("?")
    sent = dict(parse_qsl(sent_text))
    forged = [{**sent, name: value + "1"} for name, value in sent.items()]
    forged += [{key: value for key, value in sent.items() if key != name} for name in sent]
    forged.append({**sent, "extra": "1"})
    urls = [(f"{base}?{urlencode(params)}", call.body) for params in forged] + [(call.url, call.body + b" ")]
    for url, body in urls:
        reply = called.caller.call(Call(method="POST", url=url, headers={"content-type": JSON}, body=body))
        assert json.loads(reply.body)["returnCode"] != "0", url
    assert json.loads(called.caller.call(call).body)["returnCode"] == "0"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 20_000,
        b'{"returnCode":"0"}',
        b'{"returnCode":"0","result":[]}',
        b'{"returnCode":"0","result":{"orderInfoList":[]}}',
        b'{"returnCode":"0","result":{"orderInfoList":{},"total":0}}',
        b'{"returnCode":"0","result":{"orderInfoList":[],"total":' + b"9" * 5_000 + b"}}",
        b'{"returnCode":"vipapis.system-error"}',
    ],
)
def test_what_is_no_page_is_unreadable(body: bytes) -> None:
    with pytest.raises(PullUnreadable):
        whole(Canned(body))


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(status=429, headers={"retry-after": "7"}), (PullThrottled, "HTTP 429")),
        (Reply(status=403), (PullRefused, "HTTP 403")),
        (Reply(status=200, body=b'{"returnCode":"vipapis.call-limit"}'), (PullThrottled, "vipapis.call-limit")),
        (Reply(status=200, body=b'{"returnCode":"<b>","returnMessage":"x"}'), (PullRefused, "_b_")),
        (Reply(status=200, body=b'{"returnCode":1}'), (PullRefused, "1")),
    ],
)
def test_their_words_in_ours(reply: Reply, expected: tuple[type[Exception], str]) -> None:
    with pytest.raises(expected[0]) as told:
        whole(Canned(reply))
    assert told.value.params["answer"] == expected[1]  # type: ignore[attr-defined]


def test_results_are_read_under_both_of_their_names() -> None:
    for name in ("result", "success"):
        told = read_result(
            Reply(status=200, body=json.dumps({"returnCode": "0", name: {"x": 1}}).encode()), platform="vip"
        )
        assert bytes(told["x"]) == b"1"


def test_a_span_longer_than_the_gateway_takes_is_refused(called: Gatehouse) -> None:
    assert ORDERS.limits.span_ms_max <= 10 * DAY_MS
    with pytest.raises(PullRefused, match="param-invalid"):
        called.page(ORDERS, Window(SPAN.start_ms, SPAN.start_ms + 11 * DAY_MS))


def urls(**told: str) -> bytes:
    return json.dumps({"returnCode": "0", "result": {"urlInfoList": [told] if told else []}}).encode()


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (urls(), "longUrl is missing"),
        (urls(url="https://t.vip.com/x"), "longUrl is missing"),
        (urls(longUrl="https://m.vip.com/"), "longUrl has no __CLICK_ID__"),
        (
            urls(longUrl="https://m.vip.com/?c=__CLICK_ID__", deeplinkUrl="vipshop://goHome"),
            "deeplinkUrl has no __CLICK_ID__",
        ),
        (b'{"returnCode":"vipapis.sign-invalid"}', "vipapis.sign-invalid"),
        (b"<html>", "pull_unreadable"),
        (b'{"returnCode":"0","result":{"urlInfoList":[7]}}', "longUrl is missing"),
    ],
)
def test_a_link_that_was_not_made_says_why(body: bytes, answer: str) -> None:
    with pytest.raises(LinkNotMade) as told:
        VipLinks().make(WANTED, account_of("vip", gateway=""), Canned(body), now_ms=0)
    assert told.value.params["answer"] == answer


def test_a_link_that_was_made_is_taken_from_the_long_addresses() -> None:
    body = urls(url="https://t.vip.com/x", longUrl="https://m.vip.com/?c=__CLICK_ID__", traFrom="adp:1")
    caller = Canned(body)
    made = VipLinks().make(WANTED, account_of("vip", gateway="", chan_tag="tag-1"), caller, now_ms=0)
    assert (made.fallback_url, made.deeplink, made.monitor_ref) == ("https://m.vip.com/?c=__CLICK_ID__", None, "adp:1")
    asked = json.loads(caller.calls[0].body)
    assert (asked["chanTag"], asked["statParam"], asked["urlList"]) == ("tag-1", "__CLICK_ID__", [PAGE])


def test_a_page_that_is_none_makes_no_link() -> None:
    wanted = LinkWanted(page_url="vipshop://goHome", platform_shop_id="1", platform_item_id=None, line="cid")
    with pytest.raises(LinkNotMade):
        VipLinks().make(wanted, account_of("vip"), Canned(), now_ms=0)


def test_an_address_of_the_app_can_be_written_by_hand() -> None:
    assert app_url(PAGE, None, "tra:1") == (
        "vipshop://showWeb?url=https%3A%2F%2Fdetail.vip.com%2Fdetail-1-7.html&tra_from=tra%3A1&statParam=__CLICK_ID__"
    )


@pytest.mark.parametrize("day", ["", "yesterday", "20250507"])
def test_an_export_of_no_day_is_refused(market: Gatehouse, day: str) -> None:
    reply = market.caller.call(export_call(market.account, "orders", day, now_ms=SPAN.start_ms))
    assert json.loads(reply.body)["returnCode"] == "vipapis.param-invalid"
