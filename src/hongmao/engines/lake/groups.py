"""Row groups of proved files as Arrow batches, in order: while one is looked at, the next ones are decoded.

Arrow decodes on all cores within one group, and spends most of that on waiting for the longest column. Whole groups side by
side keep the cores busy. Columns of which a group knows nothing are not decoded at all.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hongmao.events.api import LakeDamaged

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

BATCH_ROWS: Final = 65_536
DECODERS: Final = 2
AHEAD: Final = 3
"""How many groups are decoded or wait for it, besides the one that is looked at."""
GROUP_BYTES_MAX: Final = 64 * 2**20
"""A larger group, such as one of long texts, is decoded batch by batch when its turn comes."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One row group of a file, and what of it is wanted."""

    data: bytes
    """The whole file."""
    metadata: Any
    number: int
    schema: Any
    """Of the batches."""
    until: int | None
    """The last offset that is wanted; None where there are no later ones."""

    @property
    def is_large(self) -> bool:
        """Tell whether it is too large to be decoded as a whole."""
        return bool(self.metadata.row_group(self.number).total_byte_size > GROUP_BYTES_MAX)

    def decoded(self) -> Iterable[Any]:
        """Give its batches."""
        table = self._opened().read_row_group(self.number, columns=self._known(), use_threads=False)
        return [self._finished(batch) for batch in table.to_batches(max_chunksize=BATCH_ROWS)]

    def decoding(self) -> Iterator[Any]:
        """Give its batches, each decoded when it is asked for."""
        for batch in self._opened().iter_batches(BATCH_ROWS, row_groups=[self.number], columns=self._known()):
            yield self._finished(batch)

    def _opened(self) -> Any:
        return pq.ParquetFile(pa.BufferReader(self.data), metadata=self.metadata)

    def _known(self) -> list[str]:
        """Name what has to be decoded: one column at least, which counts the rows."""
        group, wanted = self.metadata.row_group(self.number), {*self.schema.names, "offset"}
        parts = [group.column(place) for place in range(group.num_columns)]
        return [part.path_in_schema for part in parts if part.path_in_schema in wanted and not _is_unknown(part)]

    def _finished(self, batch: Any) -> Any:
        if self.until is not None:
            batch = batch.filter(pc.less_equal(batch["offset"], self.until))
        there = set(batch.schema.names)
        whole = [batch[one.name] if one.name in there else pa.nulls(batch.num_rows, one.type) for one in self.schema]
        return pa.RecordBatch.from_arrays(whole, schema=self.schema)


def groups_of(data: bytes, schema: Any, *, until: int | None) -> Iterator[Group]:
    """Take a file apart."""
    metadata = pq.read_metadata(pa.BufferReader(data))
    for number in range(metadata.num_row_groups):
        yield Group(data=data, metadata=metadata, number=number, schema=schema, until=until)


def decoded(groups: Iterable[Group]) -> Generator[Any, None, None]:
    """Give the batches of groups, in order; what is said against a later group comes after the batches of earlier ones."""
    waiting: deque[Future[Iterable[Any]]] = deque()
    with ThreadPoolExecutor(DECODERS, thread_name_prefix="hongmao-replay") as decoders:
        try:
            for begun in _begun(groups, decoders):
                waiting.append(begun)
                if len(waiting) > AHEAD:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            for begun in waiting:
                begun.cancel()


def _begun(groups: Iterable[Group], decoders: ThreadPoolExecutor) -> Iterator[Future[Iterable[Any]]]:
    try:
        for group in groups:
            if group.is_large:
                later: Future[Iterable[Any]] = Future()
                later.set_result(group.decoding())
                yield later
            else:
                yield decoders.submit(group.decoded)
    except LakeDamaged as error:
        fault: Future[Iterable[Any]] = Future()
        fault.set_exception(error)
        yield fault


def _is_unknown(part: Any) -> bool:
    """Tell whether no row of a column's part knows it; a file that does not say is read."""
    told = part.statistics
    return told is not None and told.has_null_count and told.null_count == part.num_values
