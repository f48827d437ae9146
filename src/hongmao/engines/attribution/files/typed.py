"""A Parquet file whose columns are typed: read where it lies, and checked by what its own statistics prove.

A file of a hundred million rows is never copied into a staging table. Each column's minimum, maximum and count of nulls
stand in the file; where they prove that no row can be at fault, none is looked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from hongmao.attribution.files.column_map import columns_of
from hongmao.attribution.files.errors import FileBroken
from hongmao.attribution.files.rules import EPOCH_SECONDS_FROM, MILLISECONDS_FROM, TimeProfile

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.attribution.files.column_map import Touches
    from hongmao.attribution.files.contracts import TimeUnit

LATEST_MS = 253_402_300_800_000
"""The year 10000: what a column of times may not reach."""
_WHOLE = frozenset({"BIGINT", "INTEGER", "SMALLINT", "UINTEGER", "USMALLINT", "UTINYINT", "TINYINT"})
_TEXT = frozenset({"VARCHAR"})
_STAMPS = frozenset({"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"})
_ZONED = "TIMESTAMP WITH TIME ZONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedTouches:
    """A file of touches that can be read by its types."""

    path: Path
    source: Touches
    rows: int
    columns: tuple[str, ...]
    time_type: str
    bounds: dict[str, tuple[Any, Any] | None]
    """Least and greatest value of a column in which no null is, as the file's statistics tell; None where they do not."""

    def profile(self, connection: duckdb.DuckDBPyConnection) -> TimeProfile:
        """Say what the column of times looks like; the file is read only where its statistics leave it open."""
        if self.time_type not in _WHOLE:
            return TimeProfile(numbers=0, texts=self.rows, median=0)
        found = self.bounds[_name(self.source.time)]
        if found is not None:
            least, most = found
            for threshold in (MILLISECONDS_FROM, EPOCH_SECONDS_FROM):
                if least < threshold <= most:
                    break
            else:
                return TimeProfile(numbers=self.rows, texts=0, median=int(least))
        time = _quoted(_name(self.source.time))
        numbers, median = connection.execute(
            f"select count(*), coalesce(quantile_disc({time}, 0.5), 0) from read_parquet($path) where {time} >= 0",  # noqa: S608 - a quoted column
            {"path": str(self.path)},
        ).fetchall()[0]
        return TimeProfile(numbers=numbers, texts=0, median=median)

    @property
    def unused(self) -> tuple[str, ...]:
        """Name the columns that the map does not."""
        return tuple(name for name in self.columns if name not in self.bounds)

    def show(self, connection: duckdb.DuckDBPyConnection, unit: TimeUnit, zone_ms: int) -> None:
        """Make the relations `touches` and `touches_bad` of the file."""
        told = ", ".join(f"{sql} as {name}" for name, sql in self._meanings(unit, zone_ms).items())
        path = str(self.path).replace("'", "''")
        file = f"read_parquet('{path}', file_row_number = true)"
        fault, sound = self._fault(unit, zone_ms), self.is_sound(unit)
        good = "" if sound else f"where {fault} is null"
        connection.execute(f"create view touches as select {told} from {file} {good}")  # noqa: S608 - quoted columns
        bad = "where false" if sound else f"where {fault} is not null"
        connection.execute(
            f"create table touches_bad as select file_row_number + 1 as row, {fault} as fault, '' as raw from {file} {bad}"  # noqa: S608 - same
        )

    def is_sound(self, unit: TimeUnit) -> bool:
        """Tell whether the statistics alone prove that no row is at fault."""
        texts = [self.bounds[name] for name in (*columns_of(self.source.reader), self.source.key)]
        times = self.bounds[_name(self.source.time)]
        if any(found is None or found[0] in {"", b""} for found in texts) or times is None:
            return False
        scale = 1_000 if unit == "number_s" else 1
        return self.time_type in _WHOLE and bool(times[0] >= 0 and times[1] * scale < LATEST_MS)

    def _meanings(self, unit: TimeUnit, zone_ms: int) -> dict[str, str]:
        source = self.source
        order = f"cast({_quoted(source.order)} as varchar)" if source.order else "''"
        return {
            "row": "file_row_number + 1",
            "reader": _reader(source),
            "key": f"cast({_quoted(source.key)} as varchar)",
            "ord": f"coalesce({order}, '')",
            "ord_number": f"coalesce(cast({_quoted(source.order)} as decimal(32, 6)), 0)" if source.order else "0",
            "at_ms": self._at_ms(_quoted(source.time), unit, zone_ms),
            "kind": f"coalesce(cast({_quoted(source.kind)} as varchar), '')" if source.kind else "''",
        }

    def _fault(self, unit: TimeUnit, zone_ms: int) -> str:
        time = _quoted(self.source.time)
        at_ms = self._at_ms(time, unit, zone_ms)
        return (
            f"case when {' or '.join(map(_absent, columns_of(self.source.reader)))} then 'reader_missing' "
            f"when {_absent(self.source.key)} then 'key_missing' when {time} is null then 'time_missing' "
            f"when {at_ms} < 0 then 'time_negative' "
            f"when {at_ms} is null or {at_ms} >= {LATEST_MS} then 'time_out_of_range' end"
        )

    def _at_ms(self, time: str, unit: TimeUnit, zone_ms: int) -> str:
        if self.time_type == _ZONED:
            return f"epoch_ms({time})"
        if self.time_type in _STAMPS:
            return f"epoch_ms(cast({time} as timestamp)) - {zone_ms}"
        return (
            f"try_cast(cast({time} as hugeint) * 1000 as bigint)" if unit == "number_s" else f"cast({time} as bigint)"
        )


