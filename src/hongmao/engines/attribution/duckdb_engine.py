"""The platform's credits on DuckDB: the queries of `attribution/sql`, one chain per definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from hongmao.attribution import queries
from hongmao.attribution.contracts import CREDITS_COLUMNS, CREDITS_TABLE, Entry, Tally, Touch
from hongmao.attribution.models import model_named
from hongmao.attribution.rules import Found, Looked
from hongmao.kernel.time import day_of, span_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import date

    import duckdb

    from hongmao.definitions.contracts import AttributionDefinition

_TYPES = {"text": pa.string(), "whole": pa.int64(), "day": pa.date32()}
CREDITS_SCHEMA = pa.schema([(name, _TYPES[kind]) for name, kind in CREDITS_COLUMNS.items()])
STEPS = ("facts", "latest", "touches", "deposits", "conversions", "matched", "candidates", "inside")


class Derived(Protocol):
    """Where tables that can be made again are published."""

    def publish(self, name: str, table: Any) -> None:
        """Put an Arrow table in the place of the one of that name, as a whole; readers see the old one or the new."""
        ...


class DuckDbCredits:
    """The `CreditEngine` in process. `snapshot` opens a connection on which the view `events` stands still."""

    def __init__(
        self, snapshot: Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]], derived: Derived
    ) -> None:
        """Read from snapshots, publish to `derived`; nothing is kept in between."""
        self._snapshot = snapshot
        self._derived = derived

    def newest_day(self) -> date | None:
        """Name the Asia/Shanghai day of the newest event."""
        with self._snapshot() as connection:
            newest = connection.sql("select max(occurred_at_ms) from events").fetchall()[0][0]
        return None if newest is None else day_of(newest)

    def publish(self, definitions: Sequence[AttributionDefinition]) -> Tally:
        """Compute all credits on one snapshot and publish them as one table."""
        with self._snapshot() as connection:
            tables = [self._credits(connection, definition, order_id=None) for definition in definitions]
        table = pa.concat_tables([CREDITS_SCHEMA.empty_table(), *tables]).combine_chunks()
        self._derived.publish(CREDITS_TABLE, table)
        return _tally(table)

    def rows_of(self, order_id: str, definition: AttributionDefinition) -> tuple[Sequence[Found], Sequence[Looked]]:
        """Compute one order's credits, and the touches that were looked at."""
        with self._snapshot() as connection:
            table = self._credits(connection, definition, order_id=order_id)
            candidates = _ask(connection, definition, STEPS[:-1], queries.text("platform/looked"), order_id=order_id)
        return [_found(row) for row in table.to_pylist()], [_looked(row) for row in candidates.to_pylist()]

    def _credits(
        self, connection: duckdb.DuckDBPyConnection, definition: AttributionDefinition, *, order_id: str | None
    ) -> Any:
        steps = (*STEPS, "credited", "payments", "refunds", "entries")
        table = _ask(connection, definition, steps, queries.text("platform/credits"), order_id=order_id)
        return table.select(CREDITS_SCHEMA.names).cast(CREDITS_SCHEMA)


def _ask(
    connection: duckdb.DuckDBPyConnection,
    definition: AttributionDefinition,
    steps: Sequence[str],
    final: str,
    *,
    order_id: str | None,
) -> Any:
    """Run one chain; only the parameters that its text names are handed over, since DuckDB refuses any other."""
    files = {step: f"platform/{step}" for step in steps} | {"windows": "windows"}
    if "credited" in steps:
        files["credited"] = model_named(definition.model).query
    ordered = {name: files[name] for name in ("windows", *steps)}
    sql = queries.chain(ordered, final)
    sql = sql.replace("{touch_kinds}", queries.literals(definition.touches))
    sql = sql.replace("{conversion_kinds}", queries.literals(definition.conversions))
    parameters = _parameters(definition) | {"order_id": order_id}
    named = {name: value for name, value in parameters.items() if f"${name}" in sql}
    return connection.sql(sql, params=named).to_arrow_table()


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
