"""Text into rows, such that a broken row costs itself and no other.

A stretch without a quote needs none of this: each of its lines is a record. Where there are quotes, a field may hold line
ends, and a quote that is never closed is a fault of the line it stands on, not of the rest of the file.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import Self

RECORD_LINES_MAX = 64
"""How many lines one quoted record may span before its quote counts as never closed."""


class Damaged(str):
    """A line that could not be decoded or is too long, shown as well as it can be; `code` says what is wrong."""

    __slots__ = ("code",)
    code: str

    def __new__(cls, text: str, code: str) -> Self:
        """Keep the text and what is wrong with it."""
        line = super().__new__(cls, text)
        line.code = code
        return line


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its line number, its text, and either its cells or what is wrong with it."""

    number: int
    raw: str
    cells: list[str] | None
    fault: str | None


@dataclass(frozen=True, slots=True)
class Split:
    """What a stretch of lines came to. `left` lines at its end belong to a record that is not complete yet."""

    rows: list[Row]
    blank_lines: int
    left: int


def split(lines: list[str], *, first: int, delimiter: str, width: int | None, final: bool) -> Split:
    """Split lines numbered from `first` into records. A width of None takes the first record's own.

    Unless `final`, a record that is still open at the end is left for the next stretch.
    """
    rows: list[Row] = []
    blank = at = 0
    while at < len(lines):
        line = lines[at]
        if not line and not isinstance(line, Damaged):
            blank, at = blank + 1, at + 1
            continue
        taken, cells, fault = _record(lines, at, delimiter=delimiter, width=width, final=final)
        if taken == 0:
            break
        if cells is not None:
            width = len(cells) if width is None else width
            fault = _width_fault(len(cells), width)
        raw = "\n".join(lines[at : at + taken])
        rows.append(Row(first + at, raw, None if fault else cells, fault))
        at += taken
    return Split(rows, blank, len(lines) - at)


def _width_fault(found: int, width: int) -> str | None:
    if found == width:
        return None
    return "columns_too_few" if found < width else "columns_too_many"


def _record(
    lines: list[str], at: int, *, delimiter: str, width: int | None, final: bool
) -> tuple[int, list[str] | None, str | None]:
    """Take one record from `lines[at:]`: how many lines it spans (0 for "not complete yet"), its cells or its fault."""
    line = lines[at]
    if isinstance(line, Damaged):
        return 1, None, line.code
    if '"' not in line:
        return 1, line.split(delimiter), None
    quotes = 0
    for span in range(1, RECORD_LINES_MAX + 1):
        if at + span > len(lines):
            return (1, None, "quote_unclosed") if final else (0, None, None)
        quotes += lines[at + span - 1].count('"')
        if quotes % 2:
            continue  # inside a quoted field: the record goes on
        cells = _cells("\n".join(lines[at : at + span]), delimiter)
        if span == 1:
            return (1, cells, None) if cells is not None else (1, None, "quote_misplaced")
        if cells is not None and width in (None, len(cells)):
            return span, cells, None
        break
    return 1, None, "quote_unclosed"


def _cells(text: str, delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        return None
