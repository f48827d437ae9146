"""Copies of the lake's files on this machine, for engines that read folders: proved, bounded, the oldest go first.

A copy is named by where it stands in the lake and by its content, so it is the right one whatever became of the lake; it
has its name only when its size and checksum are proved and it is on disk. Several processes may share the folder: a copy
that another process has cleared away is fetched again.
"""

from __future__ import annotations

import errno
import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from hongmao.engines.lake.errors import LakeCacheFull
from hongmao.engines.lake.proving import proved
from hongmao.events.api import LakeDamaged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import IO

    from hongmao.engines.lake.files import Stored

FETCHES: Final = 8  # at a time: enough to hide a store's latency, few enough to hold in memory
TRIES: Final = 2  # a bit that turned on the way is right the second time; one that turned in the store is not
_NAME_CHARS: Final = 16
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_DRAFT: Final = ".draft"


class FileCache:
    """Keeps copies in one folder, at most `bytes_max` of them. Threads and processes may share it."""

    def __init__(
        self,
        folder: Path,
        fetch: Callable[[str], bytes],
        *,
        bytes_max: int,
        write: Callable[[Path, bytes], None] | None = None,
    ) -> None:
        """Keep what `fetch` gives for the path of a file; `write` puts bytes on this machine's disk."""
        self.folder = folder
        self._fetch = fetch
        self._bytes_max = bytes_max
        self._write = write or _write_synced
        self._turn = threading.Lock()
        self._held: Counter[Path] = Counter()

    @contextmanager
    def hold(self, files: Sequence[Stored]) -> Iterator[list[Path]]:
        """Have copies of files, in their order; this process clears none of them away while they are held.

        `LakeDamaged` names a file that is missing or is not what was written, `LakeCacheFull` says what does not fit.
        """
        paths = [self._path(file) for file in files]
        with self._turn:
            self._held.update(paths)
        try:
            self._have(dict(zip(paths, files, strict=True)))
            yield paths
        finally:
            with self._turn:
                self._held.subtract(paths)
                self._held = +self._held

    def open(self, file: Stored) -> IO[bytes]:
        """Open a copy; it stays readable when it is cleared away."""
        for _ in range(TRIES):
            with self.hold([file]) as (path,):
                try:
                    return path.open("rb")
                except FileNotFoundError:
                    continue  # another process needed the room between our fetching and our opening
        raise LakeCacheFull(path=str(self.folder), needed=file.size_bytes, why="other processes need the room as well")

    def _path(self, file: Stored) -> Path:
        name = PurePosixPath(file.path)
        return self.folder / name.with_name(f"{name.stem}.{file.sha256[:_NAME_CHARS]}{name.suffix}")

    def _have(self, wanted: dict[Path, Stored]) -> None:
        absent = {path: file for path, file in wanted.items() if not _used(path, file.size_bytes)}
        if not absent:
            return
        with self._turn:
            self._make_room(sum(file.size_bytes for file in absent.values()), spared=wanted.keys())
        with ThreadPoolExecutor(min(FETCHES, len(absent)), thread_name_prefix="lake-fetch") as pool:
            # In order, so that of several faults it is always the first that is told.
            for _ in pool.map(lambda entry: self._bring(*entry, spared=wanted.keys()), absent.items()):
                pass

    def _bring(self, path: Path, file: Stored, *, spared: Iterable[Path]) -> None:
        data = self._proved(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._write(path, data)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            with self._turn:
                self._clear(0, spared=spared)
            try:
                self._write(path, data)
            except OSError as again:
                why = again.strerror or str(again)
                raise LakeCacheFull(path=str(self.folder), needed=file.size_bytes, why=why) from again

    def _proved(self, file: Stored) -> bytes:
        for _ in range(TRIES - 1):
            try:
                return proved(self._fetch(file.path), file)
            except LakeDamaged:
                continue
        return proved(self._fetch(file.path), file)

    def _make_room(self, coming: int, *, spared: Iterable[Path]) -> None:
        """Clear copies away until there is room for what comes; what is held, here or by others' questions, must fit."""
        held = sum(_size(path) for path in self._held)
        if held + coming > self._bytes_max:
            why = f"{self._bytes_max} bytes at most"
            raise LakeCacheFull(path=str(self.folder), needed=held + coming, why=why)
        self._clear(self._bytes_max - coming, spared=spared)

    def _clear(self, limit: int, *, spared: Iterable[Path]) -> None:
        """Clear away what was used longest ago, until at most `limit` bytes are left or all else is held."""
        found = []
        for path in self.folder.rglob("*"):
            try:
                about = path.stat()
            except FileNotFoundError:
                continue
            if path.is_file():
                found.append((about.st_mtime_ns, path, about.st_size))
        total = sum(size for _, _, size in found)
        kept = {*spared, *self._held}
        for _, path, size in sorted(found):
            if total <= limit:
                break
            # A draft may be another process's, at work; those of the dead are old, and go when room is needed.
            if path not in kept:
                path.unlink(missing_ok=True)
                total -= size


def _used(path: Path, size: int) -> bool:
    """Tell whether a whole copy is there, and note that it was wanted."""
    try:
        if path.stat().st_size != size:
            return False
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _write_synced(path: Path, data: bytes) -> None:
    """Put a copy in place; drafts bear the writer's name, for two processes may fetch the same file at once."""
    draft = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}{_DRAFT}")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
