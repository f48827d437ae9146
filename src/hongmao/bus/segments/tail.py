"""Where the log ends when it is opened: what was torn off by a crash is cleared away, what is damaged is named.

A bad frame at the end was either never finished (nobody was told that it is kept: it is cleared) or spoiled later. It is
damage where the end mark covers it, or where a whole frame lies behind it: a frame is written only when the one before
it is on the disk.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, NamedTuple

from hongmao.bus.segments import frames, segment
from hongmao.bus.segments.reading import CHUNK, Window
from hongmao.bus.segments.segment import START
from hongmao.events.api import LogDamaged

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.bus.segments.files import Files
    from hongmao.bus.segments.frames import Frame

_TOLD: Final = logging.getLogger("hongmao.log")
_ZEROS: Final = bytes(CHUNK)


class Tail(NamedTuple):
    """Where the next frame goes."""

    end: int
    """Offset of the last event."""
    at: int
    """Place in the last segment behind it."""
    size: int
    """Bytes of that segment."""


def found(path: Path, file: int, files: Files, *, told: int) -> Tail:
    """Walk the last segment, repair its end, and say where that is; `told` is the end mark.

    `LogDamaged` names the first event that is not as it was written.
    """
    size = segment.check(path, files.read(file, START, 0))
    window = Window(files, file, size)
    end, at, proved = int(path.stem) - 1, START, START
    while frame := _whole(window, at, end + 1):
        end, at = frame.last, at + frame.size
        if end <= told:
            proved = at
    if end < told:
        raise LogDamaged(path=str(path), offset=end + 1, why=f"events up to {told} were acknowledged")
    last = _last_byte(files, file, at, size)
    if last > at:
        if (later := _later(window, at, last, end + 1)) is not None:
            raise LogDamaged(path=str(path), offset=end + 1, why=f"whole events lie behind it, from {later} on")
        for place in range(at, last, CHUNK):
            files.write(file, (_ZEROS[: min(CHUNK, last - place)],), place)
        _TOLD.warning("the last write of the log at %s was torn: %d bytes after event %d cleared", path, last - at, end)
    # What was written and never known to be synced is there to be read, and shall stay. It is written once more: after a
    # sync that failed the kernel may take pages for clean that never reached the disk, and would sync nothing.
    for place in range(proved, at, CHUNK):
        files.write(file, (files.read(file, min(CHUNK, at - place), place),), place)
    files.sync(file)
    return Tail(end, at, size)


def _whole(window: Window, at: int, due: int) -> Frame | None:
    """Read a frame that is whole and the next one; None where none is."""
    if at + frames.HEAD_BYTES > window.size:
        return None
    frame = frames.head(window.bytes(at, frames.HEAD_BYTES))
    if frame is None or frame.first != due or at + frame.size > window.size:
        return None
    return frame if frames.proved(frame, window.bytes(at + frames.HEAD_BYTES, frame.payload_bytes)) else None


def _last_byte(files: Files, file: int, at: int, size: int) -> int:
    """Give the place behind the last byte that is not zero, `at` where there is none."""
    found = at
    for place in range(at, size, CHUNK):
        data = files.read(file, min(CHUNK, size - place), place)
        if left := len(data.rstrip(b"\0")):
            found = place + left
    return found


def _later(window: Window, at: int, last: int, due: int) -> int | None:
    """Look for a whole frame of later events; give its first offset."""
    for place in range(at + frames.ALIGN, last - frames.HEAD_BYTES + 1, frames.ALIGN):
        frame = frames.head(window.bytes(place, frames.HEAD_BYTES))
        if frame is not None and frame.first > due and _whole(window, place, frame.first):
            return frame.first
    return None
