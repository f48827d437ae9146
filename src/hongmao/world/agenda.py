"""The city's agenda: what happens next, in an order that the seed alone decides."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(order=True, slots=True)
class _Entry:
    at_ms: int
    number: int
    act: Callable[[int], None] = field(compare=False)


class Agenda:
    """A queue of acts by instant; acts of one instant keep the order in which they were planned."""

    def __init__(self) -> None:
        """Begin with nothing planned."""
        self._heap: list[_Entry] = []
        self._planned = 0

    def plan(self, at_ms: int, act: Callable[[int], None]) -> None:
        """Plan an act; it will be told its instant."""
        self._planned += 1
        heapq.heappush(self._heap, _Entry(at_ms, self._planned, act))

    def next_at_ms(self) -> int | None:
        """Tell when the next act is due; None where nothing is planned."""
        return self._heap[0].at_ms if self._heap else None

    def run_next(self) -> None:
        """Take the next act off the agenda and do it."""
        entry = heapq.heappop(self._heap)
        entry.act(entry.at_ms)

    def __len__(self) -> int:
        """Count what is planned."""
        return len(self._heap)
