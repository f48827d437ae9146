"""The past is the log once more: the same events at the same offsets, out of files that are in the order of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from events.strategies import NOON, read_note, some_events
from hongmao.engines.lake import ParquetLake, manifest
from hongmao.engines.lake.past import LakePast
from hongmao.events.api import LakeDamaged, Logged
from hongmao.kernel.time import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hongmao.events.api import Event


def logged(events: Sequence[Event], *, after: int = 0) -> list[Logged]:
    return [Logged(offset, event) for offset, event in enumerate(events, after + 1)]


def absorb(root: Path, *batches: Sequence[Logged]) -> None:
    with ParquetLake(root) as lake:
        for batch in batches:
            lake.absorb(batch)


def everything(past: LakePast, *, after: int = 0, page: int = 2, until: int | None = None) -> list[Logged]:
    found: list[Logged] = []
    while more := past.read(after=found[-1].offset if found else after, limit=page, until=until):
        found.extend(more)
    return found


@given(events=some_events(min_size=1), cut=st.integers(0, 20), after=st.integers(0, 20), page=st.integers(1, 25))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_it_reads_as_the_log_does_whatever_was_absorbed_together(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], cut: int, after: int, page: int
) -> None:
    root = tmp_path_factory.mktemp("lake")
    log = logged(events)
    absorb(root, log[:cut], log[cut:])
    with LakePast(root) as past:
        assert past.position() == len(log)
        assert everything(past, after=after, page=page) == log[after:]


def test_merging_changes_nothing_of_the_past_also_in_the_middle_of_it(tmp_path: Path) -> None:
    # Five days, backwards: the file of each day has offsets of every batch.
    log = logged([read_note(number, at_ms=NOON - number % 5 * DAY_MS) for number in range(1, 101)])
    with ParquetLake(tmp_path) as lake, LakePast(tmp_path) as past:
        for start in range(0, 100, 10):
            lake.absorb(log[start : start + 10])
        begun = past.read(after=0, limit=7)
        assert lake.compact(whole=True)
        lake.absorb([Logged(101, read_note(101))])
        assert lake.compact(whole=True)
        assert begun + everything(past, after=7) == [*log, Logged(101, read_note(101))]
        assert everything(past, after=40, until=60) == log[40:60]


def test_several_who_follow_at_different_places_each_go_on_where_they_stopped(tmp_path: Path) -> None:
    log = logged([read_note(number) for number in range(1, 31)])
    absorb(tmp_path, log)
    with LakePast(tmp_path) as past:
        places = [0, 0, 3, 9, 17, 21]
        while any(place < 30 for place in places):
            for who, place in enumerate(places):
                found = past.read(after=place, limit=who + 1)
                assert found == log[place : place + who + 1]
                places[who] += len(found)
        assert past.read(after=30, limit=1) == []


def test_a_lake_that_is_not_there_has_no_past(tmp_path: Path) -> None:
    with LakePast(tmp_path / "none") as past:
        assert past.read(after=0, limit=10) == []


def test_a_file_is_proved_before_its_first_event_is_given(tmp_path: Path) -> None:
    log = logged([read_note(number, at_ms=NOON + number * DAY_MS) for number in range(1, 4)])
    absorb(tmp_path, *[[entry] for entry in log])
    path = max(tmp_path.rglob("*.parquet"))
    data = bytearray(path.read_bytes())
    data[-20] ^= 255  # in the footer, which says where the columns stand
    path.write_bytes(data)
    with LakePast(tmp_path) as past:
        for until in (2, 3):  # also where nothing of it is wanted: the engine opens every file
            with pytest.raises(LakeDamaged) as damaged:
                past.read(after=0, limit=10, until=until)
            assert damaged.value.params["path"] == path.relative_to(tmp_path).as_posix()


def test_an_event_that_is_missing_is_named_and_never_passed_over(tmp_path: Path) -> None:
    with ParquetLake(tmp_path) as lake:
        for number in range(1, 4):
            lake.absorb([Logged(number, read_note(number, at_ms=NOON + number * DAY_MS))])
    whole = manifest.load(tmp_path)
    manifest.store(tmp_path, replace(whole, files=(whole.files[0], whole.files[2])))
    with LakePast(tmp_path) as past, pytest.raises(LakeDamaged, match="event 2 is missing"):
        past.read(after=0, limit=10)
