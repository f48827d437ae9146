"""Credits of a job as Parquet files, one per bucket, and as one file in the end; their sums beside them."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow.parquet as pq

from hongmao.engines.attribution.files.bucket import Sum, Totals, credit_bucket, credits_schema, merge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hongmao.engines.attribution.files.bucket import Asked

ROW_GROUP = 1_048_576
_PLAIN = ("touch_row", "touch_at_ms", "conversion_row", "conversion_at_ms")
"""Columns with about as many values as rows: a dictionary would only be built to be thrown away."""


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

    def compute(self, number: int, touches: Any, conversions: Any) -> Totals:
        """Credit a bucket, keep its rows if they are wanted, and say it is done."""
        totals: Totals = {}
        pieces = credit_bucket(self._asked, touches, conversions)
        if self._asked.with_rows:
            with open_writer(self._folder / f"{number:05d}.parquet", credits_schema(self._asked)) as writer:
                for table, sums in pieces:
                    writer.write_table(table, row_group_size=ROW_GROUP)
                    merge(totals, sums)
        else:
            for _, sums in pieces:
                merge(totals, sums)
        stored = [_Stored(rule, key, one.picos, one.fen, one.known, one.unknown) for (rule, key), one in totals.items()]
        waiting = self._folder / f"{number:05d}.json.new"
        waiting.write_bytes(msgspec.json.encode(stored))
        waiting.replace(self._folder / f"{number:05d}.json")
        return totals

    def files(self) -> tuple[Path, ...]:
        """List the buckets' files in order."""
        return tuple(sorted(self._folder.glob("*.parquet")))


def open_writer(path: Path, schema: Any) -> Any:
    """Open a Parquet file of credits for writing."""
    coded = [name for name in schema.names if name not in _PLAIN and not name.startswith(("fen:", "credit:decay"))]
    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=1, use_dictionary=coded)


def gather(files: Sequence[Path], schema: Any, path: Path) -> None:
    """Put buckets together, in order, without holding more than a piece of one in memory."""
    if len(files) == 1:
        shutil.copyfile(files[0], path)
        return
    with open_writer(path, schema) as writer:
        for file in files:
            for batch in pq.ParquetFile(file).iter_batches(ROW_GROUP):
                writer.write_batch(batch, row_group_size=ROW_GROUP)


def checksums(files: Sequence[Path], asked: Asked) -> dict[str, str]:
    """Name each rule's credits by content: SHA-256 over its rows in a fixed order, whatever engine or cut made them."""
    return {rule.label: _checksum(files, rule.label, with_value=asked.with_value) for rule in asked.rules}


def _checksum(files: Sequence[Path], label: str, *, with_value: bool) -> str:
    columns = ["conversion_row", "touch_row", f"credit:{label}", *([f"fen:{label}"] if with_value else [])]
    digest = hashlib.sha256()
    for rows in _in_order(files, columns):
        digest.update(rows)
    return digest.hexdigest()


def _in_order(files: Sequence[Path], columns: list[str]) -> Iterator[bytes]:
    import numpy as np  # noqa: PLC0415 - only a check sorts everything
    import pyarrow as pa  # noqa: PLC0415 - as above
    import pyarrow.compute as pc  # noqa: PLC0415 - as above

    whole = pa.concat_tables([pq.read_table(file, columns=columns) for file in files])
    mine = whole.filter(whole[columns[2]].is_valid())
    arrays = [pc.fill_null(mine[name], -1).to_numpy().astype(np.int64) for name in columns]
    for array in np.array(arrays)[:, np.lexsort((arrays[1], arrays[0]))]:
        yield np.ascontiguousarray(array).tobytes()
