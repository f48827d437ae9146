"""Carrying over: what the log no longer holds, into the lake that is made anew from what it still does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.engines.lake import columns, manifest, parts
from hongmao.engines.lake.manifest import Manifest
from hongmao.engines.lake.verify import faults_of
from hongmao.events.api import LakeDamaged, LakeIrreplaceable

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.engines.lake.manifest import LakeFile


def carry_over(root: Path, until: int) -> Manifest:
    """Give a lake of exactly the events up to an offset, proved; `LakeIrreplaceable` says why there can be none.

    Files that hold nothing else stay as they are. Of a file that also holds later events, and of every file of a lake that
    was written with fewer columns, a copy is written beside it; no manifest names it yet.
    """
    try:
        lake = manifest.load_any(root)
        if lake.position < until:
            raise LakeDamaged(path=str(root), why=f"it ends at offset {lake.position}")
        files = [kept for file in lake.files if file.first_offset <= until for kept in _kept(root, lake, file, until)]
        found = Manifest(generation=lake.generation + 1, position=until, files=tuple(files))
        for fault in faults_of(root, found):
            raise fault
    except LakeDamaged as fault:
        raise LakeIrreplaceable(path=str(root), until=until, why=fault.message(), id=str(root)) from fault
    return found


def _kept(root: Path, lake: Manifest, file: LakeFile, until: int) -> list[LakeFile]:
    if file.last_offset <= until and lake.columns == columns.FINGERPRINT:
        return [file]
    return parts.carry_over(root, file, until=until, generation=lake.generation + 1)
