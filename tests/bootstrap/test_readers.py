"""A consumer that comes on the third day has exactly what one from the first day has, killed or not, trimmed or not."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bootstrap.three_days import A_DAY, day, keep, open_small
from hongmao.bootstrap import readers
from hongmao.bootstrap.fronts import History
from hongmao.bootstrap.readers import NAME, ReaderFollower
from hongmao.engines.lake import ParquetLake
from hongmao.engines.lake.past import LakePast
from hongmao.events.api import LogTrimmed, Sink
from hongmao.storage.consumers import SqlConsumerGroups
from hongmao.storage.models import ReaderRow
from hongmao.storage.scope import PlatformScope
from storage.opened import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.bus.embedded import EmbeddedLog
    from hongmao.storage.database import Database

HOUSE = PlatformScope("a test looks at the house")
# A process that follows on and is killed in the middle of its third piece of work, after the effect and before its end.
KILLED = """
import os, signal, sys
from pathlib import Path
from hongmao.bootstrap import readers
from hongmao.bootstrap.fronts import History
from hongmao.bus.reader import ReadOnlyLog
from hongmao.engines.lake.past import LakePast
from hongmao.storage.consumers import SqlConsumerGroups, SqlConsumerWork
from hongmao.storage.database import open_database

home, pieces, readers.BATCH_ROWS = Path(sys.argv[1]), int(sys.argv[2]), 25
move_to = SqlConsumerWork.move_to

def move_and_die(work, offset):
    global pieces
    pieces -= 1
    move_to(work, offset)
    if not pieces:
        work.session.flush()
        os.kill(os.getpid(), signal.SIGKILL)

SqlConsumerWork.move_to = move_and_die
log = ReadOnlyLog(home / "log")
history = History(log, LakePast(home / "lake"))
follower = readers.ReaderFollower(history, SqlConsumerGroups(open_database(f"sqlite:///{home}/state.sqlite"), log.end))
while follower.step():
    pass
"""


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "BATCH_ROWS", 25)


class City:
    """One home: the log, the lake, and somebody who has followed from the first day."""

    def __init__(self, home: Path, stack: ExitStack) -> None:
        self.home = home
        self.log: EmbeddedLog = stack.enter_context(open_small(home))
        self.lake = stack.enter_context(ParquetLake(home / "lake"))
        self.past = stack.enter_context(LakePast(home / "lake"))
        self.history = History(self.log, self.past)
        self.there = stack.enter_context(opened())
        for number in (1, 2, 3):
            keep(self.log, day(number))
            Sink(self.log, self.lake).drain(40)
            caught_up(self.follower(self.there))
        self.lake.compact(whole=True)

    def follower(self, database: Database) -> ReaderFollower:
        return ReaderFollower(self.history, SqlConsumerGroups(database, self.log.end))


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    with ExitStack() as stack:
        yield City(tmp_path, stack)


def caught_up(follower: ReaderFollower) -> int:
    """Follow until nothing is left; give in how many pieces."""
    pieces = 0
    while follower.step():
        pieces += 1
    return pieces


def known(database: Database) -> dict[str, int]:
    with database.session(HOUSE) as session:
        return {row.id: row.first_seen_at_ms for row in session.scalars(select(ReaderRow))}


def what_the_log_says() -> dict[str, int]:
    """Say who was met when, from the events themselves."""
    met: dict[str, int] = {}
    for number in (1, 2, 3):
        for event in day(number):
            assert event.reader is not None
            met[event.reader] = min(met.get(event.reader, event.received_at_ms), event.received_at_ms)
    return met


def test_who_follows_from_the_first_day_knows_everybody_who_acted(city: City) -> None:
    assert known(city.there) == what_the_log_says()
    assert len(known(city.there)) == 7 + 3 * A_DAY // 2
    assert city.follower(city.there).position() == city.log.end() == 3 * A_DAY


@pytest.mark.parametrize("trimmed", [False, True])
def test_who_comes_on_the_third_day_has_the_same(city: City, *, trimmed: bool) -> None:
    if trimmed:
        first = city.log.trim(2 * A_DAY)
        assert A_DAY < first <= 2 * A_DAY
        with pytest.raises(LogTrimmed):
            city.log.read(after=0, limit=1)
    with opened() as late:
        assert caught_up(city.follower(late)) >= 3 * A_DAY // 25
        assert known(late) == known(city.there)


@pytest.mark.parametrize("pieces", [1, 3, 5])
def test_who_is_killed_in_the_middle_goes_on_where_the_last_whole_piece_ended(city: City, pieces: int) -> None:
    city.log.trim(2 * A_DAY)
    with opened(city.home / "state.sqlite", synced=True) as late:
        dead = subprocess.run(
            [sys.executable, "-c", KILLED, str(city.home), str(pieces)], capture_output=True, check=False, timeout=60
        )
        assert dead.returncode == -signal.SIGKILL, dead.stderr.decode()
        # The piece under way has left nothing, neither readers nor a position.
        follower = city.follower(late)
        assert follower.position() <= 25 * (pieces - 1)
        seen = {logged.event.reader for logged in city.past.read(after=0, limit=follower.position())}
        assert known(late).keys() == seen
        caught_up(follower)
        assert known(late) == known(city.there)


def test_who_starts_over_hears_everything_again_and_changes_nobody(city: City) -> None:
    city.log.trim(2 * A_DAY)
    before = known(city.there)
    follower = city.follower(city.there)
    follower.restart()
    assert follower.position() == 0
    caught_up(follower)
    assert (known(city.there), follower.position()) == (before, city.log.end())


def test_two_who_follow_at_once_take_each_event_once(city: City) -> None:
    with opened() as late:
        one, two = city.follower(late), city.follower(late)
        at = one.position()
        batch = city.history.read(after=at, limit=25)
        one.position = lambda: at  # type: ignore[method-assign]  # it looked before the other moved
        assert two.step() == len(batch)
        assert one.step() == 0
        assert SqlConsumerGroups(late, city.log.end).position(NAME) == len(batch)


def test_without_the_lake_what_is_gone_is_said_to_be_gone(city: City) -> None:
    first = city.log.trim(2 * A_DAY)
    with LakePast(city.home / "elsewhere") as nothing, pytest.raises(LogTrimmed) as gone:
        History(city.log, nothing).read(after=0, limit=10)
    assert gone.value.params["first"] == first
