"""Work in several steps over one consistent snapshot: tables of one's own beside `events` and what is published."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb

    from hongmao.engines.lake.manifest import Manifest


class Session:
    """A cursor of its own on the snapshot it began with. What it makes is temporary and gone with it.

    The SQL that runs here is ours, never a user's: it may create temporary tables, and it may divide.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, lake: Manifest, position: int) -> None:
        """Work on a cursor whose transaction has begun."""
        self._cursor = cursor
        self.lake = lake
        """The lake as this session sees it."""
        self.position = position
        """The offset up to which `events` shows the log."""

    def run(self, sql: str, params: Mapping[str, object] | None = None) -> None:
        """Run one statement for its effect."""
        self._cursor.execute(sql, dict(params or {}))

    def make(self, name: str, sql: str, params: Mapping[str, object] | None = None) -> None:
        """Keep the rows of a SELECT as a temporary table, in the place of the last one of that name."""
        self.run(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {sql}', params)

    def give(self, name: str, table: Any) -> None:
        """Keep an Arrow table as a temporary table, in the place of the last one of that name."""
        self._cursor.register("arrow", table)
        self.make(name, "SELECT * FROM arrow")
        self._cursor.unregister("arrow")

    def drop(self, *names: str) -> None:
        """Give the memory of temporary tables back."""
        for name in names:
            self.run(f'DROP TABLE IF EXISTS temp."{name}"')

    def table(self, sql: str, params: Mapping[str, object] | None = None) -> Any:
        """Ask one SELECT, as an Arrow table; rows stand in the order that the SELECT asks for."""
        return self._cursor.sql(sql, params=dict(params or {})).to_arrow_table()

    def value(self, sql: str, params: Mapping[str, object] | None = None) -> Any:
        """Ask for a single value."""
        row = self._cursor.execute(sql, dict(params or {})).fetchone()
        return None if row is None else row[0]


@contextmanager
def opened(cursor: duckdb.DuckDBPyConnection, lake: Manifest, position: int) -> Iterator[Session]:
    """Begin a session on a cursor whose transaction has begun, and end both."""
    try:
        yield Session(cursor, lake, position)
    finally:
        cursor.execute("ROLLBACK")
        cursor.close()
