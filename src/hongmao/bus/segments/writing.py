"""Writing at the end of the log: one frame, one sync, and the next segment made while the last one fills."""

from __future__ import annotations

import errno
import os
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from hongmao.bus.errors import LogUnsure
from hongmao.bus.segments import frames, segment, tail
from hongmao.bus.segments.files import REAL
from hongmao.bus.segments.segment import SPARE, START, EndMark
from hongmao.events.api import DiskFull, LogDamaged, LogFailed
from hongmao.events.disk import make_folder, sync_folder, write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hongmao.bus.segments.files import Files

FIRST_BYTES: Final = 2**20  # of the first segment: a small home stays small; each is twice the one before
SEGMENT_BYTES: Final = 64 * 2**20
FLOOR: Final = "first"
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class SegmentWriter:
    """The one writer of a log, used by one thread. `end` is the offset of the last durable event."""

    def __init__(self, folder: Path, *, files: Files = REAL, segment_bytes: int = SEGMENT_BYTES) -> None:
        """Open the log or begin one; repairs what a crash has torn. `LogDamaged` where acknowledged events are not whole."""
        make_folder(folder)
        self._folder, self._files, self._largest = folder, files, segment_bytes
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="hongmao-segment")
        self._making: tuple[int, Future[None]] | None = None
        self._broken = ""
        self._mark = EndMark(folder, write=True)
        self._file = -1
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def append(self, records: Sequence[bytes]) -> None:
        """Keep records together; durable on return."""
        self.put(frames.sealed(self.end + 1, records), len(records))

    def put(self, frame: tuple[bytes, bytes], count: int) -> None:
        """Keep a frame of so many records, the first of which is the next; durable on return.

        `DiskFull` and `LogFailed` where nothing was kept. `LogUnsure` where a sync failed: whether the bytes are on the
        disk cannot be known then, so the log takes no more until it is healed.
        """
        if self._broken:
            raise LogFailed(path=str(self._folder), why=self._broken)
        size = sum(map(len, frame))
        if self._at + size > self._size:
            self._roll(size)
        self._write(frame)
        self.end += count
        self._at += size
        self._mark.move(self.end)
        if self._making is None and 2 * self._at > self._size:
            self._make_ahead(min(self._largest, 2 * self._size))

    @property
    def broken(self) -> bool:
        """Tell whether nobody knows what of the last write is on the disk."""
        return bool(self._broken)

    def heal(self) -> None:
        """Read the end of the log back, write anew what was never known to be synced, and go on behind it.

        `end` may be further then: what nobody was sure of is kept. `LogFailed` where the disk still refuses.
        """
        path = self._folder / segment.name(segment.firsts(self._folder)[-1])
        try:
            file = self._files.open(path, write=True)
            os.close(self._file)
            self._file = file
            self.end, self._at, self._size = tail.found(path, file, self._files, told=self._mark.offset)
        except OSError as error:
            raise LogFailed(path=str(self._folder), why=self._broken) from error
        self._mark.move(self.end)
        self._broken = ""

    def trim(self, below: int) -> int:
        """Remove the segments that hold only events below an offset; give the first offset that is left.

        The floor is on the disk before anything goes, so that a missing segment never passes for a trimmed one.
        """
        there = segment.firsts(self._folder)
        keep = max((first for first in there if first <= below), default=there[0])
        if keep > there[0]:
            write_whole(self._folder / FLOOR, str(keep).encode())
            sync_folder(self._folder)
            for first in there:
                if first < keep:
                    (self._folder / segment.name(first)).unlink()
        return keep

    def close(self) -> None:
        """Release the files. Twice does no harm."""
        self._maker.shutdown()
        (self._folder / SPARE).unlink(missing_ok=True)
        self._mark.close()
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _begin(self) -> None:
        there = segment.firsts(self._folder)
        told = self._mark.offset
        if not there:
            if told:
                raise LogDamaged(
                    path=str(self._folder), offset=1, why=f"its segments are gone, with events up to {told}"
                )
            self.end = 0
            self._take(min(self._largest, FIRST_BYTES))
            return
        floor = self._folder / FLOOR
        due = int(floor.read_bytes()) if floor.exists() else 1
        if there[0] > due:
            raise LogDamaged(path=str(self._folder), offset=due, why=f"the events up to {there[0] - 1} are gone")
        for first in there:
            if first < due:  # a trim was cut off
                (self._folder / segment.name(first)).unlink()
        path = self._folder / segment.name(there[-1])
        self._file = self._files.open(path, write=True)
        self.end, self._at, self._size = tail.found(path, self._file, self._files, told=told)
        self._mark.move(self.end)

    def _write(self, frame: tuple[bytes, bytes]) -> None:
        try:
            self._files.write(self._file, frame, self._at)
        except OSError as error:
            self._unwrite(error)
            if error.errno in _FULL:
                raise DiskFull(path=str(self._folder)) from error
            raise LogFailed(path=str(self._folder), why=str(error)) from error
        try:
            self._files.sync(self._file)
        except OSError as error:
            # The kernel may have forgotten that these pages are not on the disk: a second sync that succeeds says nothing.
            self._broken = str(error)
            raise LogUnsure(path=str(self._folder), why=str(error)) from error

    def _unwrite(self, error: OSError) -> None:
        """Let no frame begin where one was written in part."""
        try:
            self._files.write(self._file, (bytes(frames.HEAD_BYTES),), self._at)
        except OSError:
            self._broken = str(error)

    def _roll(self, needed: int) -> None:
        """Go on in the next segment."""
        if self._making is not None:
            size, made = self._making
            self._making = None
            if made.exception() is None and START + needed <= size:
                self._take(size, made=True)
                return
        # Where little room is left a small segment does: what fits is taken.
        least = max(min(self._largest, FIRST_BYTES), START + needed)
        wanted = max(min(self._largest, 2 * self._size), least)
        self._take(wanted if self._files.room(self._folder) >= wanted else least)

    def _make_ahead(self, size: int) -> None:
        if self._files.room(self._folder) >= size:
            self._making = size, self._maker.submit(self._files.make, self._folder / SPARE, size)

    def _take(self, size: int, *, made: bool = False) -> None:
        """Give the spare a beginning and a name; only then is it the log's last segment."""
        spare, first = self._folder / SPARE, self.end + 1
        file = -1
        try:
            if not made:
                if self._files.room(self._folder) < size:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                self._files.make(spare, size)
            file = self._files.open(spare, write=True)
            self._files.write(file, (segment.opening(first, size),), 0)
            self._files.sync(file)
            spare.replace(self._folder / segment.name(first))
            sync_folder(self._folder)
        except OSError as error:
            if file >= 0:
                os.close(file)
            spare.unlink(missing_ok=True)
            if error.errno in _FULL:
                raise DiskFull(path=str(self._folder)) from error
            raise LogFailed(path=str(self._folder), why=str(error)) from error
        if self._file >= 0:
            os.close(self._file)
        self._file, self._at, self._size = file, START, size
