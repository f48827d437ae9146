"""Vipshop's rows in our words, from the export and from the call: every state; what is wrong is named with its field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.platforms.api import AMOUNT_FEN_MAX, FileHead, ReportCell, Row, RowProblem
from hongmao.platforms.vip import files
from hongmao.platforms.vip.mapping import order_rows
from platforms.gatehouse import account_of, ms, words

HEAD = FileHead(name="orders.csv", snapshot_ms=ms("2025-05-09T08:00:00"))
LINE = {
    "order_sn": "25050712345678",
    "goods_id": "6920000001",
    "size_id": "",
    "shop": "880001",
    "state": "已付款",
    "quantity": "3",
    "amount": "1,200.00",
    "fee": "72.00",
    "placed": "2025-05-07 10:00:00",
    "paid": "2025/5/7 10:01",
    "signed": "",
    "settled": "",
    "changed": "2025-05-07 10:01:05",
    "stat_param": "c-1",
    "back_amount": "",
    "back_at": "",
}
SIGNED = {"signed": "2025-05-09 12:00:00"}
SETTLED = SIGNED | {"settled": "2025-05-30 00:00:00"}
BACK = {"back_amount": "400.00", "back_at": "2025-05-10 09:00:00"}
SUB = "25050712345678.6920000001"


def read(**change: str) -> list[Row | RowProblem]:
    return list(files.ORDERS.read(LINE | change, place="row 2", head=HEAD, account=account_of("vip")))


def problem(**change: str) -> tuple[str, str]:
    told = read(**change)[-1]
    assert isinstance(told, RowProblem), told
    return told.code, told.place


@pytest.mark.parametrize(
    ("state", "change", "expected"),
    [
        ("已下单", {"paid": ""}, ["order"]),
        ("已付款", {}, ["order", "pay"]),
        ("已签收", SIGNED, ["order", "pay", "receive"]),
        ("待结算", SIGNED, ["order", "pay", "receive"]),
        ("已结算", SETTLED, ["order", "pay", "receive", "settle"]),
        ("已失效", {"paid": ""}, ["order"]),
        ("已失效", {}, ["order", "pay", "refund"]),
        ("已失效", SIGNED, ["order", "pay", "receive", "refund"]),
        ("已失效", BACK, ["order", "pay", "refund", "refund"]),
        ("已签收", SIGNED | BACK, ["order", "pay", "receive", "refund"]),
    ],
)
def test_every_state_tells_all_that_is_true_by_then(state: str, change: dict[str, str], expected: list[str]) -> None:
    assert words(read(**change | {"state": state})) == expected


@pytest.mark.parametrize("state", ["已取消", "paid", "2", "已付款 "])
def test_a_state_that_nobody_named_is_a_problem_and_no_guess(state: str) -> None:
    if state.strip() == "已付款":
        assert words(read(state=state)) == ["order", "pay"]
    else:
        assert problem(state=state) == ("unknown_state", "row 2.state")


def test_a_line_in_our_words() -> None:
    pay = read()[1]
    assert isinstance(pay, Row)
    assert (pay.sub_order_id, pay.order_id, pay.platform_pay_item_id) == (SUB, "25050712345678", "6920000001")
    assert (pay.amount_fen, pay.commission_fen, pay.quantity, pay.click_id) == (120_000, 7_200, 3, "c-1")
    assert pay.occurred_at_ms == ms("2025-05-07T10:01:00")


def test_what_went_back_and_what_became_void_add_up() -> None:
    rows = [row for row in read(state="已失效", **BACK) if isinstance(row, Row) and row.kind.value == "refund"]
    assert {row.refund_id: row.amount_fen for row in rows} == {f"{SUB}.returned": 40_000, f"{SUB}.void": 80_000}
    settled = read(state="已结算", **SETTLED | BACK)
    assert [row.amount_fen for row in settled if isinstance(row, Row) and row.kind.value == "settle"] == [80_000]


def test_two_sizes_of_the_same_goods_are_two_conversions() -> None:
    small, large = read(size_id="s-1")[0], read(size_id="s-2")[0]
    assert isinstance(small, Row)
    assert isinstance(large, Row)
    assert (small.sub_order_id, large.sub_order_id) == (f"{SUB}.s-1", f"{SUB}.s-2")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"order_sn": ""}, ("missing_field", "row 2.order_sn")),
        ({"order_sn": "a b"}, ("bad_value", "row 2.order_sn")),
        ({"order_sn": "9" * 60}, ("bad_value", "row 2.state")),
        ({"goods_id": ""}, ("missing_field", "row 2.goods_id")),
        ({"shop": ""}, ("missing_field", "row 2.shop")),
        ({"state": ""}, ("missing_field", "row 2.state")),
        ({"amount": ""}, ("missing_field", "row 2.amount")),
        ({"amount": "-1"}, ("below_zero", "row 2.amount")),
        ({"amount": "1.005"}, ("not_whole_fen", "row 2.amount")),
        ({"amount": "九元"}, ("bad_value", "row 2.amount")),
        ({"quantity": "1.5"}, ("bad_value", "row 2.quantity")),
        ({"quantity": "2000000"}, ("out_of_range", "row 2.quantity")),
        ({"placed": ""}, ("missing_field", "row 2.placed")),
        ({"placed": "2025-02-30 10:00:00"}, ("bad_time", "row 2.placed")),
        ({"placed": "45784.41"}, ("bad_time", "row 2.placed")),
        ({"state": "已签收"}, ("missing_field", "row 2.signed")),
        ({"state": "已结算"} | SIGNED, ("missing_field", "row 2.settled")),
        ({"state": "已结算", "fee": ""} | SETTLED, ("missing_field", "row 2.fee")),
        ({"state": "已失效", "changed": ""}, ("missing_field", "row 2.changed")),
        (BACK | {"back_amount": "1200.01"}, ("sums_differ", "row 2.amount")),
    ],
)
def test_what_is_wrong_is_named_with_its_field(change: dict[str, str], expected: tuple[str, str]) -> None:
    assert problem(**change) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("c-1", ("c-1", None)),
        ("'c-1", ("c-1", None)),
        ("", (None, None)),
        ("__CLICK_ID__", (None, "macro_unresolved")),
        ("${click_id}", (None, "macro_unresolved")),
        ("0", (None, "click_id_zero")),
        ("d41d8cd98f00b204e9800998ecf8427e", (None, "click_id_of_nothing")),
    ],
)
def test_where_the_click_id_rides(text: str, expected: tuple[str | None, str | None]) -> None:
    told = read(stat_param=text)[0]
    assert isinstance(told, Row)
    assert (told.click_id, told.click_problem) == expected


ORDER: dict[str, Any] = {
    "orderSn": "25050712345678",
    "status": 1,
    "orderSubStatusName": "已付款",
    "orderTime": ms("2025-05-07T10:00:00"),
    "lastUpdateTime": ms("2025-05-07T10:02:00"),
    "statParam": "c-1",
    "totalCost": "1200.00",
    "detailList": [
        {
            "goodsId": "6920000001",
            "goodsCount": 3,
            "brandStoreSn": "880001",
            "commissionTotalCost": "1200.00",
            "commission": "72.00",
        }
    ],
}


def call(detail: dict[str, object] | None = None, shop: str = "", **change: object) -> list[Row | RowProblem]:
    lines = [ORDER["detailList"][0] | (detail or {})]
    return order_rows(json.dumps(ORDER | {"detailList": lines} | change).encode(), shop=shop)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ["order", "pay"]),
        ({"orderSubStatusName": "已下单"}, ["order"]),
        ({"orderSubStatusName": "已签收", "signTime": ms("2025-05-09T10:00:00")}, ["order", "pay", "receive"]),
        ({"orderSubStatusName": "已失效"}, ["order", "pay", "refund"]),
        ({"orderSubStatusName": "已失效", "totalCost": "0"}, ["order"]),
        ({"orderSubStatusName": None, "status": 0}, ["order", "pay", "refund"]),
        (
            {"orderSubStatusName": None, "status": 2, "signTime": ms("2025-05-09T10:00:00")},
            ["order", "pay", "receive"],
        ),
        ({"orderSubStatusName": None}, ["missing_field detailList[0].orderSubStatusName"]),
        ({"orderSubStatusName": None, "status": 3}, ["unknown_state detailList[0].status"]),
        ({"orderSubStatusName": "已取消"}, ["unknown_state detailList[0].orderSubStatusName"]),
        ({"orderTime": 1_746_583_200}, ["bad_time detailList[0].orderTime"]),
        ({"detailList": []}, ["missing_field detailList"]),
        ({"detailList": "x"}, ["bad_value detailList"]),
        ({"detailList": [None]}, ["bad_value detailList"]),
    ],
)
def test_the_calls_states(change: dict[str, object], expected: list[str]) -> None:
    assert words(call(None, "", **change)) == expected


@pytest.mark.parametrize(
    ("sales", "fen"),
    [
        ([], None),
        ([{"afterSaleSn": "a", "afterSaleFinishTime": 0, "afterSaleChangedGoodsCount": 1}], None),
        ([{"afterSaleSn": "a", "afterSaleFinishTime": 1_746_683_200_000, "afterSaleChangedGoodsCount": 1}], 40_000),
        (
            [
                {"afterSaleSn": "a", "afterSaleFinishTime": 1_746_683_200_000, "afterSaleChangedGoodsCount": 1},
                {"afterSaleSn": "b", "afterSaleFinishTime": 1_746_783_200_000, "afterSaleChangedGoodsCount": 2},
            ],
            120_000,
        ),
    ],
)
def test_pieces_that_went_back_carry_their_share(sales: list[dict[str, object]], fen: int | None) -> None:
    rows = [row for row in call({"afterSaleInfo": sales}) if isinstance(row, Row) and row.kind.value == "refund"]
    assert [row.amount_fen for row in rows] == ([] if fen is None else [fen])


def test_more_pieces_than_were_bought_are_a_problem_and_leave_other_lines_alone() -> None:
    bad = ORDER["detailList"][0] | {
        "afterSaleInfo": [
            {"afterSaleSn": "a", "afterSaleFinishTime": 1_746_683_200_000, "afterSaleChangedGoodsCount": 4}
        ]
    }
    lines = [bad, ORDER["detailList"][0] | {"goodsId": "7"}]
    rows = order_rows(json.dumps(ORDER | {"detailList": lines}).encode())
    assert words(rows) == ["sums_differ detailList[0].afterSaleChangedGoodsCount", "order", "pay"]


def test_the_accounts_shop_stands_in_for_a_brand_that_is_not_told() -> None:
    assert words(call({"brandStoreSn": None})) == ["missing_field detailList[0].brandStoreSn"]
    assert words(call({"brandStoreSn": None}, shop="880001")) == ["order", "pay"]


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"\xff", b"{"])
def test_what_is_no_object_is_a_problem(raw: bytes) -> None:
    assert [row.code for row in order_rows(raw) if isinstance(row, RowProblem)] in (["not_json"], ["not_an_object"])


VISIT = {"act_id": "v-1", "act": "进店", "at": "2025-05-07 10:00:00", "shop": "1", "is_new": "是", "stat_param": "c-1"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ["visit"]),
        ({"act_id": "合计3条记录"}, []),
        ({"act": "路过"}, ["unknown_state row 2.act"]),
        ({"act": "加购"}, ["missing_field row 2.goods_id"]),
        ({"act": "加购", "goods_id": "7"}, ["cart"]),
        ({"at": ""}, ["missing_field row 2.at"]),
        ({"shop": ""}, ["missing_field row 2.shop"]),
    ],
)
def test_visits(change: dict[str, str], expected: list[str]) -> None:
    rows = files.VISITS.read(VISIT | change, place="row 2", head=HEAD, account=account_of("vip"))
    assert words(rows) == expected


def daily(**change: str) -> ReportCell | RowProblem:
    row = {"day": "2025-05-07", "note": "n-1", "spend": "100", "roi": "3", "visits": "25", "shop": "880001"}
    [found] = files.DAILY.read(row | change, place="row 2", head=HEAD, account=account_of("vip"))
    return found


def test_a_daily_row_is_a_cell_and_a_roi_alone_is_approximate() -> None:
    cell = daily()
    assert isinstance(cell, ReportCell)
    assert (cell.key, cell.day, cell.note) == ("2025-05-07:n-1:880001", "2025-05-07", "n-1")
    assert cell.values == {"spend_fen": 10_000, "visits": 25, "gmv_fen": 30_000}
    assert cell.marks == ("approximate",)
    assert daily(gmv="298.00").marks == ()  # type: ignore[union-attr]


def test_a_broken_daily_row_is_named() -> None:
    found = daily(note="")
    assert isinstance(found, RowProblem)
    assert (found.code, found.place) == ("missing_field", "row 2.note")


TEXTS = st.text(max_size=20) | st.integers(-(10**20), 10**20).map(str)


@given(st.dictionaries(st.sampled_from(sorted(LINE)), TEXTS))
def test_no_row_of_a_file_breaks_the_reading(change: dict[str, str]) -> None:
    for row in read(**change):
        if isinstance(row, Row):
            assert row.amount_fen is None or 0 <= row.amount_fen <= AMOUNT_FEN_MAX
            assert 1 <= row.version < 2**31
        else:
            assert row.place.removeprefix("row 2.") in LINE


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=20)
    | st.lists(st.none())
)


@given(
    st.dictionaries(st.sampled_from(sorted(ORDER)), VALUES),
    st.dictionaries(st.sampled_from([*ORDER["detailList"][0], "afterSaleInfo", "sizeId"]), VALUES),
)
def test_no_order_of_a_call_breaks_the_reading(change: dict[str, object], detail: dict[str, object]) -> None:
    for row in call(detail, "", **change):
        assert isinstance(row, Row | RowProblem)
        if isinstance(row, Row):
            assert row.amount_fen is None or 0 <= row.amount_fen <= AMOUNT_FEN_MAX
