"""The manifest says which files are the lake. A file that it does not name does not exist for any reader.

It is replaced as a whole, so a reader sees the lake before a batch or after it, never in between.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from hongmao.engines.lake import columns
from hongmao.events.api import LakeDamaged, LakeMissing, LakeOutdated
from hongmao.events.disk import sync_folder, write_whole

if TYPE_CHECKING:
    from pathlib import Path

NAME = "manifest.json"


class LakeFile(msgspec.Struct, frozen=True, kw_only=True):
    """One Parquet file: where it stands, what it holds, and how to prove that it still does."""

    path: str
    """From the lake's root, with forward slashes: `events/day=2025-05-07/kind=click/….parquet`."""
    day: str
    kind: str
    first_offset: int
    """The first offset of the batch it was written from; the partition has some of the offsets up to `last_offset`."""
    last_offset: int
    rows: int
    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The lake as a whole at one moment."""

    columns: str = columns.FINGERPRINT
    epoch: str = ""
    """Changes when the lake is wiped: what a reader remembers of an earlier epoch is void."""
    generation: int = 0
    """How many times files have been merged; merged files carry it in their names."""
    position: int = 0
    """The offset up to which the log has been absorbed."""
    files: tuple[LakeFile, ...] = ()
    retired: tuple[str, ...] = ()
    """Files that the last merge replaced; running readers may still hold them, the next merge removes them."""

    @property
    def rows(self) -> int:
        """Count the events in the lake."""
        return sum(file.rows for file in self.files)

    @property
    def size_bytes(self) -> int:
        """Weigh the lake on disk."""
        return sum(file.size_bytes for file in self.files)


_DECODER = msgspec.json.Decoder(Manifest)


def require(root: Path) -> None:
    """Raise `LakeMissing` where nothing was ever absorbed: an empty answer would hide a wrong folder."""
    if not (root / NAME).exists():
        raise LakeMissing(path=str(root), id=str(root))


def load(root: Path) -> Manifest:
    """Read the manifest; an empty one where there is none. Raises `LakeDamaged` or `LakeOutdated`: both mean rebuild."""
    found = load_any(root)
    if found.columns != columns.FINGERPRINT:
        raise LakeOutdated(path=str(root))
    return found


def load_any(root: Path) -> Manifest:
    """Read the manifest whatever columns the lake was written with: for whoever carries its events over to today's."""
    try:
        return _DECODER.decode((root / NAME).read_bytes())
    except FileNotFoundError:
        return Manifest()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LakeDamaged(path=str(root / NAME), why=str(error)) from error


def store(root: Path, manifest: Manifest) -> None:
    """Replace the manifest; durable on return."""
    write_whole(root / NAME, msgspec.json.encode(manifest))
    sync_folder(root)


def next_epoch(root: Path) -> str:
    """Name the epoch after this one by what it ended with, readable or not."""
    try:
        return hashlib.sha256((root / NAME).read_bytes()).hexdigest()[:16]
    except FileNotFoundError:
        return ""
