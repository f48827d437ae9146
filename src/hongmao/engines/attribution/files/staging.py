"""One file into a staging table whose columns already have their meaning: row, raw, fault, selected, reader, time, ..."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import duckdb

from hongmao.attribution.files.column_map import columns_of
from hongmao.attribution.files.errors import ColumnsMissing, ColumnTwice, FileBroken, FileEmpty
from hongmao.engines.attribution.files.opening import Kind, blocks, look
from hongmao.engines.attribution.files.text import TextRows, is_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from hongmao.attribution.files.column_map import Format, Source

MEANINGS = ("time", "key", "id", "order", "value", "kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A file as it was read; `rows` counts its records, good or not."""

    file: Path
    kind: Kind
    sha256: str
    size_bytes: int
    rows: int
    blank_lines: int
    unused_columns: tuple[str, ...]


class _Reader(Protocol):
    """A file that knows its columns and can put its records into a table."""

    def columns(self) -> tuple[str, ...]: ...

    def insert(self, wanted: Sequence[str], select: str, parameters: Mapping[str, object]) -> tuple[int, int]: ...


def stage(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    path: Path,
    source: Source,
    form: Format,
    progress: Callable[[str, int, int], None],
) -> Staged:
    """Read a file into `table`. Raises a `BadInput` where the file as a whole cannot be used."""
    kind, digest, size = look(path)
    reader: _Reader = (
        _Parquet(connection, table, path)
        if kind is Kind.PARQUET
        else _Text(connection, table, path, kind, form, source.columns, lambda done: progress(path.name, done, size))
    )
    found = reader.columns()
    wanted = _wanted(source, found, path)
    expressions = ", ".join(f"{sql} as {name}" for name, sql in _meanings(source, wanted).items())
    where = {f"where_{number}": _texts(values) for number, values in enumerate(source.where.values())}
    select = f"select row, raw, fault, {expressions}"
    connection.execute(f"create or replace table {table} as {_EMPTY}")
    rows, blank = reader.insert(wanted, select, where)
    progress(path.name, size, size)
    return Staged(
        file=path,
        kind=kind,
        sha256=digest,
        size_bytes=size,
        rows=rows,
        blank_lines=blank,
        unused_columns=tuple(name for name in found if name not in wanted),
    )


_EMPTY = (
    "select 0::bigint as row, ''::varchar as raw, ''::varchar as fault, true as selected, ''::varchar as reader, "
    "''::varchar as time, ''::varchar as key, ''::varchar as id, ''::varchar as ord, ''::varchar as value, "
    "''::varchar as kind where false"
)


def _wanted(source: Source, found: Sequence[str], path: Path) -> tuple[str, ...]:
    """List the columns that the map names, each once; raise if the file does not have them exactly once."""
    named = [*columns_of(source.reader), *(getattr(source, meaning, None) for meaning in MEANINGS), *source.where]
    wanted = tuple(dict.fromkeys(name for name in named if name is not None))
    missing = [name for name in wanted if name not in found]
    if missing:
        raise ColumnsMissing(place=path.name, missing=", ".join(missing), found=", ".join(found))
    for name in wanted:
        if found.count(name) > 1:
            raise ColumnTwice(place=path.name, column=name)
    return wanted


def _meanings(source: Source, wanted: Sequence[str]) -> dict[str, str]:
    """Write what each staging column is, over the cells `c0`, `c1`, ... of the wanted columns."""
    cell = {name: f"trim(c{place}, ' \t')" for place, name in enumerate(wanted)}
    parts = [cell[name] for name in columns_of(source.reader)]
    empty = " or ".join(f"coalesce({part}, '') = ''" for part in parts)
    conditions = [
        f"coalesce(list_contains($where_{number}, {cell[name]}), false)" for number, name in enumerate(source.where)
    ]
    single = {meaning: cell.get(getattr(source, meaning, None) or "", "null") for meaning in MEANINGS}
    return {
        "selected": " and ".join(conditions) or "true",
        # Unit separator: no cell that people write holds it, so ("a", "bc") and ("ab", "c") stay apart.
        "reader": f"case when {empty} then null else concat_ws(chr(31), {', '.join(parts)}) end",
        "time": single["time"],
        "key": single["key"],
        "id": single["id"],
        "ord": single["order"],
        "value": single["value"],
        "kind": single["kind"],
    }


def _texts(values: object) -> list[str]:
    many = values if isinstance(values, tuple) else (values,)
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in many]


class _Text:
    """A text file, read block by block."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: str,
        path: Path,
        kind: Kind,
        form: Format,
        names: Sequence[str],
        progress: Callable[[int], None],
    ) -> None:
        self._connection, self._table = connection, table
        content = blocks(path, kind, progress=progress)
        delimiter = "\t" if form.delimiter == "auto" and ".tsv" in path.suffixes else form.delimiter
        self._rows = TextRows(name=path.name, blocks=content, encoding=form.encoding, delimiter=delimiter)
        self._header = self._rows.header(names)
        if not self._header:
            raise FileEmpty(place=path.name)

    def columns(self) -> tuple[str, ...]:
        return self._header

    def insert(self, wanted: Sequence[str], select: str, parameters: Mapping[str, object]) -> tuple[int, int]:
        places = [self._header.index(name) for name in wanted]
        cells = ", ".join(f"cells[{place + 1}] as c{number}" for number, place in enumerate(places))
        splitting = (
            "select row, raw, case when len(cells) < $width then 'columns_too_few' "  # noqa: S608 - places are numbers
            f"when len(cells) > $width then 'columns_too_many' end as fault, {cells} "
            "from (select row, raw, string_split(raw, $delimiter) as cells from batch)"
        )
        split = {"delimiter": self._rows.delimiter, "width": self._rows.width}
        for batch in self._rows.batches(places):
            whole = is_whole(batch)
            self._connection.register("batch", batch)
            self._connection.execute(
                f"insert into {self._table} {select} from ({splitting if whole else 'batch'})",
                {**parameters, **split} if whole else parameters,
            )
            self._connection.unregister("batch")
        return self._rows.rows, self._rows.blank_lines


class _Parquet:
    """A Parquet file, read by DuckDB; every cell becomes text, so that one set of rules reads all formats."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
        self._connection, self._table, self._path = connection, table, path

    def columns(self) -> tuple[str, ...]:
        described = self._ask("select * from read_parquet($path) limit 0", {})
        return tuple(str(column[0]) for column in described.description or ())

    def insert(self, wanted: Sequence[str], select: str, parameters: Mapping[str, object]) -> tuple[int, int]:
        cells = ", ".join(f"cast({quoted(name)} as varchar) as c{place}" for place, name in enumerate(wanted))
        rows = (
            f"select file_row_number + 1 as row, null as raw, null as fault, {cells} "  # noqa: S608 - names are quoted
            "from read_parquet($path, file_row_number = true)"
        )
        self._ask(f"insert into {self._table} {select} from ({rows})", parameters)
        count = self._ask("select count(*) from read_parquet($path)", {}).fetchall()[0][0]
        return int(count), 0

    def _ask(self, sql: str, parameters: Mapping[str, object]) -> Any:
        try:
            return self._connection.execute(sql, {**parameters, "path": str(self._path)})
        except duckdb.Error as fault:
            raise FileBroken(place=self._path.name, why=str(fault).partition("\n")[0]) from None


def quoted(name: str) -> str:
    """Write a column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'
