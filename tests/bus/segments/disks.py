"""Disks that fail when a test says so."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from hongmao.bus.segments.files import Files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class SmallDisk(Files):
    """A disk of so many bytes; `left` is what nobody has taken yet."""

    def __init__(self, size: int) -> None:
        self.left = size

    def room(self, folder: Path) -> int:
        return min(self.left, super().room(folder))

    def make(self, path: Path, size: int) -> None:
        if size > self.left:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.left -= size
        super().make(path, size)


class BadDisk(Files):
    """A disk that refuses writes, or writes only the first half, or cannot say that they have arrived."""

    def __init__(self) -> None:
        self.refuses: int | None = None
        self.cannot_sync = False
        self.syncs = 0

    def write(self, file: int, parts: Sequence[bytes | memoryview], at: int) -> None:
        data = b"".join(parts)
        if self.refuses is not None and len(data) > 64:
            super().write(file, [data[: len(data) // 2]], at)
            raise OSError(self.refuses, os.strerror(self.refuses))
        super().write(file, parts, at)

    def sync(self, file: int) -> None:
        self.syncs += 1
        if self.cannot_sync:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().sync(file)


class ForgetfulDisk(Files):
    """A disk under a kernel that takes pages for clean once their sync has failed: a second sync writes nothing.

    What has really arrived is kept beside; `lose_power` leaves only that.
    """

    def __init__(self) -> None:
        self.forgets = False
        self._dirty: list[tuple[int, int, bytes]] = []
        self._arrived: dict[int, bytearray] = {}  # by the file's number, as its name may change

    def write(self, file: int, parts: Sequence[bytes | memoryview], at: int) -> None:
        super().write(file, parts, at)
        self._dirty.append((os.fstat(file).st_ino, at, b"".join(parts)))

    def sync(self, file: int) -> None:
        dirty, self._dirty = self._dirty, []
        if self.forgets:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().sync(file)
        for number, at, data in dirty:
            whole = self._arrived.setdefault(number, bytearray(os.fstat(file).st_size))
            whole[at : at + len(data)] = data

    def lose_power(self, folder: Path) -> None:
        for path in folder.iterdir():
            if (data := self._arrived.get(path.stat().st_ino)) is not None:
                path.write_bytes(data)
