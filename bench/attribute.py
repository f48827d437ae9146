"""First and last touch from Parquet to written credits, against the bare scan and reader join of the same columns."""

from __future__ import annotations

import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from hongmao.attribution.api import ColumnMap, Job, attribute_files
from hongmao.attribution.files.column_map import Conversions, Touches
from hongmao.definitions.api import load_registry
from hongmao.engines.attribution.files.engine import DuckDbFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

BASELINE = "DuckDB's scan of the same columns and its hash join by reader, counted and not written"
UNIT = "touches/s"
TOUCHES = 1_000_000
CONVERSIONS = TOUCHES // 50
READERS = TOUCHES // 5
MONTH_MS = 30 * 24 * 3_600 * 1_000


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and the baseline in turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder)
        for _ in range(count):
            yield _ours(folder), _scan_and_join(folder)


def _ours(folder: Path) -> float:
    chart = ColumnMap(touches=Touches(time="time"), conversions=Conversions(time="time"))
    job = Job(
        touches=folder / "touches.parquet",
        conversions=folder / "conversions.parquet",
        column_map=chart,
        models=("first", "last"),
    )
    began = time.perf_counter()
    with closing(DuckDbFiles()) as engine:
        attribute_files(job, engine, load_registry(), progress=lambda *_: None)
        engine.write_credits(folder / "credits.parquet")
    return TOUCHES / (time.perf_counter() - began)


def _scan_and_join(folder: Path) -> float:
    began = time.perf_counter()
    with duckdb.connect() as connection:
        connection.execute(
            "select count(*), sum(t.time), max(t.key) from read_parquet($touches) as t "
            "join read_parquet($conversions) as c using (reader)",
            {name: str(folder / f"{name}.parquet") for name in ("touches", "conversions")},
        ).fetchall()
    return TOUCHES / (time.perf_counter() - began)


def _write(folder: Path) -> None:
    """Make both files from whole-number hashes: the same on every machine."""
    start = 1_746_547_200_000
    queries = {
        "touches": f"""select 'r' || hash(i) % {READERS} as reader, {start} + (hash(i * 3) % {MONTH_MS})::bigint as time,
            'n' || i % 1000 as key from range({TOUCHES}) as t(i)""",  # noqa: S608 - our own numbers
        "conversions": f"""select 'r' || hash(i * 11) % {READERS} as reader,
            {start} + (hash(i * 5) % {2 * MONTH_MS})::bigint as time from range({CONVERSIONS}) as t(i)""",  # noqa: S608 - same
    }
    with duckdb.connect() as connection:
        for name, query in queries.items():
            connection.sql(query).write_parquet(str(folder / f"{name}.parquet"))
