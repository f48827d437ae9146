"""Touches handed to `Strewn`: from a typed Parquet file where it lies, row groups side by side, or from an Arrow table."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hongmao.attribution.files.errors import FileBroken
from hongmao.attribution.path_files.strewn import Strewn

if TYPE_CHECKING:
    import duckdb

CHUNK_TOUCHES = 1 << 20
"""Row groups are read together up to about so many touches: 24 MiB a thread."""


class TouchesFile(NamedTuple):
    """A file of which three columns, as they are, stand for all touches; see `TypedFile.show_touches`."""

    path: str
    reader: str
    time: str
    key: str
    earliest_ms: int
    latest_ms: int


def touches_file(connection: duckdb.DuckDBPyConnection) -> TouchesFile | None:
    """Ask a job whether its touches can be read from their file as they are."""
    known = connection.execute("select count(*) from duckdb_tables() where table_name = 'touches_file'").fetchall()
    rows = connection.execute("from touches_file").fetchall() if known[0][0] else []
    return TouchesFile(*rows[0]) if rows else None


def strewn_from_file(file: TouchesFile) -> Strewn:
    """Read a file's touches, some row groups at a time; raises `FileBroken`, or `TooManyKeys`."""
    try:
        metadata = pq.ParquetFile(file.path).metadata
        runs = _runs([metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)])
        strewn = Strewn(
            touches=metadata.num_rows, chunks=len(runs), earliest_ms=file.earliest_ms, latest_ms=file.latest_ms
        )
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda chunk: _read(file, strewn, chunk, runs[chunk]), range(len(runs))))
    except (OSError, pa.ArrowException) as fault:
        raise FileBroken(place=Path(file.path).name, why=str(fault)) from None
    return strewn


def strewn_from_table(touches: Any, reader: Any) -> Strewn:
    """Take a table of `key` and `at_ms`, and its readers as numbers; raises `TooManyKeys`."""
    at_ms = touches["at_ms"].to_numpy().astype(np.int64, copy=False)
    strewn = Strewn(
        touches=touches.num_rows,
        chunks=1,
        earliest_ms=int(at_ms.min(initial=0 if not at_ms.size else at_ms[0])),
        latest_ms=int(at_ms.max(initial=0 if not at_ms.size else at_ms[0])),
    )
    key = pc.dictionary_encode(_together(touches["key"]))
    strewn.add(
        0,
        0,
        reader=reader,
        at_ms=at_ms,
        key=key.indices.to_numpy(zero_copy_only=False),
        names=key.dictionary.to_pylist(),
    )
    return strewn


class _Run(NamedTuple):
    """Neighbouring row groups, and the place of their first row."""

    groups: range
    begin: int


def _runs(sizes: list[int]) -> list[_Run]:
    """Put neighbouring row groups together until they are worth a thread's while."""
    begins = [0, *accumulate(sizes)]
    runs, first = [], 0
    for number in range(1, len(sizes) + 1):
        if number == len(sizes) or begins[number] - begins[first] >= CHUNK_TOUCHES:
            runs.append(_Run(range(first, number), begins[first]))
            first = number
    return runs


def _read(file: TouchesFile, strewn: Strewn, chunk: int, run: _Run) -> None:
    # One open file cannot be read by two threads at once.
    with pq.ParquetFile(file.path, read_dictionary=[file.key]) as opened:
        table = opened.read_row_groups(run.groups, columns=[file.reader, file.time, file.key], use_threads=False)
    table = table.unify_dictionaries()
    key = _together(table[file.key])
    strewn.add(
        chunk,
        run.begin,
        reader=_numbers(table[file.reader]),
        at_ms=_numbers(table[file.time]),
        key=key.indices.to_numpy(),
        names=key.dictionary.to_pylist(),
    )


def _numbers(column: Any) -> Any:
    return column.to_numpy().astype(np.int64, copy=False)


def _together(column: Any) -> Any:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
