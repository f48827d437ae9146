"""What goes wrong between us and Pinduoduo: each is a named error or mends itself, no row is lost and no secret is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlencode

import pytest

from hongmao.kernel.time import DAY_MS, MINUTE_MS, Window
from hongmao.platforms import pdd
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
from hongmao.platforms.pdd.client import FORM, PddKey, pdd_call
from hongmao.platforms.pdd.links import PddLinks
from hongmao.platforms.pdd.platform import PDD
from hongmao.platforms.pdd.pulls import ORDERS, ORDERS_TYPE, PAGE_ROWS
from hongmao.platforms.pdd.signing import sign_sample
from platforms.gatehouse import (
    ITEM,
    OTHER_ITEM,
    SECRET,
    THIRD_ITEM,
    TOKEN_OF_THE_SHOP,
    Canned,
    account_of,
    drained,
    ms,
    of_kind,
)
from platforms.published import vector_of

if TYPE_CHECKING:
    from platforms.gatehouse import Gatehouse

VECTOR = vector_of(pdd)
SPAN = Window(ms("2025-05-07T10:00:00"), ms("2025-05-07T11:00:00"))
ORDERED = 210


def crowd(market: Gatehouse) -> set[str]:
    orders = [market.buy(f"c-{number}", f"{ITEM}:1,{OTHER_ITEM}:1,{THIRD_ITEM}:1") for number in range(ORDERED // 3)]
    market.later()
    return {f"{order}-{place}" for order in orders for place in (1, 2, 3)}


def paid(rows: list[Any]) -> set[str | None]:
    return {row.order_id for row in of_kind(rows, "pay")}


def pages_asked(market: Gatehouse) -> list[int]:
    return [int(dict(parse_qsl(call.body.decode()))["page"]) for call in market.caller.calls]


def answer(names: range, total: int) -> bytes:
    row = {"goods_id": 2, "mall_id": 3, "order_amount": 1, "order_status": -1, "order_create_time": 1_746_583_200}
    rows = [row | {"order_sn": f"s-{name}"} for name in names]
    return json.dumps({"order_list_get_response": {"order_list": rows, "total_count": total}}).encode()


def whole(caller: Canned) -> list[Any]:
    return drained(ORDERS, account_of("pdd", gateway=""), SPAN, caller, now_ms=SPAN.end_ms)


def test_the_published_vector() -> None:
    assert sign_sample(VECTOR.sample()) == VECTOR.expected == "E4DE3ED21002510DED352819E7AE6775"
    assert sign_sample(VECTOR.sample(params=VECTOR.params | {"sign": "x"})) == VECTOR.expected
    assert sign_sample(VECTOR.sample(secret="another")) != VECTOR.expected


@pytest.mark.parametrize("name", sorted(VECTOR.params))
def test_each_parameter_of_the_vector_counts(name: str) -> None:
    without = {key: value for key, value in VECTOR.params.items() if key != name}
    assert sign_sample(VECTOR.sample(params=VECTOR.params | {name: VECTOR.params[name] + " "})) != VECTOR.expected
    assert sign_sample(VECTOR.sample(params=without)) != VECTOR.expected


def test_a_list_is_signed_and_sent_as_the_same_text() -> None:
    key = PddKey(client_id="c", secret=b"s")
    call = pdd_call(key, "t", {"goods_id_list": ["1", "红"], "multi_group": False}, now_ms=1_480_411_125_999)
    sent = dict(parse_qsl(call.body.decode()))
    assert sent["goods_id_list"] == '["1","红"]'
    assert (sent["multi_group"], sent["timestamp"]) == ("false", "1480411125")


def test_pages_are_walked_from_the_last_to_the_first(market: Gatehouse) -> None:
    names = crowd(market)
    rows = market.pull(ORDERS)
    assert paid(rows) == names
    assert len(of_kind(rows, "pay")) == ORDERED
    assert pages_asked(market) == [1, 5, 4, 3, 2, 1]


def test_an_order_that_leaves_the_span_meanwhile_hides_no_other(market: Gatehouse) -> None:
    """Six orders of the first page are received while we read: the rows behind them move forward, towards us."""
    names = crowd(market)
    span = Window(SPAN.start_ms, market.front.clock.now_ms())
    token, rows = market.page(ORDERS, span).next_token, []
    market.later()
    for number in (1, 2):
        market.receive(f"o-{number}")
    market.later()
    while token is not None:
        page = market.page(ORDERS, span, token)
        rows += page.rows
        token = page.next_token
    moved = {name for name in names if name.startswith(("o-1-", "o-2-"))}
    assert len(moved) == 6
    assert names - paid(rows) <= moved
    assert paid(rows + market.pull(ORDERS)) == names


@pytest.mark.parametrize("share", [0.4, 1.0])
@pytest.mark.parametrize("what", ["missing_page_share", "repeat_page_share"])
def test_a_lost_or_repeated_page_is_asked_for_again_and_nothing_is_lost(
    market: Gatehouse, what: str, share: float
) -> None:
    names = crowd(market)
    market.weather(**{what: share})
    assert paid(market.pull(ORDERS)) == names


def test_a_page_that_turns_out_to_be_the_next_one_is_read_again() -> None:
    """Page 2 of 3 was given in place of page 3; only when page 2 comes does it show, and page 3 is read once more."""
    first, second, third = range(PAGE_ROWS), range(50, 100), range(100, 150)
    caller = Canned(*(answer(rows, 150) for rows in (first, second, second, third, second, first)))
    assert {row.order_id for row in whole(caller)} == {f"s-{name}" for name in range(150)}
    assert [int(dict(parse_qsl(call.body.decode()))["page"]) for call in caller.calls] == [1, 3, 2, 3, 2, 1]


def test_a_server_that_always_repeats_does_not_keep_us_for_ever() -> None:
    caller = Canned(*(answer(range(PAGE_ROWS), 150) for _ in range(19)))
    assert {row.order_id for row in whole(caller)} == {f"s-{name}" for name in range(PAGE_ROWS)}


def test_a_page_that_stays_short_is_believed_the_second_time() -> None:
    caller = Canned(answer(range(0), 3), answer(range(2), 3))
    assert len(whole(caller)) == 2


def test_what_the_platform_counts_is_told(market: Gatehouse) -> None:
    market.buy("c-1")
    market.later()
    span = Window(SPAN.start_ms, market.front.clock.now_ms())
    assert market.page(ORDERS, span).total == 1


def test_a_throttled_call_says_how_long_to_wait(market: Gatehouse) -> None:
    market.weather(per_minute_max=1)
    market.pull(ORDERS)
    with pytest.raises(PullThrottled) as told:
        market.pull(ORDERS)
    assert (told.value.params["answer"], told.value.params["wait_s"]) == ("70031", 60)
    market.later()
    market.pull(ORDERS)


def test_a_gateway_that_fails_is_down_or_loses_an_answer(market: Gatehouse) -> None:
    order = f"{market.buy('c-1')}-1"
    market.later()
    market.weather(error_share=1)
    with pytest.raises(PullUnreadable):
        market.pull(ORDERS)
    assert paid(market.pull(ORDERS)) == {order}
    now = market.front.clock.now_ms()
    market.weather(down_from_ms=now, down_until_ms=now + MINUTE_MS)
    with pytest.raises(PullUnreadable):
        market.pull(ORDERS)
    market.later()
    market.caller.losing = 1
    with pytest.raises(CallFailed):
        market.pull(ORDERS)
    assert paid(market.pull(ORDERS)) == {order}


def test_a_late_row_is_met_by_the_overlap(market: Gatehouse) -> None:
    market.weather(late_ms=[20 * MINUTE_MS, 20 * MINUTE_MS])
    order = f"{market.buy('c-1')}-1"
    market.later(10)
    assert market.pull(ORDERS) == []
    market.later(20)
    assert paid(market.pull(ORDERS)) == {order}


@pytest.mark.parametrize(
    ("secret", "settings", "code"),
    [
        ("another-secret", {}, "20004"),
        (SECRET, {"access_token": "another-token"}, "10019"),
        (SECRET, {"access_token": ""}, "10019"),
    ],
)
def test_the_wrong_secret_and_the_wrong_token_are_refused(
    market: Gatehouse, secret: str, settings: dict[str, str], code: str
) -> None:
    market.account = account_of("pdd", secret, **settings)
    with pytest.raises(PullRefused) as told:
        market.pull(ORDERS)
    assert told.value.params["answer"] == code
    for shown in (str(told.value), repr(market.caller.calls[-1]), repr(PddKey.of(market.account))):
        assert secret not in shown
        assert TOKEN_OF_THE_SHOP not in shown


@pytest.mark.parametrize("minutes", [-11, 11])
def test_a_stale_and_a_future_timestamp_are_refused(market: Gatehouse, minutes: int) -> None:
    now = market.front.clock.now_ms()
    with pytest.raises(PullRefused) as told:
        ORDERS.page(market.account, SPAN, None, market.caller, now_ms=now + minutes * MINUTE_MS)
    assert told.value.params["answer"] == "10003"
    ORDERS.page(market.account, SPAN, None, market.caller, now_ms=now)


def test_every_parameter_is_signed(market: Gatehouse) -> None:
    """Change any one of what is sent, leave one out or add one: the gateway, which signs by its own lines, refuses."""
    query = {"start_update_time": 1_746_583_200, "end_update_time": 1_746_583_201, "page": 1, "page_size": 50}
    call = pdd_call(PddKey.of(market.account), ORDERS_TYPE, query, now_ms=SPAN.start_ms)
    sent = dict(parse_qsl(call.body.decode()))
    forged = [{**sent, name: value + "1"} for name, value in sent.items()]
    forged += [{key: value for key, value in sent.items() if key != name} for name in sent]
    forged.append({**sent, "extra": "1"})
    for params in forged:
        body = urlencode(params).encode()
        reply = market.caller.call(Call(method="POST", url=call.url, headers={"content-type": FORM}, body=body))
        assert "error_response" in json.loads(reply.body), params
    assert "order_list_get_response" in json.loads(market.caller.call(call).body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 20_000,
        b'{"order_list_get_response": null}',
        b'{"order_list_get_response": {"order_list": []}}',
        b'{"order_list_get_response": {"order_list": {}, "total_count": 0}}',
        b'{"order_list_get_response": {"order_list": [], "total_count": -1}}',
        b'{"order_list_get_response": {"order_list": [], "total_count": ' + b"9" * 5_000 + b"}}",
        answer(range(1), 1)[:-9],
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
        (Reply(status=200, body=b'{"error_response":{"error_code":52101}}'), (PullThrottled, "52101")),
        (
            Reply(status=200, body=b'{"error_response":{"error_code":20004,"sub_code":"x y"}}'),
            (PullRefused, "20004 x_y"),
        ),
        (Reply(status=200, body=b'{"error_response":{}}'), (PullRefused, "?")),
    ],
)
def test_their_words_in_ours(reply: Reply, expected: tuple[type[Exception], str]) -> None:
    with pytest.raises(expected[0]) as told:
        whole(Canned(reply))
    assert told.value.params["answer"] == expected[1]  # type: ignore[attr-defined]


def test_a_span_longer_than_a_day_is_not_taken(market: Gatehouse) -> None:
    assert ORDERS.limits.span_ms_max == DAY_MS
    with pytest.raises(PullRefused, match="10000"):
        market.page(ORDERS, Window(SPAN.start_ms, SPAN.start_ms + DAY_MS + 2_000))


@pytest.mark.parametrize(
    ("item", "p_id", "path"),
    [
        ("7", "", "goods.html?goods_id=7&customParameters=__CLICK_ID__"),
        ("7", "1_2", "duo_coupon_landing.html?goods_id=7&pid=1_2&customParameters=__CLICK_ID__&duoduo_type=2"),
        (None, "", "mall_page.html?mall_id=880001&customParameters=__CLICK_ID__"),
    ],
)
def test_links_lead_into_the_app_and_over_the_page_that_wakes_it(item: str | None, p_id: str, path: str) -> None:
    page = "https://mobile.yangkeduo.com/goods.html?goods_id=7"
    wanted = LinkWanted(page_url=page, platform_shop_id="880001", platform_item_id=item, line="cid")
    made = PddLinks().make(wanted, account_of("pdd", p_id=p_id), Canned(), now_ms=0)
    assert made.deeplink == f"pinduoduo://com.xunmeng.pinduoduo/{path}"
    assert made.universal_link is not None
    wake, _, query = made.universal_link.partition("?")
    assert wake == "https://mobile.yangkeduo.com/app.html"
    assert dict(parse_qsl(query)) == {
        "use_reload": "1",
        "launch_url": path,
        "campaign": "ddjb",
        "cid": "launch_dl_force_",
    }
    assert made.fallback_url == f"{page}&clickid=__CLICK_ID__&customParameters=__CLICK_ID__"
    for address in (made.deeplink, made.universal_link, made.fallback_url):
        assert address.startswith(tuple(PDD.link_prefixes))
        assert "c-7" in unquote(address.replace("__CLICK_ID__", "c-7"))
    assert PDD.pilot


def test_a_page_that_is_none_makes_no_link() -> None:
    wanted = LinkWanted(page_url="javascript:1", platform_shop_id="1", platform_item_id=None, line="cid")
    with pytest.raises(LinkNotMade):
        PddLinks().make(wanted, account_of("pdd"), Canned(), now_ms=0)
