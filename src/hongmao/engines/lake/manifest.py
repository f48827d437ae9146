"""The manifest says which files are the lake. A file that it does not name does not exist for any reader.

It is replaced as a whole, so a reader sees the lake before a batch or after it, never in between.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from hongmao.engines.lake import columns
from hongmao.engines.lake.files import MANIFEST, Overtaken, files_at
from hongmao.events.api import LakeBusy, LakeDamaged, LakeMissing, LakeOutdated

if TYPE_CHECKING:
    from hongmao.engines.lake.files import LakeFiles, Place, Seen

NAME = MANIFEST


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
    claim: int | msgspec.UnsetType = msgspec.UNSET
    """Where writers may stand on different machines: counts them up. Only the last one's next manifest is taken."""
    holder: str | msgspec.UnsetType = msgspec.UNSET
    """Whose claim it is, in words."""

    @property
    def rows(self) -> int:
        """Count the events in the lake."""
        return sum(file.rows for file in self.files)

    @property
    def size_bytes(self) -> int:
        """Weigh the lake on disk."""
        return sum(file.size_bytes for file in self.files)

    @property
    def mark(self) -> str:
        """End the names of data files by the claim they are written under, so that no two writers put one name."""
        return "" if self.claim is msgspec.UNSET else f".c{self.claim:06d}"


_DECODER = msgspec.json.Decoder(Manifest)


def require(place: Place) -> None:
    """Raise `LakeMissing` where nothing was ever absorbed: an empty answer would hide a wrong folder."""
    files = files_at(place)
    if files.tag() is None:
        raise LakeMissing(path=files.where, id=files.where)


def load(place: Place) -> Manifest:
    """Read the manifest; an empty one where there is none. Raises `LakeDamaged` or `LakeOutdated`: both mean rebuild."""
    return of_today(load_any(place), files_at(place).where)


def glance(files: LakeFiles) -> Manifest:
    """Read the manifest as it was last seen here: for figures, which are asked for where nobody may wait."""
    return of_today(understood(files.glance(), files.where), files.where)


def load_any(place: Place) -> Manifest:
    """Read the manifest whatever columns the lake was written with: for whoever carries its events over to today's."""
    files = files_at(place)
    return understood(files.manifest(), files.where)


def understood(seen: Seen | None, where: str) -> Manifest:
    """Understand a manifest as it was found; `LakeDamaged` where it says nothing."""
    if seen is None:
        return Manifest()
    try:
        return _DECODER.decode(seen.data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LakeDamaged(path=f"{where}/{NAME}", why=str(error)) from error


def of_today(lake: Manifest, where: str) -> Manifest:
    """Give a manifest back; `LakeOutdated` where its files have other columns than this program."""
    if lake.columns != columns.FINGERPRINT:
        raise LakeOutdated(path=where)
    return lake


def store(place: Place, manifest: Manifest) -> None:
    """Replace the manifest, whatever it was; durable on return."""
    files = files_at(place)
    swap(files, manifest, seen=files.tag())


def swap(files: LakeFiles, manifest: Manifest, *, seen: str | None) -> str:
    """Put a manifest in the place of the one that was seen; durable on return. `LakeBusy` says who was first."""
    data = msgspec.json.encode(manifest)
    try:
        return files.swap(data, seen=seen)
    except Overtaken:
        raise LakeBusy(path=files.where, holder=_holder(files)) from None


def next_epoch(place: Place) -> str:
    """Name the epoch after this one by what it ended with, readable or not."""
    seen = files_at(place).manifest()
    return "" if seen is None else hashlib.sha256(seen.data).hexdigest()[:16]


def _holder(files: LakeFiles) -> str:
    try:
        lake = load_any(files)
    except LakeDamaged:
        return "?"
    return "?" if lake.holder is msgspec.UNSET else lake.holder
