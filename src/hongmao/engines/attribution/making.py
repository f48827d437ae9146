"""What a run is made from and by whom, as its manifest says it."""

from __future__ import annotations

import functools
import hashlib
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Protocol

import duckdb
import pyarrow as pa

from hongmao.attribution.runs import Maker, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from hongmao.engines.lake.manifest import Manifest

# What decides a credit. The rooms of people's own files, of paths and of pages decide none of the platform's.
_ROOMS: Final = ("hongmao.attribution", "hongmao.engines.attribution")
_APART: Final = frozenset({"files", "path_files", "paths", "templates"})


@functools.cache
def maker() -> Maker:
    """Name who makes credits in this process."""
    hashed = hashlib.sha256()
    for room in _ROOMS:
        for name, text in _texts(files(room)):
            hashed.update(f"{room}/{name}\n".encode())
            hashed.update(text)
    return Maker(
        engine="duckdb",
        engine_version=f"duckdb {duckdb.__version__}, pyarrow {pa.__version__}",
        version=version("hongmao"),
        code=hashed.hexdigest()[:16],
    )


class Looking(Protocol):
    """Whoever works on one snapshot of the lake."""

    lake: Manifest
    position: int


def source_of(session: Looking, *, until: int | None = None) -> Source:
    """Name the events that a session reads."""
    hashed = hashlib.sha256()
    for file in sorted(session.lake.files, key=lambda one: one.path):
        hashed.update(f"{file.path} {file.sha256}\n".encode())
    return Source(
        position=session.position if until is None else until,
        epoch=session.lake.epoch,
        files=len(session.lake.files),
        sha256=hashed.hexdigest(),
    )


def _texts(folder: Traversable, above: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        name = f"{above}{entry.name}"
        if entry.is_dir():
            if entry.name not in _APART:
                yield from _texts(entry, f"{name}/")
        elif name.endswith((".py", ".sql")):
            yield name, entry.read_bytes()
