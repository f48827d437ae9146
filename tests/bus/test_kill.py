from __future__ import annotations

import random
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bus.log_conformance import everything, ids
from hongmao.bus.embedded import EmbeddedLog

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 20
WRITER = """
import sys
from pathlib import Path
from hongmao.bus.embedded import EmbeddedLog
from hongmao.events.api import Event, Kind

life, path = sys.argv[1], Path(sys.argv[2])
log = EmbeddedLog(path)

def told(numbers):
    def write(done):
        if done.exception() is None:
            sys.stdout.write("".join(f"{life}-{number}\\n" for number in numbers))
            sys.stdout.flush()
    return write

for first in range(0, 1_000_000, 3):
    numbers = range(first, first + 3)
    # Every third batch repeats its neighbour: a client that lost the answer sends again.
    for _ in range(2 if first % 9 == 0 else 1):
        done = log.append([
            Event(event_id=f"{life}-{number}", kind=Kind.READ, occurred_at_ms=1746590400000, reader="r-1", note="n-1")
            for number in numbers
        ])
        done.add_done_callback(told(numbers))
    if first % 300 == 0:
        done.result(60)
"""


@pytest.mark.slow
def test_kill_9_at_any_moment_loses_and_doubles_nothing(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite3"
    chance = random.Random(7)
    acknowledged: set[str] = set()

    for life in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, f"life{life}", str(path)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            for _ in range(chance.randrange(1, 3_000)):
                acknowledged.add(writer.stdout.readline().strip())
            writer.send_signal(signal.SIGKILL)
            # What it had said before it died counts as said; a line torn by the kill was not.
            acknowledged.update(line.strip() for line in writer.stdout if line.endswith("\n"))
        assert writer.returncode == -signal.SIGKILL

    with EmbeddedLog(path) as log:
        logged = ids(everything(log, page=10_000))
        assert len(logged) == log.end()
    assert len(acknowledged) > KILLS
    assert acknowledged <= set(logged)
    assert len(logged) == len(set(logged))
