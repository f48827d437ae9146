"""Batches that come encoded: kept as events are, heard of once, and never in the offering thread's way."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from bus.log_conformance import PATIENCE_S
from hongmao.bus.embedded import EmbeddedLog
from hongmao.events.api import Event, Kept, Kind, LogClosed, Packed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hongmao.kernel.errors import HongmaoError


class Hearing:
    """A waiter that remembers what it heard."""

    def __init__(self) -> None:
        self.told = threading.Event()
        self.answer: tuple[Kept, ...] | None = None
        self.error: HongmaoError | None = None

    def kept(self, answer: tuple[Kept, ...]) -> None:
        self.answer = answer
        self.told.set()

    def failed(self, error: HongmaoError) -> None:
        self.error = error
        self.told.set()


def at_once(tell: Callable[[], None]) -> None:
    tell()


def event(number: int) -> Event:
    return Event(event_id=f"e-{number}", kind=Kind.IMPRESSION, occurred_at_ms=1_746_583_200_000 + number)


def test_what_is_offered_is_kept_as_it_was_encoded_and_once(tmp_path: Path) -> None:
    events = [event(number) for number in range(5)]
    with EmbeddedLog(tmp_path / "log") as log:
        first, again = Hearing(), Hearing()
        log.offer(Packed.of(events), first, at_once)
        assert first.told.wait(PATIENCE_S)
        log.offer(Packed.of(events[3:]), again, at_once)
        assert again.told.wait(PATIENCE_S)
        assert [one.event for one in log.read(after=0, limit=10)] == events
    assert first.answer == tuple(Kept(offset, duplicate=False) for offset in range(1, 6))
    assert again.answer == (Kept(4, duplicate=True), Kept(5, duplicate=True))


def test_a_closed_log_tells_its_waiter_so(tmp_path: Path) -> None:
    log = EmbeddedLog(tmp_path / "log")
    log.close()
    hearing = Hearing()
    log.offer(Packed.of([event(1)]), hearing, at_once)
    assert hearing.told.wait(PATIENCE_S)
    assert isinstance(hearing.error, LogClosed)


def test_an_idle_log_is_under_no_pressure(tmp_path: Path) -> None:
    with EmbeddedLog(tmp_path / "log") as log:
        pressure = log.pressure()
    assert (pressure.queued_events, pressure.queued_bytes, pressure.oldest_ms) == (0, 0, 0.0)
