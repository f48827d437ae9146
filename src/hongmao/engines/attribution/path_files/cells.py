"""The named columns of any file as a table of text: `row`, `raw`, `fault` and one column per meaning.

Text files are read block by block and split with care where there are quotes, Parquet by DuckDB; a cell is text in both,
so that one set of rules reads all formats. A Parquet column of lists becomes text joined by `LIST_SEPARATOR`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from hongmao.attribution.files.errors import ColumnsMissing, ColumnTwice, FileBroken, FileEmpty
from hongmao.engines.attribution.files.nested import quoted
from hongmao.engines.attribution.files.opening import Kind, blocks, digest_of, look
from hongmao.engines.attribution.files.text import TextRows, is_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hongmao.attribution.files.column_map import Format
    from hongmao.attribution.files.ports import Progress

LIST_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """A file as it was read; `rows` counts its records, good or not."""

    file: Path
    kind: Kind
    sha256: str
    size_bytes: int
    rows: int
    blank_lines: int
    unused_columns: tuple[str, ...]
    absent: tuple[str, ...]
    """Meanings whose column the file may lack, and lacks."""
    lists: tuple[str, ...]
    """Meanings whose column holds lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which column each meaning stands in, and which of them may be absent."""

    columns: Mapping[str, str | None]
    optional: frozenset[str]
    names: tuple[str, ...] = ()
    """Names of the columns of a text file without a header."""

    def found_in(self, header: Sequence[str], path: Path) -> dict[str, str | None]:
        """Give the column of each meaning, None for what may be absent; raise if a needed one is not there once."""
        named = {
            meaning: None if column in self.optional and column not in header else column
            for meaning, column in self.columns.items()
        }
        missing = [column for column in named.values() if column is not None and column not in header]
        if missing:
            raise ColumnsMissing(place=path.name, missing=", ".join(missing), found=", ".join(header))
        for column in named.values():
            if column is not None and header.count(column) > 1:
                raise ColumnTwice(place=path.name, column=column)
        return named


def stage_cells(
    connection: duckdb.DuckDBPyConnection, table: str, path: Path, wanted: Wanted, form: Format, progress: Progress
) -> Cells:
    """Read a file into `table`. Raises a `BadInput` where the file as a whole cannot be used."""
    kind, size = look(path)
    reader: _Text | _Parquet = (
        _Parquet(connection, table, path)
        if kind is Kind.PARQUET
        else _Text(connection, table, _rows_of(path, kind, form, size, progress), wanted.names)
    )
    found = wanted.found_in(reader.header, path)
    meanings = "".join(f", ''::varchar as {meaning}" for meaning in found)
    connection.execute(
        f"create or replace table {table} as "
        f"select 0::bigint as row, ''::varchar as raw, ''::varchar as fault{meanings} where false"
    )
    rows, blank = reader.insert(found)
    progress(path.name, size, size)
    return Cells(
        file=path,
        kind=kind,
        sha256=digest_of(path),
        size_bytes=size,
        rows=rows,
        blank_lines=blank,
        unused_columns=tuple(name for name in reader.header if name not in found.values()),
        absent=tuple(meaning for meaning, column in found.items() if column is None),
        lists=tuple(meaning for meaning, column in found.items() if column in reader.lists),
    )


def _rows_of(path: Path, kind: Kind, form: Format, size: int, progress: Progress) -> TextRows:
    content = blocks(path, kind, progress=lambda done: progress(path.name, done, size))
    delimiter = "\t" if form.delimiter == "auto" and ".tsv" in path.suffixes else form.delimiter
    return TextRows(name=path.name, blocks=content, encoding=form.encoding, delimiter=delimiter)


class _Text:
    """A text file, read block by block."""

    lists: frozenset[str] = frozenset()

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: str, rows: TextRows, names: Sequence[str]) -> None:
        self._connection, self._table, self._rows = connection, table, rows
        self.header = rows.header(names)
        if not self.header:
            raise FileEmpty(place=rows.name)

    def insert(self, found: Mapping[str, str | None]) -> tuple[int, int]:
        """Put every record into the table; gives how many there were, and how many blank lines."""
        places = [self.header.index(column) for column in found.values() if column is not None]
        split = ", ".join(f"cells[{place + 1}] as c{number}" for number, place in enumerate(places))
        splitting = (
            "select row, raw, case when len(cells) < $width then 'columns_too_few' "  # noqa: S608 - places are numbers
            f"when len(cells) > $width then 'columns_too_many' end as fault, {split} "
            "from (select row, raw, string_split(raw, $delimiter) as cells from batch)"
        )
        cell = iter(range(len(places)))
        meanings = ", ".join("null" if column is None else f"c{next(cell)}" for column in found.values())
        parameters = {"delimiter": self._rows.delimiter, "width": self._rows.width}
        for batch in self._rows.batches(places):
            whole = is_whole(batch)
            self._connection.register("batch", batch)
            self._connection.execute(
                f"insert into {self._table} select row, raw, fault, {meanings} "  # noqa: S608 - names are ours
                f"from ({splitting if whole else 'batch'})",
                parameters if whole else {},
            )
            self._connection.unregister("batch")
        return self._rows.rows, self._rows.blank_lines


class _Parquet:
    """A Parquet file, read by DuckDB."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
        self._connection, self._table, self._path = connection, table, path
        described = self._ask("select * from read_parquet($path) limit 0").description or ()
        self.header = tuple(str(column[0]) for column in described)
        self.lists = frozenset(str(column[0]) for column in described if str(column[1]).endswith("[]"))

    def insert(self, found: Mapping[str, str | None]) -> tuple[int, int]:
        """Put every row into the table; gives how many there were."""
        cells = ", ".join(self._cell(column) for column in found.values())
        self._ask(
            f"insert into {self._table} select file_row_number + 1, null, null, {cells} "  # noqa: S608 - names are quoted
            "from read_parquet($path, file_row_number = true)"
        )
        count = self._ask("select count(*) from read_parquet($path)").fetchall()[0][0]
        return int(count), 0

    def _cell(self, column: str | None) -> str:
        if column is None:
            return "null"
        if column in self.lists:
            return f"array_to_string(list_transform({quoted(column)}, lambda one: coalesce(cast(one as varchar), '')), chr(31))"
        return f"cast({quoted(column)} as varchar)"

    def _ask(self, sql: str) -> Any:
        try:
            return self._connection.execute(sql, {"path": str(self._path)})
        except duckdb.Error as fault:
            raise FileBroken(place=self._path.name, why=str(fault).partition("\n")[0]) from None
