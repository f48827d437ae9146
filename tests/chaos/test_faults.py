"""The lying disk and the jumping clock do what their switches say, and count it."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from hongmao.bus.embedded import EmbeddedLog
from hongmao.bus.segments.files import Files
from hongmao.chaos.faults import JumpingClock, LyingDisk
from hongmao.chaos.switches import SEEN, Switches
from hongmao.events.api import DiskFull, Event, Kind
from hongmao.kernel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@pytest.fixture
def switches(tmp_path: Path) -> Switches:
    return Switches(tmp_path / "switches")


@pytest.fixture
def file(tmp_path: Path) -> Iterator[int]:
    handle = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    yield handle
    os.close(handle)


class LyingFiles(Files):
    """The log's own way to the disk, over a disk that lies."""

    def __init__(self, disk: LyingDisk) -> None:
        self._disk = disk
        self._sync = disk.over(os.fdatasync)

    def write(self, file: int, parts: Sequence[bytes | memoryview], at: int) -> None:
        whole = b"".join(parts)
        while whole:
            taken = self._disk.pwritev(file, [whole], at)
            whole, at = whole[taken:], at + taken

    def sync(self, file: int) -> None:
        self._sync(file)


def test_while_nothing_is_switched_the_disk_is_a_disk(switches: Switches, file: int) -> None:
    disk = LyingDisk(switches)
    assert disk.pwritev(file, [b"abc", b"def"], 2) == 6
    disk.over(os.fdatasync)(file)
    assert os.pread(file, 100, 0) == b"\0\0abcdef"
    assert switches.seen() == dict.fromkeys(SEEN, 0)


def test_writes_in_parts_take_a_half_and_never_nothing(switches: Switches, file: int) -> None:
    switches.set("short_writes", 1)
    disk = LyingDisk(switches)
    assert [disk.pwritev(file, [b"abc", b"defg"], 0), disk.pwritev(file, [b"x"], 4)] == [4, 1]
    assert os.pread(file, 100, 0) == b"abcdx"
    assert switches.get("shortened") == 2


def test_so_many_syncs_fail_and_no_more(switches: Switches, file: int) -> None:
    switches.set("fail_syncs", 2)
    sync = LyingDisk(switches).over(os.fsync)
    for _ in range(2):
        with pytest.raises(OSError, match="Input/output error") as caught:
            sync(file)
        assert caught.value.errno == errno.EIO
    sync(file)
    assert (switches.get("failed"), switches.get("fail_syncs")) == (2, 0)


def test_a_full_disk_takes_a_half_refuses_and_lets_one_tidy_up(switches: Switches, file: int) -> None:
    switches.set("full", 1)
    disk = LyingDisk(switches)
    assert disk.pwritev(file, [b"abcd"], 0) == 2
    with pytest.raises(OSError, match="No space left"):
        disk.pwritev(file, [b"cd"], 2)
    assert disk.pwritev(file, [bytes(2)], 0) == 2
    assert os.pread(file, 100, 0) == bytes(2)
    assert switches.get("filled") == 1


def test_counts_outlive_the_process_and_switches_are_cleared(switches: Switches, tmp_path: Path) -> None:
    switches.set("slow_ms", 20)
    switches.add("slowed")
    again = Switches(tmp_path / "switches")
    assert (again.get("slow_ms"), again.get("slowed")) == (20, 1)
    again.clear()
    assert (switches.get("slow_ms"), switches.get("slowed")) == (0, 1)


def test_a_clock_jumps_both_ways_and_each_step_is_counted_once(switches: Switches) -> None:
    jumping = JumpingClock(switches)
    ns, s = jumping.over(lambda: 5_000_000_000, 1_000_000), jumping.over(lambda: 5.0, 0.001)
    assert (ns(), s()) == (5_000_000_000, 5.0)
    for shift_ms in (1_500, -2_000, 0):
        switches.set("shift_ms", shift_ms)
        assert ns() == 5_000_000_000 + shift_ms * 1_000_000
        assert s() == pytest.approx(5.0 + shift_ms / 1_000)
    assert switches.get("stepped") == 3


def test_the_log_over_such_a_disk_refuses_or_keeps_and_never_both(switches: Switches, tmp_path: Path) -> None:
    events = [Event(event_id=f"e-{n}", kind=Kind.READ, occurred_at_ms=1_746_590_400_000) for n in range(4)]
    with EmbeddedLog(tmp_path / "log", files=LyingFiles(LyingDisk(switches)), segment_bytes=65_536) as log:
        switches.set("short_writes", 1)
        log.append(events[:1]).result(30)
        switches.clear()
        switches.set("full", 1)
        with pytest.raises(DiskFull):
            log.append(events[1:2]).result(30)
        switches.clear()
        log.append(events[2:3]).result(30)
        switches.set("fail_syncs", 1)
        with pytest.raises(Unavailable, match="may have been kept or not"):
            log.append(events[3:]).result(30)
        (healed,) = log.append(events[3:]).result(30)
        assert healed.duplicate  # nobody was sure of it; it had been written, and is on the disk now
    with EmbeddedLog(tmp_path / "log") as log:
        log.append(events).result(30)
        kept = [entry.event.event_id for entry in log.read(after=0, limit=10)]
    assert sorted(kept) == ["e-0", "e-1", "e-2", "e-3"]
    assert kept[:2] == ["e-0", "e-2"]
