"""Implements `returns.reconcile.store.ReconcileEngine` by DuckDB over the lake's Parquet and a staged Parquet of pulls."""

from __future__ import annotations

import re
import tempfile
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb
import msgspec
import pyarrow.parquet as pq

from hongmao.engines.lake import columns, manifest
from hongmao.engines.lake.files import files_at
from hongmao.engines.lake.warm import sql_text
from hongmao.events.api import Kind, Logged
from hongmao.kernel.time import HOUR_MS
from hongmao.returns.contracts import LATE_AFTER_HOURS
from hongmao.returns.reconcile.contracts import FACTS, DayLine, Found

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hongmao.engines.lake.files import Place
    from hongmao.events.api import Event
    from hongmao.returns.reconcile.contracts import Query

_SQL = files("hongmao.returns.reconcile") / "sql"
_STEPS: Final = ("facts_returned", "facts_pulled", "pairs", "clicks", "sent", "judged")
_NAME: Final = re.compile(r"\$(?P<name>[a-z_]+)")
_READ: Final = (*FACTS, Kind.COMPONENT_CLICK, Kind.SENT_ON)
MEMORY_MIB: Final = 1_024  # what a comparison may hold before it spills; half of what its users allow the process


class DuckDbReconcile:
    """Opens comparisons over a lake. What is staged lies in `work`, a folder of its own for each."""

    def __init__(self, lake: Place, work: Path, *, memory_mib: int = MEMORY_MIB) -> None:
        """Read a lake, stage below `work`."""
        self._lake = files_at(lake)
        self._work = work
        self._memory_mib = memory_mib

    @contextmanager
    def open(self) -> Iterator[DuckDbComparison]:
        """Begin a comparison over the lake as it is now; what it staged is gone afterwards."""
        self._work.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="reconcile-", dir=self._work) as folder:
            files = [file for file in manifest.load(self._lake).files if Kind(file.kind) in _READ]
            with self._lake.hold(files) as paths:
                comparison = DuckDbComparison(paths, Path(folder), memory_mib=self._memory_mib)
                try:
                    yield comparison
                finally:
                    comparison.close()


class DuckDbComparison:
    """Implements `returns.reconcile.store.Comparison`."""

    def __init__(self, paths: Sequence[Path], folder: Path, *, memory_mib: int) -> None:
        """Look at one snapshot of the lake: some of the files that its manifest names."""
        self.staged = folder / "pulled.parquet"
        self._writer: Any = pq.ParquetWriter(self.staged, columns.SCHEMA, compression="zstd")
        self._connection = duckdb.connect(":memory:")
        for setting in (
            f"memory_limit = '{memory_mib}MiB'",
            f"temp_directory = {sql_text(folder / 'spill')}",
            "preserve_insertion_order = false",
            "autoinstall_known_extensions = false",
        ):
            self._connection.execute(f"SET {setting}")
        self._connection.execute(f"CREATE VIEW events AS FROM {_source(paths)}")

    def pour(self, events: Sequence[Event]) -> None:
        """Take facts as the shop says them now; only those that are compared are kept."""
        facts = [Logged(0, event) for event in events if event.kind in FACTS and event.sub_order_id is not None]
        if facts:
            self._writer.write_table(columns.table_of(facts))

    def lines(self, query: Query) -> list[DayLine]:
        """Compare by day and line."""
        return msgspec.convert(self._ask("day_lines", query), list[DayLine])

    def differences(self, query: Query, *, limit: int) -> list[Found]:
        """List single differences in the order of day, sub-order, kind."""
        return msgspec.convert(self._ask("differences", query, limit=limit), list[Found])

    def count_differences(self, query: Query) -> int:
        """Count them all."""
        return int(self._ask("difference_count", query)[0]["n"])

    def close(self) -> None:
        """Release files and memory."""
        self._writer.close()
        self._connection.close()

    def _ask(self, name: str, query: Query, **more: object) -> list[dict[str, Any]]:
        self._seal()
        sql = _text_of(name)
        given: dict[str, object] = {
            "platform": query.platform,
            "tenant": query.tenant,
            "start_ms": query.start_ms,
            "end_ms": query.end_ms,
            "late_ms": LATE_AFTER_HOURS * HOUR_MS,
            **more,
        }
        named = {match["name"] for match in _NAME.finditer(sql)}
        cursor = self._connection.execute(sql, {key: value for key, value in given.items() if key in named})
        names = [str(column[0]) for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _seal(self) -> None:
        if self._writer.is_open:
            self._writer.close()
            self._connection.execute(f"CREATE VIEW pulled AS FROM read_parquet({sql_text(self.staged)})")


def _source(paths: Sequence[Path]) -> str:
    """Read these files, or an empty table of the same columns where there is none."""
    if not paths:
        named = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in columns.SQL_TYPES.items())
        return f"(SELECT {named} WHERE false)"
    return f"read_parquet([{', '.join(sql_text(path) for path in paths)}])"


@cache
def _text_of(name: str) -> str:
    kinds = ", ".join(f"'{kind.value}'" for kind in FACTS)
    steps = ",\n".join(f"{step} as (\n{_file(step)})" for step in _STEPS)
    return f"with {steps}\n{_file(name)}".replace("{kinds}", kinds)


def _file(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")
