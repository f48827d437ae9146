"""One Spark session per process: quiet, bounded, in UTC, strict about arithmetic, and deaf to everything but its cluster.

Starting a JVM costs seconds, so a session is opened when the first question comes and shared by whoever asks next.
"""

from __future__ import annotations

import atexit
import functools
import importlib.util
import os
import shutil
import sys
import tempfile
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hongmao.engines.spark.errors import SparkMissing, SparkNotStarted
from hongmao.engines.spark.java import java_home

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hongmao.engines.spark.address import Address

NEEDED = ("pyspark", "py4j", "pandas", "pyarrow")
BATCH_ROWS: Final = 131_072
"""Rows of one Arrow batch between Spark and a Python worker."""
_LOOPBACK: Final = "127.0.0.1"
_NOT_HANDED_ON: Final = ("PYSPARK_SUBMIT_ARGS", "SPARK_MASTER", "SPARK_ENV_LOADED")
_LOGGING: Final = """\
# A task that fails is told by the exception that its caller gets, in full; what else Spark says is for its makers.
status = error
rootLogger.level = off
logger.gateway.name = org.apache.spark.api.python.PythonGatewayServer
logger.gateway.level = off
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = spark: %p %c{1}: %m%n
"""


class Spark:
    """An open session and the folder it may write to."""

    def __init__(self, address: Address, session: Any, scratch: Path) -> None:
        """Use `open_spark`, which sees to it that there is one per process."""
        self.address = address
        self.session = session
        self.scratch = scratch
        """A folder of this session; seen by executors as well where the address names a shared one."""
        self._users = 0

    @property
    def version(self) -> str:
        """Name the release of Spark that runs."""
        return str(self.session.version)

    @property
    def parallelism(self) -> int:
        """Count the tasks that run side by side."""
        return int(self.session.sparkContext.defaultParallelism)


_TURN = threading.Lock()
_OPEN: list[Spark] = []


@contextmanager
def open_spark(address: Address, *, settings: Mapping[str, str] | None = None) -> Iterator[Spark]:
    """Lend this process's session, started if need be and stopped when its last user has gone.

    `settings` are Spark's own and count where this call starts the session. Raises `SparkMissing`, `JavaMissing` or
    `SparkNotStarted`. A second address while a first is open is refused: a process has one SparkContext.
    """
    with _TURN:
        spark = _lent(address, settings or {})
        spark._users += 1  # noqa: SLF001 - our own
    try:
        yield spark
    finally:
        with _TURN:
            spark._users -= 1  # noqa: SLF001 - our own
            if spark._users == 0:  # noqa: SLF001 - our own
                _OPEN.remove(spark)
                spark.session.stop()
                shutil.rmtree(spark.scratch, ignore_errors=True)


class Loan:
    """This process's session from the first time that it is wanted until it is given back."""

    def __init__(self, address: Address) -> None:
        """Start nothing yet."""
        self._address = address
        self._stack = ExitStack()
        self._turn = threading.Lock()
        self._taken: Spark | None = None

    def take(self) -> Spark:
        """Give the session, starting it if need be; raises as `open_spark` does."""
        with self._turn:
            if self._taken is None:
                self._taken = self._stack.enter_context(open_spark(self._address))
            return self._taken

    def close(self) -> None:
        """Give it back."""
        with self._turn:
            self._taken = None
            self._stack.close()


def check_installed() -> None:
    """Raise `SparkMissing` where a package is not there; imports none of them."""
    for package in NEEDED:
        if importlib.util.find_spec(package) is None:
            raise SparkMissing(package=package)


def _lent(address: Address, settings: Mapping[str, str]) -> Spark:
    if not _OPEN:
        _OPEN.append(_started(address, settings))
    (spark,) = _OPEN
    if spark.address != address:
        raise SparkNotStarted(master=address.master, why=f"this process already runs {spark.address.master}")
    return spark


def _started(address: Address, settings: Mapping[str, str]) -> Spark:
    check_installed()
    machine = _machine_folder()
    scratch = Path(tempfile.mkdtemp(prefix="hongmao-spark-", dir=address.shared or machine))
    try:
        with _under(_environ(address, machine)):
            session = _session(address, {**_settings(address, machine), **settings})
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return Spark(address, session, scratch)


