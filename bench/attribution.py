"""Five rule models over three windows, from Parquet to written credits, against the bare scan and join by reader.

HONGMAO_BENCH_TOUCHES says how many touches (10,000,000); one conversion to fifty of them, readers of uneven zeal.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from hongmao.attribution.api import ColumnMap, Job
from hongmao.attribution.files.column_map import Conversions, Touches
from hongmao.attribution.files.rules import rules_of
from hongmao.definitions.api import load_registry
from hongmao.engines.attribution.files.engine import DuckDbFiles
from hongmao.kernel.time import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.attribution.files.contracts import Rule

BASELINE = "DuckDB's scan of the same columns and its hash join by reader, counted and not written"
UNIT = "touches/s"
TOUCHES = int(os.environ.get("HONGMAO_BENCH_TOUCHES", "10000000"))
FROM_MS = 1_746_547_200_000
MODELS = ("last", "first", "linear", "position", "decay")
WINDOWS = ("24h", "7d", "30d")


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and the baseline in turn; the first credits compile the kernel, and are not measured."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, touches=1_000)
        ours(folder, DuckDbFiles())
        write(folder, touches=TOUCHES)
        for _ in range(count):
            yield TOUCHES / ours(folder, DuckDbFiles()), TOUCHES / scan_and_join(folder)
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 1024**2)
    print(f"peak {peak_mib} MiB", file=sys.stderr)


def job_of(folder: Path) -> Job:
    """Name both files."""
    return Job(
        touches=folder / "touches.parquet",
        conversions=folder / "conversions.parquet",
        column_map=ColumnMap(touches=Touches(time="time"), conversions=Conversions(time="time")),
        models=MODELS,
        count_readers=False,
    )


def rules_in_windows(job: Job) -> list[Rule]:
    """Ask for every model in every window."""
    registry = load_registry()
    return [
        replace(rule, label=f"{rule.label}/{window}")
        for window in WINDOWS
        for rule in rules_of(replace(job, window=window), registry)
    ]


def ours(folder: Path, engine: DuckDbFiles) -> float:
    """Read, check, credit and write; give the seconds it took."""
    job = job_of(folder)
    rules = rules_in_windows(job)
    # A file that was there before would have to be removed first, which is no part of the work.
    (folder / "credits.parquet").unlink(missing_ok=True)
    began = time.perf_counter()
    with closing(engine):
        engine.read(job, lambda *_: None)
        engine.credit(rules, lambda *_: None, keep=True)
        engine.write_credits(folder / "credits.parquet")
    return time.perf_counter() - began


def scan_and_join(folder: Path) -> float:
    """Do the least that any such job must; give the seconds it took."""
    began = time.perf_counter()
    with duckdb.connect() as connection:
        connection.execute(
            "select count(*), sum(t.time), max(t.key) from read_parquet($touches) as t "
            "join read_parquet($conversions) as c using (reader)",
            {name: str(folder / f"{name}.parquet") for name in ("touches", "conversions")},
        ).fetchall()
    return time.perf_counter() - began


def write(folder: Path, *, touches: int) -> None:
    """Make both files from whole-number hashes: the same on every machine. A tenth of the readers does a third of it all."""
    readers = max(touches // 5, 1)
    reader = f"'r' || cast(floor({readers} * pow((hash(i * $salt) % 1000000007) / 1000000007.0, 2.0)) as bigint)"
    queries = {
        "touches": f"""select {reader.replace("$salt", "1")} as reader, {FROM_MS} + (hash(i * 3) % {30 * DAY_MS})::bigint
            as time, 'n' || hash(i * 7) % 1000 as key from range({touches}) as t(i)""",  # noqa: S608 - our own numbers
        "conversions": f"""select {reader.replace("$salt", "11")} as reader,
            {FROM_MS} + (hash(i * 5) % {60 * DAY_MS})::bigint as time from range({touches // 50}) as t(i)""",  # noqa: S608 - same
    }
    with duckdb.connect() as connection:
        for name, query in queries.items():
            connection.sql(query).write_parquet(str(folder / f"{name}.parquet"))
