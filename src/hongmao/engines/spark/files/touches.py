"""The good touches of a job as a frame of Spark's: a typed Parquet file where it lies, anything else as it was staged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hongmao.attribution.files.column_map import Touches, columns_of

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from hongmao.attribution.files.contracts import TimeUnit
    from hongmao.engines.attribution.files.reading import Reading

COLUMNS: Final = ("row", "reader", "at_ms", "key", "ord", "kind")
_STAGED_ROWS: Final = 500_000  # of a row group: Spark shares a file among its tasks by row groups
_WHOLE: Final = frozenset({"tinyint", "smallint", "int", "bigint"})
_UNIT_SEPARATOR: Final = "\x1f"
_MINUTE_MS: Final = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How the times of touches are meant."""

    unit: TimeUnit
    zone_ms: int
    """How far ahead of UTC the clock stood that wrote times without a zone."""


def zone_ms(zone: str) -> int:
    """Read `+08:00` as milliseconds ahead of UTC."""
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    return (hours * 60 + minutes) * _MINUTE_MS * (-1 if zone[0] == "-" else 1)


def good_touches(session: Any, reading: Reading, times: Times, scratch: Path) -> Any:
    """Give `row`, `reader` (as the table `readers` has it), `at_ms`, `key`, `ord` and `kind` of every good touch, in no order."""
    typed = reading.typed.get("touches")
    if typed is not None and isinstance(typed.source, Touches):
        # Under a name of ours: Spark reads some characters of a path as patterns, and passes over names with a `_` in front.
        link = scratch / "touches.parquet"
        link.symlink_to(typed.path.absolute())
        frame = _typed(session, link, typed.source, times, whole_reader=reading.whole_reader)
        if frame is not None:
            return _without_bad(session, frame, reading, scratch, sound=typed.is_sound(times.unit))
    return _staged(session, reading.connection, scratch)


def _typed(session: Any, path: Path, source: Touches, times: Times, *, whole_reader: bool) -> Any | None:
    """Read a file by its types; None where Spark has no like of one of them, such as nanoseconds."""
    from pyspark.errors import AnalysisException  # noqa: PLC0415 - an extra, and slow to import
    from pyspark.errors.exceptions.captured import IllegalArgumentException  # noqa: PLC0415 - same
    from pyspark.sql import functions as f  # noqa: PLC0415 - same

    try:
        file = session.read.parquet(str(path))
    except (AnalysisException, IllegalArgumentException):
        return None
    at_ms = _at_ms(file, source.time, times)
    if at_ms is None:
        return None
    readers = [_text(file, name) for name in columns_of(source.reader)]
    if whole_reader:
        readers = [_column(file, columns_of(source.reader)[0]).cast("bigint")]
    return file.select(
        (file.metadataColumn("_metadata")["row_index"] + 1).alias("row"),
        (readers[0] if len(readers) == 1 else f.concat_ws(_UNIT_SEPARATOR, *readers)).alias("reader"),
        at_ms.alias("at_ms"),
        _text(file, source.key).alias("key"),
        (f.coalesce(_text(file, source.order), f.lit("")) if source.order else f.lit("")).alias("ord"),
        (f.coalesce(_text(file, source.kind), f.lit("")) if source.kind else f.lit("")).alias("kind"),
    )


def _at_ms(file: Any, name: str | None, times: Times) -> Any | None:
    from pyspark.sql import functions as f  # noqa: PLC0415 - an extra, and slow to import

    types = dict(file.dtypes)
    time = _column(file, str(name))
    match types[str(name)]:
        case "timestamp":
            return f.unix_millis(time)
        case "timestamp_ntz":
            return f.unix_millis(time.cast("timestamp")) - times.zone_ms
        case kind if kind in _WHOLE and times.unit == "number_us":
            return f.expr(f"cast({_quoted(str(name))} as bigint) div 1000")
        case kind if kind in _WHOLE:
            whole = time.cast("bigint")
            return f.try_multiply(whole, f.lit(1_000).cast("bigint")) if times.unit == "number_s" else whole
        case _:
            return None


def _without_bad(session: Any, frame: Any, reading: Reading, scratch: Path, *, sound: bool) -> Any:
    """Leave out the rows that were set aside when the file was read."""
    if sound:
        return frame
    path = scratch / "touches_bad.parquet"
    _copy(reading.connection, "select row from touches_bad", path)
    return frame.join(session.read.parquet(str(path)), "row", "left_anti")


def _staged(session: Any, connection: duckdb.DuckDBPyConnection, scratch: Path) -> Any:
    """Hand over what DuckDB has read from text, but for readers who never converted: they can earn nothing."""
    path = scratch / "touches_staged.parquet"
    _copy(
        connection,
        f"select {', '.join(COLUMNS)} from touches where reader in (select reader from readers)",  # noqa: S608 - our own names
        path,
    )
    return session.read.parquet(str(path))


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    connection.sql(query).write_parquet(str(path), row_group_size=_STAGED_ROWS)


def _text(file: Any, name: str | None) -> Any:
    return _column(file, str(name)).cast("string")


def _column(file: Any, name: str) -> Any:
    return file[_quoted(name)]


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