@functools.cache
def _machine_folder() -> Path:
    """Make the folder that this process's JVM keeps its own things in: it outlives sessions, as the JVM does."""
    folder = Path(tempfile.mkdtemp(prefix="hongmao-spark-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _session(address: Address, settings: Mapping[str, str]) -> Any:
    from pyspark.errors import PySparkException  # noqa: PLC0415 - an extra, and slow to import
    from pyspark.sql import SparkSession  # noqa: PLC0415 - same

    builder = SparkSession.builder.appName("hongmao").master(address.master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, OSError) as fault:
        raise SparkNotStarted(master=address.master, why=_first_line(fault)) from fault
    except Exception as fault:
        # Py4J wraps whatever the JVM threw in an error of its own, which is only importable where PySpark is.
        raise SparkNotStarted(master=address.master, why=_first_line(fault)) from fault


def _settings(address: Address, machine: Path) -> Mapping[str, str]:
    settings = {
        "spark.driver.memory": address.memory,
        "spark.executor.memory": address.memory,
        "spark.local.dir": str(machine / "local"),
        "spark.sql.warehouse.dir": str(machine / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.eventLog.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.caseSensitive": "true",
        # A bucket is written under its number: two attempts at once would write one file.
        "spark.speculation": "false",
        "spark.sql.variable.substitute": "false",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH_ROWS),
        "spark.sql.parquet.compression.codec": "zstd",
        "spark.sql.parquet.filterPushdown": "true",
    }
    if address.local:
        # The default of 200 is for a cluster; here each would be a task of a few rows and most of the time.
        settings["spark.sql.shuffle.partitions"] = str(2 * (address.cores or os.cpu_count() or 1))
        # A job is throughput, not latency, and on two cores the default collector takes its share of both.
        settings["spark.driver.extraJavaOptions"] = "-XX:+UseParallelGC"
    elif address.cores is not None:
        settings["spark.cores.max"] = str(address.cores)
    if address.loopback:
        settings |= {"spark.driver.host": _LOOPBACK, "spark.driver.bindAddress": _LOOPBACK}
    elif address.driver is not None:
        settings["spark.driver.host"] = address.driver
    return settings


def _environ(address: Address, machine: Path) -> Mapping[str, str | None]:
    """Say what the JVM is started under; None takes a name away."""
    import pyspark  # noqa: PLC0415 - an extra, and slow to import

    environ: dict[str, str | None] = {
        **dict.fromkeys(_NOT_HANDED_ON),
        "JAVA_HOME": str(java_home(machine)),
        # Another Spark that stands on this machine has other jars than the PySpark that was imported.
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        # Workers import the hongmao that asks; on other machines PYSPARK_PYTHON says where theirs is.
        "PYSPARK_PYTHON": sys.executable if address.loopback else os.environ.get("PYSPARK_PYTHON", sys.executable),
    }
    if address.loopback:
        environ["SPARK_LOCAL_IP"] = _LOOPBACK
    if address.local or "SPARK_CONF_DIR" not in os.environ:
        # A cluster's own settings, such as its secret, stand where SPARK_CONF_DIR says; this machine needs none.
        conf = machine / "conf"
        conf.mkdir(exist_ok=True)
        (conf / "log4j2.properties").write_text(_LOGGING, encoding="utf-8")
        environ["SPARK_CONF_DIR"] = str(conf)
    return environ


@contextmanager
def _under(environ: Mapping[str, str | None]) -> Iterator[None]:
    """Change the environment for as long as the JVM starts: PySpark takes some settings from nowhere else."""
    before = {name: os.environ.get(name) for name in environ}
    _put(environ)
    try:
        yield
    finally:
        _put(before)


def _put(environ: Mapping[str, str | None]) -> None:
    for name, value in environ.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _first_line(fault: BaseException) -> str:
    """Give the line that says what is wrong: what the JVM threw stands on a second one, behind a colon."""
    lines = str(fault).strip().split("\n")
    return next((line.removeprefix(": ") for line in lines if line.startswith(": ")), lines[0])
