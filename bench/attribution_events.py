"""All platform credits under the definitions in force, against the least that any last-click must do: one scan and one join."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from hongmao.attribution.api import CREDITS_TABLE, Attribution
from hongmao.definitions.api import load_registry
from hongmao.engines.attribution.duckdb_engine import CREDITS_SCHEMA, DuckDbCredits
from hongmao.engines.lake.columns import table_of
from hongmao.engines.lake.derived import Derived
from hongmao.engines.lake.writer import ParquetLake
from hongmao.engines.tables import DuckTables
from hongmao.events.api import Event, Kind, Logged
from hongmao.kernel.time import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

BASELINE = "one DuckDB hash join of payments and refunds with clicks by click id, same columns, fetched into Python"
UNIT = "events/s"
EVENTS, PER_PAYMENT, DAYS = 200_000, 40, 30
FROM_MS = 1_746_547_200_000
READERS = 1_998  # a multiple of the six shops: a reader comes back to the same one, so that touches compete
JOINED = """
select p.platform, p.shop, p.merchant, p.tenant, p.line, p.order_id, p.sub_order_id, p.kind, p.ref, p.event_id, p.click_id,
  t.event_id as touch_event_id, t.occurred_at_ms as touch_at_ms, t.note, t.creator, t.link, p.item, p.pay_item,
  p.occurred_at_ms, p.amount_fen, p.invalid, t.invalid as touch_invalid, t.reader, p.version
from events as p join events as t on t.click_id = p.click_id
where p.kind in ('pay', 'refund') and t.kind = 'component_click'
"""


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and the baseline in turn, both over events that are in DuckDB's memory already."""
    with tempfile.TemporaryDirectory() as folder:
        root, logged = Path(folder), [Logged(n, _event(n)) for n in range(1, EVENTS + 1)]
        with ParquetLake(root) as lake:
            lake.absorb(logged)
        tables = DuckTables(root, empty={CREDITS_TABLE: CREDITS_SCHEMA})
        ours = Attribution(DuckDbCredits(tables, Derived(root)), load_registry())
        with duckdb.connect() as bare:
            bare.register("given", table_of(logged))
            bare.execute("CREATE TABLE events AS FROM given")
            tables.rows("select count(*) as n from events")
            for _ in range(count):
                yield _ours(ours), _joined(bare)
        tables.close()


def _ours(attribution: Attribution) -> float:
    """Judge every claim under each definition and window, order the rows, publish them as a synced table."""
    began = time.perf_counter()
    tally = attribution.run().tally
    took = time.perf_counter() - began
    if tally.conversions != EVENTS // PER_PAYMENT:
        raise AssertionError(tally)
    return EVENTS / took


def _joined(bare: duckdb.DuckDBPyConnection) -> float:
    began = time.perf_counter()
    rows = bare.execute(JOINED).fetchall()
    return EVENTS / (time.perf_counter() - began) if rows else 0.0


def _event(n: int) -> Event:
    """Make blocks of forty events of one reader in one shop: ten clicks, a payment for one of them, sometimes a refund."""
    block, place = divmod(n - 1, PER_PAYMENT)
    kind = _kind(block, place)
    returned = kind in {Kind.PAY, Kind.REFUND}
    at_ms = FROM_MS + n * (DAYS * DAY_MS // EVENTS)
    return Event(
        event_id=f"bench-{n:06d}",
        kind=kind,
        occurred_at_ms=at_ms,
        tenant=f"t{block % 6}",
        shop=f"s{block % 6}",
        platform="sandbox",
        reader=None if returned else f"r_{block % READERS}",
        note=None if returned else f"note-{n % 40}",
        link=None if returned else f"link-{n % 40}",
        click_id=None if kind is Kind.IMPRESSION else f"c-{block}-{5 if returned else place}",
        order_id=f"o-{block}" if returned else None,
        sub_order_id=f"o-{block}-1" if returned else None,
        ref=f"{kind}-{block}" if returned else None,
        version=1 if returned else None,
        amount_fen=29_900 if returned else None,
    )


def _kind(block: int, place: int) -> Kind:
    if place < 10:
        return Kind.COMPONENT_CLICK
    return {10: Kind.PAY, 11: Kind.IMPRESSION if block % 10 else Kind.REFUND}.get(place, Kind.IMPRESSION)