def typed_touches(connection: duckdb.DuckDBPyConnection, path: Path, source: Touches) -> TypedTouches | None:
    """Open a Parquet file of touches by its types; None where some cell needs to be read as text, or an id counts once.

    Raises `FileBroken`.
    """
    if source.id is not None or source.where or source.time is None:
        return None
    try:
        described = connection.execute("describe select * from read_parquet($path)", {"path": str(path)}).fetchall()
        metadata = pq.ParquetFile(path).metadata
    except (duckdb.Error, pa.ArrowException) as fault:
        raise FileBroken(place=path.name, why=str(fault)) from None
    types = {str(name): str(kind) for name, kind, *_ in described}
    wanted = (*columns_of(source.reader), source.key, source.time, *filter(None, (source.order, source.kind)))
    if any(name not in types for name in wanted):
        return None
    texts = [*columns_of(source.reader), source.key, *filter(None, (source.kind,))]
    order_fits = source.order is None or types[source.order] in _WHOLE
    times = _WHOLE | _STAMPS | {_ZONED}
    if not all(types[name] in _TEXT | _WHOLE for name in texts) or types[source.time] not in times or not order_fits:
        return None
    return TypedTouches(
        path=path,
        source=source,
        rows=metadata.num_rows,
        columns=tuple(types),
        time_type=types[source.time],
        bounds={name: _bounds(metadata, name) for name in wanted},
    )


def _bounds(metadata: Any, name: str) -> tuple[Any, Any] | None:
    """Read a column's least and greatest value from all row groups, if each tells them and has no null."""
    place = next((n for n in range(metadata.num_columns) if metadata.schema.column(n).path == name), None)
    if place is None or metadata.num_rows == 0:
        return None
    told = [metadata.row_group(group).column(place).statistics for group in range(metadata.num_row_groups)]
    if any(one is None or not one.has_min_max or not one.has_null_count or one.null_count for one in told):
        return None
    return min(one.min for one in told), max(one.max for one in told)


def _reader(source: Touches) -> str:
    parts = [f"cast({_quoted(name)} as varchar)" for name in columns_of(source.reader)]
    # Unit separator: no cell that people write holds it, so ("a", "bc") and ("ab", "c") stay apart.
    return parts[0] if len(parts) == 1 else f"concat_ws(chr(31), {', '.join(parts)})"


def _absent(name: str) -> str:
    return f"coalesce(cast({_quoted(name)} as varchar), '') = ''"


def _name(name: str | None) -> str:
    if name is None:
        raise TypeError("a file of touches has a column of times")
    return name


def _quoted(name: str | None) -> str:
    return '"' + _name(name).replace('"', '""') + '"'
