"""A file of JSON objects, one a line, as Arrow batches of lines: `row`, `raw`, and a fault where a line is no text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from hongmao.engines.attribution.files.text import LINE_BYTES_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUFFIXES = frozenset({".json", ".jsonl", ".ndjson"})
_SHOWN_BYTES = 1_000
_SCHEMA = pa.schema([("row", pa.int64()), ("raw", pa.string()), ("fault", pa.string())])


def is_json_lines(path: Path) -> bool:
    """Tell by its name whether a file holds JSON: `.json`, `.jsonl` or `.ndjson`, packed or not."""
    return not SUFFIXES.isdisjoint(path.suffixes)


@dataclass(slots=True)
class JsonLines:
    """Reads lines from blocks. After `batches` the counts are final."""

    blocks: Iterator[bytes]
    rows: int = 0
    blank_lines: int = 0
    _next: int = 1

    def batches(self) -> Iterator[Any]:
        """Give every line that is not blank, with its number."""
        carry, skipping = b"", False
        for block in self.blocks:
            content, newline, rest = (carry + block).rpartition(b"\n")
            if newline:
                yield self._batch(content.split(b"\n"), first_is_cut=skipping)
                skipping = False
            carry = rest
            if len(carry) > LINE_BYTES_MAX:
                # A line that does not end: its beginning is kept to be shown, the rest is skipped.
                carry, skipping = carry[:_SHOWN_BYTES], True
        if carry:
            yield self._batch([carry], first_is_cut=skipping)

    def _batch(self, lines: list[bytes], *, first_is_cut: bool) -> Any:
        numbers, texts, faults = [], [], []
        for number, line in enumerate(lines, self._next):
            if not line.strip():
                self.blank_lines += 1
                continue
            text, fault = _text(line)
            numbers.append(number)
            texts.append(text)
            faults.append("row_too_long" if first_is_cut and number == self._next else fault)
        self._next += len(lines)
        self.rows += len(numbers)
        arrays = [pa.array(column, kind) for column, kind in zip((numbers, texts, faults), _SCHEMA.types, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)


def _text(line: bytes) -> tuple[str, str | None]:
    if len(line) > LINE_BYTES_MAX:
        return line[:_SHOWN_BYTES].decode("utf-8", "backslashreplace"), "row_too_long"
    try:
        return line.rstrip(b"\r").decode("utf-8-sig"), None
    except UnicodeDecodeError:
        return line.decode("utf-8", "backslashreplace"), "not_decodable"
