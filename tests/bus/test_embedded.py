from __future__ import annotations

import errno
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bus.log_conformance import PATIENCE_S, LogConformance, everything, ids, keep
from bus.memory_log import MemoryLog
from bus.segments.disks import BadDisk
from events.strategies import read_note, some_events
from hongmao.bus import committer
from hongmao.bus.embedded import EmbeddedLog
from hongmao.bus.reader import ReadOnlyLog
from hongmao.bus.segments.store import Prepared, SegmentStore
from hongmao.events.api import DiskFull, Event, Kept, LogBusy, LogClosed, LogFailed, LogFull, LogMissing, Packed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "log"


@pytest.fixture
def log(path: Path) -> Iterator[EmbeddedLog]:
    with EmbeddedLog(path) as opened:
        yield opened


class TestTheOracle(LogConformance):
    @pytest.fixture
    def log(self) -> MemoryLog:
        return MemoryLog()


class TestTheEmbeddedLog(LogConformance):
    @pytest.fixture
    def log(self, path: Path) -> Iterator[EmbeddedLog]:
        with EmbeddedLog(path) as opened:
            yield opened


@given(st.lists(st.lists(st.integers(1, 12), max_size=6), max_size=6))
def test_any_batches_are_kept_as_the_oracle_keeps_them(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]]
) -> None:
    oracle = MemoryLog()
    with EmbeddedLog(tmp_path_factory.mktemp("home") / "log") as log:
        for turn, numbers in enumerate(batches):
            events = [read_note(number, note=f"note-{turn}") for number in numbers]
            assert keep(log, *events) == keep(oracle, *events)
        assert everything(log, page=3) == everything(oracle)


@given(some_events(max_size=5))
def test_every_kind_of_event_comes_back_as_it_went(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event]
) -> None:
    with EmbeddedLog(tmp_path_factory.mktemp("home") / "log") as log:
        keep(log, *events)
        assert [logged.event for logged in everything(log)] == events


def test_what_was_kept_is_there_after_a_restart(path: Path) -> None:
    # 7 May: two events come in, then the service is stopped.
    with EmbeddedLog(path) as log:
        keep(log, read_note(1), read_note(2))
    # 8 May: it starts again; a repeat is recognised and a new event goes on behind.
    with EmbeddedLog(path) as log:
        assert log.end() == 2
        assert keep(log, read_note(2), read_note(3)) == (Kept(2, duplicate=True), Kept(3, duplicate=False))
        assert [logged.event for logged in everything(log)] == [read_note(1), read_note(2), read_note(3)]


def test_a_second_writer_is_told_who_writes(path: Path, log: EmbeddedLog) -> None:
    keep(log, read_note(1))

    with pytest.raises(LogBusy, match=r"is being written by pid \d+ on "):
        EmbeddedLog(path)

    log.close()
    with EmbeddedLog(path) as next_writer:
        assert next_writer.end() == 1


