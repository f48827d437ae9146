from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from events.strategies import FIELDS, NOON, events, read_note
from hongmao.events.api import (
    BACK_LINK,
    SCHEMA_VERSION,
    AmountOutOfRange,
    Event,
    FieldForbidden,
    FieldMalformed,
    FieldMissing,
    Kind,
    KindUnknown,
    NumberOutOfRange,
    SchemaTooNew,
    TextTooLong,
    TimeInFuture,
    TimeTooOld,
    check,
)
from hongmao.events.rules import DETAIL_CHARS_MAX, FORBIDDEN, LIMITS, REQUIRED
from hongmao.kernel.time import DAY_MS, MINUTE_MS

REFUND = Event(
    event_id="sandbox:r-1",
    kind=Kind.REFUND,
    occurred_at_ms=NOON,
    source="sandbox",
    platform="sandbox",
    tenant="t-1",
    order_id="o-1",
    sub_order_id="o-1-1",
    ref="r-1",
    amount_fen=9_900,
)


@given(events())
def test_an_event_with_all_that_its_kind_needs_has_no_fault(event: Event) -> None:
    assert check(event, now_ms=NOON) == ()


def test_every_kind_says_what_it_needs_and_what_it_must_not_carry() -> None:
    assert set(REQUIRED) == set(FORBIDDEN) == set(Kind)
    for kind in Kind:
        assert not set(REQUIRED[kind]) & set(FORBIDDEN[kind]), kind


def test_every_field_has_a_limit_or_a_rule_of_its_own() -> None:
    of_their_own = {"kind", "occurred_at_ms", "schema_version"}
    assert set(Event.__struct_fields__) == set(LIMITS) | of_their_own
    assert set(FIELDS) == set(LIMITS) - {"event_id", "source", "received_at_ms"}


@given(events(), st.data())
def test_a_required_field_left_out_is_named(event: Event, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(REQUIRED[event.kind]))

    faults = check(replace(event, **{name: None}), now_ms=NOON, at="events[3].")

    assert [(type(fault), fault.params["place"]) for fault in faults] == [(FieldMissing, f"events[3].{name}")]


@pytest.mark.parametrize("kind", sorted(BACK_LINK))
def test_PRIV_2_no_row_ties_a_shops_event_to_a_reader(kind: Kind) -> None:
    faults = check(replace(REFUND, kind=kind, shop="shop-1", item="item-1", reader="reader-1"), now_ms=NOON)

    assert [str(fault) for fault in faults] == [
        f"An event of kind {kind} carries no reader. Leave the field out, or send the kind that carries it"
    ]
    assert isinstance(faults[0], FieldForbidden)


@pytest.mark.parametrize(
    ("fields", "error", "english"),
    [
        ({"amount_fen": 0}, AmountOutOfRange, "The amount amount_fen should lie between 1 and 10"),
        ({"amount_fen": -1}, AmountOutOfRange, "not -1"),
        ({"amount_fen": 10**15 + 1}, AmountOutOfRange, "not 1000000000000001"),
        ({"amount_fen": True}, FieldMalformed, "amount_fen should be a whole number, not"),
        ({"amount_fen": 99.0}, FieldMalformed, "amount_fen should be a whole number, not"),
        ({"quantity": 0}, NumberOutOfRange, "quantity should lie between 1 and 1000000, not 0"),
        ({"quantity": 10**6 + 1}, NumberOutOfRange, "quantity should lie between"),
        ({"version": 10**60}, NumberOutOfRange, "version should lie between"),
        ({"shop": "<script>alert(1)</script>"}, FieldMalformed, "shop should be 1 to 64 letters"),
        ({"shop": "shop-1\n"}, FieldMalformed, "shop should be 1 to 64 letters"),
        ({"shop": "x" * 65}, FieldMalformed, "shop should be 1 to 64 letters"),
        ({"item": "'; DROP TABLE log; --"}, FieldMalformed, "item should be 1 to 64 letters"),
        ({"click_id": ""}, FieldMalformed, "click_id should be 1 to 64 letters"),
        ({"line": "cpc"}, FieldMalformed, "line should be cid or ud"),
        ({"placement": "Feed!"}, FieldMalformed, "placement should be 1 to 64 small letters"),
        ({"new_visitor": 1}, FieldMalformed, "new_visitor should be true or false"),
        ({"invalid": "x" * 201}, TextTooLong, "invalid has 201 characters, at most 200"),
        ({"detail": "\ud800"}, FieldMalformed, "detail should be text that UTF-8 can write"),
        ({"detail": "x" * (DETAIL_CHARS_MAX + 1)}, TextTooLong, "detail has"),
        ({"detail": 7}, FieldMalformed, "detail should be text"),
        ({"schema_version": SCHEMA_VERSION + 1}, SchemaTooNew, "this program knows up to"),
        ({"occurred_at_ms": "noon"}, FieldMalformed, "occurred_at_ms should be a whole number"),
        ({"occurred_at_ms": 10**30}, TimeInFuture, "occurred_at_ms is 10000"),
        ({"kind": "refunded"}, KindUnknown, 'kind names "refunded"'),
    ],
)
def test_what_a_field_cannot_mean_is_named(fields: dict[str, Any], error: type[Exception], english: str) -> None:
    (fault,) = check(replace(REFUND, **fields), now_ms=NOON)

    assert type(fault) is error
    assert english in fault.message("en")
    assert fault.message("zh")


def test_a_free_order_is_an_order_and_a_free_refund_is_none() -> None:
    assert check(replace(REFUND, kind=Kind.PAY, amount_fen=0), now_ms=NOON) == ()
    assert check(replace(REFUND, amount_fen=0), now_ms=NOON) != ()


def test_a_phone_may_be_ten_minutes_ahead_and_no_more() -> None:
    latest = NOON + 10 * MINUTE_MS

    assert check(read_note(1, at_ms=latest), now_ms=NOON) == ()
    (fault,) = check(read_note(1, at_ms=latest + 1), now_ms=NOON)
    assert isinstance(fault, TimeInFuture)
    assert "2025-05-07T12:10:00.001+08:00" in fault.message("zh")


def test_ATTR_10_late_data_is_accepted_for_120_days() -> None:
    oldest = NOON - 120 * DAY_MS

    assert check(read_note(1, at_ms=oldest), now_ms=NOON) == ()
    (fault,) = check(read_note(1, at_ms=oldest - 1), now_ms=NOON)
    assert isinstance(fault, TimeTooOld)


def test_all_faults_are_named_at_once() -> None:
    broken = replace(REFUND, ref=None, reader="reader-1", amount_fen=0, shop="a b")

    assert [fault.code for fault in check(broken, now_ms=NOON)] == [
        "field_missing",
        "field_forbidden",
        "field_malformed",
        "amount_out_of_range",
    ]


def test_a_fault_quotes_little_of_what_was_sent() -> None:
    (fault,) = check(read_note(1, note="x" * 10_000), now_ms=NOON)

    assert len(str(fault)) < 400
