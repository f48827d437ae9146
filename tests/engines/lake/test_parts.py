"""What stands in the lake's files, whoever reads them: two programs that are not ours find the rows that were written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from events.strategies import NOON, read_note
from hongmao.engines.lake.columns import SCHEMA, table_of
from hongmao.engines.lake.files import LocalFiles
from hongmao.engines.lake.parts import write_parts
from hongmao.events.api import Event, Kind, Logged
from hongmao.kernel.time import DAY_MS

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

WHOLE = st.one_of(st.sampled_from([0, 1, -1, 2**63 - 1, -(2**63)]), st.integers(-(2**63), 2**63 - 1))


@settings(max_examples=40)
@given(received=st.lists(WHOLE, min_size=1, max_size=20), data=st.data())
def test_times_of_any_size_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, received: list[int], data: st.DataObject
) -> None:
    root = tmp_path_factory.mktemp("lake")
    events = [
        Event(
            event_id=f"e{number}",
            kind=Kind.READ,
            occurred_at_ms=data.draw(st.integers(NOON - 10**6, NOON + 10**6)),
            received_at_ms=at,
        )
        for number, at in enumerate(received)
    ]
    table = table_of([Logged(offset, event) for offset, event in enumerate(events, 1)])

    written = write_parts(LocalFiles(root), table, first_offset=1, last_offset=len(events))

    paths = [str(root / file.path) for file in written]
    assert pa.concat_tables([pq.read_table(path, schema=SCHEMA) for path in paths]).equals(table)
    with duckdb.connect() as other:
        rows = other.execute(
            'SELECT "offset", occurred_at_ms, received_at_ms FROM read_parquet($paths) ORDER BY 1', {"paths": paths}
        ).fetchall()
    assert rows == [(offset, event.occurred_at_ms, event.received_at_ms) for offset, event in enumerate(events, 1)]


def test_a_file_spends_nothing_on_what_no_row_knows(tmp_path: Path) -> None:
    table = table_of([Logged(1, read_note(1, at_ms=NOON)), Logged(2, read_note(2, at_ms=NOON + DAY_MS, note=None))])

    first, second = write_parts(LocalFiles(tmp_path), table, first_offset=1, last_offset=2)

    knows_notes, knows_none = (pq.ParquetFile(tmp_path / file.path).metadata.row_group(0) for file in (first, second))
    note = SCHEMA.names.index("note")
    assert knows_notes.column(note).compression == "ZSTD"
    assert knows_notes.column(note).has_dictionary_page
    assert knows_none.column(note).compression == "UNCOMPRESSED"
    assert not knows_none.column(note).has_dictionary_page
