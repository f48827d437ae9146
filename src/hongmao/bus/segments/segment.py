"""What a segment is called and how it begins, and the file beside the segments that says how far the log is durable."""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from typing import TYPE_CHECKING, Final

from hongmao.events.api import LogDamaged

if TYPE_CHECKING:
    from pathlib import Path

FORMAT: Final = b"HMSEG\x00\x00\x01"
SUFFIX: Final = ".seg"
SPARE: Final = "spare"
END: Final = "end"
_BEFORE: Final = struct.Struct("<8sQQ")
_CRC: Final = struct.Struct("<I4x")
START: Final = _BEFORE.size + _CRC.size
"""Where the first frame begins."""
_NUMBER: Final = struct.Struct("<Q")


def name(first: int) -> str:
    """Name the segment whose first event has this offset."""
    return f"{first:020d}{SUFFIX}"


def firsts(folder: Path) -> list[int]:
    """Give the first offset of every segment in a folder, in order."""
    return sorted(int(path.stem) for path in folder.glob(f"*{SUFFIX}"))


def opening(first: int, size: int) -> bytes:
    """Write how a segment begins: format, first offset, size in bytes, checksum."""
    before = _BEFORE.pack(FORMAT, first, size)
    return before + _CRC.pack(zlib.crc32(before))


def check(path: Path, data: bytes) -> int:
    """Prove a segment's beginning and give its size; `LogDamaged` where it is another's or of a later program."""
    first = int(path.stem)
    if len(data) < START or (data[:5] == FORMAT[:5] and data[: len(FORMAT)] != FORMAT):
        why = "it is cut off" if len(data) < START else "its format was written by a later program"
        raise LogDamaged(path=str(path), offset=first, why=why)
    mark, claimed, size = _BEFORE.unpack_from(data)
    if (
        mark != FORMAT
        or claimed != first
        or _CRC.unpack_from(data, _BEFORE.size)[0] != zlib.crc32(data[: _BEFORE.size])
    ):
        raise LogDamaged(path=str(path), offset=first, why="the segment does not begin as it was written")
    return int(size)


class EndMark:
    """The offset of the last durable event, in memory shared with every process that reads along.

    The writer moves it behind each sync and nobody syncs it: it follows the events onto the disk and never leads them. An
    event up to it was acknowledged, so a bad frame there is damage, where behind it the frame was only never finished.
    """

    def __init__(self, folder: Path, *, write: bool = False) -> None:
        """Open it; `FileNotFoundError` where it is to be read and there is none."""
        path = folder / END
        if write and not path.exists():
            path.write_bytes(_NUMBER.pack(0))
        file = os.open(path, os.O_RDWR if write else os.O_RDONLY)
        try:
            self._memory = mmap.mmap(file, _NUMBER.size, access=mmap.ACCESS_WRITE if write else mmap.ACCESS_READ)
        finally:
            os.close(file)

    @property
    def offset(self) -> int:
        """Read it."""
        return int(_NUMBER.unpack_from(self._memory)[0])

    def move(self, offset: int) -> None:
        """Set it."""
        _NUMBER.pack_into(self._memory, 0, offset)

    def close(self) -> None:
        """Let go of the memory."""
        self._memory.close()
