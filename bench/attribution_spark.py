"""The job of `attribution` on Spark, on two cores of this machine, against the same job on DuckDB; starting the JVM apart.

HONGMAO_BENCH_TOUCHES says how many touches (10,000,000). Each round also makes sure that both wrote the same credits.
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from hongmao.engines.attribution.files.engine import DuckDbFiles
from hongmao.engines.spark.address import read_address
from hongmao.engines.spark.files.engine import SparkFiles
from hongmao.engines.spark.session import open_spark

sys.path.append(str(Path(__file__).parents[1]))
from bench.attribution import TOUCHES, job_of, rules_in_windows, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.engines.attribution.files.bucketed import BucketedFiles

BASELINE = "DuckDB's engine on the same files: the same five models over three windows, written"
UNIT = "touches/s"
ADDRESS = read_address("spark?cores=2&memory=4g")


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure Spark and DuckDB in turn; a tenth of the job before them starts Spark's workers and warms the JVM."""
    with tempfile.TemporaryDirectory() as name, open_spark(ADDRESS):
        folder = Path(name)
        write(folder, touches=TOUCHES // 10)
        for engine in (SparkFiles(ADDRESS), DuckDbFiles()):
            run(folder, engine)
        write(folder, touches=TOUCHES)
        for _ in range(count):
            (spark, ours), (duckdb, theirs) = run(folder, SparkFiles(ADDRESS)), run(folder, DuckDbFiles())
            if ours != theirs:
                raise SystemExit("the engines differ")
            yield TOUCHES / spark, TOUCHES / duckdb


def run(folder: Path, engine: BucketedFiles) -> tuple[float, dict[str, str]]:
    """Read, check, credit and write; give the seconds it took, and what the credits are called by their content."""
    job = job_of(folder)
    with closing(engine):
        began = time.perf_counter()
        engine.read(job, lambda *_: None)
        engine.credit(rules_in_windows(job), lambda *_: None, keep=True)
        engine.write_credits(folder / "credits.parquet")
        return time.perf_counter() - began, engine.checksums()
