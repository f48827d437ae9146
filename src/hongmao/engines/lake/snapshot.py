"""A snapshot says which files are a derived table. It is replaced as a whole, so a reader sees the old table or the new.

    <root>/derived/credits/CURRENT            names the snapshot that counts
    <root>/derived/credits/000007.json        its parts, what they hold, and what its publisher says of it
    <root>/derived/credits/parts/definition_id=last_click/…/event_day=2025-05-07/3f9a….parquet

A part is named by its content: a part that two snapshots share is one file, and the same rows have the same name.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.events.api import LakeDamaged
from hongmao.events.disk import sync_folder, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FOLDER: Final = "derived"
POINTER: Final = "CURRENT"
PARTS: Final = "parts"


class Part(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One Parquet file of a derived table."""

    key: tuple[tuple[str, str], ...] = ()
    """The columns that are equal in all its rows, and their value as text, in the order of the folders above it."""
    path: str
    """From the derived table's folder, with forward slashes."""
    rows: int
    size_bytes: int
    sha256: str


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A derived table at one moment."""

    columns: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    """By key, then by path."""
    about: msgspec.Raw = msgspec.Raw(b"null")
    """What the publisher says about the run that made it, as JSON; for whoever knows the publisher."""

    @property
    def rows(self) -> int:
        """Count the rows of all parts."""
        return sum(part.rows for part in self.parts)

    @property
    def size_bytes(self) -> int:
        """Weigh the table on disk."""
        return sum(part.size_bytes for part in self.parts)

    @property
    def checksum(self) -> str:
        """Name the content: equal for two snapshots exactly where all their parts are equal, byte for byte."""
        return checksum_of(self.parts)


_DECODER = msgspec.json.Decoder(Snapshot)
EMPTY: Final = Snapshot()


def checksum_of(parts: Iterable[Part]) -> str:
    """Hash the names and the bytes of parts, whatever order they are given in."""
    hashed = hashlib.sha256()
    for part in sorted(parts):
        hashed.update(f"{part.path} {part.sha256}\n".encode())
    return hashed.hexdigest()


def current(folder: Path) -> str | None:
    """Name the snapshot of a derived table that counts; None where nothing was published."""
    try:
        return (folder / POINTER).read_text()
    except FileNotFoundError:
        return None


def load(folder: Path) -> Snapshot:
    """Read the snapshot that counts; an empty one where there is none. `LakeDamaged` where it cannot be read."""
    name = current(folder)
    while name is not None:
        try:
            return read(folder, name)
        except FileNotFoundError:
            # A publisher in a hurry has cleared it away since we read its name; if not, it is lost.
            newer = current(folder)
            if newer == name and (folder / name).is_dir():
                return EMPTY  # a table of a release that had no parts: it is made again, as it would be without one
            if newer == name:
                raise LakeDamaged(path=str(folder / f"{name}.json"), why="it is missing") from None
            name = newer
    return EMPTY


def read(folder: Path, name: str) -> Snapshot:
    """Read a snapshot by its name."""
    path = folder / f"{name}.json"
    try:
        return _DECODER.decode(path.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LakeDamaged(path=str(path), why=str(error)) from error


def store(folder: Path, name: str, snapshot: Snapshot) -> None:
    """Write a snapshot and let it count from now on; durable on return."""
    write_whole(folder / f"{name}.json", msgspec.json.encode(snapshot))
    sync_folder(folder)
    write_whole(folder / POINTER, name.encode())
    sync_folder(folder)
