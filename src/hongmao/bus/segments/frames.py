"""One commit as bytes: a head that says what follows, where each record ends, the records, and a checksum over all of it.

    mark 4s | payload bytes u32 | first offset u64 | records u32 | crc32 u32 | ends u32[records] | records | zeros to 8

Numbers have their lower byte first. The checksum covers the head but for itself, so a frame in a wrong place, or of a wrong
length, is noticed as surely as a flipped bit.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

MARK: Final = b"HMF1"
ALIGN: Final = 8
_BEFORE: Final = struct.Struct("<4sIQI")
_CRC: Final = struct.Struct("<I")
HEAD_BYTES: Final = _BEFORE.size + _CRC.size


class Frame(msgspec.Struct, frozen=True):
    """A frame's head, read from a segment and not proved yet."""

    payload_bytes: int
    first: int
    """Offset of the first record."""
    count: int
    crc: int

    @property
    def size(self) -> int:
        """Bytes from this head to the next."""
        return HEAD_BYTES + _aligned(self.payload_bytes)

    @property
    def last(self) -> int:
        """Offset of the last record."""
        return self.first + self.count - 1


def sealed(first: int, records: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Write records, the first of which has the offset `first`, as a frame: its head, and all that follows.

    In two parts, because the head needs the checksum of the rest, and to copy half a megabyte costs as much as to prove it.
    """
    ends = np.cumsum(np.fromiter(map(len, records), dtype="<u4", count=len(records)), dtype="<u4").tobytes()
    size = len(ends) + (_CRC.unpack_from(ends, len(ends) - _CRC.size)[0] if records else 0)
    payload = b"".join((ends, *records, bytes(_aligned(size) - size)))
    before = _BEFORE.pack(MARK, size, first, len(records))
    crc = zlib.crc32(memoryview(payload)[:size], zlib.crc32(before))
    return before + _CRC.pack(crc), payload


def head(data: memoryview | bytes) -> Frame | None:
    """Read a head from `HEAD_BYTES` bytes; None where no frame begins here."""
    mark, payload, first, count = _BEFORE.unpack_from(data)
    if mark != MARK or count * _CRC.size > payload:
        return None
    return Frame(payload, first, count, _CRC.unpack_from(data, _BEFORE.size)[0])


def proved(frame: Frame, payload: memoryview | bytes) -> bool:
    """Tell whether a payload is what was written under this head."""
    before = _BEFORE.pack(MARK, frame.payload_bytes, frame.first, frame.count)
    if len(payload) != frame.payload_bytes or zlib.crc32(payload, zlib.crc32(before)) != frame.crc:
        return False
    ends = memoryview(payload)[: frame.count * _CRC.size].cast("B")
    last = _CRC.unpack_from(ends, len(ends) - _CRC.size)[0] if frame.count else 0
    return bool(last == frame.payload_bytes - len(ends))


def _aligned(size: int) -> int:
    return -(-size // ALIGN) * ALIGN
