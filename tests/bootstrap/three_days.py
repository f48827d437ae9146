"""A small city's log of three days in May, in segments small enough that a day fills several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from events.strategies import read_note
from hongmao.bus.embedded import EmbeddedLog
from hongmao.kernel.time import DAY_MS, MINUTE_MS, instant

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.events.api import Event, EventLog

FIRST_DAY = instant("2025-05-07T08:00:00+08:00")
A_DAY = 60  # events
SEGMENT_BYTES = 2_048


def day(number: int) -> list[Event]:
    """Give the events of a day, 1 to 3: some readers come every day, some once; every tenth act is told a day late."""
    begin, events = FIRST_DAY + (number - 1) * DAY_MS, []
    for act in range(A_DAY):
        told_ms = begin + act * MINUTE_MS
        who = f"r_{act % 7}" if act % 2 else f"r_{number}_{act}"
        happened_ms = told_ms - (DAY_MS if act % 10 == 9 else 0)
        serial = (number - 1) * A_DAY + act + 1
        events.append(read_note(serial, at_ms=happened_ms, received_at_ms=told_ms, reader=who))
    return events


def keep(log: EventLog, events: list[Event]) -> None:
    """Append events a few at a time, so that segments end where the log likes."""
    for start in range(0, len(events), 5):
        log.append(events[start : start + 5]).result(30)


def open_small(home: Path) -> EmbeddedLog:
    """Open the log of a home."""
    return EmbeddedLog(home / "log", segment_bytes=SEGMENT_BYTES)
