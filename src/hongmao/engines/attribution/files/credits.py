"""Credits of a job as Parquet files, one per bucket, and as one file in the end; their sums beside them."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hongmao.engines.attribution.files.asked import Sum, Totals, column_of, credits_schema
from hongmao.engines.attribution.files.bucket import credit_bucket

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from hongmao.attribution.files.contracts import Rule
    from hongmao.engines.attribution.files.asked import Asked

ROW_GROUP = 1_048_576
_NAMES = ("window", "key", "reason")
"""Columns that are codes already; any other dictionary would only be built to be thrown away."""
_RISING = ("conversion_row", "touch_row", "touch_at_ms")


class _Stored(msgspec.Struct, frozen=True):
    rule: int
    key: str | None
    picos: int
    fen: int
    known: bool
    unknown: bool


class BucketStore:
    """Buckets that are done, below one folder: what was finished before a crash is not computed again."""

    def __init__(self, folder: Path, asked: Asked) -> None:
        """Use a folder that belongs to this very job."""
        self._folder = folder
        self._asked = asked
        folder.mkdir(parents=True, exist_ok=True)

    def done(self, number: int) -> Totals | None:
        """Give a finished bucket's sums."""
        try:
            stored = msgspec.json.decode((self._folder / f"{number:05d}.json").read_bytes(), type=list[_Stored])
        except FileNotFoundError:
            return None
        return {
            (one.rule, one.key): Sum(picos=one.picos, fen=one.fen, known=one.known, unknown=one.unknown)
            for one in stored
        }

    def compute(self, number: int, touches: Any, conversions: Any, *, threads: int | None = None) -> Totals:
        """Credit a bucket, keep its rows if they are wanted, and say it is done."""
        totals: Totals = {}
        pieces = credit_bucket(self._asked, touches, conversions, totals, threads=threads)
        if self._asked.with_rows:
            self._write(number, pieces)
        else:
            deque(pieces, maxlen=0)
        stored = [_Stored(rule, key, one.picos, one.fen, one.known, one.unknown) for (rule, key), one in totals.items()]
        waiting = self._folder / f"{number:05d}.json.new"
        waiting.write_bytes(msgspec.json.encode(stored))
        waiting.replace(self._folder / f"{number:05d}.json")
        return totals

    def _write(self, number: int, pieces: Iterator[Any]) -> None:
        path = self._folder / f"{number:05d}.parquet"
        with open_writer(path, credits_schema(self._asked)) as writer, ThreadPoolExecutor(1) as behind:
            # A piece is written while the next is computed; no more than two are held.
            writing = behind.submit(lambda: None)
            for table in pieces:
                writing.result()
                writing = behind.submit(writer.write_table, table, row_group_size=ROW_GROUP)
            writing.result()

    def files(self) -> tuple[Path, ...]:
        """List the buckets' files in order."""
        return tuple(sorted(self._folder.glob("*.parquet")))


def open_writer(path: Path, schema: Any) -> Any:
    """Open a Parquet file of credits for writing."""
    # Rows and instants differ little from one line to the next: as differences they are smaller than Snappy makes them, and
    # written in two thirds of the time. The rest is Snappy, not the lake's zstd: credits are made anew more often than read.
    return pq.ParquetWriter(
        path,
        schema,
        compression={field.name: "none" if field.name in _RISING else "snappy" for field in schema},
        use_dictionary=list(_NAMES),
        column_encoding=dict.fromkeys(_RISING, "DELTA_BINARY_PACKED"),
        write_statistics=["conversion_row", "touch_row"],
    )


def gather(files: Sequence[Path], schema: Any, path: Path, *, fleeting: bool) -> None:
    """Put buckets together, in order, without holding more than a piece of one in memory.

    `fleeting` says that the buckets go when the job does, so that a single one need not be copied to be given away.
    """
    if len(files) == 1:
        _give(files[0], path, fleeting=fleeting)
        return
    groups = [(file, group) for file in files for group in range(pq.read_metadata(file).num_row_groups)]
    with open_writer(path, schema) as writer, ThreadPoolExecutor(1) as ahead:
        # A piece is read while the one before it is written; no more than two are held.
        reading: deque[Future[Any]] = deque()
        for place in groups:
            reading.append(ahead.submit(_piece_of, *place))
            if len(reading) > 1:
                writer.write_table(reading.popleft().result(), row_group_size=ROW_GROUP)
        for last in reading:
            writer.write_table(last.result(), row_group_size=ROW_GROUP)


def _piece_of(file: Path, group: int) -> Any:
    with pq.ParquetFile(file, read_dictionary=list(_NAMES)) as told:
        return told.read_row_group(group)


def _give(file: Path, path: Path, *, fleeting: bool) -> None:
    if fleeting:
        waiting = path.with_name(f"{path.name}.new")
        with suppress(OSError):  # another file system, or one without links: copied, as if it were kept
            waiting.unlink(missing_ok=True)
            os.link(file, waiting)
            waiting.replace(path)
            return
    shutil.copyfile(file, path)


def checksums(files: Sequence[Path], asked: Asked) -> dict[str, str]:
    """Name each rule's credits by content: SHA-256 over its rows in a fixed order, whatever engine or cut made them."""
    return {rule.label: _checksum(files, rule, with_value=asked.with_value) for rule in asked.rules}


def _checksum(files: Sequence[Path], rule: Rule, *, with_value: bool) -> str:
    figures = [f"credit:{column_of(rule)}", *([f"fen:{column_of(rule)}"] if with_value else [])]
    columns = ["conversion_row", "touch_row", *figures]
    whole = pa.concat_tables([pq.read_table(file, columns=["window", *columns]) for file in files])
    window = whole["window"].cast(pa.string())
    there = pc.is_null(window) if rule.window is None else pc.equal(window, rule.window)
    mine = whole.filter(pc.and_(pc.fill_null(there, False), whole[figures[0]].is_valid()))  # noqa: FBT003 - a value to fill in
    arrays = [pc.fill_null(mine[name], -1).to_numpy().astype(np.int64) for name in columns]
    order = np.lexsort((arrays[1], arrays[0]))
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array[order]).tobytes())
    return digest.hexdigest()
