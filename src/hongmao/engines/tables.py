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
from hongmao.events.api import QueryRefused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TRIES: Final = 3  # a merge may remove a file between our look at the manifest and our opening it
_Stamp = tuple[int, int, int] | None


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
        self._seen: dict[Path, _Stamp] = {}
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
        for last in (*([False] * (TRIES - 1)), True):
            try:
                return self._ask(sql, params)
            except duckdb.IOException:
                if last:
                    raise
                self._forget()
        raise AssertionError("unreachable")  # pragma: no cover

    def position(self) -> int:
        """Give the offset up to which `events` shows the log at this moment."""
        return manifest.load(self._root).position

    def close(self) -> None:
        """Release the memory."""
        with self._turn:
            self._connection.close()

    def _ask(self, sql: str, params: Mapping[str, object] | None) -> list[dict[str, object]]:
        with self._turn:
            self._refresh()
            cursor = self._connection.cursor()
        try:
            cursor.execute(sql, dict(params or {}))
            names = _names(cursor)
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def _refresh(self) -> None:
        """Bring the views up to the manifests, all in one transaction: a query sees the old ones or the new."""
        seen = self._look()
        if seen == self._seen:
            return
        lake = manifest.load(self._root)
        self._connection.execute("BEGIN")
        try:
            warmth = show_events(self._connection, self._root, lake, self._warmth, rows_max=self._warm_rows_max)
            shown = self._show_derived()
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._seen, self._warmth, self._shown = seen, warmth, shown

    def _look(self) -> dict[Path, _Stamp]:
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

    def _forget(self) -> None:
        with self._turn:
            self._seen = {}


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
