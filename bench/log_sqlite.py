"""The embedded log at batches of 1,024 clicks against a bare SQLite table with a unique index, WAL, synchronous=FULL."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench._clicks import batches
from bench.log import BATCH, BATCHES, kept

from hongmao.bus.embedded import EmbeddedLog

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hongmao.events.packed import Packed

BASELINE = (
    "SQLite, WAL, synchronous=FULL, one table with a unique index on the id, one transaction per 1,024 of the same rows"
)
UNIT = "events/s"
GOAL = 5.0
TABLE = "CREATE TABLE log (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record BLOB NOT NULL)"


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and the baseline in turn; one log and one table take all rounds, so that their indexes grow."""
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedLog(Path(folder) / "log") as log,
        contextlib.closing(sqlite3.connect(Path(folder) / "bare.sqlite", isolation_level=None)) as table,
    ):
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            table.execute(f"PRAGMA {pragma}")
        table.execute(TABLE)
        for number in range(count):
            made = list(batches(BATCHES, BATCH, first=number * BATCH * BATCHES))
            yield kept(log, made), _inserted(table, made)


def _inserted(table: sqlite3.Connection, made: Sequence[Packed]) -> float:
    began = time.perf_counter()
    for batch in made:
        table.execute("BEGIN IMMEDIATE")
        table.executemany("INSERT INTO log (id, record) VALUES (?, ?)", zip(batch.ids, batch.records, strict=True))
        table.execute("COMMIT")
    return BATCH * len(made) / (time.perf_counter() - began)
