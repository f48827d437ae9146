"""From the log to the lake against DuckDB's own COPY of the same rows."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq

from hongmao.bus.embedded import EmbeddedLog
from hongmao.engines.lake.columns import table_of
from hongmao.engines.lake.writer import ParquetLake
from hongmao.events.api import Event, Kind, Sink
from hongmao.kernel.time import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

BASELINE = "DuckDB's COPY of the same rows, from its memory to one zstd Parquet file, not synced"
UNIT = "events/s"
GOAL = 0.5
EVENTS, DAYS = 100_000, 3
KINDS = (Kind.IMPRESSION, Kind.IMPRESSION, Kind.IMPRESSION, Kind.CLICK, Kind.READ, Kind.LIKE, Kind.COMPONENT_CLICK)
FROM_MS = 1_746_547_200_000
EXTRA: dict[str, list[float]] = {"processor_time_ratio": []}


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and the baseline in turn; the log is written once, each round fills a lake of its own.

    `processor_time_ratio` is the same by processor time, which other work moves less.
    """
    with tempfile.TemporaryDirectory() as folder, EmbeddedLog(Path(folder) / "log") as log:
        for part in _parts():
            log.append(part).result()
        with duckdb.connect() as database:
            rows = table_of(log.read(after=0, limit=EVENTS))  # noqa: F841 - DuckDB finds it by its name
            database.execute("CREATE TABLE rows AS FROM rows")
            _ours(log, Path(folder) / "unmeasured")  # what is compiled is loaded once a process
            for number in range(count):
                ours, ours_s = _ours(log, Path(folder) / f"lake{number}")
                copied, copied_s = _copied(database, Path(folder) / "copy.parquet")
                EXTRA["processor_time_ratio"].append(copied_s / ours_s)
                yield ours, copied


def _ours(log: EmbeddedLog, root: Path) -> tuple[float, float]:
    """Read, cut by day and kind, compress, hash, sync: in the sink's own batches. Give events/s and processor seconds."""
    with ParquetLake(root) as lake:
        began, began_busy = time.perf_counter(), time.process_time()
        carried = Sink(log, lake).drain()
        took, busy = time.perf_counter() - began, time.process_time() - began_busy
    rows = sum(pq.ParquetFile(file).metadata.num_rows for file in (root / "events").rglob("*.parquet"))
    if not carried == rows == EVENTS:
        raise AssertionError((carried, rows))
    return EVENTS / took, busy


def _copied(database: duckdb.DuckDBPyConnection, path: Path) -> tuple[float, float]:
    began, began_busy = time.perf_counter(), time.process_time()
    database.execute(f"COPY rows TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
    return EVENTS / (time.perf_counter() - began), time.process_time() - began_busy


def _parts() -> Iterator[list[Event]]:
    for start in range(0, EVENTS, 1_000):
        yield [_event(n) for n in range(start, start + 1_000)]


def _event(n: int) -> Event:
    at_ms = FROM_MS + n * (DAYS * DAY_MS // EVENTS)
    return Event(
        event_id=f"bench-{n}",
        kind=KINDS[n % len(KINDS)],
        occurred_at_ms=at_ms,
        received_at_ms=at_ms,
        reader=f"r_{n % 5_000}",
        note=f"note-{n % 40}",
        creator=f"creator-{n % 8}",
        placement="feed",
    )
