"""Derived tables: what other contexts compute from the lake (credits, …) and publish for everybody's queries.

A table is published whole (`publish`) or in parts (`draft`): a part that has not changed is kept as it is, and the new
snapshot counts only when all its files are on disk. A crash at any moment leaves the old one. `snapshot` says how it lies
on disk.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import threading
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from hongmao.engines.lake import snapshot
from hongmao.engines.lake.snapshot import FOLDER, PARTS, POINTER, Part, Snapshot
from hongmao.events.disk import make_folder, sync_folder, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROW_GROUP_ROWS: Final = 100_000
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_VALUE: Final = re.compile(r"[A-Za-z0-9_.-]{1,80}")
_NAME_BYTES: Final = 16


class Draft:
    """A snapshot in the making: parts that are kept, parts that are new. Nothing of it counts before `publish`."""

    def __init__(self, folder: Path, schema: Any) -> None:
        """Write below the folder of one derived table."""
        self._folder = folder
        self._schema = schema
        self._parts: list[Part] = []
        self._folders: set[Path] = set()

    @property
    def rows(self) -> int:
        """Count the rows so far."""
        return sum(part.rows for part in self._parts)

    @property
    def checksum(self) -> str:
        """Name the content so far."""
        return snapshot.checksum_of(self._parts)

    def keep(self, part: Part) -> None:
        """Take a part over as it is."""
        self._parts.append(part)

    def put(self, table: Any, key: tuple[tuple[str, str], ...] = ()) -> Part:
        """Write a part whose rows all have the values of `key`; durable but for its name, which `publish` settles.

        The same rows in the same order give the same bytes and the same name, whoever wrote them before.
        """
        part, data = _part(table.cast(self._schema), key)
        path = self._folder / part.path
        if not path.exists():
            make_folder(path.parent)
            write_whole(path, data)
        self._folders.add(path.parent)
        self._parts.append(part)
        return part

    def settle(self) -> tuple[Part, ...]:
        """Make the names of what was written durable; give the parts in their order."""
        for folder in sorted(self._folders):
            sync_folder(folder)
        self._folders.clear()
        return tuple(sorted(self._parts))


class Derived:
    """Publishes derived tables under a root. Each name has one publisher."""

    def __init__(self, root: Path) -> None:
        """Work below the same root as the lake."""
        self._root = root / FOLDER
        self._turn = threading.Lock()

    def folder(self, name: str) -> Path:
        """Say where a derived table stands."""
        return self._root / name

    def current(self, name: str) -> Snapshot:
        """Read the snapshot that counts; an empty one where nothing was published."""
        return snapshot.load(self._root / name)

    def draft(self, name: str, schema: Any) -> Draft:
        """Begin a snapshot. Floating-point columns are refused: amounts and counts are whole, ratios are for showing."""
        _check(name, schema)
        make_folder(self._root / name)
        return Draft(self._root / name, schema)

    def publish(self, name: str, table: Any) -> None:
        """Put an Arrow table in place of the last one of this name; durable on return, and no query sees a mixture."""
        draft = self.draft(name, table.schema)
        draft.put(table)
        self.replace(name, draft, columns=tuple(table.schema.names))

    def replace(self, name: str, draft: Draft, *, columns: tuple[str, ...], about: object = None) -> Snapshot:
        """Let a draft count; durable on return. Files that neither it nor the one before it names are cleared away."""
        told = msgspec.Raw(msgspec.json.encode(about))
        made = Snapshot(columns=columns, parts=draft.settle(), about=told)
        with self._turn:
            folder = self._root / name
            before = snapshot.current(folder)
            if before is not None and not (folder / f"{before}.json").exists():
                before = None
            number = f"{max(_numbers(folder), default=0) + 1:06d}"
            snapshot.store(folder, number, made)
            _clear(folder, keep={number, before or number})
        return made

    def wipe(self) -> None:
        """Forget every published table; queries see the empty ones again."""
        with self._turn:
            for folder in self._root.glob("*"):
                (folder / POINTER).unlink(missing_ok=True)
            shutil.rmtree(self._root, ignore_errors=True)


def published(root: Path) -> dict[str, Snapshot]:
    """Find every published table by its name."""
    folders = sorted((root / FOLDER).glob("*"))
    return {folder.name: snapshot.load(folder) for folder in folders if snapshot.current(folder) is not None}


def _check(name: str, schema: Any) -> None:
    if _NAME.fullmatch(name) is None or name == "events":
        message = f"a derived table needs a plain name of its own, not {name!r}"
        raise ValueError(message)
    floating = [field.name for field in schema if pa.types.is_floating(field.type) or pa.types.is_decimal(field.type)]
    if floating:
        message = f"{name} would hold floating-point or decimal columns: {', '.join(floating)}"
        raise TypeError(message)


def _part(table: Any, key: tuple[tuple[str, str], ...]) -> tuple[Part, bytes]:
    if not all(_NAME.fullmatch(column) and _VALUE.fullmatch(value) for column, value in key):
        raise ValueError(f"{key} cannot name folders")
    data = _parquet(table)
    sha256 = hashlib.sha256(data).hexdigest()
    folders = "".join(f"{column}={value}/" for column, value in key)
    path = f"{PARTS}/{folders}{sha256[: 2 * _NAME_BYTES]}.parquet"
    return Part(key=key, path=path, rows=table.num_rows, size_bytes=len(data), sha256=sha256), data


def _parquet(table: Any) -> bytes:
    buffer = BytesIO()
    pq.write_table(table.combine_chunks(), buffer, compression="zstd", row_group_size=ROW_GROUP_ROWS)
    return buffer.getvalue()


def _numbers(folder: Path) -> list[int]:
    return [int(path.stem) for path in folder.glob("[0-9]*.json")]


def _clear(folder: Path, *, keep: set[str]) -> None:
    """Remove snapshots that do not count any more, and files that none names; a crash may have left such."""
    named = {folder / part.path for name in keep for part in snapshot.read(folder, name).parts}
    for path in folder.glob("[0-9]*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.stem not in keep:
            path.unlink()
    for path in _files(folder / PARTS):
        if path not in named:
            path.unlink()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
