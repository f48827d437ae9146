"""The platform's credits on DuckDB: the queries of `attribution/sql`, one chain per definition."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from hongmao.attribution import queries
from hongmao.attribution.contracts import CREDITS_COLUMNS, CREDITS_TABLE, Entry, Tally, Touch
from hongmao.attribution.models import model_named
from hongmao.attribution.rules import Found, Looked
from hongmao.kernel.time import day_of, span_ms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from hongmao.definitions.contracts import AttributionDefinition
    from hongmao.events.api import Tables

_TYPES = {"text": pa.string(), "whole": pa.int64(), "day": pa.date32()}
CREDITS_SCHEMA = pa.schema([(name, _TYPES[kind]) for name, kind in CREDITS_COLUMNS.items()])
_PARAMETER = re.compile(r"\$(\w+)")
_Row = dict[str, Any]
STEPS = ("latest", "deposits", "conversions", "named", "touches", "matched", "candidates", "inside")


class Derived(Protocol):
    """Where tables that can be made again are published."""

    def publish(self, name: str, table: Any) -> None:
        """Put an Arrow table in the place of the one of that name, as a whole; readers see the old one or the new."""
        ...


class DuckDbCredits:
    """The `CreditEngine` in process, over the derived tables' SQL port."""

    def __init__(self, tables: Tables, derived: Derived) -> None:
        """Read the view `events` from `tables`, publish to `derived`; nothing is kept in between."""
        self._tables = tables
        self._derived = derived

    def newest_day(self) -> date | None:
        """Name the Asia/Shanghai day of the newest event."""
        newest = self._tables.rows("select max(occurred_at_ms) as newest from events")[0]["newest"]
        return day_of(newest) if isinstance(newest, int) else None

    def publish(self, definitions: Sequence[AttributionDefinition]) -> Tally:
        """Compute all credits in one query, so that every definition sees the same events, and publish them."""
        rows = self._credits(definitions) if definitions else []
        table = pa.Table.from_pylist(rows, schema=CREDITS_SCHEMA)
        self._derived.publish(CREDITS_TABLE, table)
        return _tally(table)

    def rows_of(self, order_id: str, definition: AttributionDefinition) -> tuple[Sequence[Found], Sequence[Looked]]:
        """Compute one order's credits, and the touches that were looked at."""
        looked = _Asking(definition, STEPS[:-1], "platform/looked", order_id=order_id)
        candidates = self._tables.rows(looked.sql, looked.parameters)
        return [_found(row) for row in self._credits([definition], order_id)], [_looked(row) for row in candidates]

    def _credits(self, definitions: Sequence[AttributionDefinition], order_id: str | None = None) -> list[_Row]:
        """Give the rows of several definitions, in the one order they are always in."""
        steps = (*STEPS, "credited", "payments", "refunds", "entries")
        asked = [
            _Asking(definition, steps, "platform/credits", order_id=order_id, suffix=f"_{number}")
            for number, definition in enumerate(definitions)
        ]
        sql = "\nunion all\n".join(f"select * from (\n{one.sql}\n)" for one in asked)  # noqa: S608 - files of ours
        rows = self._tables.rows(sql, {name: value for one in asked for name, value in one.parameters.items()})
        return sorted(rows, key=_place)


class _Asking:
    """One definition's question: its SQL, and the parameters that this text names, since DuckDB refuses any other."""

    def __init__(
        self,
        definition: AttributionDefinition,
        steps: Sequence[str],
        final: str,
        *,
        order_id: str | None,
        suffix: str = "",
    ) -> None:
        files = {step: f"platform/{step}" for step in steps}
        if "credited" in steps:
            files["credited"] = f"models/{model_named(definition.model).name}"
        sql = queries.chain({"windows": "windows", **files}, queries.text(final))
        sql = sql.replace("{touch_kinds}", queries.literals(definition.touches))
        sql = sql.replace("{conversion_kinds}", queries.literals(definition.conversions))
        given = _parameters(definition) | {"order_id": order_id}
        self.parameters = {f"{name}{suffix}": value for name, value in given.items() if f"${name}" in sql}
        self.sql = _PARAMETER.sub(rf"$\1{suffix}", sql)


def _place(row: _Row) -> tuple[object, ...]:
    names = ("platform", "sub_order_id", "entry", "ref", "event_id", "touch_event_id")
    return (row["definition_id"], span_ms(row["window"]), *(row[name] or "" for name in names))


def _parameters(definition: AttributionDefinition) -> dict[str, object]:
    return {
        "definition_id": definition.id,
        "definition_version": definition.version,
        "fingerprint": definition.fingerprint,
        "model": definition.model,
        "window_labels": list(definition.windows),
        "window_ms": [span_ms(window) for window in definition.windows],
        "window_ranks": list(range(len(definition.windows))),
        "valid_touches_only": definition.valid_touches_only,
        "anchor_at_deposit": definition.presale == "deposit_time",
        "with_refunds": definition.refunds == "inherit_touch",
    }


def _tally(table: Any) -> Tally:
    pays, refunds = (table.filter(pc.equal(table["entry"], entry)) for entry in ("pay", "refund"))
    counting = pays.filter(pc.greater(pays["credit_millionths"], 0))
    reasons = pc.value_counts(pays["reason"].drop_null()).to_pylist()
    return Tally(
        rows=table.num_rows,
        conversions=len(pc.unique(counting["event_id"])),
        refunds=len(pc.unique(refunds["event_id"])),
        unattributed={str(one["values"]): int(one["counts"]) for one in sorted(reasons, key=lambda one: one["values"])},
    )


def _found(row: Mapping[str, Any]) -> Found:
    return Found(
        platform=row["platform"],
        sub_order_id=row["sub_order_id"],
        tenant=row["tenant"],
        merchant=row["merchant"],
        shop=row["shop"],
        click_id=row["click_id"],
        window=row["window"],
        conversion_at_ms=row["conversion_at_ms"],
        touch_event_id=row["touch_event_id"],
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
        ),
    )


def _looked(row: Mapping[str, Any]) -> Looked:
    return Looked(
        conversion=row["conversion"],
        own=row["own"],
        touch=Touch(
            event_id=row["touch"],
            click_id=row["click_id"],
            at_ms=row["touch_at_ms"],
            note=row["note"],
            creator=row["creator"],
            link=row["link"],
            item=row["item"],
            invalid=row["invalid"],
        ),
    )
