"""Promise 1, drilled: a house of three processes is hurt in every way there is, on either log, and keeps its word."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hongmao.bootstrap.clocks import SystemClock
from hongmao.chaos.drill import Wanted, drill
from hongmao.chaos.schedule import NODE_ACTS, Act, Log
from hongmao.cli.main import EXIT_INTERRUPTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]
SEED = 20
PATIENCE_S = 300


@pytest.mark.parametrize("log", list(Log))
def test_promise_1_a_drill_loses_nothing_and_doubles_nothing(tmp_path: Path, log: Log) -> None:
    told: list[str] = []
    report = drill(Wanted(minutes=0.75, log=log, seed=SEED), tmp_path / "drill", SystemClock(), told.append)
    assert report.findings == ()
    assert (report.lost, report.doubled, report.uncharged, report.unanswered) == (0, 0, 0, 0)
    assert report.acked > 1_000
    assert report.charges > 0
    # The drill was one: each kind of fault was met, processes died and came back, clients had no manners.
    kinds = {act.value for act in Act if act is not Act.KILL and (log is Log.NATS or act not in NODE_ACTS)}
    assert set(report.faults) == kinds | {"kill_edge", "kill_web", "kill_worker"}
    assert set(report.kills) == {"edge", "web", "worker", *(["node"] if log is Log.NATS else [])}
    assert min(report.kills.values()) > 0
    assert min(report.met.values()) > 0
    assert min(report.repeated, report.dropped, report.refused) > 0
    assert report.exits == {"edge": 0, "web": 0, "worker": 0}
    assert report.sound


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, EXIT_INTERRUPTED), (signal.SIGKILL, -signal.SIGKILL)])
@pytest.mark.parametrize("log", list(Log))
def test_no_process_outlives_the_drill(tmp_path: Path, log: Log, how: signal.Signals, code: int) -> None:
    home = tmp_path / "drill"
    words = ["chaos", "--minutes", "5", "--log", log.value, "--home", str(home), "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "hongmao", *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as drilling:
        wait_until((home / "acked").is_dir)
        assert len(list(processes_of(home))) >= 3
        drilling.send_signal(how)
        assert drilling.wait(PATIENCE_S) == code
        assert drilling.stdout is not None
        assert drilling.stdout.read() == b""
    wait_until(lambda: not list(processes_of(home)))


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").write_text("precious")
    words = ["chaos", "--home", str(tmp_path), "--json"]
    done = subprocess.run([sys.executable, "-m", "hongmao", *words], capture_output=True, check=False, text=True)
    assert done.returncode == 2
    assert "is not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["state.sqlite"]


def wait_until(met: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE_S
    while not met():
        assert time.monotonic() < limit
        time.sleep(0.1)


def processes_of(home: Path) -> Iterator[int]:
    """List the processes that work in a drill's folder, whoever their parent is by now."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        drilling = b"chaos" in words
        if not drilling and any(word.startswith(os.fsencode(home)) for word in words):
            yield int(entry.name)
