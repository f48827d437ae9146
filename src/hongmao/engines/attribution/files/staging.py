"""One file into a staging table whose columns already have their meaning: row, raw, fault, selected, reader, time, ..."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import duckdb

from hongmao.attribution.files.column_map import Touches, columns_of
from hongmao.attribution.files.errors import ColumnsMissing, ColumnTwice, FileBroken, FileEmpty, PatternRefused
from hongmao.engines.attribution.files.json_lines import JsonLines, is_json_lines
from hongmao.engines.attribution.files.nested import of_json, of_struct, quoted
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
    size_bytes: int
    rows: int
    blank_lines: int
    unused_columns: tuple[str, ...]


class _Reader(Protocol):
    """A file that knows its columns and can put its records into a table."""

    def columns(self) -> tuple[str, ...]: ...

    def has(self, name: str) -> bool: ...

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
    kind, size = look(path)
    told = lambda done: progress(path.name, done, size)  # noqa: E731 - two readers tell it alike
    reader: _Reader
    if kind is Kind.PARQUET:
        reader = _Parquet(connection, table, path)
    elif is_json_lines(path):
        reader = _Json(connection, table, JsonLines(blocks(path, kind, progress=told)))
    else:
        reader = _Text(connection, table, path, kind, form, source.columns, told)
    found = reader.columns()
    wanted = _wanted(source, reader, path)
    expressions = ", ".join(f"{sql} as {name}" for name, sql in _meanings(source, wanted).items())
    where: dict[str, object] = {
        f"where_{number}": _texts(values) for number, values in enumerate(source.where.values())
    }
    where |= _rule_parameters(connection, source)
    select = f"select row, raw, fault, {expressions}"
    connection.execute(f"create or replace table {table} as {_EMPTY}")
    rows, blank = reader.insert(wanted, select, where)
    progress(path.name, size, size)
    return Staged(
        file=path,
        kind=kind,
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


def _wanted(source: Source, reader: _Reader, path: Path) -> tuple[str, ...]:
    """List the columns that the map names, each once; raise if the file does not have them exactly once."""
    made_of = source.made_of if isinstance(source, Touches) else ()
    meanings = [getattr(source, meaning, None) for meaning in MEANINGS if not (made_of and meaning == "key")]
    named = [*columns_of(source.reader), *meanings, *made_of, *source.where]
    wanted, found = tuple(dict.fromkeys(name for name in named if name is not None)), reader.columns()
    missing = [name for name in wanted if not reader.has(name)]
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
        "key": _key(source, cell) if isinstance(source, Touches) and source.made_of else single["key"],
        "id": single["id"],
        "ord": single["order"],
        "value": single["value"],
        "kind": single["kind"],
    }


def _key(source: Touches, cell: Mapping[str, str]) -> str:
    """Write a key that rules name, or that several columns make together."""
    cases = []
    for number, rule in enumerate(source.channels):
        fits = [
            f"list_contains($channel_{number}_{place}, coalesce({cell[name]}, ''))"
            for place, name in enumerate(rule.where)
        ]
        fits += [
            f"regexp_full_match(coalesce({cell[name]}, ''), $pattern_{number}_{place})"
            for place, name in enumerate(rule.matching)
        ]
        cases.append(f"when {' and '.join(fits) or 'true'} then $channel_{number}")
    parts = ", ".join(f"nullif({cell[name]}, '')" for name in source.key_of or (source.key,))
    joined = f"concat_ws(' / ', {parts})"
    return f"case {' '.join(cases)} else {joined} end" if cases else joined


def _rule_parameters(connection: duckdb.DuckDBPyConnection, source: Source) -> dict[str, object]:
    """Give the values that the rules of a map compare with; raises `PatternRefused`."""
    found: dict[str, object] = {}
    for number, rule in enumerate(source.channels if isinstance(source, Touches) else ()):
        found[f"channel_{number}"] = rule.name
        found |= {f"channel_{number}_{place}": _texts(values) for place, values in enumerate(rule.where.values())}
        for place, pattern in enumerate(rule.matching.values()):
            try:
                connection.execute("select regexp_full_match('', $pattern)", {"pattern": pattern})
            except duckdb.Error as fault:
                raise PatternRefused(place=rule.name, pattern=pattern, why=str(fault).partition("\n")[0]) from None
            found[f"pattern_{number}_{place}"] = pattern
    return found


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

    def has(self, name: str) -> bool:
        return name in self._header

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

    def has(self, name: str) -> bool:
        if name in self.columns():
            return True
        inside = of_struct(name)
        if inside is None:
            return False
        try:
            self._connection.execute(f"select {inside} from read_parquet($path) limit 0", {"path": str(self._path)})  # noqa: S608 - names are quoted
        except duckdb.Error:
            return False
        return True

    def insert(self, wanted: Sequence[str], select: str, parameters: Mapping[str, object]) -> tuple[int, int]:
        flat = self.columns()
        cells = ", ".join(f"{self._cell(name, flat)} as c{place}" for place, name in enumerate(wanted))
        rows = (
            f"select file_row_number + 1 as row, null as raw, null as fault, {cells} "  # noqa: S608 - names are quoted
            "from read_parquet($path, file_row_number = true)"
        )
        self._ask(f"insert into {self._table} {select} from ({rows})", parameters)
        count = self._ask("select count(*) from read_parquet($path)", {}).fetchall()[0][0]
        return int(count), 0

    def _cell(self, name: str, flat: Sequence[str]) -> str:
        inside = None if name in flat else of_struct(name)
        return inside or f"cast({quoted(name)} as varchar)"

    def _ask(self, sql: str, parameters: Mapping[str, object]) -> Any:
        try:
            return self._connection.execute(sql, {**parameters, "path": str(self._path)})
        except duckdb.Error as fault:
            raise FileBroken(place=self._path.name, why=str(fault).partition("\n")[0]) from None


class _Json:
    """A file of JSON objects: any name may be asked for, and an object that does not have it has an empty cell."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: str, lines: JsonLines) -> None:
        self._connection, self._table, self._lines = connection, table, lines

    def columns(self) -> tuple[str, ...]:
        return ()

    def has(self, name: str) -> bool:
        return bool(name)

    def insert(self, wanted: Sequence[str], select: str, parameters: Mapping[str, object]) -> tuple[int, int]:
        cells = ", ".join(f"{of_json(name, 'line')} as c{place}" for place, name in enumerate(wanted))
        rows = (
            f"select row, raw, coalesce(fault, case when line is null then 'not_json' end) as fault, {cells} from ("  # noqa: S608 - names are quoted
            "select *, case when json_valid(raw) and json_type(raw) = 'OBJECT' then cast(raw as json) end as line "
            "from batch)"
        )
        for batch in self._lines.batches():
            self._connection.register("batch", batch)
            self._connection.execute(f"insert into {self._table} {select} from ({rows})", parameters)
            self._connection.unregister("batch")
        return self._lines.rows, self._lines.blank_lines
