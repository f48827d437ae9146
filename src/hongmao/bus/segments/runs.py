"""Sorted runs of the index: which offset an id has, for a stretch of the log, in memory first and then in a file.

A file is blocks of 128 entries (both numbers of an id, its offset), sorted, and a foot with the first number of each block
and each block's checksum. A look costs one read of three kilobytes, which is proved before it is believed.
"""

from __future__ import annotations

import itertools
import os
import struct
import weakref
import zlib
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from hongmao.events.api import LogDamaged
from hongmao.events.disk import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hongmao.bus.segments.hashes import U64

    Entries = np.ndarray[Any, Any]

ENTRY: Final = np.dtype([("first", "<u8"), ("second", "<u8"), ("offset", "<u8")])
BLOCK: Final = 128
SUFFIX: Final = ".ids"
_PIECE: Final = 2**16  # entries that a merge holds in memory at once, about
_HEAD: Final = struct.Struct("<8sQQII")
_FORMAT: Final = b"HMIDS\x00\x00\x01"


class Span(msgspec.Struct, frozen=True):
    """The offsets that a run knows, both included; it has one entry for each."""

    first: int
    last: int

    @property
    def count(self) -> int:
        """Count its entries."""
        return self.last - self.first + 1


class MemoryRun:
    """A run that has no file yet."""

    def __init__(self, span: Span, first: U64, second: U64) -> None:
        """Sort the numbers of ids that follow each other in the log."""
        order = np.argsort(first, kind="stable")
        self.span = span
        self.entries: Entries = np.empty(span.count, dtype=ENTRY)
        self.entries["first"], self.entries["second"] = first[order], second[order]
        self.entries["offset"] = order.astype(np.uint64) + np.uint64(span.first)

    def find(self, first: int, second: int) -> int:
        """Give the offset of an id, 0 where it is not here."""
        return _find(self.entries, first, second)

    def pieces(self) -> Iterator[Entries]:
        """Give all entries, sorted, in pieces."""
        yield self.entries

    def between(self, low: int, high: int) -> Entries:
        """Give the entries whose first number lies from `low` to below `high`."""
        return _between(self.entries, low, high)

    def close(self) -> None:
        """Nothing to let go of."""


