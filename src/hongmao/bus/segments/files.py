"""Every call that the segments make to the disk, in one class: a test puts one in its place that fails when it is told to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_ZEROS: Final = bytes(2**20)
_SYNC_EVERY: Final = 4  # MiB; one sync of a whole segment would hold up the commits beside it


class Files:
    """The disk as it is."""

    def open(self, path: Path, *, write: bool = False) -> int:
        """Open a file that exists."""
        return os.open(path, os.O_RDWR if write else os.O_RDONLY)

    def write(self, file: int, parts: Sequence[bytes | memoryview], at: int) -> None:
        """Write all of it, one part behind the other, or raise `OSError`."""
        left = [memoryview(part) for part in parts if len(part)]
        while left:
            written = os.pwritev(file, left, at)
            at += written
            while left and written >= len(left[0]):
                written -= len(left.pop(0))
            if written:
                left[0] = left[0][written:]

    def read(self, file: int, size: int, at: int) -> bytes:
        """Read up to `size` bytes, fewer only where the file ends."""
        return os.pread(file, size, at)

    def sync(self, file: int) -> None:
        """Have the disk keep what was written to a file whose size has not changed."""
        os.fdatasync(file)

    def room(self, folder: Path) -> int:
        """Tell how many bytes the disk of a folder still takes."""
        told = os.statvfs(folder)
        return told.f_bavail * told.f_frsize

    def make(self, path: Path, size: int) -> None:
        """Make a file of zeros, all of it on the disk: later writes into it need no room and no new metadata.

        Zeros are written, not promised: a promised block is turned into a real one at its first write, and that costs
        the sync of this write a commit of the file system's own journal.
        """
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            for number, at in enumerate(range(0, size, len(_ZEROS)), 1):
                self.write(file, (_ZEROS[: size - at],), at)
                if number % _SYNC_EVERY == 0:
                    os.fsync(file)
            os.fsync(file)
        finally:
            os.close(file)


REAL: Final = Files()
