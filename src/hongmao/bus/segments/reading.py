"""Reading the segments, from the process that writes them or from any other: only what is durable, and proved.

Nothing is kept of a segment but, for every 64 KiB, where a frame begins: whoever reads on finds the next one at once, and
whoever asks for an offset walks over a few heads.
"""

from __future__ import annotations

import bisect
import os
import threading
import weakref
from typing import TYPE_CHECKING, Final

import numpy as np

from hongmao.bus.segments import frames, segment
from hongmao.bus.segments.files import REAL
from hongmao.bus.segments.segment import START, EndMark
from hongmao.events.api import (
    SLICE_BYTES_MAX,
    LogClosed,
    LogDamaged,
    Logged,
    LogMissing,
    LogTrimmed,
    PackedSlice,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.bus.segments.files import Files
    from hongmao.bus.segments.frames import Frame

CHUNK: Final = 2**20
MARK_EVERY: Final = 2**16
OPEN_MAX: Final = 16
_ENDS: Final = np.dtype("<u4")


class Window:
    """A part of a file that is walked over from front to back."""

    def __init__(self, files: Files, file: int, size: int) -> None:
        """Begin with nothing read; `size` is the file's."""
        self._files, self._file, self.size = files, file, size
        self._at, self._data = 0, b""

    def bytes(self, at: int, size: int, *, ahead: int = CHUNK) -> memoryview:
        """Give bytes, fewer where the file ends; what lies behind them is read along."""
        if at < self._at or at + size > self._at + len(self._data):
            self._data = self._files.read(self._file, max(size, ahead), at)
            self._at = at
        begin = at - self._at
        return memoryview(self._data)[begin : begin + size]


class Segment:
    """One open segment and what is known of the places in it."""

    def __init__(self, path: Path, files: Files) -> None:
        """Open it and prove its beginning."""
        self.path = path
        self.first = int(path.stem)
        self._files = files
        self._file = files.open(path)
        self.close = weakref.finalize(self, os.close, self._file)
        try:
            self.size = segment.check(path, files.read(self._file, START, 0))
        except BaseException:
            self.close()
            raise
        self._offsets, self._places = [self.first], [START]

    def frames(self, offset: int) -> Iterator[tuple[Frame, memoryview]]:
        """Give frames with their payload from the one on that holds `offset`; ends where no frame begins.

        Frames before it are passed by their heads. `LogDamaged` where a frame is not as it was written or not the next.
        """
        number = bisect.bisect_right(self._offsets, offset) - 1
        due, at = self._offsets[number], self._places[number]
        window = Window(self._files, self._file, self.size)
        while frame := self._head(window, at, due, ahead=CHUNK if due + 1 >= offset else MARK_EVERY):
            if at - self._places[-1] >= MARK_EVERY and frame.first > self._offsets[-1]:
                self._offsets.append(frame.first)
                self._places.append(at)
            if frame.last >= offset:
                payload = window.bytes(at + frames.HEAD_BYTES, frame.payload_bytes)
                if not frames.proved(frame, payload):
                    raise LogDamaged(path=str(self.path), offset=due, why="its checksum does not match")
                yield frame, payload
            due, at = frame.last + 1, at + frame.size

    def _head(self, window: Window, at: int, due: int, *, ahead: int) -> Frame | None:
        if at + frames.HEAD_BYTES > self.size:
            return None
        frame = frames.head(window.bytes(at, frames.HEAD_BYTES, ahead=ahead))
        if frame is not None and (frame.first != due or at + frame.size > self.size):
            raise LogDamaged(path=str(self.path), offset=due, why="another event stands where it should")
        return frame


class SegmentReader:
    """Reads one log. Threads may share it; each read is of what was durable when it began."""

    def __init__(self, folder: Path, *, files: Files = REAL) -> None:
        """Open an existing log; raises `LogMissing` where there is none."""
        self._folder, self._files = folder, files
        self._firsts = segment.firsts(folder)
        try:
            self._mark = EndMark(folder)
        except FileNotFoundError:
            self._firsts = []
        if not self._firsts:
            raise LogMissing(path=str(folder), id=str(folder))
        self._open: dict[int, Segment] = {}
        self._lock = threading.Lock()
        self._closed = False

    def first(self) -> int:
        """Give the offset of the first event that the log still holds; one more than its end where it is empty."""
        with self._lock:
            return self._listed()[0]

    def bounds(self) -> list[tuple[int, int]]:
        """Give the first and the last offset of each segment that is no longer written to."""
        with self._lock:
            self._firsts = segment.firsts(self._folder)
            return [(first, after - 1) for first, after in zip(self._firsts[:-1], self._firsts[1:], strict=True)]

    def end(self) -> int:
        """Give the offset of the last durable event."""
        if self._closed:
            raise LogClosed(path=str(self._folder))
        return self._mark.offset

    def read(self, *, after: int, limit: int) -> list[Logged]:
        """Read up to `limit` events after an offset, in order and without gaps; `LogDamaged` where that cannot be."""
        found: list[Logged] = []
        while len(found) < limit:
            packed = self.read_packed(after=after + len(found), limit=limit - len(found))
            if not packed.count:
                break
            found.extend(packed.logged(str(self._folder)))
        return found

    def read_packed(self, *, after: int, limit: int) -> PackedSlice:
        """Read as `read` does, but as bytes, and fewer where they are large."""
        after = max(after, 0)
        last = min(self.end(), after + limit)
        parts, ends, size, due = [], [], 0, after + 1
        with self._lock:
            while due <= last and size < SLICE_BYTES_MAX:
                held = self._segment(due)
                for frame, payload in held.frames(due):
                    records, places = _cut(frame, payload, due, last)
                    parts.append(records)
                    ends.append(places.astype(np.int64) + size)
                    size, due = size + len(records), min(frame.last, last) + 1
                    if due > last or size >= SLICE_BYTES_MAX:
                        break
                else:
                    if due > last:
                        break
                    there = self._listed()
                    # What has been removed meanwhile is said to be so by whoever opens the next segment.
                    if due >= there[0] and (due == held.first or due not in there):
                        raise LogDamaged(path=str(self._folder), offset=due, why="the event is missing")
        packed = np.concatenate(ends).astype(_ENDS).tobytes() if ends else b""
        return PackedSlice(after + 1, b"".join(parts), packed)

    def close(self) -> None:
        """Release the files. Twice does no harm."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._mark.close()
                for held in self._open.values():
                    held.close()

    def _listed(self) -> list[int]:
        """Look which segments there are, and let go of those that were removed: an open one still fills the disk."""
        self._firsts = segment.firsts(self._folder)
        for gone in [first for first in self._open if first < self._firsts[0]]:
            self._open.pop(gone).close()
        return self._firsts

    def _segment(self, offset: int) -> Segment:
        """Open the segment that holds an offset."""
        if offset < self._firsts[0] or offset >= self._firsts[-1]:
            self._listed()  # others may have come or gone
        if not self._firsts or offset < self._firsts[0]:
            raise LogTrimmed(path=str(self._folder), offset=offset, first=self._firsts[0] if self._firsts else 0)
        first = self._firsts[bisect.bisect_right(self._firsts, offset) - 1]
        held = self._open.pop(first, None)
        if held is None:
            try:
                held = Segment(self._folder / segment.name(first), self._files)
            except FileNotFoundError:
                self._listed()
                raise LogTrimmed(path=str(self._folder), offset=offset, first=self._firsts[0]) from None
        self._open[first] = held
        while len(self._open) > OPEN_MAX:
            self._open.pop(next(iter(self._open)))
        return held


def _cut(
    frame: Frame, payload: memoryview, due: int, last: int
) -> tuple[bytes, np.ndarray[tuple[int], np.dtype[np.uint32]]]:
    """Give the records of a frame from `due` to `last`, and where each ends among them."""
    ends = np.frombuffer(payload, dtype=_ENDS, count=frame.count)
    records = payload[frame.count * _ENDS.itemsize :]
    skip, stop = due - frame.first, min(frame.last, last) - frame.first + 1
    begin = int(ends[skip - 1]) if skip else 0
    return bytes(records[begin : int(ends[stop - 1])]), ends[skip:stop] - np.uint32(begin)
