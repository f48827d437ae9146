"""The glass: insight over the log as it was, or by definitions that are not in force. What it shows is never published."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hongmao.attribution.api import CREDITS_TABLE, Attribution
from hongmao.billing.api import Billing
from hongmao.engines.attribution.duckdb_engine import CREDITS_SCHEMA, DuckDbCredits
from hongmao.engines.tables import DuckTables
from hongmao.insight.api import Insight
from hongmao.links.api import Links
from hongmao.storage.billing import SqlBillingStore
from hongmao.storage.charges_table import charges_table
from hongmao.storage.charges_then import CHARGES_TABLE, SqlBillingStoreThen, between_pieces
from hongmao.storage.links_then import SqlLinkStoreThen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.bootstrap.foundations import Foundations
    from hongmao.catalog.api import Catalog
    from hongmao.definitions.api import Registry
    from hongmao.ledger.api import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    """Opens `Insight` on something else than what is published. Events, charges and credits are those of one offset."""

    ground: Foundations
    catalog: Catalog
    links: Links
    ledger: Ledger

    def position(self) -> int:
        """Give the offset up to which events and charges are both known: what a report that is kept is made from."""
        store = SqlBillingStore(self.ground.database)
        return between_pieces(self.ground.database, min(self.ground.tables.position(), store.position()))

    def position_at(self, at_ms: int) -> int:
        """Give the offset up to which the log had come before an instant; 0 where it began later."""
        rows = self.ground.tables.rows(
            'select coalesce(min("offset") filter (received_at_ms >= $at_ms) - 1, max("offset"), 0) as position'
            " from events",
            {"at_ms": at_ms},
        )
        found = rows[0]["position"]
        return min(found if isinstance(found, int) else 0, self.position())

    @contextmanager
    def insight(
        self, registry: Registry, *, until: int | None = None, at_ms: int | None = None, credited: Any = None
    ) -> Iterator[Insight]:
        """Open insight by a registry, over the events up to an offset and the links that were there at an instant.

        `credited` rows are computed unless they are given.
        """
        with ExitStack() as stack:
            if credited is None:
                bare = stack.enter_context(self._tables(until))
                credited = _credits(bare, registry)
            given = {CREDITS_TABLE: credited}
            if until is not None:
                given[CHARGES_TABLE] = charges_table(self.ground.database)
            tables = stack.enter_context(self._tables(until, given))
            database = self.ground.database
            spent = SqlBillingStore(database) if until is None else SqlBillingStoreThen(database, tables, until, at_ms)
            yield Insight(
                tables,
                self.catalog,
                self.links if at_ms is None else self._links_at(at_ms),
                Billing(spent, self.ledger, self.catalog, self.ground.clock),
                self.ledger,
                registry,
                Attribution(DuckDbCredits(tables, _Nowhere()), registry),
                self.ground.clock,
            )

    def _links_at(self, at_ms: int) -> Links:
        return Links(SqlLinkStoreThen(self.ground.database, at_ms), self.ground.clock, self.ground.ids, {})

    @contextmanager
    def _tables(self, until: int | None, given: dict[str, Any] | None = None) -> Iterator[DuckTables]:
        tables = DuckTables(self.ground.files, empty={CREDITS_TABLE: CREDITS_SCHEMA}, until=until, given=given)
        try:
            yield tables
        finally:
            tables.close()


def _credits(tables: DuckTables, registry: Registry) -> Any:
    attribution = Attribution(DuckDbCredits(tables, _Nowhere()), registry)
    return attribution.credits_under(Attribution.credited(registry, until=attribution.newest_day()))


class _Nowhere:
    """Where nothing is published: a glass only shows."""

    def publish(self, name: str, table: Any) -> None:
        """Refuse."""
        raise NotImplementedError(name, table)
