"""From the log to the lake: read what is new, absorb it, and do it all again whenever somebody doubts the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.events.store import EventLog, Lake

BATCH_ROWS = 10_000  # fixed, so that two rebuilds of one log write the same files byte for byte
COMPACT_EVERY_RUNS = 16  # a query that began before a merge has this many runs to finish before its files go


class Sink:
    """Carries events from the log into the lake, each once. One sink per lake."""

    def __init__(self, log: EventLog, lake: Lake) -> None:
        """Stand between a log and a lake; where to go on is asked of the lake, so a crash needs no memory."""
        self._log = log
        self._lake = lake
        self._runs = 0

    def run_once(self, max_rows: int = BATCH_ROWS) -> int:
        """Carry one batch over; durable on return. Give the number of events carried, 0 when there was nothing new."""
        batch = self._log.read(after=self._lake.position(), limit=max_rows)
        if not batch:
            return 0
        self._lake.absorb(batch)
        self._runs += 1
        if self._runs % COMPACT_EVERY_RUNS == 0:
            self._lake.compact()
        return len(batch)

    def drain(self, max_rows: int = BATCH_ROWS) -> int:
        """Carry everything over that the log holds; give how many events that was."""
        total = 0
        while carried := self.run_once(max_rows):
            total += carried
        return total


def rebuild(log: EventLog, lake: Lake, progress: Callable[[int, int], None] | None = None) -> int:
    """Throw the lake away and derive it from the log again; give the number of events.

    `progress` is told (offset reached, offset of the log's end) after each batch.
    """
    lake.wipe()
    sink, total = Sink(log, lake), 0
    while carried := sink.run_once():
        total += carried
        if progress is not None:
            progress(lake.position(), log.end())
    return total
