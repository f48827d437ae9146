"""Derived tables: what other contexts compute from the lake (credits, charges, …) and publish for everybody's queries.

    <root>/derived/credits/CURRENT            names the snapshot that counts
    <root>/derived/credits/000007/part.parquet
    <root>/derived/credits/000006/…           kept for readers that began before

A snapshot is whole or not there: `CURRENT` is replaced last, as a whole.
"""

from __future__ import annotations

import re
import shutil
import threading
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from hongmao.events.disk import make_folder, sync_folder, write_whole

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = "derived"
POINTER: Final = "CURRENT"
_PART: Final = "part.parquet"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")


class Derived:
    """Publishes derived tables under a root. Each name has one publisher."""

    def __init__(self, root: Path) -> None:
        """Work below the same root as the lake."""
        self._root = root / FOLDER
        self._turn = threading.Lock()

    def publish(self, name: str, table: Any) -> None:
        """Put an Arrow table in place of the last one of this name; durable on return, and no query sees a mixture.

        Floating-point columns are refused: amounts and counts are whole numbers, ratios are computed when shown.
        """
        _check(name, table.schema)
        with self._turn:
            folder = self._root / name
            make_folder(folder)
            before = current(folder)
            snapshot = folder / f"{max(_numbers(folder), default=0) + 1:06d}"
            snapshot.mkdir()
            write_whole(snapshot / _PART, _parquet(table))
            sync_folder(snapshot)
            sync_folder(folder)
            write_whole(folder / POINTER, snapshot.name.encode())
            sync_folder(folder)
            _clear(folder, keep={snapshot.name, before})

    def wipe(self) -> None:
        """Forget every published table; queries see the empty ones again."""
        with self._turn:
            for folder in self._root.glob("*"):
                (folder / POINTER).unlink(missing_ok=True)
            shutil.rmtree(self._root, ignore_errors=True)


def current(folder: Path) -> str | None:
    """Name the snapshot of a derived table that counts; None where nothing was published."""
    try:
        return (folder / POINTER).read_text()
    except FileNotFoundError:
        return None


def published(root: Path) -> dict[str, Path]:
    """Find every published table: its name and the Parquet file that holds it now."""
    folders = sorted((root / FOLDER).glob("*"))
    return {folder.name: folder / snapshot / _PART for folder in folders if (snapshot := current(folder)) is not None}


def _check(name: str, schema: Any) -> None:
    if _NAME.fullmatch(name) is None or name == "events":
        message = f"a derived table needs a plain name of its own, not {name!r}"
        raise ValueError(message)
    floating = [field.name for field in schema if pa.types.is_floating(field.type) or pa.types.is_decimal(field.type)]
    if floating:
        message = f"{name} would hold floating-point or decimal columns: {', '.join(floating)}"
        raise TypeError(message)


def _parquet(table: Any) -> bytes:
    buffer = BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _numbers(folder: Path) -> list[int]:
    return [int(path.name) for path in folder.glob("[0-9]*") if path.is_dir()]


def _clear(folder: Path, *, keep: set[str | None]) -> None:
    for path in folder.glob("[0-9]*"):
        if path.name not in keep:
            shutil.rmtree(path, ignore_errors=True)
