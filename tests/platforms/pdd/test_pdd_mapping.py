"""Pinduoduo's rows in our words: every state, 售后 and 比价; what is wrong is named with its field and never raised."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.platforms.api import AMOUNT_FEN_MAX, Row, RowProblem
from hongmao.platforms.pdd.mapping import order_rows, visit_rows
from platforms.gatehouse import ms, words

CREATED = ms("2025-05-07T10:00:00") // 1000
ORDER: dict[str, Any] = {
    "order_sn": "250507-123456789012345",
    "goods_id": 600_001,
    "goods_quantity": 2,
    "mall_id": 880_001,
    "order_amount": 19_900,
    "promotion_amount": 398,
    "order_status": 0,
    "order_create_time": CREATED,
    "order_pay_time": CREATED + 60,
    "order_modify_at": CREATED + 120,
    "return_status": 0,
    "price_compare_status": 0,
    "custom_parameters": "AQKJTyUALn2D4Qqf-1KuWX82GorZeg",
    "cpa_new": 0,
    "fail_reason": "",
}
RECEIVED = {"order_receive_time": CREATED + 86_400}
SETTLED = RECEIVED | {"order_settle_time": CREATED + 20 * 86_400}
SN = ORDER["order_sn"]


def read(**change: object) -> list[Row | RowProblem]:
    return order_rows(json.dumps(ORDER | change).encode())


def rows(**change: object) -> list[Row]:
    return [row for row in read(**change) if isinstance(row, Row)]


def problem(**change: object) -> tuple[str, str]:
    told = read(**change)[-1]
    assert isinstance(told, RowProblem), told
    return told.code, told.place


@pytest.mark.parametrize(
    ("state", "change", "expected"),
    [
        (-1, {"order_pay_time": 0}, ["order"]),
        (0, {}, ["order", "pay"]),
        (1, {}, ["order", "pay"]),
        (2, RECEIVED, ["order", "pay", "receive"]),
        (3, RECEIVED, ["order", "pay", "receive"]),
        (4, {}, ["order", "pay", "refund"]),
        (4, RECEIVED, ["order", "pay", "receive", "refund"]),
        (5, SETTLED, ["order", "pay", "receive", "settle"]),
        (8, {}, ["order", "pay"]),
        (10, {}, ["order", "pay", "refund"]),
        (10, SETTLED, ["order", "pay", "receive", "refund"]),
    ],
)
def test_every_state_tells_all_that_is_true_by_then(state: int, change: dict[str, object], expected: list[str]) -> None:
    assert words(read(**change | {"order_status": state})) == expected


@pytest.mark.parametrize("state", [-2, 6, 7, 9, 11, 99])
def test_a_state_that_nobody_named_is_a_problem_and_no_guess(state: int) -> None:
    assert problem(order_status=state) == ("unknown_state", "order_status")


def test_times_and_amounts() -> None:
    told = {row.kind.value: row for row in rows(order_status=5, **SETTLED)}
    assert {kind: row.occurred_at_ms for kind, row in told.items()} == {
        "order": ms("2025-05-07T10:00:00"),
        "pay": ms("2025-05-07T10:01:00"),
        "receive": ms("2025-05-08T10:00:00"),
        "settle": ms("2025-05-27T10:00:00"),
    }
    assert (told["settle"].amount_fen, told["settle"].commission_fen) == (19_900, 398)
    assert (told["pay"].amount_fen, told["pay"].commission_fen, told["pay"].quantity) == (19_900, 398, 2)


@pytest.mark.parametrize(
    ("change", "cause", "fen"),
    [
        ({"order_status": 4, "fail_reason": "用户退款"}, "rejected", 19_900),
        ({"order_status": 10}, "punished", 19_900),
        ({"order_status": 3, "return_status": 2} | RECEIVED, "returned", 19_900),
        ({"order_status": 4, "return_status": 2}, "rejected", 19_900),
        ({"order_status": 1, "return_status": 2, "refund_amount": 100}, "returned", 100),
    ],
)
def test_revenue_is_taken_away_once_whatever_the_cause(change: dict[str, object], cause: str, fen: int) -> None:
    [refund] = [row for row in rows(**change) if row.kind.value == "refund"]
    assert (refund.refund_id, refund.event_no, refund.amount_fen) == (f"{SN}.removed", f"{SN}.{cause}", fen)
    assert refund.occurred_at_ms == ms("2025-05-07T10:02:00")


def test_a_return_under_way_takes_nothing_away() -> None:
    assert words(read(return_status=1)) == ["order", "pay"]
    assert words(read(return_status=2, order_amount=0)) == ["order", "pay"]


def test_a_rejection_after_a_return_is_the_same_fact() -> None:
    returned = rows(order_status=2, return_status=2, **RECEIVED)[-1]
    rejected = rows(order_status=4, return_status=2, order_modify_at=CREATED + 9_999)[-1]
    assert returned.refund_id == rejected.refund_id
    assert returned.version < rejected.version


def test_an_order_found_to_be_price_compared_later_is_the_newer_word() -> None:
    plain, compared = rows()[1], rows(price_compare_status=1, promotion_amount=39)[1]
    assert (plain.price_compare, compared.price_compare) == (False, True)
    assert compared.version == plain.version + 1
    assert rows(order_status=1, order_modify_at=CREATED + 900)[1].version == plain.version


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("c-1", ("c-1", None)),
        ('{"uid":"c-2"}', ("c-2", None)),
        ('{"uid":"other","click_id":"c-3"}', ("c-3", None)),
        ('{"uid":"__CLICK_ID__"}', (None, "macro_unresolved")),
        ('{"sid":"x"}', (None, None)),
        ("", (None, None)),
        (None, (None, None)),
        ("__CLICK_ID__", (None, "macro_unresolved")),
        ("{click_id}", (None, "macro_unresolved")),
        ("0000", (None, "click_id_zero")),
        ("d41d8cd98f00b204e9800998ecf8427e", (None, "click_id_of_nothing")),
    ],
)
def test_where_the_click_id_rides(parameters: str | None, expected: tuple[str | None, str | None]) -> None:
    told = rows(custom_parameters=parameters)[0]
    assert (told.click_id, told.click_problem) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"order_sn": None}, ("missing_field", "order_sn")),
        ({"order_sn": "a b"}, ("bad_value", "order_sn")),
        ({"order_sn": "9" * 64, "order_status": 4}, ("bad_value", "order_sn")),
        ({"goods_id": 0}, ("missing_field", "goods_id")),
        ({"mall_id": None}, ("missing_field", "mall_id")),
        ({"order_amount": None}, ("missing_field", "order_amount")),
        ({"order_amount": -1}, ("below_zero", "order_amount")),
        ({"order_amount": 1.5}, ("bad_value", "order_amount")),
        ({"order_amount": "199.00"}, ("bad_value", "order_amount")),
        ({"order_amount": AMOUNT_FEN_MAX + 1}, ("out_of_range", "order_amount")),
        ({"promotion_amount": -1}, ("below_zero", "promotion_amount")),
        ({"order_status": None}, ("missing_field", "order_status")),
        ({"order_status": "paid"}, ("bad_value", "order_status")),
        ({"return_status": 3}, ("unknown_state", "return_status")),
        ({"price_compare_status": 2}, ("bad_value", "price_compare_status")),
        ({"return_status": 2, "refund_amount": 19_901}, ("sums_differ", "refund_amount")),
        ({"order_create_time": None}, ("missing_field", "order_create_time")),
        ({"order_create_time": CREATED * 1000}, ("bad_time", "order_create_time")),
        ({"order_create_time": 1}, ("bad_time", "order_create_time")),
        ({"order_create_time": "2025-05-07 10:00:00"}, ("bad_value", "order_create_time")),
        ({"order_pay_time": 0}, ("missing_field", "order_pay_time")),
        ({"order_status": 2}, ("missing_field", "order_receive_time")),
        ({"order_status": 5} | RECEIVED, ("missing_field", "order_settle_time")),
        ({"order_status": 5, "promotion_amount": None} | SETTLED, ("missing_field", "promotion_amount")),
        ({"order_status": 4, "order_modify_at": None}, ("missing_field", "order_modify_at")),
        ({"goods_quantity": 10**7}, ("out_of_range", "goods_quantity")),
    ],
)
def test_what_is_wrong_is_named_with_its_field(change: dict[str, object], expected: tuple[str, str]) -> None:
    assert problem(**change) == expected


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"\xff", b"{", b"[" * 5_000])
def test_what_is_no_object_is_a_problem(raw: bytes) -> None:
    assert [row.code for row in order_rows(raw) if isinstance(row, RowProblem)] in (["not_json"], ["not_an_object"])


VISIT = {"behavior_id": "v-1", "behavior": "visit", "behavior_time": CREATED, "mall_id": 1, "is_new_visitor": 1}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ["visit"]),
        ({"behavior": "teleport"}, ["unknown_state behavior"]),
        ({"behavior": "favourite"}, ["missing_field goods_id"]),
        ({"behavior_time": 0}, ["missing_field behavior_time"]),
        ({"is_new_visitor": 7}, ["bad_value is_new_visitor"]),
    ],
)
def test_visits(change: dict[str, object], expected: list[str]) -> None:
    assert words(visit_rows(json.dumps(VISIT | change).encode())) == expected


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=30)
    | st.lists(st.none())
)


@given(st.dictionaries(st.sampled_from([*sorted(ORDER), *SETTLED]), VALUES))
def test_no_row_breaks_the_reading(change: dict[str, object]) -> None:
    for row in read(**change):
        if isinstance(row, Row):
            assert row.amount_fen is None or 0 <= row.amount_fen <= AMOUNT_FEN_MAX
            assert 1 <= row.version < 2**31
        else:
            assert row.place in {*ORDER, *SETTLED} or row.code == "not_json"
