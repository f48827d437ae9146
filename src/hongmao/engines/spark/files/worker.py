"""What runs inside a Python worker of Spark: one bucket of readers, by the code that DuckDB's engine runs on all of them."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from hongmao.kernel.errors import HongmaoError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.engines.attribution.files.credits import BucketStore

SCHEMA: Final = "bucket INT, fault BINARY"
_ARROW: Final = pa.schema([("bucket", pa.int32()), ("fault", pa.binary())])


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketWork:
    """Everything that a worker must know; it is sent to each."""

    store: BucketStore
    """Knows what is asked for, and where what is done stands, rows and sums."""
    buckets: int
    conversions: Path
    """The folder of conversions, one file a bucket."""

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Credit the one bucket that a partition is: its touches come in any order, all of them together."""
        held = [batch for batch in batches if batch.num_rows]
        if not held:
            return
        touches = pa.Table.from_batches(held)
        buckets = touches["reader"].to_numpy() % self.buckets
        number = int(buckets[0])
        if (buckets != number).any():
            # Spark may put partitions together or split them; if it ever does so here, no result is better than a wrong one.
            raise AssertionError(f"a partition holds more than bucket {number}")
        fault = None
        try:
            conversions = pq.read_table(self.conversions_of(number))
            # As many workers run as there are cores: more threads would only stand in each other's way.
            self.store.compute(number, touches, conversions, threads=1)
        except HongmaoError as error:
            # Spark would hand on its text alone; the driver raises it as it was.
            fault = pickle.dumps((type(error), error.params))
        yield pa.RecordBatch.from_arrays(
            [pa.array([number], pa.int32()), pa.array([fault], pa.binary())], schema=_ARROW
        )

    def conversions_of(self, number: int) -> Path:
        """Name the file of a bucket's conversions."""
        return self.conversions / f"{number:05d}.parquet"


def raise_first(faults: list[bytes | None]) -> None:
    """Raise the first error that a worker has met, if any has."""
    for fault in faults:
        if fault is not None:
            kind, params = pickle.loads(fault)  # noqa: S301 - written by our own worker
            raise kind(**params)
