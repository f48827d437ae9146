"""Reading by SQL: DuckDB in process over the lake and the derived tables, one consistent snapshot per query.

`events` is the lake; every published derived table is a view of its name. The connection is kept, and the views are
renewed only when a manifest has changed, so a query over small data costs little more than itself.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import duckdb

from hongmao.engines.lake import derived, manifest
from hongmao.engines.lake.warm import WARM_ROWS_MAX, Warmth, show_events, sql_text
from hongmao.events.api import LakeDamaged, QueryRefused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TRIES_MAX: Final = 100  # a reader that is overtaken by as many merges in a row has other troubles
_Stamp = tuple[int, int, int] | None
_Seen = dict["Path", _Stamp]


class DuckTables:
    """`Tables` over one root. Any thread may ask; queries run side by side."""

    def __init__(
        self, root: Path, *, empty: Mapping[str, Any] | None = None, warm_rows_max: int = WARM_ROWS_MAX
    ) -> None:
        """Read below `root`. `empty` gives the Arrow schema of derived tables that may not have been published yet.

        A lake of at most `warm_rows_max` events is copied into memory; a larger one is read from its files.
        """
        self._root = root.absolute()
        self._warm_rows_max = warm_rows_max
        self._turn = threading.Lock()
        self._seen: _Seen = {}
        self._warmth = Warmth()
        self._shown: set[str] = set()
        self._empty = tuple(empty or ())
        root.mkdir(parents=True, exist_ok=True)
        self._connection = _connect(self._root)
        for name, schema in (empty or {}).items():
            _make_empty(self._connection, name, schema)

    def rows(self, sql: str, params: Mapping[str, object] | None = None) -> list[dict[str, object]]:
        """Run one SELECT with `$name` parameters; every row is a dict by column name.

        Whole numbers come as `int`, however large. A result with floating-point columns raises `QueryRefused`: divide in
        Python, where the rounding is ours to say.
        """
        _check_statement(sql)
        for _ in range(TRIES_MAX):
            seen = self._look()
            try:
                return self._ask(seen, sql, params)
            except duckdb.IOException:
                # A file is gone. If the manifests have moved on, it was replaced while we read; if not, it is lost.
                if self._look() == seen:
                    raise
        raise LakeDamaged(path=str(self._root), why=f"it changed {TRIES_MAX} times while it was read")

    def position(self) -> int:
        """Give the offset up to which `events` shows the log at this moment."""
        return manifest.load(self._root).position

    def close(self) -> None:
        """Release the memory."""
        with self._turn:
            self._connection.close()

    def _ask(self, seen: _Seen, sql: str, params: Mapping[str, object] | None) -> list[dict[str, object]]:
        with self._turn:
            if seen != self._seen:
                self._refresh()
                self._seen = seen
            cursor = self._connection.cursor()
        try:
            cursor.execute(sql, dict(params or {}))
            names = _names(cursor)
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def _refresh(self) -> None:
        """Bring the views up to the manifests, all in one transaction: a query sees the old ones or the new."""
        lake = manifest.load(self._root)
        self._connection.execute("BEGIN")
        try:
            warmth = show_events(self._connection, self._root, lake, self._warmth, rows_max=self._warm_rows_max)
            shown = self._show_derived()
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._warmth, self._shown = warmth, shown

    def _look(self) -> _Seen:
        pointers = (self._root / derived.FOLDER).glob(f"*/{derived.POINTER}")
        return {path: _stamp(path) for path in (self._root / manifest.NAME, *pointers)}

    def _show_derived(self) -> set[str]:
        empty = {name: f'"empty {name}"' for name in self._empty}
        found = {name: f"read_parquet({sql_text(path)})" for name, path in derived.published(self._root).items()}
        for name in self._shown - empty.keys() - found.keys():
            self._connection.execute(f'DROP VIEW "{name}"')
        for name, source in (empty | found).items():
            self._connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS FROM {source}')
        return empty.keys() | found.keys()


def _connect(root: Path) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB that can read below `root` and nowhere else, and that no query can talk out of it."""
    connection = duckdb.connect(":memory:")
    for setting in (
        f"allowed_directories = [{sql_text(root)}]",
        f"temp_directory = {sql_text(root / '.spill')}",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")
    return connection


def _make_empty(connection: duckdb.DuckDBPyConnection, name: str, schema: Any) -> None:
    connection.register("given", schema.empty_table())
    connection.execute(f'CREATE TABLE "empty {name}" AS SELECT * FROM given')  # noqa: S608 - our own name
    connection.unregister("given")


def _stamp(path: Path) -> _Stamp:
    """Tell one content of a file from the next: each is a new file under the old name."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


@lru_cache(maxsize=1_024)
def _check_statement(sql: str) -> None:
    statements = duckdb.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise QueryRefused(why="it is not one SELECT")


def _names(cursor: duckdb.DuckDBPyConnection) -> list[str]:
    """Name the columns of a result, having made sure that none of them is floating-point."""
    columns = [(str(column[0]), str(column[1])) for column in cursor.description or ()]
    floating = [f"{name} {kind}" for name, kind in columns if "DOUBLE" in kind or "FLOAT" in kind]
    if floating:
        raise QueryRefused(why=", ".join(floating))
    return [name for name, _ in columns]
