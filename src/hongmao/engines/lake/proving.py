"""Proving one file: its bytes are those whose checksum the manifest keeps, before anybody believes what they say."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from hongmao.engines.lake.files import MISSING, files_at
from hongmao.events.api import LakeDamaged

if TYPE_CHECKING:
    from hongmao.engines.lake.files import Place, Stored
    from hongmao.engines.lake.manifest import LakeFile

__all__ = ["CHANGED", "MISSING", "proved", "proved_bytes"]

CHANGED = "its checksum does not match"


def proved_bytes(place: Place, file: LakeFile) -> bytes:
    """Read a file of the lake; `LakeDamaged` names it where it is missing or not what was written."""
    return proved(files_at(place).get(file.path), file)


def proved(data: bytes, file: Stored) -> bytes:
    """Give the bytes of a file back; `LakeDamaged` where they are not those that were written."""
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise LakeDamaged(path=file.path, why=CHANGED)
    return data
