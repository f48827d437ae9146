"""What may leave the log: told day by day, over a log and a lake that are lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from events.strategies import NOON, read_note
from hongmao.events import retention
from hongmao.events.api import LakeDamaged, Logged, Retention, TrimReport
from hongmao.kernel.clock import SetClock
from hongmao.kernel.time import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

SEGMENT = 10
KEEP_DAYS = 30


class ListLog:
    """A log of segments of ten events, whose last one is still written to."""

    def __init__(self, received_ms: Sequence[int]) -> None:
        self.events = [Logged(n, read_note(n, at_ms=at_ms)) for n, at_ms in enumerate(received_ms, 1)]
        self.first = 1
        self.reads = 0

    def read(self, *, after: int, limit: int) -> list[Logged]:
        assert after >= self.first - 1
        self.reads += 1
        return self.events[after : after + limit]

    def sealed(self) -> list[tuple[int, int]]:
        return [(n, n + SEGMENT - 1) for n in range(self.first, len(self.events) - SEGMENT + 1, SEGMENT)]

    def trim(self, below: int) -> int:
        assert (below - 1) % SEGMENT == 0
        self.first = max(self.first, below)
        return self.first


class ListLake:
    def __init__(self, events: Sequence[Logged]) -> None:
        self.events = list(events)

    def read(self, *, after: int, limit: int, until: int | None = None) -> list[Logged]:
        return [one for one in self.events if after < one.offset <= (until or 2**60)][:limit]


class House:
    """One event an hour since noon on 7 May, all of it taken and in the lake; the clock stands at the last one."""

    def __init__(self, events: int = 48, floor: int = 10**9) -> None:
        self.log = ListLog([NOON + n * HOUR_MS for n in range(events)])
        self.lake = ListLake(self.log.events)
        self.floor = floor
        self.clock = SetClock(self.log.events[-1].event.received_at_ms)
        self.retention = Retention(self.log, self.lake, floor=lambda: self.floor, clock=self.clock, keep_days=KEEP_DAYS)

    def turns(self) -> list[TrimReport]:
        """Turn until nothing goes any more."""
        found = []
        while report := self.retention.step():
            found.append(report)
        return found


def segment(number: int) -> TrimReport:
    first = (number - 1) * SEGMENT + 1
    return TrimReport(first=first, last=first + 9, newest_ms=NOON + (first + 8) * HOUR_MS)


def test_a_segment_goes_when_its_newest_event_has_been_kept_for_thirty_days() -> None:
    house = House()
    house.clock.set(segment(1).newest_ms + KEEP_DAYS * DAY_MS - 1)
    assert (house.turns(), house.log.first) == ([], 1)
    house.clock.advance(1)
    assert (house.turns(), house.log.first) == ([segment(1)], 11)
    house.clock.advance(20 * HOUR_MS)
    assert (house.turns(), house.log.first) == ([segment(2), segment(3)], 31)
    # The last segment is still written to, however old it is.
    house.clock.advance(365 * DAY_MS)
    assert (house.turns(), house.log.first) == ([segment(4)], 41)
    assert house.retention.turn() == 0


def test_nothing_goes_that_somebody_has_yet_to_take() -> None:
    house = House(floor=19)
    house.clock.advance(365 * DAY_MS)
    assert house.turns() == [segment(1)]
    house.floor = 20
    assert house.turns() == [segment(2)]


def test_a_segment_with_one_event_that_came_late_waits_for_it() -> None:
    # The clock was set back after the third event had come in.
    house = House()
    third = house.log.events[2]
    late = Logged(3, replace(third.event, received_at_ms=NOON + 100 * HOUR_MS))
    house.log.events[2] = house.lake.events[2] = late
    house.clock.set(segment(1).newest_ms + KEEP_DAYS * DAY_MS)
    assert house.turns() == []
    house.clock.set(NOON + 100 * HOUR_MS + KEEP_DAYS * DAY_MS)
    assert house.retention.step() == TrimReport(first=1, last=10, newest_ms=NOON + 100 * HOUR_MS)


@pytest.mark.parametrize("offset", [11, 15, 20])
@pytest.mark.parametrize("fault", ["missing", "another"])
def test_nothing_goes_where_the_lake_does_not_give_it_back_and_it_is_looked_at_again_in_an_hour(
    offset: int, fault: str
) -> None:
    house = House()
    house.clock.advance(365 * DAY_MS)
    there = house.lake.events[offset - 1]
    if fault == "missing":
        del house.lake.events[offset - 1]
    else:
        house.lake.events[offset - 1] = Logged(offset, replace(there.event, note="another"))
    assert house.retention.step() == segment(1)
    with pytest.raises(LakeDamaged, match=f"event {offset} "):
        house.retention.step()
    assert house.log.first == 11
    # It is not read every second meanwhile, and goes when the lake is whole again.
    reads = house.log.reads
    assert (house.turns(), house.log.reads) == ([], reads)
    house.lake = ListLake(house.log.events)
    house.retention._past = house.lake
    house.clock.advance(retention.FAILED_MS)
    assert house.turns() == [segment(2), segment(3), segment(4)]


def test_a_turn_does_a_bounded_piece_and_goes_on_where_the_last_one_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "PAGE_ROWS", 3)
    house = House()
    house.clock.advance(365 * DAY_MS)
    assert [house.retention.turn() for _ in range(8)] == [0, 0, 0, 10, 0, 0, 0, 10]


def test_an_empty_log_and_one_with_a_single_segment_keep_what_they_have() -> None:
    for events in (1, SEGMENT - 1):
        house = House(events)
        house.clock.advance(365 * DAY_MS)
        assert house.turns() == []


@given(
    received=st.lists(st.integers(0, 90), min_size=1, max_size=70),
    floor=st.integers(0, 70),
    today=st.integers(0, 200),
    keep=st.integers(1, 60),
)
def test_what_has_gone_is_what_the_rule_says(received: list[int], floor: int, today: int, keep: int) -> None:
    log = ListLog([NOON + day * DAY_MS for day in received])
    kept = Retention(
        log, ListLake(log.events), floor=lambda: floor, clock=SetClock(NOON + today * DAY_MS), keep_days=keep
    )
    due = 1
    for first, last in log.sealed():
        if last > floor or max(received[first - 1 : last]) > today - keep:
            break
        due = last + 1
    while kept.turn():
        pass
    assert log.first == due
