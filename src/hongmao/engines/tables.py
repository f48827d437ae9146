"""Reading by SQL: DuckDB in process over the lake and the derived tables, one consistent snapshot per query.

`events` is the lake; every published derived table is a view of its name. The connection is kept, and the views are
renewed only when a manifest has changed, so a query over small data costs little more than itself.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

import duckdb

from hongmao.engines import session
from hongmao.engines.lake import manifest, snapshot
from hongmao.engines.lake.files import brought_back, files_at
from hongmao.engines.lake.shown import Shown
from hongmao.engines.lake.warm import WARM_ROWS_MAX, Warmth, show_events, sql_text
from hongmao.events.api import LakeDamaged, QueryRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
    from pathlib import Path

    from hongmao.engines.lake.files import Place
    from hongmao.engines.lake.manifest import LakeFile
    from hongmao.engines.session import Session

TRIES_MAX: Final = 100  # a reader that is overtaken by as many merges in a row has other troubles
_Stamp = tuple[int, int, int] | str | None
_Seen = dict[str, _Stamp]
_T = TypeVar("_T")


class DuckTables:
    """`Tables` over one root. Any thread may ask; queries run side by side."""

    def __init__(
        self,
        place: Place,
        *,
        empty: Mapping[str, Any] | None = None,
        warm_rows_max: int = WARM_ROWS_MAX,
        until: int | None = None,
        given: Mapping[str, Any] | None = None,
        memory: str = "",
    ) -> None:
        """Read a lake, and the derived tables beside it.

        `empty` gives the Arrow schema of derived tables that may not have been published yet.

        A lake of at most `warm_rows_max` events is copied into memory; a larger one is read from its files. For a look
        back or ahead, `until` hides the events behind an offset of the log, and `given` are Arrow tables that stand for
        the published ones of their names. Queries together take at most `memory` (such as `2GiB`) and spill the rest to
        disk, below `.spill`.
        """
        self._files = files_at(place)
        self._root = self._files.folder
        self._held: list[tuple[LakeFile, Path]] = []
        self._lease = ExitStack()
        self._warm_rows_max = warm_rows_max
        self._turn = threading.Lock()
        self._seen: _Seen = {}
        self._warmth = Warmth()
        self._views: set[str] = set()
        self._derived = Shown(self._root, rows_max=warm_rows_max)
        self._empty = tuple(empty or ())
        self._until = until
        self._given = tuple(given or ())
        self._root.mkdir(parents=True, exist_ok=True)
        self._lake = manifest.Manifest()
        self._connection = _connect(self._files.folders, self._root / ".spill", memory)
        for name, schema in (empty or {}).items():
            _keep(self._connection, f"empty {name}", schema.empty_table())
        for name, table in (given or {}).items():
            _keep(self._connection, f"given {name}", table)

    def rows(self, sql: str, params: Mapping[str, object] | None = None) -> list[dict[str, object]]:
        """Run one SELECT with `$name` parameters; every row is a dict by column name.

        Whole numbers come as `int`, however large. A result with floating-point columns raises `QueryRefused`: divide in
        Python, where the rounding is ours to say.
        """
        _check_statement(sql)
        return self._again(lambda seen: self._ask(seen, sql, params))

    def work(self, job: Callable[[Session], _T]) -> _T:
        """Have a job done in several steps over one snapshot; it is begun anew where merges have overtaken it."""

        def begin(seen: _Seen) -> _T:
            with self._turn:
                self._look_at(seen)
                cursor = self._connection.cursor()
                cursor.execute("BEGIN")
                lake, position = self._lake, self._up_to(self._lake)
            with session.opened(cursor, lake, position) as opened:
                return job(opened)

        return self._again(begin)

    def stream(self, sql: str, params: Mapping[str, object], *, rows: int) -> Generator[Any, None, None]:
        """Ask one SELECT that sorts, and give its rows as Arrow batches of up to `rows`, over the snapshot it began with.

        A sort reads its files before it gives the first row, so merges may come while the rest is taken.
        """
        cursor, batches = self._again(lambda seen: self._begin(seen, sql, params, rows))
        try:
            yield from batches
        finally:
            cursor.close()

    def position(self) -> int:
        """Give the offset up to which `events` shows the log at this moment."""
        return self._up_to(manifest.glance(self._files))

    def weight(self) -> tuple[int, int]:
        """Count the lake's files at this moment, and their bytes."""
        lake = manifest.glance(self._files)
        return len(lake.files), lake.size_bytes

    def close(self) -> None:
        """Release the memory."""
        with self._turn:
            self._connection.close()
            self._lease.close()

    def _again(self, act: Callable[[_Seen], _T]) -> _T:
        for _ in range(TRIES_MAX):
            seen = self._look()
            try:
                return act(seen)
            except (duckdb.IOException, LakeDamaged):
                # A file is gone. If the manifests have moved on, it was replaced while we read; if not, it is lost.
                if self._look() == seen and not self._brought_back():
                    raise
        raise LakeDamaged(path=self._files.where, why=f"it changed {TRIES_MAX} times while it was read")

    def _up_to(self, lake: manifest.Manifest) -> int:
        return lake.position if self._until is None else min(lake.position, self._until)

    def _ask(self, seen: _Seen, sql: str, params: Mapping[str, object] | None) -> list[dict[str, object]]:
        with self._turn:
            self._look_at(seen)
            cursor = self._connection.cursor()
        try:
            cursor.execute(sql, dict(params or {}))
            names = _names(cursor)
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def _begin(
        self, seen: _Seen, sql: str, params: Mapping[str, object], rows: int
    ) -> tuple[duckdb.DuckDBPyConnection, Iterator[Any]]:
        with self._turn:
            self._look_at(seen)
            cursor = self._connection.cursor()
        try:
            batches = iter(cursor.sql(sql, params=dict(params)).to_arrow_reader(rows))
            first = list(islice(batches, 1))
        except BaseException:
            cursor.close()
            raise
        return cursor, chain(first, batches)

    def _look_at(self, seen: _Seen) -> None:
        if seen != self._seen:
            self._refresh()
            self._seen = seen

    def _refresh(self) -> None:
        """Bring the views up to the manifests, all in one transaction: a query sees the old ones or the new."""
        lake = manifest.load(self._files)
        lease = ExitStack()
        held: list[tuple[LakeFile, Path]] = []

        def hold(files: Sequence[LakeFile]) -> list[Path]:
            paths = lease.enter_context(self._files.hold(files))
            held.extend(zip(files, paths, strict=True))
            return paths

        self._connection.execute("BEGIN")
        try:
            warmth = show_events(
                self._connection, hold, lake, self._warmth, rows_max=self._warm_rows_max, until=self._until
            )
            views, warm = self._show_derived()
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            lease.close()
            raise
        self._lake, self._warmth, self._views = lake, warmth, views
        self._derived.keep(warm)
        self._lease.close()
        self._lease, self._held = lease, held

    def _brought_back(self) -> bool:
        with self._turn:
            held, paths = [file for file, _ in self._held], [path for _, path in self._held]
            return brought_back(self._files, held, paths)

    def _look(self) -> _Seen:
        pointers = (self._root / snapshot.FOLDER).glob(f"*/{snapshot.POINTER}")
        return {manifest.NAME: self._files.tag(), **{str(path): _stamp(path) for path in pointers}}

    def _show_derived(self) -> tuple[set[str], dict[str, frozenset[str]]]:
        empty = {name: f'"empty {name}"' for name in self._empty}
        found, warm = self._derived.renew(self._connection)
        given = {name: f'"given {name}"' for name in self._given}
        shown = empty | found | given
        for name in self._views - shown.keys():
            self._connection.execute(f'DROP VIEW "{name}"')
        for name, source in shown.items():
            self._connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS FROM {source}')
        return set(shown), warm


def _connect(folders: Sequence[Path], spill: Path, memory: str) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB that can read below some folders and nowhere else, and that no query can talk out of them."""
    connection = duckdb.connect(":memory:")
    if memory:
        connection.execute(f"SET memory_limit = '{memory}'")
    for setting in (
        f"allowed_directories = [{', '.join(sql_text(folder) for folder in folders)}]",
        f"temp_directory = {sql_text(spill)}",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")
    return connection


def _keep(connection: duckdb.DuckDBPyConnection, name: str, table: Any) -> None:
    connection.register("arrow", table)
    connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM arrow')  # noqa: S608 - our own name
    connection.unregister("arrow")


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
