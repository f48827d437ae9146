"""Where the lake's files are: the port, and a folder of this machine. `objects` has them on an S3-compatible store.

A data file is put once under a name of its own and never changed. The manifest is the commit point: it is swapped as a
whole, and only for whoever has seen the one before. What no manifest names does not exist, half written or whole.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Protocol

from hongmao.events.api import LakeBusy, LakeDamaged
from hongmao.events.disk import WriterLock, make_folder, sync_folder, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

MANIFEST: Final = "manifest.json"
EVENTS: Final = "events"
LOCK: Final = ".writer.lock"
MISSING: Final = "it is missing"


class Stored(Protocol):
    """One data file as the manifest tells of it (`manifest.LakeFile`)."""

    @property
    def path(self) -> str:
        """From the lake's root, with forward slashes."""
        ...

    @property
    def size_bytes(self) -> int:
        """Count its bytes."""
        ...

    @property
    def sha256(self) -> str:
        """Name its content."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """A manifest as it was found, and the tag that tells it from every other."""

    data: bytes
    tag: str


class Overtaken(Exception):
    """The manifest is no longer the one that was seen: somebody else was first."""


class LakeFiles(Protocol):
    """The lake's files. Threads may share it. Whatever a store refuses is `LakeStoreFailed`."""

    @property
    def where(self) -> str:
        """Name the lake in sentences."""
        ...

    @property
    def folder(self) -> Path:
        """Say where on this machine derived tables lie and queries spill."""
        ...

    @property
    def folders(self) -> tuple[Path, ...]:
        """Say which folders of this machine a query may read."""
        ...

    @property
    def claimed(self) -> bool:
        """Tell whether writers on other machines must be told apart: each then claims the lake in the manifest."""
        ...

    def lock(self) -> WriterLock:
        """Be the only writer of this machine; `LakeBusy` says who is."""
        ...

    def manifest(self) -> Seen | None:
        """Read the manifest; None where there is none."""
        ...

    def glance(self) -> Seen | None:
        """Give the manifest as it was last seen here, never waiting for a store that has answered once."""
        ...

    def tag(self) -> str | None:
        """Tell this manifest from the next without reading it; None where there is none."""
        ...

    def swap(self, data: bytes, *, seen: str | None) -> str:
        """Put a manifest in the place of the one that was seen, or of none; durable on return. Raises `Overtaken`."""
        ...

    def get(self, path: str) -> bytes:
        """Read a data file where it is kept, never from a copy; `LakeDamaged` where it is missing."""
        ...

    def put(self, path: str, data: bytes) -> None:
        """Put a data file as a whole; its name is durable after `settle`."""
        ...

    def settle(self, paths: Iterable[str]) -> None:
        """Make the names of what was put durable."""
        ...

    def remove(self, paths: Iterable[str]) -> None:
        """Remove data files; those that are gone already are passed over."""
        ...

    def clear(self) -> None:
        """Remove every data file."""
        ...

    def names(self) -> Iterator[str]:
        """List every data file, named by a manifest or not."""
        ...

    def open(self, file: Stored) -> IO[bytes]:
        """Open a data file; it stays readable when its name is gone. `LakeDamaged` where it is missing."""
        ...

    def hold(self, files: Sequence[Stored]) -> AbstractContextManager[list[Path]]:
        """Have data files on this machine, in their order, below folders that name day and kind; they stay while held.

        `LakeDamaged` names one that is missing or is not what was written.
        """
        ...


Place = Path | LakeFiles
"""Where a lake is, as callers say it: a folder is a lake too."""


class LocalFiles:
    """`LakeFiles` in a folder. What is put is synced; what is renamed, or removed, is seen by everybody at once."""

    claimed = False

    def __init__(self, root: Path) -> None:
        """Work below a folder, which need not exist yet."""
        self._root = root

    @property
    def where(self) -> str:
        """Name the lake by its folder."""
        return str(self._root)

    @property
    def folder(self) -> Path:
        """Say that derived tables lie beside the events."""
        return self._root

    @property
    def folders(self) -> tuple[Path, ...]:
        """Say that all of it may be read."""
        return (self._root,)

    def lock(self) -> WriterLock:
        """Claim the folder."""
        make_folder(self._root)
        return WriterLock(self._root / LOCK, of=self._root, busy=LakeBusy)

    def manifest(self) -> Seen | None:
        """Read the manifest."""
        while (tag := self.tag()) is not None:
            try:
                data = (self._root / MANIFEST).read_bytes()
            except FileNotFoundError:
                continue
            if self.tag() == tag:
                return Seen(data, tag)
        return None

    def glance(self) -> Seen | None:
        """Read the manifest: a disk does not keep us waiting."""
        return self.manifest()

    def tag(self) -> str | None:
        """Tell one manifest from the next: each is a new file under the old name."""
        try:
            found = (self._root / MANIFEST).stat()
        except FileNotFoundError:
            return None
        return f"{found.st_ino}-{found.st_mtime_ns}-{found.st_size}"

    def swap(self, data: bytes, *, seen: str | None) -> str:
        """Replace the manifest. The folder's lock keeps others away; who wrote past it is noticed here."""
        if self.tag() != seen:
            raise Overtaken
        write_whole(self._root / MANIFEST, data)
        sync_folder(self._root)
        tag = self.tag()
        if tag is None:
            raise Overtaken
        return tag

    def get(self, path: str) -> bytes:
        """Read a file."""
        try:
            return (self._root / path).read_bytes()
        except FileNotFoundError:
            raise LakeDamaged(path=path, why=MISSING) from None

    def put(self, path: str, data: bytes) -> None:
        """Write a file, synced."""
        make_folder((self._root / path).parent)
        write_whole(self._root / path, data)

    def settle(self, paths: Iterable[str]) -> None:
        """Sync each folder once."""
        for folder in sorted({(self._root / path).parent for path in paths}):
            sync_folder(folder)

    def remove(self, paths: Iterable[str]) -> None:
        """Remove files."""
        for path in paths:
            (self._root / path).unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove the files, their folders and all else that stands there."""
        shutil.rmtree(self._root / EVENTS, ignore_errors=True)

    def names(self) -> Iterator[str]:
        """List the files, drafts too, which a crash may have left."""
        return (path.relative_to(self._root).as_posix() for path in (self._root / EVENTS).glob("*/*/*"))

    def open(self, file: Stored) -> IO[bytes]:
        """Open a file."""
        try:
            return (self._root / file.path).open("rb")
        except FileNotFoundError:
            raise LakeDamaged(path=file.path, why=MISSING) from None

    @contextmanager
    def hold(self, files: Sequence[Stored]) -> Iterator[list[Path]]:
        """Say where the files are."""
        yield [self._root / file.path for file in files]


def brought_back(files: LakeFiles, held: Sequence[Stored], paths: Sequence[Path]) -> bool:
    """Have files here again that another process has cleared away; False where none was missing, or one is lost."""
    if all(path.exists() for path in paths):
        return False
    with files.hold(held):
        return all(path.exists() for path in paths)


def files_at(place: Place) -> LakeFiles:
    """Give the files of a lake, wherever it is."""
    return LocalFiles(place.absolute()) if isinstance(place, Path) else place
