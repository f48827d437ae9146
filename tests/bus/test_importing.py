"""A home of an earlier program: its log was one SQLite table."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bus.log_conformance import everything, keep
from events.strategies import read_note
from hongmao.bus import importing
from hongmao.bus.embedded import EmbeddedLog
from hongmao.events.api import Kept, LogBusy, LogDamaged, pack
from hongmao.events.disk import WriterLock

if TYPE_CHECKING:
    from pathlib import Path

TABLE = """CREATE TABLE log ("offset" INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
occurred_at_ms INTEGER NOT NULL, body BLOB NOT NULL, checksum INTEGER NOT NULL)"""
EVENTS = [read_note(number) for number in range(1, 2_501)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "log.sqlite")) as old, old:
        old.execute("PRAGMA journal_mode = WAL")
        old.execute(TABLE)
        for offset, event in enumerate(EVENTS, 1):
            body = pack(event)
            checksum = zlib.crc32(body, zlib.crc32(f"{offset}\n{event.event_id}\n".encode()))
            row = (offset, event.event_id, str(event.kind), event.occurred_at_ms, body, checksum)
            old.execute("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?)", row)
    return tmp_path


def test_its_events_are_taken_over_at_their_offsets_and_the_file_is_kept(home: Path) -> None:
    with EmbeddedLog(home / "log") as log:
        assert [logged.event for logged in everything(log)] == EVENTS
        assert keep(log, EVENTS[6], read_note(9_999)) == (Kept(7, duplicate=True), Kept(2_501, duplicate=False))

    assert (home / "log.sqlite.imported").exists()
    assert not (home / "log.sqlite").exists()
    with EmbeddedLog(home / "log") as log:
        assert log.end() == 2_501


@pytest.mark.parametrize(
    ("blow", "offset", "why"),
    [
        ('UPDATE log SET body = zeroblob(length(body)) WHERE "offset" = 1002', 1_002, "checksum"),
        ("UPDATE log SET event_id = 'evt-x' WHERE \"offset\" = 3", 3, "checksum"),
        ('DELETE FROM log WHERE "offset" = 2', 2, "missing"),
        ("DROP TABLE log", 0, "no such table"),
    ],
)
def test_damage_is_named_and_nothing_is_changed(home: Path, blow: str, offset: int, why: str) -> None:
    with closing(sqlite3.connect(home / "log.sqlite")) as vandal, vandal:
        vandal.execute(blow)

    with pytest.raises(LogDamaged, match=why) as caught:
        EmbeddedLog(home / "log")
    assert caught.value.params["offset"] == offset
    assert (home / "log.sqlite").exists()
    assert not (home / "log").exists()


def test_a_crash_on_the_way_begins_anew(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class PowerCutError(BaseException):
        pass

    def cut(_: Path) -> None:
        raise PowerCutError

    # The new log has its name and the old one has not been put aside yet.
    monkeypatch.setattr(importing, "sync_folder", cut)
    with pytest.raises(PowerCutError):
        EmbeddedLog(home / "log")
    monkeypatch.undo()
    (home / "log.importing").mkdir()  # and an earlier trial was cut off before that
    with EmbeddedLog(home / "log") as log:
        assert log.end() == 2_500


def test_is_refused_while_an_earlier_program_writes_it(home: Path) -> None:
    held = WriterLock(home / "log.sqlite.lock", of=home / "log.sqlite", busy=LogBusy)
    with pytest.raises(LogBusy):
        EmbeddedLog(home / "log")
    held.release()
    EmbeddedLog(home / "log").close()
