"""A text file as Arrow batches of records: whole lines where any engine can split them, cells where it takes care."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from hongmao.attribution.files.errors import HeaderUnreadable
from hongmao.engines.attribution.files.splitting import RECORD_LINES_MAX, Damaged, Row, split

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LINE_BYTES_MAX = 1024 * 1024
_SHOWN_BYTES = 1_000
_DELIMITERS = (",", "\t", ";", "|")


_WHOLE = pa.schema([("row", pa.int64()), ("raw", pa.string())])


def split_schema(columns: int) -> Any:
    """Describe a batch of split records: `row`, `raw`, `fault`, then `c0`, `c1`, ... for the columns asked for."""
    cells = [(f"c{number}", pa.string()) for number in range(columns)]
    return pa.schema([*_WHOLE, ("fault", pa.string()), *cells])


def is_whole(batch: Any) -> bool:
    """Tell whether a batch has lines without a quote, which may be split at every delimiter; its faults are to be found."""
    return bool(batch.schema == _WHOLE)


@dataclass(slots=True)
class TextRows:
    """Reads one text file from its blocks. `header` first, then `batches`; afterwards the counts are final."""

    name: str
    blocks: Iterator[bytes]
    encoding: str
    delimiter: str
    rows: int = 0
    blank_lines: int = 0
    _lines: list[str] = field(default_factory=list)
    _next: int = 1
    _carry: bytes = b""
    _overlong: bool = False
    _special: bool = False
    _width: int = 0

    def header(self, given: Sequence[str]) -> tuple[str, ...]:
        """Read the names of the columns, or take the given ones where the first row is data already."""
        self._fill()
        while self._lines and self._lines[0] in ("", "\ufeff"):
            self._take(1)
            self.blank_lines += 1
        if not self._lines:
            return tuple(given)
        if isinstance(self._lines[0], Damaged):
            raise HeaderUnreadable(place=self.name, encoding=self.encoding)
        self._lines[0] = self._lines[0].removeprefix("\ufeff")
        if self.delimiter == "auto":
            self.delimiter = max(_DELIMITERS, key=self._lines[0].count)
        if given:
            self._width = len(given)
            return tuple(given)
        start = self._lines[:RECORD_LINES_MAX]
        first = split(start, first=self._next, delimiter=self.delimiter, width=None, final=True).rows[0]
        if first.cells is None:
            raise HeaderUnreadable(place=self.name, encoding=self.encoding)
        self._take(first.raw.count("\n") + 1)
        self._width = len(first.cells)
        return tuple(cell.strip() for cell in first.cells)

    @property
    def width(self) -> int:
        """Give the number of columns a good record has."""
        return self._width

    def batches(self, wanted: Sequence[int]) -> Iterator[Any]:
        """Give every record, good or not: `is_whole` lines, or split ones with the cells at the wanted positions."""
        schema = split_schema(len(wanted))
        more = True
        while more or self._lines:
            if self._lines:
                batch = self._careful(wanted, schema, final=not more) if self._special else self._whole()
                if batch.num_rows:
                    yield batch
            more = more and self._fill()

    def _whole(self) -> Any:
        lines, first = self._lines, self._next
        self._take(len(lines))
        self.rows += len(lines)
        numbers = pa.array(range(first, first + len(lines)), pa.int64())
        return pa.RecordBatch.from_arrays([numbers, pa.array(lines, pa.string())], schema=_WHOLE)

    def _careful(self, wanted: Sequence[int], schema: Any, *, final: bool) -> Any:
        lines = self._lines
        done = split(lines, first=self._next, delimiter=self.delimiter, width=self._width, final=final)
        self._take(len(lines) - done.left)
        self.rows += len(done.rows)
        self.blank_lines += done.blank_lines
        return _batch_of(done.rows, wanted, schema)

    def _take(self, count: int) -> None:
        self._lines = self._lines[count:]
        self._next += count
        self._special = self._special and bool(self._lines)

    def _fill(self) -> bool:
        """Add the lines of the next block; False once the file is at its end and its last line was added."""
        for block in self.blocks:
            whole, newline, rest = (self._carry + block).rpartition(b"\n")
            self._carry = rest
            if newline:
                self._add(whole)
            if len(self._carry) > LINE_BYTES_MAX:
                # A line that does not end: its beginning is kept to be shown, the rest is skipped.
                self._overlong, self._carry = True, self._carry[:_SHOWN_BYTES]
            if newline:
                return True
        last, self._carry = self._carry, b""
        if last:
            self._add(last)
        return bool(last)

    def _add(self, content: bytes) -> None:
        try:
            text = content.decode(self.encoding)
        except UnicodeDecodeError:
            self._special = True
            lines = [_line(one, self.encoding) for one in content.split(b"\n")]
        else:
            lines = (text.replace("\r\n", "\n").removesuffix("\r") if "\r" in text else text).split("\n")
            self._special = self._special or '"' in text or "" in lines
        if self._overlong:
            self._special, self._overlong = True, False
            lines[0] = Damaged(lines[0], "row_too_long")
        self._lines.extend(lines)


def _line(content: bytes, encoding: str) -> str:
    content = content.removesuffix(b"\r")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return Damaged(content.decode(encoding, "backslashreplace"), "not_decodable")


def _batch_of(rows: Sequence[Row], wanted: Sequence[int], schema: Any) -> Any:
    columns: list[list[Any]] = [
        [row.number for row in rows],
        [str(row.raw) for row in rows],
        [row.fault for row in rows],
        *([None if row.cells is None else row.cells[place] for row in rows] for place in wanted),
    ]
    arrays = [pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
