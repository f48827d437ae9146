"""Groups that are decoded side by side give what reading one after the other gives, and say what is wrong in its turn."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.strategies import some_events
from hongmao.engines.lake import groups
from hongmao.engines.lake.columns import COLUMNS, SCHEMA, table_of
from hongmao.engines.lake.groups import decoded, groups_of
from hongmao.events.api import Event, Kind, LakeDamaged, Logged

if TYPE_CHECKING:
    from collections.abc import Iterator


def written(table: Any, **changes: Any) -> bytes:
    buffer = BytesIO()
    pq.write_table(table, buffer, row_group_size=5, **changes)
    return buffer.getvalue()


def numbered(events: list[Event], *, after: int = 0) -> Any:
    return table_of([Logged(offset, event) for offset, event in enumerate(events, after + 1)])


@given(
    parts=st.lists(some_events(min_size=1, max_size=17), max_size=3),
    names=st.lists(st.sampled_from(COLUMNS), unique=True, min_size=1),
    until=st.one_of(st.none(), st.integers(0, 30)),
    ahead=st.sampled_from([0, 1, 3]),
    large=st.sampled_from([0, 2**20]),
    told=st.booleans(),
)
def test_batches_are_the_rows_of_the_files_in_order(
    *, parts: list[list[Event]], names: list[str], until: int | None, ahead: int, large: int, told: bool
) -> None:
    tables = [numbered(events, after=number * 10) for number, events in enumerate(parts)]
    schema = pa.schema([SCHEMA.field(name) for name in names])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(groups, "BATCH_ROWS", 3)
        patch.setattr(groups, "AHEAD", ahead)
        patch.setattr(groups, "GROUP_BYTES_MAX", large)

        files = [written(table, write_statistics=told) for table in tables]
        found = list(decoded(group for data in files for group in groups_of(data, schema, until=until)))

    wanted = pa.concat_tables([SCHEMA.empty_table(), *tables])
    if until is not None:
        wanted = wanted.filter(pc.field("offset") <= until)
    assert all(batch.num_rows <= 3 and batch.schema == schema for batch in found)
    assert pa.Table.from_batches(found, schema).to_pylist() == wanted.select(names).to_pylist()


@pytest.mark.parametrize("ahead", [0, 1, 8])
def test_a_fault_comes_after_the_rows_before_it(monkeypatch: pytest.MonkeyPatch, ahead: int) -> None:
    monkeypatch.setattr(groups, "AHEAD", ahead)
    data = written(numbered([Event(event_id=f"e{n}", kind=Kind.READ, occurred_at_ms=n) for n in range(12)]))

    def faulty() -> Iterator[groups.Group]:
        yield from groups_of(data, SCHEMA, until=None)
        raise LakeDamaged(path="next.parquet", why="it is missing")

    rows: list[object] = []
    with pytest.raises(LakeDamaged, match="it is missing"):
        rows.extend(row for batch in decoded(faulty()) for row in batch["offset"].to_pylist())
    assert rows == list(range(1, 13))


def test_whoever_stops_early_leaves_nothing_running(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def endless() -> Iterator[groups.Group]:
        while True:
            asked.append(1)
            yield from groups_of(data, SCHEMA, until=None)

    monkeypatch.setattr(groups, "AHEAD", 2)
    data = written(numbered([Event(event_id="e", kind=Kind.READ, occurred_at_ms=1)]))
    going = decoded(endless())
    next(going)
    going.close()

    assert len(asked) == 3
    assert list(going) == []
