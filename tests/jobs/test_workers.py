from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from bus.offering import Offering
from hongmao.jobs.worker import Step, Workers

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from concurrent.futures import Future

    from hongmao.events.api import Event, Kept, Logged, PackedSlice


class _Log(Offering):
    """A log of a given length whose end a test can move."""

    def __init__(self, end: int) -> None:
        self._end = end
        self._moved = threading.Condition()

    def append(self, events: Sequence[Event]) -> Future[tuple[Kept, ...]]:
        raise AssertionError(events)

    def read(self, *, after: int, limit: int) -> Sequence[Logged]:
        raise AssertionError(after, limit)

    def read_packed(self, *, after: int, limit: int) -> PackedSlice:
        raise AssertionError(after, limit)

    def end(self) -> int:
        return self._end

    def first(self) -> int:
        return 1

    def known(self, event_ids: Collection[str]) -> frozenset[str]:
        raise AssertionError(event_ids)

    def wait(self, *, after: int, timeout_s: float) -> bool:
        with self._moved:
            return self._moved.wait_for(lambda: self._end > after, timeout_s)

    def close(self) -> None: ...

    def grow(self, by: int) -> None:
        with self._moved:
            self._end += by
            self._moved.notify_all()


class _Counter:
    """A job that moves one event a step, and counts steps; it stumbles where it is told to."""

    def __init__(self, log: _Log, stumbles: int = 0) -> None:
        self.at = 0
        self.stumbles = stumbles
        self.done = threading.Event()
        self._log = log

    def step(self) -> int:
        if self.stumbles:
            self.stumbles -= 1
            message = "a stumble the test planned"
            raise RuntimeError(message)
        self.at += 1
        if self.at == self._log.end():
            self.done.set()
        return 1

    def job(self, name: str) -> Step:
        return Step(name, lambda: self.at, self.step)


def test_settling_brings_every_job_to_the_end() -> None:
    log = _Log(5)
    one, two = _Counter(log), _Counter(log)
    workers = Workers(log, [one.job("one"), two.job("two")])
    assert workers.lag() == {"one": 5, "two": 5}
    workers.settle()
    assert workers.lag() == {"one": 0, "two": 0}


def test_a_worker_follows_the_log_as_it_grows() -> None:
    log = _Log(0)
    counter = _Counter(log)
    workers = Workers(log, [counter.job("sink")])
    workers.start()
    log.grow(3)
    assert counter.done.wait(120)
    workers.stop()
    assert counter.at == 3


def test_a_failing_step_is_tried_again_and_nothing_is_skipped() -> None:
    log = _Log(2)
    counter = _Counter(log, stumbles=1)
    workers = Workers(log, [counter.job("sink")])
    workers.start()
    assert counter.done.wait(120)
    workers.stop()
    assert counter.at == 2


def test_a_worker_whose_position_cannot_be_read_asks_again() -> None:
    log = _Log(1)
    counter = _Counter(log)
    asked: list[int] = []

    def position() -> int:
        asked.append(counter.at)
        if len(asked) == 1:
            message = "a locked database the test planned"
            raise RuntimeError(message)
        return counter.at

    workers = Workers(log, [Step("billing", position, counter.step)])
    workers.start()
    assert counter.done.wait(120)
    workers.stop()
    assert counter.at == 1
