"""Events out of the lake into a file: Parquet, CSV, or JSON by the line. A file appears whole or not at all."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from hongmao.events.disk import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import IO

SUFFIXES: Final = (".parquet", ".csv", ".jsonl")
_LINES: Final = msgspec.json.Encoder()


class Writer(Protocol):
    """Takes batches of one schema, and finishes what it has begun when it is closed."""

    def write_batch(self, batch: Any) -> None:
        """Write the rows of a batch."""
        ...

    def close(self) -> None:
        """Write what belongs at the end."""
        ...


class JsonLines:
    """A `Writer` of one JSON object a line. What is unknown of an event is left out of its line."""

    def __init__(self, file: IO[bytes]) -> None:
        """Write into an open file, which stays open."""
        self._file = file

    def write_batch(self, batch: Any) -> None:
        """Write a line for every row."""
        known = [name for name in batch.schema.names if batch[name].null_count < batch.num_rows]
        rows = zip(*(batch[name].to_pylist() for name in known), strict=True)
        self._file.write(_LINES.encode_lines([_without_unknown(zip(known, row, strict=True)) for row in rows]))

    def close(self) -> None:
        """Nothing belongs at the end."""


def export(batches: Iterable[Any], schema: Any, path: Path) -> int:
    """Write batches to a file of the kind that its name ends with (`SUFFIXES`); durable on return. Give the rows."""
    rows = 0
    with _whole(path) as file, closing(_writer(path.suffix.lower(), file, schema)) as writer:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _writer(suffix: str, file: IO[bytes], schema: Any) -> Writer:
    if suffix == ".jsonl":
        return JsonLines(file)
    target = pa.PythonFile(file, mode="w")
    if suffix == ".csv":
        writer: Writer = pa_csv.CSVWriter(target, schema)
        return writer
    written: Writer = pq.ParquetWriter(target, schema, compression="zstd")
    return written


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """Open a draft beside a file, and put it in its place once it is complete and on disk."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        with draft.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _without_unknown(fields: Iterable[tuple[str, object]]) -> dict[str, object]:
    return {name: value for name, value in fields if value is not None}
