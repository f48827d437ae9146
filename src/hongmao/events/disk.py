"""What the adapters of log and lake need of a disk: one writer at a time, and names and bytes that survive a power cut."""

from __future__ import annotations

import fcntl
import os
import platform
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.events.keeping_errors import WriterBusy


class WriterLock:
    """An exclusive claim on a file. The kernel lets go of it when the process ends, however it ends."""

    def __init__(self, path: Path, *, of: Path, busy: type[WriterBusy]) -> None:
        """Claim `path` for writing `of`, or raise `busy` with whoever holds it."""
        self._file = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            holder = self._file.read().strip() or "?"
            self._file.close()
            raise busy(path=str(of), holder=holder) from None
        self._file.truncate(0)
        self._file.write(f"{this_process()}\n")
        self._file.flush()

    def release(self) -> None:
        """Let the next writer in. The file stays: removing it could let two writers claim two files of one name."""
        self._file.close()


def this_process() -> str:
    """Say who we are, for whoever finds our claim."""
    return f"pid {os.getpid()} on {platform.node()}"


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each name durable."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a synced file whose name is lost is lost."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, data: bytes) -> None:
    """Put a file in place as a whole: a reader sees the old bytes or the new, and both are on disk by then.

    The name is durable only after `sync_folder(path.parent)`; whoever writes many files syncs the folder once.
    """
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
