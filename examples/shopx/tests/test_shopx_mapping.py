"""Facts of ShopX: what they mean, and what is wrong with those that cannot be read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hongmao.platforms.api import AMOUNT_FEN_MAX, Kind, Row, RowProblem, instant
from hongmao_shopx.mapping import QUANTITY_MAX, REVISION_MAX, read_fact

AT = instant("2025-05-07T10:04:00+08:00")
PAY: dict[str, Any] = {
    "no": "f-3",
    "what": "pay",
    "at": AT,
    "rev": 1,
    "store": "s-1",
    "item": "i-1",
    "bought": "i-2",
    "click": "AZTxJ0-kAAAAAQ_zPq3vX8sW2bN4cQ",
    "order": "O-7",
    "line": "L-7-1",
    "qty": 2,
    "yuan": "299.00",
}


def told(**changes: object) -> Row | RowProblem:
    fact = {name: value for name, value in {**PAY, **changes}.items() if value is not ...}
    [row] = read_fact(json.dumps(fact).encode())
    return row


def problem(**changes: object) -> tuple[str, str]:
    found = told(**changes)
    assert isinstance(found, RowProblem), found
    return found.code, found.place


def test_a_payment_in_our_words() -> None:
    row = told()
    assert isinstance(row, Row)
    assert (row.kind, row.amount_fen, row.version, row.quantity) == (Kind.PAY, 29_900, 1, 2)
    assert (row.platform_item_id, row.platform_pay_item_id) == ("i-1", "i-2")
    assert (row.order_id, row.sub_order_id, row.platform_shop_id) == ("O-7", "L-7-1", "s-1")
    assert (row.occurred_at_ms, json.loads(row.raw)) == (AT, PAY)


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"what": "pay_later"}, "unknown_fact", "what"),
        ({"what": ...}, "missing_field", "what"),
        ({"what": 7}, "unknown_fact", "what"),
        ({"no": ...}, "missing_field", "no"),
        ({"no": "a b"}, "bad_value", "no"),
        ({"at": None}, "missing_field", "at"),
        ({"at": AT // 1_000}, "bad_time", "at"),  # seconds where milliseconds were agreed
        ({"at": "yesterday"}, "bad_value", "at"),
        ({"at": AT + 0.5}, "bad_value", "at"),
        ({"store": "0"}, "missing_field", "store"),
        ({"rev": 0}, "out_of_range", "rev"),
        ({"rev": REVISION_MAX + 1}, "out_of_range", "rev"),
        ({"qty": 0}, "out_of_range", "qty"),
        ({"qty": QUANTITY_MAX + 1}, "out_of_range", "qty"),
        ({"yuan": ...}, "missing_field", "yuan"),
        ({"yuan": "-0.01"}, "below_zero", "yuan"),
        ({"yuan": "2.995"}, "not_whole_fen", "yuan"),
        ({"yuan": "NaN"}, "bad_value", "yuan"),
        ({"yuan": f"{AMOUNT_FEN_MAX}"}, "out_of_range", "yuan"),
        ({"yuan": True}, "bad_value", "yuan"),
        ({"line": ...}, "missing_field", "line"),
        ({"order": ...}, "missing_field", "order"),
        ({"first": 2}, "bad_value", "first"),
        ({"what": "refund"}, "missing_field", "refund"),
        ({"what": "refund", "refund": "R-1", "yuan": "0.00"}, "missing_field", "yuan"),
        ({"what": "cart", "item": ...}, "missing_field", "item"),
        ({"what": "balance"}, "missing_field", "deposit_yuan"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_field(changes: dict[str, object], code: str, place: str) -> None:
    assert problem(**changes) == (code, place)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff", b'"\\ud800"', b"[" * 20_000])
def test_what_is_no_fact_at_all_is_kept_as_it_came(raw: bytes) -> None:
    [found] = read_fact(raw)
    assert isinstance(found, RowProblem)
    assert (found.raw, found.place) == (raw.decode(errors="replace"), "")


@pytest.mark.parametrize(
    ("click", "why"),
    [
        ("__CLICK_ID__", "macro_unresolved"),
        ("{click_id}", "macro_unresolved"),
        ("0" * 32, "click_id_zero"),
        ("d41d8cd98f00b204e9800998ecf8427e", "click_id_of_nothing"),
    ],
)
def test_what_names_no_click_is_none_with_a_reason(click: str, why: str) -> None:
    row = told(click=click)
    assert isinstance(row, Row)
    assert (row.click_id, row.click_problem) == (None, why)
