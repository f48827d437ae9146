"""What goes wrong between us and TOP: each is a named error or mends itself, and no row is lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hongmao.kernel.time import MINUTE_MS, Window
from hongmao.platforms.api import (
    Call,
    CallFailed,
    Kind,
    PullRefused,
    PullThrottled,
    PullUnreadable,
    Reply,
    Row,
    RowProblem,
)
from hongmao.platforms.taobao.affiliate import SETTLEMENTS
from hongmao.platforms.taobao.client import FORM, TopKey, top_call
from hongmao.platforms.taobao.pulls import ORDERS, ORDERS_METHOD, VISITS
from platforms.gatehouse import ms
from platforms.taobao.bazaar import SECRET, SESSION, account_with, kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.platforms.api import PullSource
    from platforms.taobao.bazaar import Bazaar

TODAY = Window(ms("2025-05-07T00:00:00"), ms("2025-05-08T00:00:00"))


def page(bazaar: Bazaar, source: PullSource = ORDERS, span: Window = TODAY, token: str | None = None) -> Any:
    return source.page(bazaar.account, span, token, bazaar.caller, now_ms=bazaar.front.clock.now_ms())


def paid(rows: Sequence[Any]) -> set[str | None]:
    return {row.sub_order_id for row in rows if row.kind is Kind.PAY}


def crowd(bazaar: Bazaar, orders: int = 130) -> set[str]:
    return {f"{bazaar.buy(f'c-{number}')}-1" for number in range(orders)}


def test_three_pages_and_the_end_give_every_sub_order_once(bazaar: Bazaar) -> None:
    expected = crowd(bazaar)
    rows = bazaar.pull(ORDERS)
    assert paid(rows) == expected
    assert len(bazaar.caller.calls) == 4
    assert [kind for kind in kinds(rows) if kind == "pay"] == ["pay"] * 130
    queries = [json.loads(bazaar.caller.asked(place)["order_top_cursor_query_dto"]) for place in range(4)]
    cursors = [query.get("cursor_id") for query in queries]
    assert cursors[0] is None
    assert len(set(cursors)) == 4


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_a_lost_page_is_asked_for_again_and_nothing_is_lost(bazaar: Bazaar, share: float) -> None:
    expected = crowd(bazaar)
    bazaar.weather(missing_page_share=share)
    assert paid(bazaar.pull(ORDERS)) == expected
    assert len(bazaar.caller.calls) > 4


def test_a_page_without_rows_whose_cursor_moved_is_asked_for_once_more() -> None:
    replies = iter([_orders([], "c2"), _orders([], "c2"), _orders([_ROW], "")])
    caller = _Recorded(replies)
    first = ORDERS.page(account_with(), TODAY, None, caller, now_ms=ms("2025-05-07T10:00:00"))
    assert (first.rows, first.next_token) == ([], "again:")
    second = ORDERS.page(account_with(), TODAY, "again:", caller, now_ms=ms("2025-05-07T10:00:00"))
    assert second.next_token is None  # twice the same answer is an answer


def test_a_repeated_page_is_seen_through(bazaar: Bazaar) -> None:
    expected = crowd(bazaar)
    bazaar.weather(repeat_page_share=1.0)
    rows = bazaar.pull(ORDERS)
    assert paid(rows) == expected
    assert len(bazaar.caller.calls) == 7  # every page but the first is asked for twice
    facts = {(row.kind, row.sub_order_id, row.version) for row in rows}
    assert facts == {(row.kind, row.sub_order_id, row.version) for row in bazaar.pull(ORDERS)}


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_the_affiliates_pages_survive_loss_and_repetition(bazaar: Bazaar, share: float) -> None:
    orders = [bazaar.buy(f"c-{number}") for number in range(120)]
    for order in orders:
        bazaar.front.do(f"/order/{order}/receive")
    bazaar.at("2025-05-07T12:30:00+08:00")
    span = Window(ms("2025-05-07T11:00:00"), ms("2025-05-07T12:30:00"))
    bazaar.weather(missing_page_share=share, repeat_page_share=share)
    rows = [*bazaar.pull(SETTLEMENTS, span=span), *bazaar.pull(SETTLEMENTS, span=span)]
    assert {row.sub_order_id for row in rows} == {f"{order}-1" for order in orders}


def test_a_late_row_is_not_in_the_page_before_it_is_known(bazaar: Bazaar) -> None:
    bazaar.weather(late_ms=[30 * MINUTE_MS, 30 * MINUTE_MS])
    bazaar.buy("c-1")
    assert bazaar.pull(ORDERS) == []
    bazaar.at("2025-05-07T10:30:00+08:00")
    rows = bazaar.pull(ORDERS)
    assert kinds(rows) == ["order", "order", "pay"]
    assert {row.occurred_at_ms for row in rows} == {ms("2025-05-07T10:00:00")}


def test_throttled_says_how_long(bazaar: Bazaar) -> None:
    bazaar.weather(per_minute_max=1)
    bazaar.at("2025-05-07T10:00:20+08:00")
    page(bazaar)
    with pytest.raises(PullThrottled) as error:
        page(bazaar)
    assert error.value.params["wait_s"] == 40
    assert error.value.params["answer"] == "7 accesscontrol.limited-by-app-api-access-count"


def test_every_call_fails_once_and_then_succeeds(bazaar: Bazaar) -> None:
    bazaar.buy("c-1")
    bazaar.weather(error_share=1.0)
    for source in (ORDERS, VISITS, SETTLEMENTS):
        span = (
            Window(TODAY.start_ms + 9 * 3_600_000, TODAY.start_ms + 11 * 3_600_000) if source is SETTLEMENTS else TODAY
        )
        with pytest.raises(PullUnreadable):
            page(bazaar, source, span)
        page(bazaar, source, span)


def test_down_is_unwell_and_up_again_has_everything(bazaar: Bazaar) -> None:
    bazaar.buy("c-1")
    bazaar.weather(down_from_ms=ms("2025-05-07T10:00:00"), down_until_ms=ms("2025-05-07T10:50:00"))
    with pytest.raises(PullUnreadable) as error:
        page(bazaar)
    assert "HTTP 503" in str(error.value)
    bazaar.at("2025-05-07T10:50:00+08:00")
    assert kinds(bazaar.pull(ORDERS)) == ["order", "order", "pay"]


def test_an_answer_lost_on_the_way_is_a_failed_call_and_the_next_has_it(bazaar: Bazaar) -> None:
    bazaar.buy("c-1")
    bazaar.caller.losing = 1
    with pytest.raises(CallFailed):
        page(bazaar)
    assert kinds(page(bazaar).rows) == ["order", "order", "pay"]


@pytest.mark.parametrize(
    ("account", "answer"),
    [
        (account_with(secret="not-the-secret"), "25 isv.invalid-signature"),
        (account_with(session="another"), "27 invalid-sessionkey"),
        (account_with(session=""), "26 isv.missing-sessionkey"),
    ],
)
def test_a_wrong_key_is_refused_by_name_and_shown_nowhere(bazaar: Bazaar, account: Any, answer: str) -> None:
    bazaar.account = account
    with pytest.raises(PullRefused) as error:
        page(bazaar)
    assert error.value.params["answer"] == answer
    shown = f"{error.value}{error.value.message('zh')}{error.value.params}{account!r}{TopKey.of(account)!r}"
    for hidden in (SECRET, SESSION, "not-the-secret"):
        assert hidden not in shown


@pytest.mark.parametrize(("minutes", "is_let_in"), [(-11, False), (-10, True), (10, True), (11, False)])
def test_a_clock_ten_minutes_off_is_let_in_and_one_further_is_not(
    bazaar: Bazaar, minutes: int, *, is_let_in: bool
) -> None:
    now_ms = bazaar.front.clock.now_ms() + minutes * MINUTE_MS
    if is_let_in:
        assert ORDERS.page(bazaar.account, TODAY, None, bazaar.caller, now_ms=now_ms).rows == []
        return
    with pytest.raises(PullRefused) as error:
        ORDERS.page(bazaar.account, TODAY, None, bazaar.caller, now_ms=now_ms)
    assert error.value.params["answer"] == "31 isv.invalid-timestamp"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"method": ""}, 21),
        ({"method": "taobao.shop.delete"}, 22),
        ({"format": "xml"}, 23),
        ({"sign": ""}, 24),
        ({"sign": "0" * 32}, 25),
        ({"sign_method": "rsa"}, 25),
        ({"app_key": ""}, 28),
        ({"app_key": "1"}, 29),
        ({"timestamp": ""}, 30),
        ({"timestamp": "1746583200"}, 31),
        ({"v": ""}, 32),
        ({"v": "3.0"}, 33),
    ],
)
def test_the_gateway_says_no_in_tops_own_numbers(bazaar: Bazaar, change: dict[str, str], code: int) -> None:
    page(bazaar)
    sent = bazaar.caller.asked() | change
    reply = _post(bazaar, sent)
    assert reply.status == 200
    assert json.loads(reply.body)["error_response"]["code"] == code


def test_every_signed_parameter_is_held_by_the_signature(bazaar: Bazaar) -> None:
    page(bazaar)
    good = bazaar.caller.asked()
    assert "error_response" not in json.loads(_post(bazaar, good).body)
    for name in good.keys() - {"sign", "app_key", "method", "format", "v", "timestamp", "sign_method"}:
        told = json.loads(_post(bazaar, good | {name: good[name] + " "}).body)
        assert told["error_response"]["code"] == 25, name
    added = json.loads(_post(bazaar, good | {"fields": "nick"}).body)
    assert added["error_response"]["code"] == 25


def test_a_get_is_answered_like_a_post(bazaar: Bazaar) -> None:
    bazaar.buy("c-1")
    page(bazaar)
    posted = bazaar.caller.calls[-1]
    got = bazaar.caller.call(Call(method="GET", url=f"{posted.url}?{posted.body.decode()}"))
    assert json.loads(got.body) == json.loads(bazaar.caller.call(posted).body)


@pytest.mark.parametrize(
    ("query", "sub_code"),
    [
        ({"prod_type": 1}, "isv.invalid-parameter:prod_type"),
        ({"start_time": "2025-05-07"}, "isv.invalid-parameter:start_time"),
        ({"end_time": "2025-05-08 00:00:00.000"}, "isv.invalid-parameter:end_time"),
        ({"end_time": "2025-05-06 00:00:00.000"}, "isv.invalid-parameter:start_time"),
        ({"cursor_id": "elsewhere"}, "isv.invalid-parameter:cursor_id"),
    ],
)
def test_the_gateway_checks_what_is_asked(bazaar: Bazaar, query: dict[str, object], sub_code: str) -> None:
    good = {"start_time": "2025-05-07 00:00:00.000", "end_time": "2025-05-07 23:59:59.999", "prod_type": 2}
    asked = {"order_top_cursor_query_dto": good | query}
    call = top_call(TopKey.of(bazaar.account), ORDERS_METHOD, asked, now_ms=bazaar.front.clock.now_ms())
    told = json.loads(bazaar.caller.call(call).body)
    assert told["error_response"]["sub_code"] == sub_code


def test_on_11_november_the_affiliate_is_asked_by_twenty_minutes(bazaar: Bazaar) -> None:
    bazaar.at("2025-11-11T09:50:00+08:00")
    order = bazaar.buy("c-1")
    bazaar.front.do(f"/order/{order}/receive")
    bazaar.at("2025-11-11T12:00:00+08:00")
    span = Window(ms("2025-11-11T09:00:00"), ms("2025-11-11T12:00:00"))
    assert kinds(bazaar.pull(SETTLEMENTS, span=span)) == ["settle"]
    asked = [(bazaar.caller.asked(n)["start_time"][11:], bazaar.caller.asked(n)["end_time"][11:]) for n in range(9)]
    assert asked[0] == ("09:00:00", "09:20:00")
    assert asked[-1] == ("11:40:00", "12:00:00")
    assert [end for _, end in asked[:-1]] == [start for start, _ in asked[1:]]


def test_a_sale_our_table_does_not_know_makes_the_query_shorter_by_the_platforms_own_word(bazaar: Bazaar) -> None:
    # 2024 is in no row of the table, and the gateway is short of breath on 11 November all the same.
    bazaar.at("2024-11-11T12:00:00+08:00")
    span = Window(ms("2024-11-11T09:00:00"), ms("2024-11-11T12:00:00"))
    assert bazaar.pull(SETTLEMENTS, span=span) == []
    ends = [bazaar.caller.asked(place)["end_time"][11:] for place in range(len(bazaar.caller.calls))]
    assert ends[:3] == ["12:00:00", "09:20:00", "09:40:00"]
    assert len(ends) == 10


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"error_response":{}}',
        b'{"alibaba_taobao_ud_smart_order_detail_pull_response":[]}',
        b'{"alibaba_taobao_ud_smart_order_detail_pull_response":{"result":7}}',
        b'{"alibaba_taobao_ud_smart_order_detail_pull_response":{"result":{"a":[],"b":[]}}}',
        b'{"alibaba_taobao_ud_smart_order_detail_pull_response":{"success":false,"error_code":"E1","result":{}}}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_page_is_a_named_error(body: bytes) -> None:
    with pytest.raises((PullUnreadable, PullRefused)) as error:
        ORDERS.page(account_with(), TODAY, None, _Recorded(iter([body])), now_ms=0)
    assert error.value.message("zh") != error.value.message("en")


@pytest.mark.parametrize(("status", "error"), [(429, PullThrottled), (500, PullUnreadable), (403, PullRefused)])
def test_a_status_alone_says_enough(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        ORDERS.page(account_with(), TODAY, None, _Recorded(iter([b""]), status), now_ms=0)


def test_two_wrappings_of_a_list_are_one() -> None:
    bare = _envelope({"result": [_ROW]})
    named = _orders([_ROW], "")
    pages = [ORDERS.page(account_with(), TODAY, None, _Recorded(iter([body])), now_ms=0).rows for body in (bare, named)]
    assert kinds(pages[0]) == kinds(pages[1]) == ["order", "pay"]


_ROW = {
    "seller_id": 880001,
    "order_id": "o-1",
    "sub_order_id": "o-1-1",
    "order_status": 2,
    "order_create_time": "2025-05-07 10:00:00",
    "order_pay_time": "2025-05-07 10:01:00",
    "pay_fee": 100,
}


class _Recorded:
    def __init__(self, bodies: Any, status: int = 200) -> None:
        self._bodies = bodies
        self._status = status

    def call(self, call: Call) -> Reply:
        assert call.method == "POST"
        return Reply(status=self._status, body=next(self._bodies))


def _orders(rows: list[dict[str, Any]], cursor: str) -> bytes:
    result = {"order_detail_cursor_top_dto": rows} if rows else {}
    return _envelope({"result": result, "success": True} | ({"cursor_id": cursor} if cursor else {}))


def _envelope(body: dict[str, Any]) -> bytes:
    return json.dumps({"alibaba_taobao_ud_smart_order_detail_pull_response": body}).encode()


def _post(bazaar: Bazaar, form: dict[str, str]) -> Reply:
    url = bazaar.caller.calls[0].url
    return bazaar.caller.call(
        Call(method="POST", url=url, headers={"content-type": FORM}, body=urlencode(form).encode())
    )


_METHODS = st.sampled_from(
    [
        ORDERS_METHOD,
        "alibaba.taobao.ud.smart.monitor.url.create",
        "alibaba.ud.udsmartdata.get",
        "taobao.tbk.order.details.get",
        "taobao.tbk.rta.consumer.match",
    ]
)
_VALUES = st.text(max_size=30) | st.sampled_from(
    [
        "9" * 5_000,
        "9999-12-31 23:59:59.999",
        "0001-01-01 00:00:00",
        "[]",
        "null",
        '{"prod_type":2,"start_time":[],"end_time":{}}',
        '{"prod_type":2,"start_time":"2025-05-07 00:00:00.000","end_time":"2025-05-07 00:00:00.000","cursor_id":"9_'
        + "9" * 5_000
        + '"}',
        '{"channel_id":1e400,"page_type":2,"cus_h5_url":7,"cus_deep_link":"x"}',
        '{"order_id":{},"event_type":[]}',
        '[{"offer_id":[1]},{}]',
        "[" * 9_000,
    ]
)
_NAMES = st.sampled_from(
    [
        "order_top_cursor_query_dto",
        "monitor_url_top_request_dto",
        "ud_smart_service_request",
        "start_time",
        "end_time",
        "page_no",
        "page_size",
        "position_index",
        "query_type",
        "offer_list",
        "device_value",
        "device_type",
        "adzone_id",
    ]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(method=_METHODS, params=st.dictionaries(_NAMES, _VALUES, max_size=5))
def test_no_signed_nonsense_makes_the_gateway_fall(bazaar: Bazaar, method: str, params: dict[str, str]) -> None:
    # An exception in the app would fail this test by itself.
    call = top_call(TopKey.of(bazaar.account), method, params, now_ms=bazaar.front.clock.now_ms())
    reply = bazaar.caller.call(call)
    assert reply.status == 200
    assert json.loads(reply.body)


@settings(max_examples=150)
@given(cut=st.integers(0, 2_000), noise=st.binary(max_size=8), status=st.sampled_from([200, 200, 200, 502]))
def test_no_noise_in_an_answer_is_taken_for_a_page(cut: int, noise: bytes, status: int) -> None:
    whole = _orders([_ROW, _ROW], "c2")
    body = whole[: cut % len(whole)] + noise + whole[cut % len(whole) + len(noise) :]
    try:
        page = ORDERS.page(account_with(), TODAY, None, _Recorded(iter([body]), status), now_ms=0)
    except (PullUnreadable, PullRefused, PullThrottled):
        return
    assert status == 200
    assert all(isinstance(row, Row | RowProblem) for row in page.rows)


@pytest.mark.parametrize(
    ("value", "code"), [("1e99999999999999999999", "not_json"), ('"\\ud800"', "bad_value"), ("9" * 5_000, "not_json")]
)
def test_a_value_beyond_every_number_is_a_problem_of_its_row(value: str, code: str) -> None:
    text = json.dumps(_ROW).replace('"pay_fee": 100', f'"pay_fee": {value}')
    page = ORDERS.page(account_with(), TODAY, None, _Recorded(iter([_envelope_of(text)])), now_ms=0)
    assert kinds(page.rows) == [code]


def test_a_title_cut_off_within_an_emoji_stops_nothing() -> None:
    text = json.dumps(_ROW | {"item_name": "壶壶"}).replace("\\u58f6\\u58f6", "\\ud83d\\ude00 \\ud83d")
    page = ORDERS.page(account_with(), TODAY, None, _Recorded(iter([_envelope_of(text)])), now_ms=0)
    assert kinds(page.rows) == ["order", "pay"]
    assert json.loads(page.rows[0].raw)["item_name"] == "😀 \ufffd"


def _envelope_of(row: str) -> bytes:
    return f'{{"alibaba_taobao_ud_smart_order_detail_pull_response":{{"result":[{row}],"cursor_id":{"9" * 5_000}}}}}'.encode()
