"""A deployment that keeps thirty days in its log: what goes, what stays the same, and what is made again from the lake."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bootstrap.three_days import A_DAY, FIRST_DAY, SEGMENT_BYTES, day, keep
from events.strategies import read_note
from hongmao.bootstrap.clocks import FileClock
from hongmao.bootstrap.house import open_house
from hongmao.bootstrap.settings import Settings, SettingUnreadable
from hongmao.bus.embedded import EmbeddedLog
from hongmao.cli.doctor import doctor
from hongmao.cli.replay import replay
from hongmao.events.api import LakeIrreplaceable, LogTrimmed
from hongmao.kernel.ids import ReaderId
from hongmao.kernel.time import DAY_MS
from hongmao.storage.consumers import SqlConsumerGroups
from hongmao.storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.bootstrap.house import House

KEEP_DAYS = 30
EVENTS = 3 * A_DAY


@pytest.fixture(autouse=True)
def played(home: Path, monkeypatch: pytest.MonkeyPatch) -> FileClock:
    """Small segments, thirty days, and a clock that stands at the first morning."""
    assert EmbeddedLog.__init__.__kwdefaults__ is not None
    monkeypatch.setitem(EmbeddedLog.__init__.__kwdefaults__, "segment_bytes", SEGMENT_BYTES)
    monkeypatch.setenv("HONGMAO_LOG_KEEP_DAYS", str(KEEP_DAYS))
    monkeypatch.setenv("HONGMAO_CLOCK", f"file:{home / 'clock'}")
    return FileClock.create(home / "clock", FIRST_DAY)


@contextmanager
def opened() -> Iterator[House]:
    with open_house(Settings.read()) as house:
        yield house


def live_three_days(house: House, clock: FileClock) -> None:
    for number in (1, 2, 3):
        keep(house.services.log, day(number))
        clock.set(FIRST_DAY + number * DAY_MS)
        house.services.settle()


def trim(house: House, clock: FileClock) -> int:
    """Let the first two days grow old enough, and the clockwork turn as often as it takes; give where the log begins."""
    clock.set(FIRST_DAY + (2 + KEEP_DAYS) * DAY_MS)
    while house.services.tick()["retention"]:
        pass
    return house.services.health().log_first


def test_old_segments_go_and_everything_else_stays_as_it_was(played: FileClock) -> None:
    with opened() as house:
        live_three_days(house, played)
        assert house.services.tick()["retention"] == 0
        end = house.services.health().log_end
        first = trim(house, played)
        assert A_DAY < first <= 2 * A_DAY + 1
        with pytest.raises(LogTrimmed):
            house.services.log.read(after=0, limit=1)
        # A repeat of the first day is still a repeat, and all workers go on.
        (again,) = house.services.log.append(day(1)[:1]).result(300)
        assert again.duplicate
        house.services.log.append([read_note(10_000, at_ms=FIRST_DAY + 31 * DAY_MS)]).result(300)
        house.services.settle()
        assert house.services.health().caught_up
        assert house.services.health().log_end == end + 1
    told_by_doctor = json.loads(CliRunner().invoke(doctor, ["--json"]).stdout)["log"]["seen"]
    assert told_by_doctor == f"{EVENTS + 1} events, those before {first} in the lake alone"


def test_nothing_goes_while_somebody_stands_still(played: FileClock, home: Path) -> None:
    with opened() as house:
        live_three_days(house, played)
        database = open_database(f"sqlite:///{home / 'state.sqlite'}")
        groups = SqlConsumerGroups(database, house.services.log.end)
        with groups.begin("somebody's own") as work:
            work.move_to(A_DAY)
        assert trim(house, played) <= A_DAY + 1
        with groups.begin("somebody's own") as work:
            work.move_to(EVENTS)
        assert trim(house, played) > A_DAY + 1
        database.close()


def test_without_the_setting_everything_stays(played: FileClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HONGMAO_LOG_KEEP_DAYS")
    with opened() as house:
        live_three_days(house, played)
        played.set(FIRST_DAY + 400 * DAY_MS)
        assert "retention" not in house.services.tick()
        assert house.services.health().log_first == 1


def test_a_lake_that_has_lost_a_file_keeps_the_log_whole(
    played: FileClock, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with opened() as house:
        live_three_days(house, played)
        min((home / "lake" / "events").rglob("*.parquet")).unlink()
        assert trim(house, played) == 1
    assert "is missing" in str(caplog.records[-1].exc_info)


def test_a_rebuild_makes_the_rest_again_and_leaves_what_the_log_has_lost(played: FileClock, home: Path) -> None:
    with opened() as house:
        live_three_days(house, played)
        first = trim(house, played)
        before = _events(house)
        done = house.rebuild(lambda _: None)
        assert (done["events"], done["kept"]) == (EVENTS - first + 1, first - 1)
        assert _events(house) == before
        assert len(before) == EVENTS
        assert house.services.health().caught_up
    # Where the lake cannot keep it, nothing is touched.
    min((home / "lake" / "events").rglob("*.parquet")).unlink()
    with opened() as house:
        stands = {path: path.stat().st_mtime_ns for path in (home / "lake").rglob("*") if path.is_file()}
        with pytest.raises(LakeIrreplaceable):
            house.rebuild(lambda _: None)
        assert {path: path.stat().st_mtime_ns for path in (home / "lake").rglob("*") if path.is_file()} == stands


def test_a_consumer_hears_everything_again_from_the_command_line(played: FileClock, home: Path) -> None:
    with opened() as house:
        live_three_days(house, played)
        trim(house, played)
        met = house.services.catalog.reader(ReaderId("r_1_0"))
    assert met is not None
    database = open_database(f"sqlite:///{home / 'state.sqlite'}")
    with database._engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM readers")
    database.close()
    nothing_new = run("--into", "readers", "--json")
    assert json.loads(nothing_new) == {"consumer": "readers", "events": 0, "position": EVENTS}
    assert run("--into", "readers", "--again") == f"readers: {EVENTS} events heard, up to {EVENTS}\n"
    with opened() as house:
        assert house.services.catalog.reader(ReaderId("r_1_0")) == met
        assert house.services.catalog.reader(ReaderId("r_6")) is not None


@pytest.mark.parametrize(
    "words",
    [
        ("--into", "readers", "--kind", "read"),
        ("--into", "readers", "--from", "2025-05-07"),
        ("--into", "readers", "--out", "events.csv"),
        ("--again",),
    ],
)
def test_what_does_not_go_together_is_said(words: tuple[str, ...]) -> None:
    told = CliRunner().invoke(replay, words)
    assert told.exit_code == 2
    assert "--into hears" in told.stderr


@pytest.mark.parametrize("days", ["0", "-1", "soon", "36501", "1.5"])
def test_days_that_mean_nothing_are_refused(days: str) -> None:
    _refused({"HONGMAO_LOG_KEEP_DAYS": days})


def test_what_servers_keep_is_theirs_to_limit() -> None:
    _refused({"HONGMAO_LOG_KEEP_DAYS": "30", "HONGMAO_LOG": "nats://a:4222,b:4222,c:4222/HONGMAO"})


def _refused(environ: dict[str, str]) -> None:
    with pytest.raises(SettingUnreadable, match="HONGMAO_LOG_KEEP_DAYS"):
        Settings.read(environ)


def _events(house: House) -> list[dict[str, object]]:
    tables = house.derivation._tables
    return tables.rows('SELECT * FROM events ORDER BY "offset"')


def run(*words: str) -> str:
    told = CliRunner().invoke(replay, words)
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    assert told.exit_code == 0, told.stderr
    return told.stdout
