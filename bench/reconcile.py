"""A million order rows against a million returns, against the least that any comparison must do: one full hash join."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from hongmao.engines.lake.writer import ParquetLake
from hongmao.engines.reconcile.duckdb_engine import DuckDbReconcile
from hongmao.events.api import Event, Kind, Logged
from hongmao.kernel.time import DAY_MS
from hongmao.returns.reconcile.contracts import Query

if TYPE_CHECKING:
    from collections.abc import Iterator

BASELINE = "one DuckDB full join of the same two Parquet files by sub-order, counted"
UNIT = "rows/s"
ROWS, BATCH, MISSING_EVERY = 1_000_000, 50_000, 1_000
FROM_MS = 1_746_547_200_000
QUERY = Query(platform="sandbox", account="a", tenant="t", start_ms=FROM_MS, end_ms=FROM_MS + 30 * DAY_MS)
JOINED = """
select count(*) from (select * from read_parquet($ours) where kind = 'pay') as r
full join read_parquet($theirs) as p using (kind, sub_order_id)
"""


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and the baseline in turn; the last line on standard error is the peak memory of this process."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with ParquetLake(root / "lake") as lake:
            returned = [n for n in range(ROWS) if n % MISSING_EVERY]
            for first in range(0, len(returned), BATCH):
                batch = returned[first : first + BATCH]
                lake.absorb([Logged(offset, _event(n)) for offset, n in enumerate(batch, first + 1)])
        with DuckDbReconcile(root / "lake", root / "work").open() as comparison:
            for first in range(0, ROWS, BATCH):
                comparison.pour([_event(n) for n in range(first, first + BATCH)])
            staged = str(comparison.staged)
            comparison.count_differences(QUERY)
            for _ in range(count):
                began = time.perf_counter()
                lines = comparison.lines(QUERY)
                comparison.differences(QUERY, limit=1_000)
                took = time.perf_counter() - began
                assert sum(one.missing for one in lines) == ROWS // MISSING_EVERY  # noqa: S101 - a bench that is wrong is none
                yield ROWS / took, ROWS / _joined(str(root / "lake" / "events" / "**" / "*.parquet"), staged)
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"peak memory {peak_kib / 1024:,.0f} MiB", file=sys.stderr)


def _joined(ours: str, theirs: str) -> float:
    with duckdb.connect() as bare:
        began = time.perf_counter()
        bare.execute(JOINED, {"ours": ours, "theirs": theirs}).fetchall()
        return time.perf_counter() - began


def _event(n: int) -> Event:
    return Event(
        event_id=f"ret:{n:032x}",
        kind=Kind.PAY,
        occurred_at_ms=FROM_MS + n * 2_000 % (30 * DAY_MS),
        received_at_ms=FROM_MS + n * 2_000 % (30 * DAY_MS) + 60_000,
        source="sandbox",
        platform="sandbox",
        tenant="t",
        shop="s",
        order_id=f"o-{n // 2}",
        sub_order_id=f"o-{n // 2}-{n % 2}",
        version=1,
        amount_fen=100 + n % 90_000,
    )
