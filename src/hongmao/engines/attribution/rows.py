"""Rows of the queries as what attribution answers: a credits table's schema, its order, its tally, an order's parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from hongmao.attribution.contracts import CREDITS_COLUMNS, Entry, Tally, Touch
from hongmao.attribution.rules import Claimed, Found, Looked

if TYPE_CHECKING:
    from collections.abc import Mapping

_TYPES = {"text": pa.string(), "whole": pa.int64(), "day": pa.date32(), "truth": pa.bool_()}
CREDITS_SCHEMA = pa.schema([(name, _TYPES[kind]) for name, kind in CREDITS_COLUMNS.items()])
Row = dict[str, Any]


def tally_of(table: Any) -> Tally:
    """Count what a credits table holds."""
    pays, refunds = (table.filter(pc.equal(table["entry"], entry)) for entry in ("pay", "refund"))
    counting = pays.filter(pc.greater(pays["credit_millionths"], 0))
    reasons = pc.value_counts(pays["reason"].drop_null()).to_pylist()
    return Tally(
        rows=table.num_rows,
        conversions=len(pc.unique(counting["event_id"])),
        refunds=len(pc.unique(refunds["event_id"])),
        unattributed={str(one["values"]): int(one["counts"]) for one in sorted(reasons, key=lambda one: one["values"])},
    )


def found_of(row: Mapping[str, Any]) -> Found:
    """Read one credits row."""
    return Found(
        platform=row["platform"],
        sub_order_id=row["sub_order_id"],
        tenant=row["tenant"],
        merchant=row["merchant"],
        shop=row["shop"],
        click_id=row["click_id"],
        click_by=row["click_by"],
        claimed_elsewhere=row["claimed_elsewhere"],
        window=row["window"],
        conversion_at_ms=row["conversion_at_ms"],
        entry=Entry(
            entry=row["entry"],
            ref=row["ref"],
            event_id=row["event_id"],
            booked_at_ms=row["booked_at_ms"],
            credit_millionths=row["credit_millionths"],
            value_fen=row["value_fen"],
            billing_day=row["billing_day"],
            event_day=row["event_day"],
            reason=row["reason"],
            flags=tuple(filter(None, row["flags"].split(","))),
            touch_event_id=row["touch_event_id"],
            billing_complete_day=row["billing_complete_day"],
            event_complete_day=row["event_complete_day"],
        ),
    )


def looked_of(row: Mapping[str, Any]) -> Looked:
    """Read one touch that was looked at."""
    return Looked(
        conversion=row["conversion"],
        own=row["own"],
        twice=row["twice"],
        shallow=row["shallow"],
        touch=Touch(
            event_id=row["touch"],
            click_id=row["click_id"],
            at_ms=row["touch_at_ms"],
            note=row["note"],
            creator=row["creator"],
            link=row["link"],
            item=row["item"],
            invalid=row["invalid"],
            kind=row["kind"],
            acted_at_ms=None if row["acted_at_ms"] == row["touch_at_ms"] else row["acted_at_ms"],
            placement=row["placement"],
            organic=row["organic"],
        ),
    )


def claimed_of(row: Mapping[str, Any]) -> Claimed:
    """Read one click id that came back."""
    return Claimed(
        conversion=row["conversion"],
        click_id=row["click_id"],
        by=row["click_by"],
        record=row["record"],
        followed=row["followed"],
        known=row["known"],
        other_tenant=row["other_tenant"],
    )
