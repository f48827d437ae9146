"""Proving one file: its bytes are those whose checksum the manifest keeps, before anybody believes what they say."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from hongmao.events.api import LakeDamaged

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.engines.lake.manifest import LakeFile

MISSING = "it is missing"
CHANGED = "its checksum does not match"


def proved_bytes(root: Path, file: LakeFile) -> bytes:
    """Read a file of the lake; `LakeDamaged` names it where it is missing or not what was written."""
    try:
        data = (root / file.path).read_bytes()
    except FileNotFoundError:
        raise LakeDamaged(path=file.path, why=MISSING) from None
    return proved(data, file)


def proved(data: bytes, file: LakeFile) -> bytes:
    """Give the bytes of a file back; `LakeDamaged` where they are not those that were written."""
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise LakeDamaged(path=file.path, why=CHANGED)
    return data
