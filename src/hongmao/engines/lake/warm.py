"""The view `events`: over the lake's files, or over a copy of them in memory while the lake is small.

A small lake is many small files, and opening them costs far more than reading them. Files never change and merging moves
events without altering them, so the copy only ever has to take in what lies behind its own position; a new epoch (the
lake was wiped) starts it afresh.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.engines.lake import columns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import duckdb

    from hongmao.engines.lake.manifest import LakeFile, Manifest

    Hold = Callable[[Sequence[LakeFile]], list[Path]]

WARM_ROWS_MAX: Final = 300_000  # some 100 MB in memory
WARM_BYTES_MAX: Final = 64 * 2**20  # on disk: few events may still hold long texts, such as bodies kept in quarantine

_SELECT: Final = "SELECT " + ", ".join(f'"{name}"' for name in columns.COLUMNS) + " FROM"
_TYPED: Final = ", ".join(f'"{name}" {kind}' for name, kind in columns.SQL_TYPES.items())


@dataclass(frozen=True, slots=True)
class Warmth:
    """What the copy in memory holds: the events of an epoch up to a position; nothing before the first call."""

    epoch: str | None = None
    position: int = 0


def show_events(
    cursor: duckdb.DuckDBPyConnection,
    hold: Hold,
    lake: Manifest,
    have: Warmth,
    *,
    rows_max: int,
    until: int | None = None,
) -> Warmth:
    """Make the view `events` show exactly this manifest, inside the caller's transaction; say what is warm then.

    `hold` has files on this machine for as long as the view stands. With `until` it shows the log up to that offset only.
    """
    too_large = _too_large(lake, have, rows_max)
    if too_large or have.epoch != lake.epoch or have.position > lake.position:
        cursor.execute(f"CREATE OR REPLACE TABLE warm_events ({_TYPED})")
        have = Warmth(lake.epoch)
    if too_large:
        _view(cursor, _files(hold(lake.files), by_folder=True), until)
        return Warmth()
    fresh = [file for file in lake.files if file.last_offset > have.position]
    if fresh:
        source = _files(hold(fresh), by_folder=False)
        cursor.execute(f'INSERT INTO warm_events {_SELECT} {source} WHERE "offset" > $after', {"after": have.position})
    _view(cursor, "warm_events", until)
    return Warmth(lake.epoch, lake.position)


def _too_large(lake: Manifest, have: Warmth, rows_max: int) -> bool:
    """Tell whether the lake has outgrown memory.

    What is warm already may grow to twice the limit, so that a lake near it, which a merge makes smaller and a batch
    larger, is not copied again and again.
    """
    slack = 2 if have.epoch == lake.epoch else 1
    return lake.rows > rows_max * slack or lake.size_bytes > WARM_BYTES_MAX * slack


def _view(cursor: duckdb.DuckDBPyConnection, source: str, until: int | None) -> None:
    only = "" if until is None else f' WHERE "offset" <= {until:d}'
    cursor.execute(f"CREATE OR REPLACE VIEW events AS {_SELECT} {source}{only}")


def _files(paths: Sequence[Path], *, by_folder: bool) -> str:
    """Name files for DuckDB. Told by their folders, a query for one day or kind opens only the files of it."""
    names = ", ".join(sql_text(path) for path in paths)
    if not by_folder:
        return f"read_parquet([{names}], hive_partitioning = false)"
    return f"read_parquet([{names}], hive_partitioning = true, hive_types = {{'day': VARCHAR, 'kind': VARCHAR}})"


def sql_text(path: Path) -> str:
    """Quote a path as an SQL string."""
    return "'" + str(path).replace("'", "''") + "'"
