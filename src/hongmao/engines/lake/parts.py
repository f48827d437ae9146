"""The files of the lake: a table cut by day and kind, written so that the same rows give the same bytes.

A row group is a whole number of DuckDB's vectors (2,048 rows) and, with columns as narrow as ours, well below the size at
which Spark would split it between two tasks.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hongmao.engines.lake.columns import COLUMNS, SCHEMA
from hongmao.engines.lake.files import EVENTS
from hongmao.engines.lake.manifest import LakeFile
from hongmao.engines.lake.proving import proved_bytes
from hongmao.events.api import LakeDamaged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hongmao.engines.lake.files import LakeFiles

FOLDER: Final = EVENTS
ROW_GROUP_ROWS: Final = 122_880
WRITERS: Final = 4
# Hardly a value of these comes twice in a file, so looking for repeats costs as much as writing them, and finds none.
_UNIQUE: Final = frozenset(
    (
        *("offset", "event_id", "occurred_at_ms", "received_at_ms", "impression", "click_id", "async_click_id"),
        *("media_click", "callback_param", "order_id", "sub_order_id", "ref", "detail"),
    )
)
_REPEATING: Final = [name for name in COLUMNS if name not in _UNIQUE]
# They climb with the rows, so their steps take less room than they do, and less time to read.
_CLIMBING: Final = dict.fromkeys(("offset", "occurred_at_ms", "received_at_ms"), "DELTA_BINARY_PACKED")


def write_parts(files: LakeFiles, table: Any, *, first_offset: int, last_offset: int, mark: str = "") -> list[LakeFile]:
    """Write a sorted table as one file per day and kind, their names ending with `mark`; durable on return."""
    name, span = f"{first_offset:012d}-{last_offset:012d}{mark}", (first_offset, last_offset)

    def write(cut: tuple[str, str, Any]) -> LakeFile:
        day, kind, part = cut
        written = _write(files, part, day=day, kind=kind, name=name, span=span)
        files.settle([written.path])  # each is in a folder of its own
        return written

    # While one file and its name are on their way to the disk another is compressed; the order of the files stays.
    with ThreadPoolExecutor(WRITERS) as writers:
        return list(writers.map(write, _partitions(table)))


def merge(files: LakeFiles, parts: Sequence[LakeFile], *, generation: int, mark: str = "") -> LakeFile:
    """Write the rows of several files of one partition as one file; `LakeDamaged` where one is not what was written."""
    order = [("occurred_at_ms", "ascending"), ("event_id", "ascending")]
    # Proved first: a merge would give damaged rows a checksum of their own.
    table = pa.concat_tables([_table(proved_bytes(files, part)) for part in parts]).sort_by(order)
    span = min(part.first_offset for part in parts), max(part.last_offset for part in parts)
    name = f"{span[0]:012d}-{span[1]:012d}.g{generation:06d}{mark}"
    merged = _write(files, table, day=parts[0].day, kind=parts[0].kind, name=name, span=span)
    files.settle([merged.path])
    return merged


def carry_over(files: LakeFiles, part: LakeFile, *, until: int, generation: int, mark: str = "") -> list[LakeFile]:
    """Write the rows of a file up to an offset anew, under the columns of today; `LakeDamaged` where that cannot be.

    Gives no file where it has no such rows. A column that the file does not have is unknown in all of them.
    """
    found = pq.read_table(BytesIO(proved_bytes(files, part)))
    known = {field.name: field.type for field in SCHEMA}
    strange = [field for field in found.schema if known.get(field.name) != field.type]
    if strange:
        raise LakeDamaged(path=part.path, why=f"this program has no column {strange[0].name} of {strange[0].type}")
    there = set(found.schema.names)
    whole = [found[name] if name in there else pa.nulls(len(found), kind) for name, kind in known.items()]
    table = pa.Table.from_arrays(whole, schema=SCHEMA).filter(pc.less_equal(pc.field("offset"), until))
    if not table.num_rows:
        return []
    span = part.first_offset, min(part.last_offset, until)
    name = f"{span[0]:012d}-{span[1]:012d}.g{generation:06d}{mark}"
    written = _write(files, table, day=part.day, kind=part.kind, name=name, span=span)
    files.settle([written.path])
    return [written]


def _table(data: bytes) -> Any:
    return pq.read_table(BytesIO(data), schema=SCHEMA)


def _partitions(table: Any) -> Iterator[tuple[str, str, Any]]:
    """Cut a table that is sorted by day and kind where either changes."""
    if not table.num_rows:
        return
    codes = [table[name].combine_chunks().dictionary_encode().indices.to_numpy() for name in ("day", "kind")]
    changes = np.flatnonzero(np.logical_or.reduce([np.diff(code) != 0 for code in codes])) + 1
    for start, end in pairwise([0, *changes.tolist(), table.num_rows]):
        yield table["day"][start].as_py(), table["kind"][start].as_py(), table.slice(start, end - start)


def _write(files: LakeFiles, table: Any, *, day: str, kind: str, name: str, span: tuple[int, int]) -> LakeFile:
    path = f"{FOLDER}/day={day}/kind={kind}/{name}.parquet"
    data = _encoded(table.combine_chunks())
    files.put(path, data)
    return LakeFile(
        path=path,
        day=day,
        kind=kind,
        first_offset=span[0],
        last_offset=span[1],
        rows=table.num_rows,
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _encoded(table: Any) -> bytes:
    # A dictionary and a compressor cost a column as much where it knows nothing, and most columns of a kind know nothing.
    known = {name for name in COLUMNS if table[name].null_count < table.num_rows}
    buffer = BytesIO()
    pq.write_table(
        table,
        buffer,
        compression={name: "zstd" if name in known else "none" for name in COLUMNS},
        row_group_size=ROW_GROUP_ROWS,
        use_dictionary=[name for name in _REPEATING if name in known],
        column_encoding=_CLIMBING,
    )
    return buffer.getvalue()
