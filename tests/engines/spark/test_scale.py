"""What is claimed of size: a cluster on loopback, a reader with a million touches, a million touches of many."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyspark
import pytest

from attribution.files.desk import REGISTRY
from conftest import SPARK
from hongmao.attribution.api import ColumnMap, Job, attribute_files
from hongmao.attribution.files.column_map import Conversions, Touches
from hongmao.engines.attribution.files.engine import DuckDbFiles
from hongmao.engines.spark.files.engine import SparkFiles
from hongmao.engines.spark.java import java_home
from shared import ROOT, shared_path

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2_400)]
MODELS = ("last", "first", "last_non_organic", "linear", "position", "decay", "custom:1 / (1 + age_hours)")
START_MS = 1_746_547_200_000
MONTH_MS = 30 * 24 * 3_600 * 1_000
MIB = 2**20


def write(folder: Path, *, touches: int, readers: int, conversions: int) -> Job:
    """Make both files from whole-number hashes: the same on every machine."""
    queries = {
        "touches": f"""select 'r' || hash(i) % {readers} as reader, {START_MS} + (hash(i * 3) % {MONTH_MS})::bigint as time,
            'n' || i % 1000 as key from range({touches}) as t(i)""",  # noqa: S608 - our own numbers
        "conversions": f"""select 'r' || hash(i * 11) % {readers} as reader,
            {START_MS} + (hash(i * 5) % {2 * MONTH_MS})::bigint as time, (hash(i * 7) % 100000)::bigint as value
            from range({conversions}) as t(i)""",  # noqa: S608 - same
    }
    with duckdb.connect() as connection:
        for name, query in queries.items():
            connection.sql(query).write_parquet(str(folder / f"{name}.parquet"))
    return Job(
        touches=folder / "touches.parquet",
        conversions=folder / "conversions.parquet",
        column_map=ColumnMap(
            touches=Touches(time="time", organic=("n7", "n70")),
            conversions=Conversions(time="time", value="value", value_unit="fen"),
        ),
        models=MODELS,
        window="15d",
    )


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hongmao", "attribute", *words, "--check", "--json", "--lang", "en"],
        capture_output=True,
        text=True,
        check=False,
    )


def checksums(said: str) -> dict[str, list[str]]:
    """Read what --check printed: by rule, the checksum of each engine."""
    found: dict[str, list[str]] = {}
    for line in said.splitlines():
        if "sha256:" in line:
            found.setdefault(line.partition("  ")[0], []).append(line.rpartition("sha256:")[2])
    return found


def test_a_million_touches_give_one_checksum_on_both(tmp_path: Path) -> None:
    write(tmp_path, touches=1_000_000, readers=200_000, conversions=20_000)
    files = [str(tmp_path / f"{name}.parquet") for name in ("touches", "conversions")]
    ran = command(*files, "--models", ",".join(MODELS), "--engine", "duckdb,spark?cores=2&memory=1g")
    assert ran.returncode == 0, ran.stderr
    found = checksums(ran.stderr)
    assert set(found) == set(MODELS)
    assert all(len(sums) == 2 and len(set(sums)) == 1 for sums in found.values())


def test_the_real_criteo_file_gives_one_checksum_on_both() -> None:
    folder = shared_path("data/criteo_attribution")
    words = ["--map", str(ROOT / "examples/criteo.toml"), str(folder), "--models", ",".join(MODELS)]
    ran = command(*words, "--engine", "duckdb,spark?cores=2&memory=1g")
    assert ran.returncode == 0, ran.stderr
    found = checksums(ran.stderr)
    assert set(found) == set(MODELS)
    assert all(len(sums) == 2 and len(set(sums)) == 1 for sums in found.values())


@pytest.mark.usefixtures("spark")
@pytest.mark.skipif(sys.platform != "linux", reason="the memory of other processes is read from /proc")
def test_one_reader_with_a_million_touches_stays_within_bounds(tmp_path: Path) -> None:
    job = write(tmp_path, touches=1_000_000, readers=1, conversions=5)
    peaks: list[int] = []

    def look(*_: object) -> None:
        peaks.append(max(_workers_peak_bytes(), default=0))

    answers = []
    for engine in (SparkFiles(SPARK, bucket=100_000), DuckDbFiles()):
        with closing(engine):
            result = attribute_files(job, engine, REGISTRY, progress=look)
            answers.append((engine.checksums(), dict(result.shares)))
    assert answers[0] == answers[1]
    # A million touches at 100 bytes, pieces of two million pairs at a time, and what Python and Numba weigh by themselves.
    assert 0 < max(peaks) < 1_500 * MIB


def _workers_peak_bytes() -> Iterator[int]:
    """Find this process's Python workers of Spark, and the most that each has ever held."""
    parents, statuses = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
            spoken = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        parents[int(folder.name)] = int(status["PPid"])
        if b"pyspark.daemon" in spoken and "VmHWM" in status:
            statuses[int(folder.name)] = int(status["VmHWM"].split()[0]) * 1024
    for pid, peak in statuses.items():
        above = pid
        while above in parents and above != os.getpid():
            above = parents[above]
        if above == os.getpid():
            yield peak


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """Start a stand-alone master and two workers of one core each on loopback; give the master's address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = Path(pyspark.__file__).parent
    environ = {
        **os.environ,
        "JAVA_HOME": str(java_home(tmp_path)),
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_CONF_DIR": str(tmp_path),
    }
    address = f"spark://127.0.0.1:{port}"
    deploy = "org.apache.spark.deploy"
    commands = [
        [f"{deploy}.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"],
        *(
            [
                f"{deploy}.worker.Worker", "--host", "127.0.0.1", "--webui-port", "0", "--cores", "1", "--memory", "1g",
                "--work-dir", str(tmp_path / f"worker-{number}"), address,
            ]
            for number in range(2)
        ),
    ]  # fmt: skip
    with ExitStack() as stack:
        for words in commands:
            log = stack.enter_context((tmp_path / "cluster.log").open("ab"))
            started = subprocess.Popen([home / "bin" / "spark-class", *words], env=environ, stdout=log, stderr=log)
            stack.callback(started.wait)
            stack.callback(started.terminate)
        yield address


def test_two_workers_of_a_cluster_give_the_bits_of_one_process(cluster: str, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    write(folder, touches=200_000, readers=40_000, conversions=4_000)
    files = [str(folder / f"{name}.parquet") for name in ("touches", "conversions")]
    ran = command(*files, "--models", ",".join(MODELS), "--engine", f"duckdb,{cluster}?memory=512m")
    assert ran.returncode == 0, ran.stderr
    found = checksums(ran.stderr)
    assert set(found) == set(MODELS)
    assert all(len(sums) == 2 and len(set(sums)) == 1 for sums in found.values())
    # Both workers had a part in it: each kept a folder for its executor.
    assert [len(list((tmp_path / f"worker-{number}").glob("app-*/*"))) > 0 for number in range(2)] == [True, True]
