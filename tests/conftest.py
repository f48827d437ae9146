"""What every test stands on: nothing outside this machine is reached, nothing is left to chance, no state is shared."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, settings

from hongmao.engines.spark.address import read_address
from hongmao.engines.spark.session import open_spark
from hongmao.kernel.clock import SetClock
from hongmao.kernel.time import instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engines.lake.buckets import Store
    from hongmao.engines.spark.session import Spark

# The same examples on every run and machine, and no verdict from a slow one: a red test is red for everybody.
settings.register_profile(
    "house", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")

# Where several processes share the tests, one file is one's, and these rooms are: what they wait for lasts a session.
TOGETHER: Final = ("tests/engines/spark/", "tests/bus/nats/")
# What plays longest begins first: at the end nobody waits for another's last story.
LONGEST: Final = (
    *TOGETHER,
    "tests/e2e/",
    "tests/browser/",
    "tests/world/test_city_money.py",
    "tests/ledger/test_processes.py",
    "tests/returns/out/test_deadline_story.py",
    "tests/bootstrap/",
)
SPARK = read_address("spark?cores=2&memory=1g")
# Tests ask Spark many small questions once: compiling each for speed would be most of the time.
BRIEFLY = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.shuffle.partitions": "2",
}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what plays longest first."""
    items.sort(
        key=lambda item: next((n for n, room in enumerate(LONGEST) if item.nodeid.startswith(room)), len(LONGEST))
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Share tests among processes by file, or by room."""
    scheduler: Any = import_module("xdist.scheduler").LoadFileScheduling(config, log)
    scheduler._split_scope = _shared_as
    return scheduler


def _shared_as(nodeid: str) -> str:
    return next((room for room in TOGETHER if nodeid.startswith(room)), nodeid.split("::", 1)[0])


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a HONGMAO_HOME of its own, so that none finds another's state or the developer's."""
    monkeypatch.setenv("HONGMAO_HOME", str(tmp_path / "var"))
    return tmp_path / "var"


@pytest.fixture
def clock() -> SetClock:
    """Give a clock that stands at 10:00 on the day the alliance began."""
    return SetClock(instant("2025-05-07T10:00:00+08:00"))


@pytest.fixture(scope="session")
def spark() -> Iterator[Spark]:
    """Lend this process's one Spark session; starting it costs seconds, so it lasts."""
    with open_spark(SPARK, settings=BRIEFLY) as opened:
        yield opened


@pytest.fixture(scope="session")
def the_store() -> Iterator[Store]:
    """Serve one S3-compatible store for all tests of this process: it takes a second to begin."""
    from engines.lake.buckets import served  # noqa: PLC0415 - so does importing it

    with served() as opened:
        yield opened


@pytest.fixture
def store(the_store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Lend the store, without a fault, and the keys to it as keys are always given."""
    for name, value in the_store.keys.items():
        monkeypatch.setenv(name, value)
    yield the_store
    the_store.recover()
