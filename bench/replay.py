"""Replay out of the lake against a bare scan of the same Parquet files.

HONGMAO_BENCH_EVENTS says how many events (1,000,000). The lake is what the sink makes of them, merged as the sink merges.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, cast

import duckdb
from bench._clicks import click

from hongmao.engines.lake import manifest
from hongmao.engines.lake.columns import COLUMNS
from hongmao.engines.lake.replay import Wanted, replay
from hongmao.engines.lake.writer import ParquetLake
from hongmao.events.api import PackedSlice, Sink, pack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.events.api import EventLog

BASELINE = (
    "DuckDB's scan of the same columns of the same files, each counted, on all cores, nothing proved or given out"
)
UNIT = "events/s"
GOAL = 0.3
EVENTS = int(os.environ.get("HONGMAO_BENCH_EVENTS", "1000000"))
_FEW = ("offset", "event_id", "kind", "occurred_at_ms", "reader", "click_id")
EXTRA: dict[str, list[float]] = {"six_columns": []}


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and the baseline in turn over one lake, all columns; `six_columns` is the ratio for a reader of few."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with ParquetLake(root) as lake:
            Sink(cast("EventLog", _Made()), lake).drain()
        for _ in range(count):
            yield _ours(root, COLUMNS), _scanned(root, COLUMNS)
            EXTRA["six_columns"].append(_ours(root, _FEW) / _scanned(root, _FEW))


def _ours(root: Path, columns: tuple[str, ...]) -> float:
    began = time.perf_counter()
    rows = sum(batch.num_rows for batch in replay(root, Wanted(columns=columns)))
    return _speed(rows, time.perf_counter() - began)


def _scanned(root: Path, columns: tuple[str, ...]) -> float:
    paths = [str(root / file.path) for file in manifest.load(root).files]
    counts = ", ".join(f'count("{name}")' for name in columns)
    query = f"SELECT {counts} FROM read_parquet($paths)"  # noqa: S608 - our own names
    with duckdb.connect() as database:
        began = time.perf_counter()
        found = database.execute(query, {"paths": paths}).fetchone()
        took = time.perf_counter() - began
    return _speed(max(found or (0,)), took)


def _speed(rows: int, took: float) -> float:
    if rows != EVENTS:
        raise AssertionError((rows, EVENTS))
    return EVENTS / took


class _Made:
    """So much of a log as a sink asks for: clicks made as they are read."""

    def read_packed(self, *, after: int, limit: int) -> PackedSlice:
        """Make clicks."""
        return PackedSlice.of(after + 1, [pack(click(n)) for n in range(after, min(after + limit, EVENTS))])
