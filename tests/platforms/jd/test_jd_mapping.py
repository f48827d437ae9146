"""JD's rows in our words: every state, every way money goes back; what is wrong is named with its field and never raised."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.platforms.api import AMOUNT_FEN_MAX, Row, RowProblem
from hongmao.platforms.jd.mapping import INVALID, order_rows, visit_rows
from platforms.gatehouse import ms, words

LINE: dict[str, Any] = {
    "id": "1001",
    "orderId": 285_000_000_001,
    "parentId": 0,
    "skuId": 100_012_043_978,
    "skuNum": 4,
    "skuReturnNum": 0,
    "skuFrozenNum": 0,
    "price": 60.0,
    "popId": 880_001,
    "ext1": "AQKJTyUALn2D4Qqf-1KuWX82GorZeg",
    "orderTime": "2025-05-07 10:00:00",
    "finishTime": "",
    "modifyTime": "2025-05-07 10:20:00",
    "estimateCosPrice": 200.0,
    "estimateFee": 6.0,
    "actualCosPrice": 0,
    "actualFee": 0,
    "proPriceAmount": 0,
    "payMonth": 0,
    "validCode": 16,
}
DONE = {
    "validCode": 17,
    "finishTime": "2025-05-09 09:00:00",
    "modifyTime": "2025-05-09 09:00:05",
    "actualCosPrice": 200.0,
    "actualFee": 6.0,
}
SUB = "285000000001.100012043978"


def read(**change: object) -> list[Row | RowProblem]:
    return order_rows(json.dumps(LINE | change).encode())


def said(rows: list[Row | RowProblem]) -> list[tuple[str, int | None]]:
    return [(row.kind.value, row.amount_fen) for row in rows if isinstance(row, Row)]


def problem(**change: object) -> tuple[str, str]:
    told = read(**change)[-1]
    assert isinstance(told, RowProblem), told
    assert json.loads(told.raw)["orderId"] == LINE["orderId"] or "orderId" in change
    return told.code, told.place


def test_a_paid_line_in_our_words() -> None:
    order, pay = read()
    assert isinstance(order, Row)
    assert isinstance(pay, Row)
    assert (pay.kind.value, pay.amount_fen, pay.commission_fen, pay.quantity) == ("pay", 20_000, 600, 4)
    assert (pay.order_id, pay.sub_order_id) == ("285000000001", SUB)
    assert (pay.platform_shop_id, pay.platform_pay_item_id, pay.platform_item_id) == ("880001", "100012043978", None)
    assert (pay.click_id, pay.click_by, pay.click_problem) == (LINE["ext1"], "sync", None)
    assert pay.occurred_at_ms == ms("2025-05-07T10:00:00")
    assert order.version == pay.version


@pytest.mark.parametrize(
    ("state", "change", "expected"),
    [
        (15, {}, [("order", 20_000)]),
        (24, {}, [("order", 20_000)]),
        (16, {}, [("order", 20_000), ("pay", 20_000)]),
        (17, DONE, [("order", 20_000), ("pay", 20_000), ("receive", None), ("settle", 20_000)]),
        (18, DONE, [("order", 20_000), ("pay", 20_000), ("receive", None), ("settle", 20_000)]),
        *((code, {}, [("order", 20_000), ("pay", 20_000), ("refund", 20_000)]) for code in sorted(INVALID)),
    ],
)
def test_every_state_tells_all_that_is_true_by_then(
    state: int, change: dict[str, object], expected: list[tuple[str, int | None]]
) -> None:
    assert said(read(**change | {"validCode": state})) == expected


@pytest.mark.parametrize("state", [-1, 0, 1, 29, 99, 160])
def test_a_state_that_nobody_named_is_a_problem_and_no_guess(state: int) -> None:
    assert problem(validCode=state) == ("unknown_state", "validCode")


@pytest.mark.parametrize("code", sorted(INVALID))
def test_an_invalid_line_says_by_which_code(code: int) -> None:
    refund = read(validCode=code)[-1]
    assert isinstance(refund, Row)
    assert (refund.refund_id, refund.occurred_at_ms) == (f"{SUB}.invalid-{code}", ms("2025-05-07T10:20:00"))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"proPriceAmount": 12.5}, {"protected": 1_250}),
        ({"validCode": 3, "proPriceAmount": 12.5}, {"protected": 1_250, "invalid-3": 18_750}),
        (DONE | {"skuReturnNum": 1, "actualCosPrice": 150.0}, {"returned": 5_000}),
        (DONE | {"skuReturnNum": 4, "actualCosPrice": 0}, {"returned": 20_000}),
        (
            DONE | {"skuReturnNum": 1, "proPriceAmount": 10.0, "actualCosPrice": 140.0},
            {"protected": 1_000, "returned": 5_000},
        ),
        # Before receipt the estimate shrinks, and what was paid is reckoned back from the pieces that stay.
        ({"skuReturnNum": 1, "estimateCosPrice": 150.0}, {"returned": 5_000}),
        ({"skuReturnNum": 3, "estimateCosPrice": 33.33}, {"returned": 9_999}),
        # Frozen pieces are under dispute: nothing has gone back.
        ({"skuFrozenNum": 2}, {}),
        # A settled amount may lie below the estimate for reasons that are no return.
        (DONE | {"actualCosPrice": 190.0}, {}),
    ],
)
def test_each_way_of_going_back_is_a_fact_of_its_own(change: dict[str, object], expected: dict[str, int]) -> None:
    rows = [row for row in read(**change) if isinstance(row, Row) and row.kind.value == "refund"]
    assert {str(row.refund_id).removeprefix(f"{SUB}."): row.amount_fen for row in rows} == expected


def test_what_is_reckoned_back_is_the_same_fact_as_what_jd_said_itself() -> None:
    """Paid 100.00 for 3; later 66.67 of it are left for 2, from which 100.01 would follow: a duplicate of what is known."""
    [_, said_so] = read(skuNum=3, estimateCosPrice=100.0)
    reckoned = read(skuNum=3, skuReturnNum=1, estimateCosPrice=66.67)[1]
    assert isinstance(said_so, Row)
    assert isinstance(reckoned, Row)
    assert (said_so.amount_fen, reckoned.amount_fen) == (10_000, 10_001)
    assert (reckoned.kind, reckoned.sub_order_id, reckoned.version) == (
        said_so.kind,
        said_so.sub_order_id,
        said_so.version,
    )
    assert reckoned.commission_fen is None


@pytest.mark.parametrize("change", [DONE, {"validCode": 3}, {"modifyTime": "2025-05-07 11:00:00"}, {"skuFrozenNum": 1}])
def test_a_later_row_tells_the_same_order_and_payment(change: dict[str, object]) -> None:
    keys = [(row.kind, row.version, row.occurred_at_ms, row.amount_fen) for row in read(**change)[:2]]  # type: ignore[union-attr]
    assert keys == [(row.kind, row.version, row.occurred_at_ms, row.amount_fen) for row in read()]  # type: ignore[union-attr]


def test_a_settlement_that_changed_supersedes() -> None:
    first, second = read(**DONE)[-1], read(**DONE | {"modifyTime": "2025-05-12 09:00:00", "actualFee": 5.0})[-1]
    assert isinstance(first, Row)
    assert isinstance(second, Row)
    assert (first.commission_fen, second.commission_fen) == (600, 500)
    assert second.version > first.version


def test_a_return_that_grew_supersedes() -> None:
    one = read(**DONE | {"skuReturnNum": 1, "actualCosPrice": 150.0})[-1]
    more = read(**DONE | {"skuReturnNum": 2, "actualCosPrice": 100.0, "modifyTime": "2025-05-12 09:00:00"})[-1]
    assert isinstance(one, Row)
    assert isinstance(more, Row)
    assert (one.refund_id, one.amount_fen, more.amount_fen) == (more.refund_id, 5_000, 10_000)
    assert one.version < more.version


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"validCode": 3, "estimateCosPrice": 0}, ("paid_amount_unknown", "estimateCosPrice")),
        ({"skuReturnNum": 4, "estimateCosPrice": 0}, ("paid_amount_unknown", "skuReturnNum")),
        ({"skuReturnNum": 5}, ("sums_differ", "skuReturnNum")),
        ({"proPriceAmount": 200.01}, ("sums_differ", "proPriceAmount")),
        ({"estimateCosPrice": -1}, ("below_zero", "estimateCosPrice")),
        ({"estimateCosPrice": 0.001}, ("not_whole_fen", "estimateCosPrice")),
        ({"estimateCosPrice": AMOUNT_FEN_MAX}, ("out_of_range", "estimateCosPrice")),
        ({"estimateCosPrice": None}, ("missing_field", "estimateCosPrice")),
        ({"estimateCosPrice": "a lot"}, ("bad_value", "estimateCosPrice")),
        ({"estimateCosPrice": True}, ("bad_value", "estimateCosPrice")),
        ({"estimateFee": -0.01}, ("below_zero", "estimateFee")),
        ({"orderId": 0}, ("missing_field", "orderId")),
        ({"orderId": "<b>"}, ("bad_value", "orderId")),
        ({"orderId": "9" * 60}, ("bad_value", "orderId")),
        ({"skuId": None}, ("missing_field", "skuId")),
        ({"popId": None}, ("missing_field", "popId")),
        ({"skuNum": -1}, ("below_zero", "skuNum")),
        ({"orderTime": ""}, ("missing_field", "orderTime")),
        ({"orderTime": "2025-05-07T10:00:00"}, ("bad_time", "orderTime")),
        ({"orderTime": "2025-02-30 10:00:00"}, ("bad_time", "orderTime")),
        ({"orderTime": "1999-12-31 23:59:59"}, ("bad_time", "orderTime")),
        ({"modifyTime": 1_746_583_200_000}, ("bad_time", "modifyTime")),
        (DONE | {"finishTime": ""}, ("missing_field", "finishTime")),
        ({"validCode": None}, ("missing_field", "validCode")),
        ({"validCode": 16.0}, ("bad_value", "validCode")),
        ({"validCode": "已付款"}, ("bad_value", "validCode")),
    ],
)
def test_what_is_wrong_is_named_with_its_field(change: dict[str, object], expected: tuple[str, str]) -> None:
    assert problem(**change) == expected


@pytest.mark.parametrize(
    ("ext1", "sub_union", "expected"),
    [
        ("c-1", "other", ("c-1", None)),
        ("", "c_1", ("c_1", None)),
        (None, None, (None, None)),
        ("__CLICK_ID__", None, (None, "macro_unresolved")),
        ("{click_id}", None, (None, "macro_unresolved")),
        ("000000", None, (None, "click_id_zero")),
        ("00000000-0000-0000-0000-000000000000", None, (None, "click_id_zero")),
        ("D41D8CD98F00B204E9800998ECF8427E", None, (None, "click_id_of_nothing")),
    ],
)
def test_where_the_click_id_rides(
    ext1: str | None, sub_union: str | None, expected: tuple[str | None, str | None]
) -> None:
    told = read(ext1=ext1, subUnionId=sub_union)[0]
    assert isinstance(told, Row)
    assert (told.click_id, told.click_problem) == expected


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"\xff", b'"row"', b"{", b"[" * 5_000])
def test_what_is_no_object_is_a_problem(raw: bytes) -> None:
    assert [row.code for row in order_rows(raw) if isinstance(row, RowProblem)] in (["not_json"], ["not_an_object"])


VISIT = {"id": "v-1", "behavior": "visit", "behaviorTime": "2025-05-07 10:00:00", "popId": "880001", "newVisitor": 1}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ["visit"]),
        ({"behavior": "open"}, ["open"]),
        ({"behavior": "teleport"}, ["unknown_state behavior"]),
        ({"behavior": "cart"}, ["missing_field skuId"]),
        ({"behavior": "cart", "skuId": 7}, ["cart"]),
        ({"newVisitor": 2}, ["bad_value newVisitor"]),
        ({"behaviorTime": None}, ["missing_field behaviorTime"]),
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


@given(st.dictionaries(st.sampled_from(sorted(LINE)), VALUES))
def test_no_row_breaks_the_reading(change: dict[str, object]) -> None:
    for row in read(**change):
        if isinstance(row, Row):
            assert row.amount_fen is None or 0 <= row.amount_fen <= AMOUNT_FEN_MAX
            assert 1 <= row.version < 2**31
        else:
            assert row.place in LINE or row.place == "subUnionId" or row.code == "not_json"


@given(paid=st.integers(1, 10**9), pieces=st.integers(1, 50), data=st.data())
def test_returns_before_receipt_are_reckoned_back_to_a_few_fen(paid: int, pieces: int, data: st.DataObject) -> None:
    """The oracle: what is left of a price that is shared evenly among its pieces."""
    gone = data.draw(st.integers(0, pieces - 1))
    left = round(paid * (pieces - gone) / pieces)
    if left == 0:
        return
    rows = read(skuNum=pieces, skuReturnNum=gone, estimateCosPrice=f"{left // 100}.{left % 100:02d}")
    told = dict(said(rows))
    assert told["pay"] is not None
    assert abs(told["pay"] - paid) <= pieces
    assert (told["pay"] or 0) - (told.get("refund") or 0) == left
