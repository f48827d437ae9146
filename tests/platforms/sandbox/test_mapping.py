"""Wire rows in, our own words out; whatever is wrong is named with its field."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.events.contracts import BACK_LINK, Kind
from hongmao.kernel.money import AMOUNT_FEN_MAX
from hongmao.platforms import sandbox
from hongmao.platforms.sandbox.mapping import CanonicalRow, RowProblem, read_row

SAMPLE = Path(sandbox.__file__).parent / "samples" / "webhook.json"
PAY: dict[str, Any] = {
    "event_no": "o-1-1.pay",
    "type": "pay",
    "version": 1,
    "occurred_at_ms": 1_746_583_360_000,
    "click_id": "c-7f3a",
    "shop_id": "shop-1",
    "item_id": "item-1",
    "pay_item_id": "item-2",
    "order_id": "o-1",
    "sub_order_id": "o-1-1",
    "refund_id": None,
    "quantity": 2,
    "amount_fen": 29_900,
    "deposit_fen": None,
    "new_visitor": None,
}


def sample_rows() -> list[dict[str, Any]]:
    delivery = json.loads(SAMPLE.read_text(encoding="utf-8"))["deliveries"][0]
    rows: list[dict[str, Any]] = json.loads(delivery["body"])["events"]
    return rows


def refused(row: object) -> tuple[str, str | None]:
    told = read_row(row)
    assert isinstance(told, RowProblem), told
    assert told.message_zh != told.message_en
    return told.code, told.field


def test_a_paid_row_in_our_words() -> None:
    assert read_row(PAY) == CanonicalRow(
        event_no="o-1-1.pay",
        kind=Kind.PAY,
        version=1,
        occurred_at_ms=1_746_583_360_000,
        click_id="c-7f3a",
        click_problem=None,
        shop="shop-1",
        item="item-1",
        pay_item="item-2",
        order_id="o-1",
        sub_order_id="o-1-1",
        refund_id=None,
        quantity=2,
        amount_fen=29_900,
        deposit_fen=None,
        new_visitor=None,
    )


def test_the_sample_has_one_row_of_each_kind_and_all_are_read() -> None:
    told = [read_row(row) for row in sample_rows()]
    assert {row.kind for row in told if isinstance(row, CanonicalRow)} == BACK_LINK - {
        Kind.SETTLE
    }  # this shop takes no fee
    assert not [row for row in told if isinstance(row, RowProblem)]


def test_the_shops_follow_is_not_the_communitys() -> None:
    [follow] = [read_row(row) for row in sample_rows() if row["type"] == "follow"]
    assert isinstance(follow, CanonicalRow)
    assert follow.kind is Kind.SHOP_FOLLOW


@pytest.mark.parametrize("macro", ["__CLICK_ID__", "{click_id}", "__X__", "____", "{}"])
def test_a_macro_nobody_replaced_is_no_click_and_says_so(macro: str) -> None:
    told = read_row(PAY | {"click_id": macro})
    assert isinstance(told, CanonicalRow)
    assert (told.click_id, told.click_problem) == (None, "macro_unresolved")


@pytest.mark.parametrize("click_id", ["c", "-starts-with-a-dash", "_x", "AQKJTyUALn2D4Qqf-1KuWX82GorZeg", "1" * 64])
def test_a_click_id_is_kept_as_it_stood_in_the_url(click_id: str) -> None:
    told = read_row(PAY | {"click_id": click_id})
    assert isinstance(told, CanonicalRow)
    assert (told.click_id, told.click_problem) == (click_id, None)


@pytest.mark.parametrize(
    ("click_id", "problem"),
    [
        ("0" * 64, "click_id_zero"),
        ("00000000-0000-0000-0000-000000000000", "click_id_zero"),
        ("d41d8cd98f00b204e9800998ecf8427e", "click_id_of_nothing"),
        ("D41D8CD98F00B204E9800998ECF8427E", "click_id_of_nothing"),
    ],
)
def test_what_names_no_click_is_none_and_says_so(click_id: str, problem: str) -> None:
    told = read_row(PAY | {"click_id": click_id})
    assert isinstance(told, CanonicalRow)
    assert (told.click_id, told.click_problem) == (None, problem)


def test_no_click_id_is_a_fact_and_not_a_fault() -> None:
    told = read_row(PAY | {"click_id": None})
    assert isinstance(told, CanonicalRow)
    assert (told.click_id, told.click_problem) == (None, None)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"type": "teleport"}, ("unknown_type", "type")),
        ({"type": 7}, ("unknown_type", "type")),
        ({"type": None}, ("unknown_type", "type")),
        ({"amount_fen": -1}, ("bad_value", "amount_fen")),
        ({"amount_fen": AMOUNT_FEN_MAX + 1}, ("bad_value", "amount_fen")),
        ({"amount_fen": "299.00"}, ("bad_value", "amount_fen")),
        ({"amount_fen": 299.0}, ("bad_value", "amount_fen")),
        ({"amount_fen": True}, ("bad_value", "amount_fen")),
        ({"amount_fen": None}, ("missing_field", "amount_fen")),
        ({"order_id": None}, ("missing_field", "order_id")),
        ({"sub_order_id": None}, ("missing_field", "sub_order_id")),
        ({"type": "refund"}, ("missing_field", "refund_id")),
        ({"type": "presale_balance"}, ("missing_field", "deposit_fen")),
        ({"occurred_at_ms": "2025-05-07"}, ("bad_value", "occurred_at_ms")),
        ({"occurred_at_ms": -1}, ("bad_value", "occurred_at_ms")),
        ({"version": 0}, ("bad_value", "version")),
        ({"version": 10**30}, ("bad_value", "version")),
        ({"quantity": 0}, ("bad_value", "quantity")),
        ({"new_visitor": "yes"}, ("bad_value", "new_visitor")),
        ({"shop_id": None}, ("bad_value", "shop_id")),
        ({"shop_id": "<script>alert(1)</script>"}, ("bad_value", "shop_id")),
        ({"item_id": "'; DROP TABLE event; --"}, ("bad_value", "item_id")),
        ({"item_id": "item-1\n"}, ("bad_value", "item_id")),
        ({"item_id": ""}, ("bad_value", "item_id")),
        ({"item_id": "i" * 65}, ("bad_value", "item_id")),
        ({"click_id": "c" * 65}, ("bad_value", "click_id")),
        ({"click_id": "<b>"}, ("bad_value", "click_id")),
        ({"click_id": ""}, ("bad_value", "click_id")),
        ({"discount": 1}, ("unknown_field", "discount")),
        ({"<b>bold</b>": 1}, ("unknown_field", None)),
        ({"buyer": "b-1"}, ("unknown_field", "buyer")),
    ],
)
def test_what_is_wrong_is_named_with_its_field(change: dict[str, object], expected: tuple[str, str | None]) -> None:
    assert refused(PAY | change) == expected


@pytest.mark.parametrize("field", ["event_no", "type", "version", "occurred_at_ms", "click_id", "shop_id"])
def test_a_field_that_must_be_there(field: str) -> None:
    assert refused({name: value for name, value in PAY.items() if name != field}) == ("missing_field", field)


def test_fields_that_do_not_apply_may_be_left_out() -> None:
    slim = {name: value for name, value in PAY.items() if value is not None}
    assert read_row(slim) == read_row(PAY)


@pytest.mark.parametrize("row", [None, [], "event", 7, 1.5, True, [PAY]])
def test_what_is_no_object_is_no_row(row: object) -> None:
    assert refused(row) == ("not_an_object", None)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(JSON_VALUES | st.dictionaries(st.sampled_from(list(PAY)), JSON_VALUES).map(lambda change: PAY | change))
def test_no_json_breaks_the_reading_and_no_problem_repeats_it(row: object) -> None:
    told = read_row(row)
    if isinstance(told, RowProblem):
        assert told.field is None or told.field.replace("_", "").isalpha()
    else:
        assert isinstance(row, dict)
        assert asdict(told)["amount_fen"] == row["amount_fen"]