def test_another_process_reads_along(path: Path, log: EmbeddedLog) -> None:
    keep(log, read_note(1))
    script = (
        "import sys; from pathlib import Path; from hongmao.bus.reader import ReadOnlyLog\n"
        "log = ReadOnlyLog(Path(sys.argv[1])); print(log.end(), flush=True)\n"
        f"print(log.wait(after=1, timeout_s={PATIENCE_S}), log.end(), log.read(after=1, limit=9)[0].event.event_id)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "1\n"
        keep(log, read_note(2))
        assert reader.stdout.readline() == "True 2 evt-000002\n"
    assert reader.returncode == 0


def test_a_log_for_reading_keeps_nothing(path: Path, log: EmbeddedLog) -> None:
    keep(log, read_note(1))

    with ReadOnlyLog(path) as look:
        with pytest.raises(LogClosed):
            keep(look, read_note(2))
        assert ids(look.read(after=0, limit=9)) == ["evt-000001"]
        assert look.known(["evt-000001", "evt-000002"]) == {"evt-000001"}
        assert look.wait(after=0, timeout_s=0)
        assert not look.wait(after=1, timeout_s=0)


def test_there_is_no_log_to_read_where_none_was_written(path: Path) -> None:
    with pytest.raises(LogMissing, match="There is no event log"):
        ReadOnlyLog(path)
    path.mkdir(parents=True)
    with pytest.raises(LogMissing):
        ReadOnlyLog(path)


def test_a_closed_reader_says_so(path: Path, log: EmbeddedLog) -> None:
    look = ReadOnlyLog(path)
    look.close()

    with pytest.raises(LogClosed):
        look.read(after=0, limit=1)
    with pytest.raises(LogClosed):
        look.end()
    assert not look.wait(after=0, timeout_s=0.05)
    assert log.end() == 0


def test_closing_wakes_those_who_wait(log: EmbeddedLog) -> None:
    answers: list[bool] = []
    waiter = threading.Thread(target=lambda: answers.append(log.wait(after=0, timeout_s=PATIENCE_S)))
    waiter.start()

    log.close()
    waiter.join(PATIENCE_S)

    assert answers == [False]


class Gate:
    """Stands before the write: counts the groups that come, and holds them up until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.groups: list[int] = []
        self.sizes: list[int] = []
        self._open, self._reached = threading.Event(), threading.Event()
        prepare, commit = SegmentStore.prepare, SegmentStore.commit

        def counted(store: SegmentStore, batches: Sequence[Packed]) -> Prepared:
            self.groups.append(len(batches))
            self.sizes.append(sum(batch.size_bytes for batch in batches))
            return prepare(store, batches)

        def held_up(store: SegmentStore, prepared: Prepared) -> None:
            self._reached.set()
            assert self._open.wait(PATIENCE_S)
            commit(store, prepared)

        monkeypatch.setattr(SegmentStore, "prepare", counted)
        monkeypatch.setattr(SegmentStore, "commit", held_up)

    def wait_until_reached(self) -> None:
        assert self._reached.wait(PATIENCE_S)

    def open(self) -> None:
        self._open.set()


class TestGroupCommit:
    @pytest.fixture
    def gate(self, monkeypatch: pytest.MonkeyPatch) -> Gate:
        return Gate(monkeypatch)

    def test_what_arrives_during_a_commit_shares_the_next_one(self, log: EmbeddedLog, gate: Gate) -> None:
        first = log.append([read_note(0)])
        gate.wait_until_reached()
        rest = [log.append([read_note(number)]) for number in range(1, 40)]
        gate.open()

        assert [future.result(PATIENCE_S)[0].offset for future in (first, *rest)] == list(range(1, 41))
        assert gate.groups == [1, 39]

    def test_nobody_is_answered_before_the_commit(self, log: EmbeddedLog, gate: Gate) -> None:
        waiting = log.append([read_note(1)])
        gate.wait_until_reached()

        assert not waiting.done()
        assert log.end() == 0
        gate.open()
        assert waiting.result(PATIENCE_S) == (Kept(1, duplicate=False),)

    def test_a_commit_stays_below_its_size_but_for_a_batch_that_is_larger(self, log: EmbeddedLog, gate: Gate) -> None:
        first = log.append([read_note(0)])
        gate.wait_until_reached()
        small = [log.append([read_note(number, detail="x" * 100_000)]) for number in range(1, 12)]
        large = log.append([read_note(99, detail="x" * 700_000)])
        gate.open()

        assert [future.result(PATIENCE_S)[0].offset for future in (first, *small, large)] == list(range(1, 14))
        assert gate.groups == [1, 5, 5, 1, 1]
        assert [size <= committer.COMMIT_BYTES_MAX for size in gate.sizes] == [True, True, True, True, False]

    def test_what_was_made_ready_behind_a_write_that_failed_is_kept_without_a_gap(self, path: Path) -> None:
        disk = BadDisk()
        with EmbeddedLog(path, files=disk) as log:
            keep(log, read_note(0))
            disk.refuses = errno.ENOSPC
            wide = "x" * 90_000
            waiting = [log.append([read_note(number, detail=wide)]) for number in range(1, 40)]
            errors = [future.exception(PATIENCE_S) for future in waiting]
            assert {type(error) for error in errors} == {DiskFull}
            disk.refuses = None

            again = [log.append([read_note(number, detail=wide)]) for number in (*range(1, 40), *range(20, 60))]

            kept = [future.result(PATIENCE_S)[0] for future in again]
            assert [one.offset for one in kept if not one.duplicate] == list(range(2, 61))
            assert [one.offset for one in kept[39:59]] == [one.offset for one in kept[19:39]]
            assert ids(everything(log)) == [f"evt-{number:06}" for number in range(60)]

    def test_a_full_queue_refuses_at_once_and_takes_again_later(
        self, log: EmbeddedLog, gate: Gate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(committer, "QUEUE_ROWS_MAX", 3)
        running = log.append([read_note(0)])
        gate.wait_until_reached()
        queued = log.append([read_note(number) for number in (1, 2, 3)])
        refused = log.append([read_note(4)])

        with pytest.raises(LogFull) as caught:
            refused.result(0)
        assert caught.value.message("zh") == "事件日志排队已满（上限 3 条、67108864 字节），这批事件没有保存"
        gate.open()
        assert running.result(PATIENCE_S)[0].offset == 1
        assert queued.result(PATIENCE_S)[-1].offset == 4
        assert keep(log, read_note(4)) == (Kept(5, duplicate=False),)

    def test_a_queue_is_also_bounded_by_bytes(self, log: EmbeddedLog, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(committer, "QUEUE_BYTES_MAX", 1_000)

        with pytest.raises(LogFull, match="or 1000 bytes at most"):
            keep(log, read_note(1, detail="x" * 2_000))
        assert keep(log, read_note(1)) == (Kept(1, duplicate=False),)

    def test_an_event_no_file_can_hold_spoils_only_its_own_batch(self, log: EmbeddedLog) -> None:
        bad = log.append([read_note(1), read_note(2, detail="\ud800")])
        huge = log.append([replace(read_note(3), occurred_at_ms=2**70)])

        for future in (bad, huge):
            with pytest.raises(ValueError, match=r"surrogates|serialize"):
                future.result(PATIENCE_S)
        assert keep(log, read_note(1)) == (Kept(1, duplicate=False),)

    def test_a_callback_that_wants_the_process_to_end_does_not_end_the_log(self, log: EmbeddedLog) -> None:
        def leave(_: Future[tuple[Kept, ...]]) -> None:
            raise SystemExit

        log.append([read_note(1)]).add_done_callback(leave)

        assert keep(log, read_note(2)) == (Kept(2, duplicate=False),)


def test_a_log_that_cannot_be_opened_is_a_named_error(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("no folder")

    with pytest.raises(LogFailed, match="it is a file"):
        EmbeddedLog(path)
