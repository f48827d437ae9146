"""The platform's credits on DuckDB: the queries of `attribution/sql`, one chain per definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from hongmao.attribution.contracts import CREDITS_TABLE
from hongmao.engines.attribution.asking import STEPS, Asking
from hongmao.engines.attribution.rows import CREDITS_SCHEMA, Row, found_of, looked_of, place, tally_of
from hongmao.kernel.time import day_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hongmao.attribution.contracts import Tally
    from hongmao.attribution.rules import Found, Looked
    from hongmao.definitions.contracts import AttributionDefinition
    from hongmao.events.api import Tables


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
        table = self.credits_under(definitions)
        self._derived.publish(CREDITS_TABLE, table)
        return tally_of(table)

    def credits_under(self, definitions: Sequence[AttributionDefinition]) -> Any:
        """Compute all credits without publishing them."""
        rows = self._credits(definitions) if definitions else []
        return pa.Table.from_pylist(rows, schema=CREDITS_SCHEMA)

    def rows_of(self, order_id: str, definition: AttributionDefinition) -> tuple[Sequence[Found], Sequence[Looked]]:
        """Compute one order's credits, and the touches that were looked at."""
        looked = Asking(definition, STEPS[:-1], "platform/looked", order_id=order_id)
        candidates = self._tables.rows(looked.sql, looked.parameters)
        return [found_of(row) for row in self._credits([definition], order_id)], [looked_of(row) for row in candidates]

    def _credits(self, definitions: Sequence[AttributionDefinition], order_id: str | None = None) -> list[Row]:
        """Give the rows of several definitions, in the one order they are always in."""
        steps = (*STEPS, "credited", "payments", "refunds", "entries")
        asked = [
            Asking(definition, steps, "platform/credits", order_id=order_id, suffix=f"_{number}")
            for number, definition in enumerate(definitions)
        ]
        sql = "\nunion all\n".join(f"select * from (\n{one.sql}\n)" for one in asked)  # noqa: S608 - files of ours
        rows = self._tables.rows(sql, {name: value for one in asked for name, value in one.parameters.items()})
        return sorted(rows, key=place)