class FileRun:
    """A run in its file."""

    def __init__(self, path: Path) -> None:
        """Open a run; `LogDamaged` where head or foot are not as they were written."""
        self.path = path
        self._file = os.open(path, os.O_RDONLY)
        # A merge drops a run while others may still be looking into it: the last of them closes it.
        self._close = weakref.finalize(self, os.close, self._file)
        try:
            self._read_foot()
        except BaseException:
            self._close()
            raise

    def find(self, first: int, second: int) -> int:
        """Give the offset of an id, 0 where it is not here; `LogDamaged` where the block with it is not whole."""
        # Entries of one first number may begin in the block before the one whose fence they are.
        block = max(0, int(np.searchsorted(self._fences, np.uint64(first), side="left")) - 1)
        while block < len(self._fences) and int(self._fences[block]) <= first:
            if offset := _find(self._block(block, block + 1), first, second):
                return offset
            block += 1
        return 0

    def pieces(self) -> Iterator[Entries]:
        """Give all entries, sorted, in pieces."""
        step = _PIECE // BLOCK
        for block in range(0, len(self._fences), step):
            yield self._block(block, min(block + step, len(self._fences)))

    def between(self, low: int, high: int) -> Entries:
        """Give the entries whose first number lies from `low` to below `high`."""
        begin = max(0, int(np.searchsorted(self._fences, np.uint64(low), side="left")) - 1)
        end = len(self._fences) if high >= 2**64 else int(np.searchsorted(self._fences, np.uint64(high), side="left"))
        return _between(self._block(begin, max(begin, end)), low, high)

    def close(self) -> None:
        """Close the file."""
        self._close()

    def _block(self, begin: int, end: int) -> Entries:
        size = BLOCK * ENTRY.itemsize
        stop = min(end * BLOCK, self.span.count)
        data = os.pread(self._file, (stop - begin * BLOCK) * ENTRY.itemsize, _HEAD.size + begin * size)
        for number in range(begin, end):
            at = (number - begin) * size
            if zlib.crc32(memoryview(data)[at : at + size]) != int(self._checks[number]):
                raise LogDamaged(
                    path=str(self.path), offset=0, why=f"block {number} of the index is not as it was written"
                )
        return np.frombuffer(data, dtype=ENTRY)

    def _read_foot(self) -> None:
        head = os.pread(self._file, _HEAD.size, 0)
        if len(head) < _HEAD.size or head[:8] != _FORMAT:
            raise LogDamaged(path=str(self.path), offset=0, why="the index does not begin as it was written")
        _, first, last, blocks, crc = _HEAD.unpack(head)
        self.span = Span(first, last)
        if named(self.path.parent, self.span) != self.path or blocks != -(-self.span.count // BLOCK):
            raise LogDamaged(path=str(self.path), offset=0, why="the index does not begin as it was written")
        foot = os.pread(self._file, blocks * 12, _HEAD.size + self.span.count * ENTRY.itemsize)
        if len(foot) != blocks * 12 or zlib.crc32(foot, zlib.crc32(head[:-4])) != crc:
            raise LogDamaged(path=str(self.path), offset=0, why="the index does not end as it was written")
        self._fences = np.frombuffer(foot, dtype="<u8", count=blocks)
        self._checks = np.frombuffer(foot, dtype="<u4", offset=blocks * 8)


Run = MemoryRun | FileRun


def named(folder: Path, span: Span) -> Path:
    """Say where the run of these offsets lies."""
    return folder / f"{span.first:020d}-{span.last:020d}{SUFFIX}"


def write(folder: Path, runs: Sequence[Run]) -> FileRun:
    """Merge runs whose offsets follow each other into one file, durable on return; little of it is in memory at a time."""
    span = Span(runs[0].span.first, runs[-1].span.last)
    path = named(folder, span)
    draft = path.with_suffix(".draft")
    fences: list[int] = []
    checks: list[int] = []
    with draft.open("wb") as file:
        file.write(bytes(_HEAD.size))
        left = np.empty(0, dtype=ENTRY)
        for piece in _merged(runs, span.count):
            whole = np.concatenate((left, piece)) if len(left) else piece
            blocks = len(whole) // BLOCK * BLOCK
            _put(file, whole[:blocks], fences, checks)
            left = whole[blocks:]
        _put(file, left, fences, checks)
        foot = np.array(fences, dtype="<u8").tobytes() + np.array(checks, dtype="<u4").tobytes()
        file.write(foot)
        head = _HEAD.pack(_FORMAT, span.first, span.last, len(fences), 0)
        file.seek(0)
        file.write(head[:-4] + struct.pack("<I", zlib.crc32(foot, zlib.crc32(head[:-4]))))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(folder)
    return FileRun(path)


def _merged(runs: Sequence[Run], count: int) -> Iterator[Entries]:
    """Give all entries of all runs in order: ranges of the first number, each sorted by itself."""
    ranges = max(1, count // _PIECE)
    edges = [2**64 * number // ranges for number in range(ranges + 1)]
    for low, high in itertools.pairwise(edges):
        found = np.concatenate([run.between(low, high) for run in runs])
        yield found[np.argsort(found["first"], kind="stable")]


def _put(file: IO[bytes], entries: Entries, fences: list[int], checks: list[int]) -> None:
    data = entries.tobytes()
    file.write(data)
    size = BLOCK * ENTRY.itemsize
    fences.extend(int(number) for number in entries["first"][::BLOCK])
    checks.extend(zlib.crc32(memoryview(data)[at : at + size]) for at in range(0, len(data), size))


def _find(entries: Entries, first: int, second: int) -> int:
    place = int(np.searchsorted(entries["first"], np.uint64(first), side="left"))
    while place < len(entries) and int(entries["first"][place]) == first:
        if int(entries["second"][place]) == second:
            return int(entries["offset"][place])
        place += 1
    return 0


def _between(entries: Entries, low: int, high: int) -> Entries:
    begin = int(np.searchsorted(entries["first"], np.uint64(low), side="left"))
    end = len(entries) if high >= 2**64 else int(np.searchsorted(entries["first"], np.uint64(high), side="left"))
    return entries[begin:end]
