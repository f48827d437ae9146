"""The platform's credits on DuckDB: the queries of `attribution/sql` over one snapshot, the kernel between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from hongmao.attribution.contracts import CREDITS_TABLE
from hongmao.engines.attribution.crediting import Crediting
from hongmao.engines.attribution.rows import CREDITS_SCHEMA, tally_of
from hongmao.kernel.time import day_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from hongmao.attribution.contracts import Tally
    from hongmao.attribution.rules import OrderFound
    from hongmao.definitions.contracts import AttributionDefinition
    from hongmao.engines.session import Session

__all__ = ["CREDITS_SCHEMA", "Derived", "DuckDbCredits", "Workable"]

_T = TypeVar("_T")


class Workable(Protocol):
    """Where the events can be asked, once or in several steps over one snapshot."""

    def rows(self, sql: str, params: Mapping[str, object] | None = None) -> list[dict[str, object]]:
        """Run one read-only query with `$name` parameters."""
        ...

    def work(self, job: Callable[[Session], _T]) -> _T:
        """Have a job done over one snapshot."""
        ...


class Derived(Protocol):
    """Where tables that can be made again are published."""

    def publish(self, name: str, table: Any) -> None:
        """Put an Arrow table in the place of the one of that name, as a whole; readers see the old one or the new."""
        ...


class DuckDbCredits:
    """The `CreditEngine` in process, over the derived tables' SQL port."""

    def __init__(self, tables: Workable, derived: Derived) -> None:
        """Read the view `events` from `tables`, publish to `derived`; nothing is kept in between."""
        self._tables = tables
        self._derived = derived

    def newest_day(self) -> date | None:
        """Name the Asia/Shanghai day of the newest event."""
        newest = self._tables.rows("select max(occurred_at_ms) as newest from events")[0]["newest"]
        return day_of(newest) if isinstance(newest, int) else None

    def publish(self, definitions: Sequence[AttributionDefinition]) -> Tally:
        """Compute all credits over one snapshot, so that every definition sees the same events, and publish them."""
        table = self.credits_under(definitions)
        self._derived.publish(CREDITS_TABLE, table)
        return tally_of(table)

    def credits_under(self, definitions: Sequence[AttributionDefinition]) -> Any:
        """Compute all credits without publishing them."""
        return self._tables.work(lambda session: Crediting(session).credits(definitions))

    def orders_of(self, order_id: str, definitions: Sequence[AttributionDefinition]) -> Sequence[OrderFound]:
        """Compute one order's credits under each definition, and all that was looked at for it."""
        return self._tables.work(lambda session: Crediting(session, order_id=order_id).orders(definitions))
