"""Work that the clock drives and not the log: pulls that are due, returns whose deadline runs.

Where the machine's clock is ours, a thread looks every second. Where somebody plays the clock (a city that lives days in
minutes), whoever moves it also winds this up, so that what was due at an instant is done at that instant.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LOOK_EVERY_S = 1.0
ROUNDS_MAX = 100  # a wheel does bounded work; what is still due then waits for the next look
_log = logging.getLogger("hongmao.jobs")


@dataclass(frozen=True, slots=True)
class Wheel:
    """One kind of work: `turn` does a bounded piece of what is due now and says how much that was."""

    name: str
    turn: Callable[[], int]


class Clockwork:
    """Turns its wheels, in order: what one brings in, the next may send on."""

    def __init__(self, wheels: Sequence[Wheel]) -> None:
        """Turn nothing yet."""
        self._wheels = tuple(wheels)
        self._turning = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, wheel: Wheel) -> None:
        """Turn one more, after the others."""
        self._wheels = (*self._wheels, wheel)

    def turn(self) -> dict[str, int]:
        """Do all that is due now, one caller at a time; give how much each wheel did."""
        with self._turning:
            return {wheel.name: self._run_down(wheel) for wheel in self._wheels}

    def start(self) -> None:
        """Look every second in the background."""
        self._thread = threading.Thread(target=self._work, name="hongmao-clockwork", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the turn under way and end the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            self.turn()

    def _run_down(self, wheel: Wheel) -> int:
        done = 0
        for _ in range(ROUNDS_MAX):
            try:
                moved = wheel.turn()
            except Exception:  # noqa: BLE001 - one wheel must not stop the others; nothing of its work was lost
                _log.exception("the wheel %s failed and turns again at the next look", wheel.name)
                break
            done += moved
            if not moved or self._stop.is_set():
                break
        return done
