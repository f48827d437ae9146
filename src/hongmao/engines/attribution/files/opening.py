"""What a file is, by its first bytes, and its content as a stream: plain, gzip or zstd."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from hongmao.attribution.files.errors import FileBroken, FileEmpty, FileMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BLOCK_BYTES = 4 * 1024 * 1024
_MAGIC_BYTES = 4


class Kind(Enum):
    """How a file is packed."""

    PLAIN = "plain"
    GZIP = "gzip"
    ZSTD = "zstd"
    PARQUET = "parquet"


_MAGIC = {b"\x1f\x8b": Kind.GZIP, b"\x28\xb5\x2f\xfd": Kind.ZSTD, b"PAR1": Kind.PARQUET}


def look(path: Path) -> tuple[Kind, int]:
    """Tell how a file is packed, and its size; raises `FileMissing` or `FileEmpty`."""
    try:
        with path.open("rb") as file:
            start = file.read(_MAGIC_BYTES)
            size = file.seek(0, os.SEEK_END)
    except OSError as fault:
        raise FileMissing(place=str(path), why=fault.strerror or str(fault)) from None
    if size == 0:
        raise FileEmpty(place=path.name)
    kind = next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), Kind.PLAIN)
    return kind, size


def digest_of(path: Path) -> str:
    """Name a file by its content: SHA-256; raises `FileMissing`."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as fault:
        raise FileMissing(place=str(path), why=fault.strerror or str(fault)) from None


def blocks(path: Path, kind: Kind, *, progress: Callable[[int], None]) -> Iterator[bytes]:
    """Read a file's content piece by piece, telling how many of its own bytes were read; raises `FileBroken`."""
    with path.open("rb") as file, _unpacked(file, kind) as content:
        try:
            while block := content.read(BLOCK_BYTES):
                yield block
                progress(file.tell())
        except (OSError, EOFError, zlib.error, pa.ArrowException) as fault:
            raise FileBroken(place=path.name, why=str(fault)) from None


@contextmanager
def _unpacked(file: Any, kind: Kind) -> Iterator[Any]:
    match kind:
        case Kind.GZIP:
            with gzip.GzipFile(fileobj=file) as content:
                yield content
        case Kind.ZSTD:
            with pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd") as content:
                yield content
        case _:
            yield file
