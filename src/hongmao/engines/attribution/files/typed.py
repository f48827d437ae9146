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

from hongmao.attribution.files.column_map import Conversions, Touches, columns_of
from hongmao.attribution.files.errors import FileBroken
from hongmao.attribution.files.rules import EPOCH_SECONDS_FROM, MICROSECONDS_FROM, MILLISECONDS_FROM, TimeProfile

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.attribution.files.column_map import Source
    from hongmao.attribution.files.contracts import TimeUnit

LATEST_MS = 253_402_300_800_000
"""The year 10000: what a column of times may not reach."""
_WHOLE = frozenset({"BIGINT", "INTEGER", "SMALLINT", "UINTEGER", "USMALLINT", "UTINYINT", "TINYINT"})
_TEXT = frozenset({"VARCHAR"})
_DECIMALS = frozenset(f"DECIMAL({digits},{scale})" for digits in range(1, 17) for scale in range(3))
_STAMPS = frozenset({"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"})
_ZONED = "TIMESTAMP WITH TIME ZONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedFile:
    """A Parquet file that can be read by its types."""

    path: Path
    source: Source
    rows: int
    types: dict[str, str]
    """Every column's type, in DuckDB's words."""
    bounds: dict[str, tuple[Any, Any] | None]
    """Least and greatest value of a column in which no null is, as the file's statistics tell; None where they do not."""

    @property
    def unused(self) -> tuple[str, ...]:
        """Name the columns that the map does not."""
        return tuple(name for name in self.types if name not in self.bounds)

    @property
    def whole_reader(self) -> bool:
        """Tell whether readers are whole numbers: two such files are joined by them as they are."""
        names = columns_of(self.source.reader)
        return len(names) == 1 and self.types[names[0]] in _WHOLE

    def profile(self, connection: duckdb.DuckDBPyConnection) -> TimeProfile:
        """Say what the column of times looks like; the file is read only where its statistics leave it open."""
        if self.source.time is None:
            return TimeProfile(numbers=0, texts=0, median=0)
        if self.types[self.source.time] not in _WHOLE:
            return TimeProfile(numbers=0, texts=self.rows, median=0)
        found = self.bounds[self.source.time]
        limits = (MICROSECONDS_FROM, MILLISECONDS_FROM, EPOCH_SECONDS_FROM)
        if found is not None and not any(found[0] < limit <= found[1] for limit in limits):
            return TimeProfile(numbers=self.rows, texts=0, median=int(found[0]))
        time = _quoted(self.source.time)
        numbers, median = connection.execute(
            f"select count(*), coalesce(quantile_disc({time}, 0.5), 0) from {self._file} where {time} >= 0"  # noqa: S608 - a quoted column
        ).fetchall()[0]
        return TimeProfile(numbers=numbers, texts=0, median=median)

    def show_touches(
        self, connection: duckdb.DuckDBPyConnection, unit: TimeUnit, zone_ms: int, *, whole_reader: bool
    ) -> None:
        """Make the relations `touches` and `touches_bad`, in which readers are whole numbers or text.

        The table `touches_file` (path, reader, time, key, earliest_ms, latest_ms) has a row if these very columns of the
        file, as they are, stand for all of `touches`.
        """
        source = self.source
        if not isinstance(source, Touches):
            raise TypeError(source)
        order = f"cast({_quoted(source.order)} as varchar)" if source.order else "''"
        meanings = {
            "row": "file_row_number + 1",
            "reader": self._reader(whole=whole_reader),
            "key": f"cast({_quoted(source.key)} as varchar)",
            "key_as_told": _quoted(source.key),
            "ord": f"coalesce({order}, '')",
            "ord_number": f"coalesce(cast({_quoted(source.order)} as decimal(32, 6)), 0)" if source.order else "0",
            "at_ms": self._at_ms(unit, zone_ms),
            "kind": f"coalesce(cast({_quoted(source.kind)} as varchar), '')" if source.kind else "''",
        }
        told = ", ".join(f"{sql} as {name}" for name, sql in meanings.items())
        fault, sound = self._touch_fault(source, unit, zone_ms), self.is_sound(unit)
        good = "" if sound else f"where {fault} is null"
        connection.execute(f"create view touches as select {told} from {self._file} {good}")  # noqa: S608 - quoted columns
        bad = "where false" if sound else f"where {fault} is not null"
        connection.execute(
            f"create table touches_bad as select file_row_number + 1 as row, {fault} as fault, '' as raw "  # noqa: S608 - same
            f"from {self._file} {bad}"
        )
        connection.execute(
            "create table touches_file (path varchar, reader varchar, time varchar, key varchar, earliest_ms bigint, "
            "latest_ms bigint)"
        )
        times = self.bounds[source.time or ""]
        if (
            sound
            and whole_reader
            and times is not None
            and unit == "number_ms"
            and self.types[source.key or ""] in _TEXT
        ):
            names = (*columns_of(source.reader), source.time, source.key)
            row = [str(self.path), *names, *times]
            connection.execute("insert into touches_file values (?, ?, ?, ?, ?, ?)", row)

    def check_conversions(
        self, connection: duckdb.DuckDBPyConnection, unit: TimeUnit, zone_ms: int, *, whole_reader: bool
    ) -> None:
        """Make the table `conversions_checked`, as the query of that name does from text."""
        source = self.source
        if not isinstance(source, Conversions):
            raise TypeError(source)
        at_ms, value = self._at_ms(unit, zone_ms), self._value_fen(source)
        time = _quoted(source.time) if source.time else "null"
        identity = f"cast({_quoted(source.id)} as varchar)" if source.id else "cast(null as varchar)"
        id_missing = f"when coalesce({identity}, '') = '' then 'id_missing'" if source.id else ""
        untimed = f"{time} is not null and" if source.missing_time == "last_touch" else ""
        connection.execute(
            f"create table conversions_checked as select file_row_number + 1 as row, '' as raw, "  # noqa: S608 - quoted columns
            f"{self._reader(whole=whole_reader)} as reader, {identity} as id, {at_ms} as at_ms, {value} as value_fen, "
            f"case when {self._reader_absent()} then 'reader_missing' {id_missing} "
            f"when {untimed} {self._time_fault(time, at_ms)} is not null then {self._time_fault(time, at_ms)} "
            f"when {value} < 0 then 'value_negative' end as fault from {self._file}"
        )

    def is_sound(self, unit: TimeUnit) -> bool:
        """Tell whether the statistics alone prove that no touch is at fault."""
        texts = [self.bounds[name] for name in (*columns_of(self.source.reader), getattr(self.source, "key", ""))]
        times = self.bounds[self.source.time or ""]
        if any(found is None or found[0] in {"", b""} for found in texts) or times is None:
            return False
        latest = {"number_s": LATEST_MS // 1_000, "number_us": LATEST_MS * 1_000}.get(unit, LATEST_MS)
        whole = self.types[self.source.time or ""] in _WHOLE
        return whole and bool(times[0] >= 0 and times[1] < latest)

    @property
    def _file(self) -> str:
        path = str(self.path).replace("'", "''")
        return f"read_parquet('{path}', file_row_number = true)"

    def _reader(self, *, whole: bool) -> str:
        names = columns_of(self.source.reader)
        if whole:
            return f"cast({_quoted(names[0])} as bigint)"
        parts = [f"cast({_quoted(name)} as varchar)" for name in names]
        # Unit separator: no cell that people write holds it, so ("a", "bc") and ("ab", "c") stay apart.
        return parts[0] if len(parts) == 1 else f"concat_ws(chr(31), {', '.join(parts)})"

    def _reader_absent(self) -> str:
        return " or ".join(_absent(name) for name in columns_of(self.source.reader))

    def _touch_fault(self, source: Touches, unit: TimeUnit, zone_ms: int) -> str:
        fault = self._time_fault(_quoted(source.time or ""), self._at_ms(unit, zone_ms))
        return (
            f"case when {self._reader_absent()} then 'reader_missing' when {_absent(source.key)} then 'key_missing' "
            f"else {fault} end"
        )

    def _time_fault(self, time: str, at_ms: str) -> str:
        return (
            f"case when {time} is null then 'time_missing' when {at_ms} < 0 then 'time_negative' "
            f"when {at_ms} is null or {at_ms} >= {LATEST_MS} then 'time_out_of_range' end"
        )

    def _at_ms(self, unit: TimeUnit, zone_ms: int) -> str:
        if self.source.time is None:
            return "cast(null as bigint)"
        time, kind = _quoted(self.source.time), self.types[self.source.time]
        if kind == _ZONED:
            return f"epoch_ms({time})"
        if kind in _STAMPS:
            return f"epoch_ms(cast({time} as timestamp)) - {zone_ms}"
        if unit == "number_s":
            return f"try_cast(cast({time} as hugeint) * 1000 as bigint)"
        return f"cast({time} as bigint) // 1000" if unit == "number_us" else f"cast({time} as bigint)"

    def _value_fen(self, source: Conversions) -> str:
        if source.value is None:
            return "cast(null as bigint)"
        return f"cast({_quoted(source.value)}{'' if source.value_unit == 'fen' else ' * 100'} as bigint)"


def open_typed(connection: duckdb.DuckDBPyConnection, path: Path, source: Source) -> TypedFile | None:
    """Open a Parquet file by its types; None where some cell needs to be read as text, or rows are chosen.

    Raises `FileBroken`.
    """
    try:
        described = connection.execute("describe select * from read_parquet($path)", {"path": str(path)}).fetchall()
        metadata = pq.ParquetFile(path).metadata
    except (duckdb.Error, pa.ArrowException) as fault:
        raise FileBroken(place=path.name, why=str(fault)) from None
    types = {str(name): str(kind) for name, kind, *_ in described}
    wanted = _wanted(source)
    if source.where or any(types.get(name) not in fitting for name, fitting in wanted):
        return None
    return TypedFile(
        path=path,
        source=source,
        rows=metadata.num_rows,
        types=types,
        bounds={name: _bounds(metadata, name) for name, _ in wanted},
    )


def _wanted(source: Source) -> list[tuple[str, frozenset[str]]]:
    """List the columns that the map names, each with the types by which it can be read without looking at its text."""
    named: list[tuple[str | None, frozenset[str]]] = [
        *((name, _TEXT | _WHOLE) for name in columns_of(source.reader)),
        (source.time, _WHOLE | _STAMPS | {_ZONED}),
    ]
    match source:
        case Touches():
            # An id that counts once needs every row side by side, which is what staging does.
            named += [
                (source.id, frozenset()),
                # A key put together from several columns, or by rules, is text that staging makes.
                *((name, frozenset[str]()) for name in source.made_of),
                (source.key, _TEXT | _WHOLE),
                (source.order, _WHOLE),
                (source.kind, _TEXT),
            ]
        case Conversions():
            named += [(source.id, _TEXT | _WHOLE), (source.value, _WHOLE | _DECIMALS)]
        case _:
            raise TypeError(source)
    return [(name, fitting) for name, fitting in named if name is not None]


def _bounds(metadata: Any, name: str) -> tuple[Any, Any] | None:
    """Read a column's least and greatest value from all row groups, if each tells them and has no null."""
    place = next((n for n in range(metadata.num_columns) if metadata.schema.column(n).path == name), None)
    if place is None or metadata.num_rows == 0:
        return None
    told = [metadata.row_group(group).column(place).statistics for group in range(metadata.num_row_groups)]
    if any(one is None or not one.has_min_max or not one.has_null_count or one.null_count for one in told):
        return None
    return min(one.min for one in told), max(one.max for one in told)


def _absent(name: str) -> str:
    return f"coalesce(cast({_quoted(name)} as varchar), '') = ''"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
