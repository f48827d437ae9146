"""Proving the lake: every file is what the manifest says, and together they hold each event up to `position` once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from hongmao.engines.lake import manifest, parts
from hongmao.events.api import LakeDamaged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.engines.lake.manifest import LakeFile, Manifest


def faults_of(root: Path, lake: Manifest) -> Iterator[LakeDamaged]:
    """Name every file that is missing, changed or misplaced, and then the lake as a whole if events are missing or doubled."""
    offsets = []
    for file in lake.files:
        why = _changed(root, file)
        if why is None:
            table = parts.read(root, file)
            offsets.append(table["offset"].combine_chunks())
            why = _misplaced(table, file)
        if why is not None:
            yield LakeDamaged(path=file.path, why=why)
    found = pa.chunked_array(offsets, pa.int64())
    if len(found) != lake.position or len(pc.unique(found)) != lake.position:
        yield LakeDamaged(path=manifest.NAME, why=f"{len(found)} events stand where {lake.position} should")


def _changed(root: Path, file: LakeFile) -> str | None:
    try:
        data = (root / file.path).read_bytes()
    except FileNotFoundError:
        return "it is missing"
    return None if hashlib.sha256(data).hexdigest() == file.sha256 else "its checksum does not match"


def _misplaced(table: Any, file: LakeFile) -> str | None:
    if table.num_rows != file.rows:
        return f"it has {table.num_rows} rows where {file.rows} should be"
    days, kinds = pc.unique(table["day"]).to_pylist(), pc.unique(table["kind"]).to_pylist()
    if (days, kinds) != ([file.day], [file.kind]):
        return f"it holds days {days} and kinds {kinds}"
    ends = pc.min_max(table["offset"]).as_py()
    return None if file.first_offset <= ends["min"] <= ends["max"] <= file.last_offset else "it holds other offsets"
