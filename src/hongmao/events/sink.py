"""From the log to the lake: read what is new, absorb it, and do it all again whenever somebody doubts the lake."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from hongmao.events.keeping_errors import LakeDamaged, LakeOutdated, LogBehind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hongmao.events.packed import PackedSlice
    from hongmao.events.store import EventLog, Lake

BATCH_ROWS = 50_000  # fixed, so that two rebuilds of one log write the same files byte for byte
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
        batch = self._log.read_packed(after=self._lake.position(), limit=max_rows)
        return self._absorb(batch) if batch.count else 0

    def drain(self, max_rows: int = BATCH_ROWS) -> int:
        """Carry everything over that the log holds; give how many events that was."""
        return sum(self.carrying(max_rows))

    def carrying(self, max_rows: int = BATCH_ROWS) -> Iterator[int]:
        """Carry batches over until the log holds no more, and say of each how many events it had.

        While one batch is compressed and synced the next is read.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="hongmao-sink") as ahead:
            batch = self._log.read_packed(after=self._lake.position(), limit=max_rows)
            while batch.count:
                coming = ahead.submit(self._log.read_packed, after=batch.last_offset, limit=max_rows)
                yield self._absorb(batch)
                batch = coming.result()

    def _absorb(self, batch: PackedSlice) -> int:
        self._lake.absorb_packed(batch)
        self._runs += 1
        if self._runs % COMPACT_EVERY_RUNS == 0:
            self._lake.compact()
        return batch.count


def rebuild(log: EventLog, lake: Lake, progress: Callable[[int, int], None] | None = None) -> int:
    """Throw the lake away and derive it from the log again; give the number of events that were carried over.

    What the log no longer holds stays in the lake, proved; where it cannot stay, `LakeIrreplaceable` says so beforehand, and
    `LogBehind` where the lake holds more than the log ever did.

    `progress` is told (offset reached, offset of the log's end) after each batch.
    """
    at, end = _reached(lake), log.end()
    if at > end:
        raise LogBehind(id=str(at), end=end)
    lake.wipe(keep_to=log.first() - 1)
    total = 0
    for carried in Sink(log, lake).carrying():
        total += carried
        if progress is not None:
            progress(lake.position(), log.end())
    return total


def _reached(lake: Lake) -> int:
    try:
        return lake.position()
    except (LakeDamaged, LakeOutdated):
        return 0  # which a rebuild is there to mend
