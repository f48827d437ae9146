"""Carrying over: what the log no longer holds, into the lake that is made anew from what it still does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.engines.lake import columns, manifest, parts
from hongmao.engines.lake.manifest import Manifest
from hongmao.engines.lake.verify import faults_of
from hongmao.events.api import LakeDamaged, LakeIrreplaceable

if TYPE_CHECKING:
    from hongmao.engines.lake.files import LakeFiles
    from hongmao.engines.lake.manifest import LakeFile


def carry_over(files: LakeFiles, until: int, *, mark: str = "") -> Manifest:
    """Give a lake of exactly the events up to an offset, proved; `LakeIrreplaceable` says why there can be none.

    Files that hold nothing else stay as they are. Of a file that also holds later events, and of every file of a lake that
    was written with fewer columns, a copy is written beside it; no manifest names it yet.
    """
    try:
        lake = manifest.load_any(files)
        if lake.position < until:
            raise LakeDamaged(path=files.where, why=f"it ends at offset {lake.position}")
        carried = [
            kept for file in lake.files if file.first_offset <= until for kept in _kept(files, lake, file, until, mark)
        ]
        found = Manifest(generation=lake.generation + 1, position=until, files=tuple(carried))
        for fault in faults_of(files, found):
            raise fault
    except LakeDamaged as fault:
        raise LakeIrreplaceable(path=files.where, until=until, why=fault.message(), id=files.where) from fault
    return found


def _kept(files: LakeFiles, lake: Manifest, file: LakeFile, until: int, mark: str) -> list[LakeFile]:
    if file.last_offset <= until and lake.columns == columns.FINGERPRINT:
        return [file]
    return parts.carry_over(files, file, until=until, generation=lake.generation + 1, mark=mark)
