"""A disk that is full, refuses, or cannot say that it has kept what it was given."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from bus.log_conformance import PATIENCE_S, everything, keep
from bus.segments.disks import BadDisk, ForgetfulDisk, SmallDisk
from events.strategies import read_note
from hongmao.bus.embedded import EmbeddedLog
from hongmao.bus.errors import LogUnsure
from hongmao.events.api import DiskFull, Kept, LogFailed

if TYPE_CHECKING:
    from pathlib import Path


def test_a_full_disk_refuses_that_batch_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    disk = SmallDisk(4_096)
    large = [read_note(number, detail="x" * 500) for number in range(2, 50)]
    with EmbeddedLog(tmp_path / "log", files=disk, segment_bytes=4_096) as log:
        keep(log, read_note(1))
        # 7 May: the disk is full. The batch is refused whole; small ones still find room.
        with pytest.raises(DiskFull) as caught:
            keep(log, *large)
        assert caught.value.status == 503
        assert log.end() == 1
        assert keep(log, read_note(2, detail="small")) == (Kept(2, duplicate=False),)

        # 8 May: somebody made room; the same batch is sent again.
        disk.left = 10**6
        assert [kept.offset for kept in keep(log, *large)] == list(range(2, 50))
    with EmbeddedLog(tmp_path / "log", segment_bytes=4_096) as log:
        assert [logged.offset for logged in everything(log)] == list(range(1, 50))


def test_where_no_large_segment_fits_a_small_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hongmao.bus.segments.writing.FIRST_BYTES", 1_024)
    disk = SmallDisk(1_024 + 2_048 + 4_096 + 1_500)
    with EmbeddedLog(tmp_path / "log", files=disk, segment_bytes=2**20) as log:
        with pytest.raises(DiskFull):
            _keep_one_by_one(log, 1_000)
        end = log.end()

        sizes = [path.stat().st_size for path in sorted((tmp_path / "log").glob("*.seg"))]
        assert sizes == [1_024, 2_048, 4_096, 1_024]
        assert [logged.offset for logged in everything(log)] == list(range(1, end + 1))


def _keep_one_by_one(log: EmbeddedLog, count: int) -> None:
    """Events that are sent together may share a frame, and how many do is luck; a large frame needs a large segment."""
    for number in range(1, count + 1):
        keep(log, read_note(number))


def test_no_log_begins_on_a_full_disk_and_none_is_half_made(tmp_path: Path) -> None:
    with pytest.raises(DiskFull):
        EmbeddedLog(tmp_path / "log", files=SmallDisk(100))

    with EmbeddedLog(tmp_path / "log") as log:
        assert keep(log, read_note(1)) == (Kept(1, duplicate=False),)


@pytest.mark.parametrize(("number", "error"), [(errno.ENOSPC, DiskFull), (errno.EIO, LogFailed)])
def test_half_a_write_is_not_kept_and_is_written_over(tmp_path: Path, number: int, error: type[LogFailed]) -> None:
    disk = BadDisk()
    with EmbeddedLog(tmp_path / "log", files=disk) as log:
        keep(log, read_note(1))
        disk.refuses = number
        with pytest.raises(error):
            keep(log, read_note(2, detail="x" * 9_000), read_note(3))
        disk.refuses = None

        assert keep(log, read_note(4)) == (Kept(2, duplicate=False),)
        assert keep(log, read_note(2)) == (Kept(3, duplicate=False),)
    with EmbeddedLog(tmp_path / "log") as log:
        assert [logged.event.event_id for logged in everything(log)] == ["evt-000001", "evt-000004", "evt-000002"]


def test_after_a_failed_sync_nothing_is_answered_until_the_end_has_been_written_anew(tmp_path: Path) -> None:
    disk = BadDisk()
    with EmbeddedLog(tmp_path / "log", files=disk) as log:
        keep(log, read_note(1))
        disk.cannot_sync = True
        # Whether it is on the disk nobody knows: the kernel may have dropped the pages, so it does not say "not kept".
        with pytest.raises(LogUnsure):
            keep(log, read_note(2))
        with pytest.raises(LogFailed, match="Input/output error"):
            keep(log, read_note(3))
        assert log.end() == 1
        assert [logged.offset for logged in everything(log)] == [1]
        # 8 May: the disk is well again. What nobody was sure of is there, and is known.
        disk.cannot_sync = False
        assert keep(log, read_note(3), read_note(2)) == (Kept(3, duplicate=False), Kept(2, duplicate=True))
        assert log.known(["evt-000002"])


@pytest.mark.parametrize("again", [False, True])
def test_what_is_answered_after_a_failed_sync_is_on_the_disk_although_the_kernel_forgot_it(
    tmp_path: Path, *, again: bool
) -> None:
    disk = ForgetfulDisk()
    path = tmp_path / "log"
    with EmbeddedLog(path, files=disk) as log:
        keep(log, read_note(1))
        disk.forgets = True
        with pytest.raises(LogUnsure):
            keep(log, read_note(2))
        disk.forgets = False
        if not again:  # the same process goes on
            assert keep(log, read_note(2), read_note(3))[0].duplicate
    with EmbeddedLog(path, files=disk) as log:  # or it is started anew
        assert keep(log, read_note(2), read_note(3))[0] == Kept(2, duplicate=True)

    # Then the power goes: what the disk really has is all there is.
    disk.lose_power(path)
    with EmbeddedLog(path) as log:
        assert [logged.event.event_id for logged in everything(log)] == ["evt-000001", "evt-000002", "evt-000003"]


def test_a_group_whose_sync_failed_hears_so_as_one(tmp_path: Path) -> None:
    disk = BadDisk()
    with EmbeddedLog(tmp_path / "log", files=disk) as log:
        keep(log, read_note(1))
        disk.cannot_sync = True
        waiting = [log.append([read_note(number)]) for number in range(2, 6)]
        errors = [future.exception(PATIENCE_S) for future in waiting]

    # Those that shared the write are unsure; those that came later were not written at all.
    assert isinstance(errors[0], LogUnsure)
    assert all(isinstance(error, (LogUnsure, LogFailed)) for error in errors)


def test_every_answer_comes_after_a_sync(tmp_path: Path) -> None:
    disk = BadDisk()
    with EmbeddedLog(tmp_path / "log", files=disk) as log:
        for number in range(5):
            before = disk.syncs
            keep(log, read_note(number))
            assert disk.syncs == before + 1
