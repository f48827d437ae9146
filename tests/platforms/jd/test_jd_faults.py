"""What goes wrong between us and JOS: each is a named error or mends itself, no row is lost and no secret is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import pytest

from hongmao.kernel.time import HOUR_MS, MINUTE_MS, Window
from hongmao.platforms.api import Call, CallFailed, PullRefused, PullThrottled, PullUnreadable, Reply
from hongmao.platforms.jd.client import FORM, JosKey, jos_call
from hongmao.platforms.jd.pulls import ORDERS, ORDERS_METHOD
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

if TYPE_CHECKING:
    from platforms.gatehouse import Gatehouse

SPAN = Window(ms("2025-05-07T10:00:00"), ms("2025-05-07T11:00:00"))
ROW = {
    "orderId": 1,
    "skuId": 2,
    "popId": 3,
    "orderTime": "2025-05-07 10:00:00",
    "modifyTime": "2025-05-07 10:00:00",
    "estimateCosPrice": 1.0,
    "validCode": 15,
}


def crowd(market: Gatehouse, orders: int = 70) -> set[str]:
    bought = {market.buy(f"c-{number}", f"{ITEM}:1,{OTHER_ITEM}:1,{THIRD_ITEM}:1") for number in range(orders)}
    market.at("2025-05-07T10:30:00")
    return bought


def paid(rows: list[Any]) -> set[str | None]:
    return {row.order_id for row in of_kind(rows, "pay")}


def whole(caller: Any, *, gateway: str = "https://api.jd.com/routerjson") -> list[Any]:
    return drained(ORDERS, account_of("jd", gateway=gateway), SPAN, caller, now_ms=SPAN.end_ms)


def answer(
    rows: list[Any], *, more: bool, word: str = "responce", field: str = "queryResult", as_text: bool = True
) -> bytes:
    result: Any = {"code": 200, "message": "success", "hasMore": more, "data": rows or None}
    inner = json.dumps(result) if as_text else result
    return json.dumps({f"jd_union_open_order_row_query_{word}": {"code": "0", field: inner}}).encode()


def sku(number: int) -> dict[str, Any]:
    return ROW | {"skuId": number}


def test_three_pages_give_every_line_once(market: Gatehouse) -> None:
    bought = crowd(market)
    rows = market.pull(ORDERS)
    assert paid(rows) == bought
    assert len(of_kind(rows, "pay")) == 210
    assert len(market.caller.calls) == 3
    asked = [json.loads(dict(parse_qsl(call.body.decode()))["360buy_param_json"]) for call in market.caller.calls]
    assert [one["orderReq"]["pageIndex"] for one in asked] == [1, 2, 3]


@pytest.mark.parametrize("share", [0.4, 1.0])
@pytest.mark.parametrize("what", ["missing_page_share", "repeat_page_share"])
def test_a_lost_or_repeated_page_is_asked_for_again_and_nothing_is_lost(
    market: Gatehouse, what: str, share: float
) -> None:
    bought = crowd(market)
    market.weather(**{what: share})
    rows = market.pull(ORDERS)
    assert paid(rows) == bought
    assert len({row.sub_order_id for row in of_kind(rows, "pay")}) == 210
    if share == 1:
        assert len(market.caller.calls) > 3


def test_a_late_row_is_met_by_the_overlap(market: Gatehouse) -> None:
    market.weather(late_ms=[20 * MINUTE_MS, 20 * MINUTE_MS])
    order = market.buy("c-1")
    market.later(10)
    assert market.pull(ORDERS) == []
    market.later(20)
    assert paid(market.pull(ORDERS)) == {order}
    assert ORDERS.limits.overlap_ms >= HOUR_MS


@pytest.mark.parametrize(
    ("word", "field"), [("responce", "queryResult"), ("response", "result"), ("responce", "result")]
)
@pytest.mark.parametrize("as_text", [True, False])
def test_both_spellings_and_both_wrappings_are_read(word: str, field: str, *, as_text: bool) -> None:
    rows = whole(Canned(answer([sku(1)], more=False, word=word, field=field, as_text=as_text)))
    assert [row.sub_order_id for row in rows] == ["1.1"]


def test_a_page_that_stays_empty_is_believed_the_second_time() -> None:
    caller = Canned(
        answer([sku(1)], more=True), answer([], more=True), answer([], more=True), answer([sku(2)], more=False)
    )
    assert [row.sub_order_id for row in whole(caller)] == ["1.1", "1.2"]


def test_a_page_that_repeats_the_one_before_is_asked_for_again() -> None:
    caller = Canned(answer([sku(1)], more=True), answer([sku(1)], more=True), answer([sku(2)], more=False))
    assert [row.sub_order_id for row in whole(caller)] == ["1.1", "1.2"]


def test_a_throttled_call_says_how_long_to_wait(market: Gatehouse) -> None:
    market.weather(per_minute_max=1)
    market.pull(ORDERS)
    with pytest.raises(PullThrottled) as told:
        market.pull(ORDERS)
    assert told.value.params["wait_s"] == 60
    market.later()
    market.pull(ORDERS)


def test_a_gateway_that_fails_once_answers_the_next_time(market: Gatehouse) -> None:
    order = market.buy("c-1")
    market.later()
    market.weather(error_share=1)
    with pytest.raises(PullUnreadable):
        market.pull(ORDERS)
    assert paid(market.pull(ORDERS)) == {order}


def test_a_gateway_that_is_down_is_unwell_and_comes_back(market: Gatehouse) -> None:
    order = market.buy("c-1")
    market.later()
    now = market.front.clock.now_ms()
    market.weather(down_from_ms=now, down_until_ms=now + MINUTE_MS)
    with pytest.raises(PullUnreadable):
        market.pull(ORDERS)
    market.later()
    assert paid(market.pull(ORDERS)) == {order}


def test_an_answer_lost_on_the_way_is_the_callers_to_tell(market: Gatehouse) -> None:
    order = market.buy("c-1")
    market.later()
    market.caller.losing = 1
    with pytest.raises(CallFailed):
        market.pull(ORDERS)
    assert paid(market.pull(ORDERS)) == {order}


@pytest.mark.parametrize(
    ("secret", "settings", "code"),
    [
        ("another-secret", {}, "12"),
        (SECRET, {"access_token": "another-token"}, "19"),
        (SECRET, {"access_token": ""}, "19"),
    ],
)
def test_the_wrong_secret_and_the_wrong_token_are_refused(
    market: Gatehouse, secret: str, settings: dict[str, str], code: str
) -> None:
    market.account = account_of("jd", secret, **settings)
    with pytest.raises(PullRefused) as told:
        market.pull(ORDERS)
    assert told.value.params["answer"] == code


@pytest.mark.parametrize("minutes", [-11, 11])
def test_a_stale_and_a_future_timestamp_are_refused(market: Gatehouse, minutes: int) -> None:
    now = market.front.clock.now_ms() + minutes * MINUTE_MS
    with pytest.raises(PullRefused) as told:
        ORDERS.page(market.account, SPAN, None, market.caller, now_ms=now)
    assert told.value.params["answer"] == "8"
    ORDERS.page(market.account, SPAN, None, market.caller, now_ms=now - minutes * MINUTE_MS)


def test_every_parameter_is_signed(market: Gatehouse) -> None:
    """Change any one of what is sent, leave one out or add one: the gateway, which signs by its own lines, refuses."""
    call = jos_call(JosKey.of(market.account), ORDERS_METHOD, {"orderReq": {"type": 3}}, now_ms=SPAN.start_ms)
    sent = dict(parse_qsl(call.body.decode()))
    forged = [{**sent, name: value + "1"} for name, value in sent.items()]
    forged += [{key: value for key, value in sent.items() if key != name} for name in sent]
    forged.append({**sent, "extra": "1"})
    for params in forged:
        body = urlencode(params).encode()
        reply = market.caller.call(Call(method="POST", url=call.url, headers={"content-type": FORM}, body=body))
        assert "error_response" in json.loads(reply.body), params
    assert "error_response" not in json.loads(market.caller.call(call).body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Bad Gateway</html>",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 20_000,
        b'{"jd_union_open_order_row_query_responce": null}',
        b'{"jd_union_open_order_row_query_responce": {"code": "0", "queryResult": "{"}}',
        b'{"jd_union_open_order_row_query_responce": {"code": "0"}}',
        b'{"jd_union_open_order_row_query_responce": {"code": "0", "queryResult": {"code": 200, "data": {}}}}',
        b'{"jd_union_open_order_row_query_responce": {"code": "0", "queryResult": {"code": 200, "data": [], "hasMore": 1}}}',
        answer([], more=False)[:-9],
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
        (Reply(status=200, body=b'{"error_response":{"code":"2","zh_desc":"x"}}'), (PullThrottled, "2")),
        (Reply(status=200, body=b'{"error_response":{"code":12}}'), (PullRefused, "12")),
        (Reply(status=200, body=b'{"error_response":{"code":"<script>"}}'), (PullRefused, "_script_")),
        (
            Reply(
                status=200,
                body=b'{"jd_union_open_order_row_query_responce":{"code":"0","queryResult":"{\\"code\\":403}"}}',
            ),
            (PullRefused, "result 403"),
        ),
    ],
)
def test_their_words_in_ours(reply: Reply, expected: tuple[type[Exception], str]) -> None:
    with pytest.raises(expected[0]) as told:
        whole(Canned(reply))
    assert told.value.params["answer"] == expected[1]  # type: ignore[attr-defined]


def test_no_secret_stands_in_a_call_shown_or_in_an_error(market: Gatehouse) -> None:
    market.account = account_of("jd", "a-secret-that-is-wrong")
    with pytest.raises(PullRefused) as told:
        market.pull(ORDERS)
    for shown in (str(told.value), repr(told.value), repr(market.caller.calls[-1]), repr(JosKey.of(market.account))):
        assert "a-secret-that-is-wrong" not in shown
        assert TOKEN_OF_THE_SHOP not in shown


def test_a_span_longer_than_an_hour_is_not_taken(market: Gatehouse) -> None:
    assert ORDERS.limits.span_ms_max == HOUR_MS
    with pytest.raises(PullRefused, match="result 400"):
        market.page(ORDERS, Window(SPAN.start_ms, SPAN.end_ms + 2_000))
