"""Replay gives every event of the days and kinds asked for once, whatever is merged and absorbed meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from events.strategies import NOON, read_note, some_events
from hongmao.engines.lake import ParquetLake, columns, groups, manifest
from hongmao.engines.lake.replay import Wanted, replay
from hongmao.events.api import Event, Kind, LakeDamaged, LakeMissing, Logged
from hongmao.kernel.time import DAY_MS, day_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture
def lake(root: Path) -> Iterator[ParquetLake]:
    with ParquetLake(root, small_files_max=1) as opened:
        yield opened


def logged(events: Sequence[Event], *, after: int = 0) -> list[Logged]:
    return [Logged(offset, event) for offset, event in enumerate(events, after + 1)]


def rows_of(batches: Iterator[Any]) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for batch in batches for row in batch.to_pylist()]


def expected(batch: Sequence[Logged]) -> list[tuple[object, ...]]:
    """Say what the lake holds, from the log alone."""
    return [(entry.offset, str(day_of(entry.event.occurred_at_ms)), *astuple(entry.event)) for entry in batch]


class TestWhatIsAskedFor:
    @given(events=some_events(max_size=12), data=st.data())
    @settings(max_examples=30)
    def test_it_is_what_a_filter_of_the_log_gives(
        self, tmp_path_factory: pytest.TempPathFactory, events: list[Event], data: st.DataObject
    ) -> None:
        batch = logged(events)
        days = sorted({str(day_of(event.occurred_at_ms)) for event in events} | {"2025-05-07"})
        first, last = data.draw(st.sampled_from(days)), data.draw(st.sampled_from(days))
        kinds = frozenset(str(kind) for kind in data.draw(st.sets(st.sampled_from(Kind), max_size=20)))
        root = tmp_path_factory.mktemp("lake")
        with ParquetLake(root, small_files_max=1) as lake:
            lake.absorb(batch[:5])
            lake.absorb(batch[5:])
            if data.draw(st.booleans(), label="merge"):
                lake.compact(whole=data.draw(st.booleans(), label="all of it"))
        manifest.store(root, manifest.load(root))

        found = rows_of(replay(root, Wanted(first_day=first, last_day=last, kinds=kinds)))

        kept = [row for row in expected(batch) if first <= str(row[1]) <= last and (not kinds or str(row[3]) in kinds)]
        assert sorted(found, key=repr) == sorted(kept, key=repr)
        places = [(row[1], row[3]) for row in found]
        assert places == sorted(places, key=lambda place: (str(place[0]), str(place[1])))

    def test_columns_come_in_the_order_asked_for(self, root: Path, lake: ParquetLake) -> None:
        lake.absorb(logged([read_note(1), read_note(2)]))
        wanted = Wanted(columns=("note", "offset"))

        (batch,) = replay(root, wanted)

        assert batch.schema == wanted.schema == pa.schema([("note", pa.string()), ("offset", pa.int64())])
        assert batch.to_pylist() == [{"note": "note-1", "offset": 1}, {"note": "note-1", "offset": 2}]

    def test_nothing_said_is_everything_in_the_order_of_time(self, root: Path, lake: ParquetLake) -> None:
        # 8 May, then a late event of 7 May, then another at the same instant whose id comes first.
        events = [
            read_note(1, at_ms=NOON + DAY_MS),
            read_note(3, at_ms=NOON),
            read_note(2, at_ms=NOON),
        ]
        lake.absorb(logged(events))

        assert [row[2] for row in rows_of(replay(root, Wanted()))] == ["evt-000002", "evt-000003", "evt-000001"]
        assert Wanted().schema == columns.SCHEMA

    def test_where_no_lake_is_nothing_is_made_up(self, root: Path) -> None:
        with pytest.raises(LakeMissing, match="HONGMAO_LAKE"):
            next(replay(root, Wanted()))


class TestWhileItIsWritten:
    """7 May 12:00: a replay has begun with the likes; the sink goes on."""

    @pytest.fixture(autouse=True)
    def nothing_is_read_ahead(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(groups, "AHEAD", 0)

    @pytest.fixture
    def batch(self, lake: ParquetLake) -> list[Logged]:
        events = [replace(read_note(number), kind=Kind.LIKE if number == 1 else Kind.READ) for number in range(1, 7)]
        batch = logged(events)
        for start in (0, 2, 4):
            lake.absorb(batch[start : start + 2])
        return batch

    def test_merges_that_take_its_files_and_new_events_change_nothing(
        self, root: Path, lake: ParquetLake, batch: list[Logged]
    ) -> None:
        going = replay(root, Wanted())
        first = next(going)
        lake.compact()
        for number in (7, 8, 9):
            lake.absorb(logged([read_note(number)], after=number - 1))
            lake.compact()
        names = {file.path for file in manifest.load(root).files}
        assert {path.relative_to(root).as_posix() for path in root.rglob("*kind=read/*.parquet")} - names

        rest = rows_of(going)

        assert sorted(rows_of(iter([first])) + rest, key=repr) == sorted(expected(batch), key=repr)

    def test_a_lake_that_is_wiped_meanwhile_says_so(self, root: Path, lake: ParquetLake, batch: list[Logged]) -> None:
        going = replay(root, Wanted())
        next(going)
        lake.wipe()
        lake.absorb(batch)

        with pytest.raises(LakeDamaged, match="made anew while it was read"):
            list(going)


class TestDamage:
    @pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
    def test_a_flipped_bit_anywhere_is_named_before_a_row_is_given(
        self, root: Path, lake: ParquetLake, place: float
    ) -> None:
        lake.absorb(logged([read_note(number) for number in range(1, 50)]))
        (path,) = root.rglob("*.parquet")
        data = bytearray(path.read_bytes())
        data[int(len(data) * place)] ^= 4
        path.write_bytes(data)

        with pytest.raises(LakeDamaged, match="checksum does not match") as caught:
            next(replay(root, Wanted(columns=("offset",))))
        assert str(caught.value.params["path"]).startswith("events/day=2025-05-07/kind=read/")

    def test_a_lost_file_is_named(self, root: Path, lake: ParquetLake) -> None:
        lake.absorb(logged([read_note(1)]))
        (path,) = root.rglob("*.parquet")
        path.unlink()

        with pytest.raises(LakeDamaged, match="it is missing"):
            next(replay(root, Wanted()))

    def test_a_merge_refuses_to_give_damage_a_checksum_of_its_own(self, root: Path, lake: ParquetLake) -> None:
        lake.absorb(logged([read_note(1)]))
        lake.absorb(logged([read_note(2)], after=1))
        path = min(root.rglob("*.parquet"))
        path.write_bytes(path.read_bytes()[:-9] + b"\x01" + path.read_bytes()[-8:])
        before = manifest.load(root)

        with pytest.raises(LakeDamaged, match="checksum does not match"):
            lake.compact()
        assert manifest.load(root) == before
