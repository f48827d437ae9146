"""Proving the lake: every file is what the manifest says, and together they hold each event up to `position` once.

The writer proves what it has just written; whoever looks on proves what stands there now (`prove`), derived tables too.
"""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hongmao.engines.lake import derived, manifest, snapshot
from hongmao.engines.lake.files import files_at
from hongmao.engines.lake.proving import CHANGED, MISSING, proved_bytes
from hongmao.events.api import LakeDamaged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.engines.lake.files import LakeFiles, Place
    from hongmao.engines.lake.manifest import LakeFile, Manifest

TRIES_MAX: Final = 5  # a lake that is written meanwhile is looked at again when its merges take files from under us
_PLACE: Final = ["offset", "day", "kind"]


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What was read, and what is wrong with it."""

    position: int
    """The offset up to which the lake holds the log."""
    files: int
    rows: int
    size_bytes: int
    tables: dict[str, int]
    """The published derived tables, and the rows of each."""
    faults: tuple[LakeDamaged, ...]


def prove(place: Place) -> Proof:
    """Read the whole lake and every derived table, also while they are being written. `LakeMissing` where there is none."""
    files = files_at(place)
    for _ in range(TRIES_MAX):
        manifest.require(files)
        before = _stamps(files)
        lake = manifest.load(files)
        published = derived.published(files.folder)
        faults = (*faults_of(files, lake), *_faults_of_tables(files.folder, published))
        if not faults or _stamps(files) == before:
            break
    return Proof(
        position=lake.position,
        files=len(lake.files),
        rows=lake.rows,
        size_bytes=lake.size_bytes,
        tables={name: table.rows for name, table in published.items()},
        faults=faults,
    )


def faults_of(place: Place, lake: Manifest) -> Iterator[LakeDamaged]:
    """Name every file that is missing, changed or misplaced, and then the lake as a whole if events are missing or doubled."""
    files = files_at(place)
    seen = np.zeros(lake.position + 1, dtype=np.bool_)
    rows = 0
    for file in lake.files:
        try:
            table = pq.read_table(BytesIO(proved_bytes(files, file)), columns=_PLACE)
        except LakeDamaged as fault:
            yield fault
            continue
        offsets = table["offset"].to_numpy()
        rows += len(offsets)
        seen[offsets[(offsets > 0) & (offsets <= lake.position)]] = True
        why = _misplaced(table, file)
        if why is not None:
            yield LakeDamaged(path=file.path, why=why)
    if rows != lake.position or int(np.count_nonzero(seen)) != lake.position:
        yield LakeDamaged(path=manifest.NAME, why=f"{rows} events stand where {lake.position} should")


def _misplaced(table: Any, file: LakeFile) -> str | None:
    if table.num_rows != file.rows:
        return f"it has {table.num_rows} rows where {file.rows} should be"
    days, kinds = pc.unique(table["day"]).to_pylist(), pc.unique(table["kind"]).to_pylist()
    if (days, kinds) != ([file.day], [file.kind]):
        return f"it holds days {days} and kinds {kinds}"
    ends = pc.min_max(table["offset"]).as_py()
    return None if file.first_offset <= ends["min"] <= ends["max"] <= file.last_offset else "it holds other offsets"


def _faults_of_tables(root: Path, published: dict[str, snapshot.Snapshot]) -> Iterator[LakeDamaged]:
    for name, table in published.items():
        for part in table.parts:
            path = f"{snapshot.FOLDER}/{name}/{part.path}"
            try:
                found = hashlib.sha256((root / path).read_bytes()).hexdigest()
            except FileNotFoundError:
                yield LakeDamaged(path=path, why=MISSING)
                continue
            if found != part.sha256:
                yield LakeDamaged(path=path, why=CHANGED)


def _stamps(files: LakeFiles) -> list[str | None]:
    """Say what the manifest and the pointers of derived tables are at this moment."""
    pointers = sorted((files.folder / snapshot.FOLDER).glob(f"*/{snapshot.POINTER}"))
    return [files.tag(), *(path.read_text() for path in pointers)]
