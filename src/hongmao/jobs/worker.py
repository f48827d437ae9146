"""Workers that follow the log: each has a name, a position, and one step that is safe to run again."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hongmao.events.api import EventLog

IDLE_WAIT_S = 0.5
# A worker whose step fails waits this long before it tries again: the log keeps everything meanwhile.
FAILURE_WAIT_S = 1.0
# A worker rests this many times as long as its step took: what is worked out must not, as the lake grows, take the
# machine from the readers whom the same process serves.
REST_PER_WORK = 4.0
_log = logging.getLogger("hongmao.jobs")


class Job(Protocol):
    """Something derived from the log."""

    name: str
    pause_s: float
    """How long to gather at least before the next step; 0 for a job that goes on at once."""

    def position(self) -> int:
        """Give the offset up to which everything has had its effect."""
        ...

    def step(self) -> int:
        """Do a bounded piece of work; give how many events moved. Exactly once in effect, whenever it is repeated."""
        ...


@dataclass(slots=True)
class Step:
    """A job made of two callables; the lock lets a worker and a settlement take turns."""

    name: str
    position_of: Callable[[], int]
    step_of: Callable[[], int]
    pause_s: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def position(self) -> int:
        """Give the offset up to which everything has had its effect."""
        return self.position_of()

    def step(self) -> int:
        """Do a bounded piece of work, one caller at a time."""
        with self.lock:
            return self.step_of()


class Workers:
    """Runs each job in its own thread, and settles all of them on demand."""

    def __init__(self, log: EventLog, jobs: Sequence[Job]) -> None:
        """Jobs are given in the order in which one feeds the next."""
        self._log = log
        self._jobs = tuple(jobs)
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin following the log in the background."""
        for job in self._jobs:
            thread = threading.Thread(target=self._follow, args=(job,), name=f"hongmao-{job.name}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Let running steps finish and end the threads."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def settle(self) -> None:
        """Run every job until none is behind what the log held when we were asked."""
        goal = self._log.end()
        for job in self._jobs:
            while job.position() < goal:
                job.step()

    def lag(self) -> dict[str, int]:
        """Count, per job, the events that still wait."""
        end = self._log.end()
        return {job.name: max(0, end - job.position()) for job in self._jobs}

    def positions(self) -> dict[str, int]:
        """Give, per job, the offset up to which everything has had its effect."""
        return {job.name: job.position() for job in self._jobs}

    def _follow(self, job: Job) -> None:
        while not self._stop.is_set():
            try:
                self._advance(job)
            except Exception:  # noqa: BLE001 - whatever failed, the log still holds it and the next try may succeed
                _log.exception("the worker %s failed and tries again", job.name)
                self._stop.wait(FAILURE_WAIT_S)

    def _advance(self, job: Job) -> None:
        position = job.position()
        if self._log.end() <= position:
            self._log.wait(after=position, timeout_s=IDLE_WAIT_S)
            return
        began_s = time.monotonic()
        moved = job.step()
        rest_s = max(job.pause_s, REST_PER_WORK * (time.monotonic() - began_s)) if job.pause_s else 0.0
        self._stop.wait(rest_s if moved else IDLE_WAIT_S)
