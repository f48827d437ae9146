"""Where each id is: the newest in the order they came, older ones in sorted runs, and a filter in front of all of them.

No id is kept as text: its two numbers stand for it, and a batch is asked for and taken in as arrays.

The index is derived: what its files do not know is read from the segments when it is opened. So a run is written whenever
there is time, on a thread of its own, and a crash costs nothing. Runs of one size are merged by eight, so their number
grows with the logarithm of the log.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from hongmao.bus.segments import runs
from hongmao.bus.segments.bloom import Blooms
from hongmao.bus.segments.hashes import hashed
from hongmao.bus.segments.runs import SUFFIX, FileRun, MemoryRun, Run, Span
from hongmao.events.api import LogDamaged, id_of
from hongmao.events.disk import make_folder

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from hongmao.bus.segments.hashes import U64
    from hongmao.bus.segments.reading import SegmentReader

    Int64 = np.ndarray[Any, np.dtype[np.int64]]

RECENT_MAX: Final = 2**15
FEW: Final = 8  # looked for one by one; more are worth sorting for
MERGE: Final = 8
FOLDER: Final = "ids"
_TOLD: Final = logging.getLogger("hongmao.log")


class IdIndex:
    """The ids of one log. One thread adds; any thread may ask."""

    def __init__(self, log: Path, *, first: int = 1, write: bool = False) -> None:
        """Open what runs there are; `first` is the first offset that the segments still hold."""
        self._folder = log / FOLDER
        self._keeper = ThreadPoolExecutor(1, thread_name_prefix="hongmao-ids") if write else None
        self._last_kept: Future[None] | None = None
        self._lock = threading.Lock()
        self._recent = _Recent(0)
        if write:
            make_folder(self._folder)
        chain, self._blooms = _opened(self._folder, first)
        self._runs: tuple[Run, ...] = tuple(chain)
        self._recent.after = chain[-1].span.last if chain else 0
        if write:
            _tidy(self._folder, {run.path for run in chain})

    @property
    def filed(self) -> int:
        """Give the offset up to which ids are in files, so that their segments are no longer needed to know them."""
        return max((run.span.last for run in self._runs if isinstance(run, FileRun)), default=0)

    @property
    def end(self) -> int:
        """Give the offset up to which ids are known."""
        return self._recent.after + self._recent.count

    def follow(self, log: SegmentReader, end: int) -> None:
        """Learn the ids of the events that came since, up to `end`, by reading them."""
        while self.end < end:
            found = log.read_packed(after=self.end, limit=min(RECENT_MAX, end - self.end))
            self.add(hashed([id_of(record) for record in found.split()]))
            self.durable(self.end)

    def known(self, ids: Collection[str], end: int) -> frozenset[str]:
        """Say which of these ids are in the log at an offset up to `end`."""
        asked = list(ids)
        places = self.places(asked, hashed(asked)) if asked else {}
        return frozenset(id for id, offset in places.items() if offset <= end)

    def places(self, ids: Sequence[str], numbers: tuple[U64, U64]) -> dict[str, int]:
        """Give the offsets of those ids that are in the log."""
        maybe = np.flatnonzero(self._blooms.maybe(*numbers))
        if not len(maybe):
            return {}
        first, second = numbers[0][maybe], numbers[1][maybe]
        recent = self._recent  # before the runs: what is set aside meanwhile is in both
        found = recent.find(first, second)
        for place in np.flatnonzero(found == 0).tolist():
            found[place] = self._find(int(first[place]), int(second[place]))
        return {ids[place]: offset for place, offset in zip(maybe.tolist(), found.tolist(), strict=True) if offset}

    def add(self, numbers: tuple[U64, U64]) -> None:
        """Take in new ids, which have the offsets behind `end`. They may be forgotten again until they are `durable`."""
        self._blooms.add(*numbers)
        self._recent.add(*numbers)

    def forget(self, end: int) -> None:
        """Forget the ids behind an offset: they were never kept."""
        self._recent.count = end - self._recent.after

    def durable(self, end: int) -> None:
        """Hear that the log is durable up to an offset; many recent ids are set aside then."""
        if end - self._recent.after >= RECENT_MAX:
            self._set_aside(end)

    def settle(self) -> None:
        """Wait until what was set aside is in its file."""
        if self._last_kept is not None:
            self._last_kept.result()

    def set_aside(self) -> None:
        """File what there is, however little, and wait for it."""
        if self._recent.count:
            self._set_aside(self.end)
        self.settle()

    def close(self) -> None:
        """Finish what is being written and close the files."""
        if self._keeper is not None:
            self._keeper.shutdown()
        for run in self._runs:
            run.close()

    def _find(self, first: int, second: int) -> int:
        return next((offset for run in reversed(self._runs) if (offset := run.find(first, second))), 0)

    def _set_aside(self, end: int) -> None:
        done, rest = self._recent.parted(end)
        run = MemoryRun(Span(self._recent.after + 1, end), *done)
        with self._lock:
            self._runs = (*self._runs, run)
        recent = _Recent(end)
        recent.add(*rest)
        self._recent = recent
        if self._keeper is not None:
            self._last_kept = self._keeper.submit(self._keep)

    def _keep(self) -> None:
        """File runs that are in memory and merge those of one size; what finds no room waits for the next time."""
        try:
            for run in self._runs:
                if isinstance(run, MemoryRun):
                    self._replace((run,), runs.write(self._folder, (run,)))
            while together := _mergeable(self._runs):
                self._replace(together, runs.write(self._folder, together))
        except (OSError, LogDamaged) as error:
            _TOLD.warning("the index of ids at %s could not be written: %s", self._folder, error)

    def _replace(self, old: Sequence[Run], new: FileRun) -> None:
        with self._lock:
            place = self._runs.index(old[0])
            self._runs = (*self._runs[:place], new, *self._runs[place + len(old) :])
        for run in old:
            if isinstance(run, FileRun):
                run.path.unlink()


class _Recent:
    """The numbers of the newest ids, in the order of their offsets, of which `after` is the last one before."""

    def __init__(self, after: int) -> None:
        self.after, self.count = after, 0
        self._first, self._second = (np.empty(RECENT_MAX, dtype=np.uint64) for _ in range(2))

    def add(self, first: U64, second: U64) -> None:
        begin, end = self.count, self.count + len(first)
        if end > len(self._first):
            self._first, self._second = (np.resize(old, 2 * end) for old in (self._first, self._second))
        self._first[begin:end], self._second[begin:end] = first, second
        self.count = end  # last, so that whoever asks meanwhile sees whole entries

    def parted(self, end: int) -> tuple[tuple[U64, U64], tuple[U64, U64]]:
        """Give the numbers up to an offset, and those behind it."""
        cut, count = end - self.after, self.count
        return (self._first[:cut], self._second[:cut]), (self._first[cut:count], self._second[cut:count])

    def find(self, first: U64, second: U64) -> Int64:
        """Give the offsets of ids, 0 for those that are not here."""
        found = np.zeros(len(first), dtype=np.int64)
        count = self.count
        mine, others = self._first[:count], self._second[:count]
        if not len(mine):
            return found
        if len(first) > FEW:
            order = np.argsort(mine, kind="stable")
            places = np.searchsorted(mine, first, sorter=order)
            hits = order[np.minimum(places, len(mine) - 1)]
            same = (mine[hits] == first) & (others[hits] == second)
            found[same] = hits[same] + (self.after + 1)
            return found
        for place in range(len(first)):
            hits = np.flatnonzero((mine == first[place]) & (others == second[place]))
            if len(hits):
                found[place] = self.after + 1 + int(hits[0])
        return found


def _level(run: Run) -> int:
    return (max(1, run.span.count // RECENT_MAX).bit_length() - 1) // 3


def _mergeable(held: Sequence[Run]) -> Sequence[Run]:
    """Give the last runs of one level where there are eight, with smaller ones behind them."""
    for end in range(len(held), MERGE - 1, -1):
        together = held[end - MERGE : end]
        if all(isinstance(run, FileRun) and _level(run) == _level(held[end - 1]) for run in together):
            return together
    return ()


def _opened(folder: Path, first: int) -> tuple[list[FileRun], Blooms]:
    """Open the runs from the log's beginning on, without a gap, and fill a filter from them.

    A run that is damaged, and what follows it, is passed by: it is made anew from the segments. `LogDamaged` where those
    no longer hold its events.
    """
    reason: LogDamaged | None = None
    found: dict[int, FileRun] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            run = FileRun(path)
        except LogDamaged as error:
            reason = error
            continue
        if run.span.last > (found[run.span.first].span.last if run.span.first in found else 0):
            found[run.span.first] = run  # a merge that was cut off left its parts beside it
    blooms = Blooms(max((run.span.last for run in found.values()), default=0))
    chain: list[FileRun] = []
    due = 1
    while held := found.get(due):
        try:
            for piece in held.pieces():
                blooms.add(piece["first"], piece["second"])
        except LogDamaged as error:
            reason = error
            break
        chain.append(held)
        due = held.span.last + 1
    if due < first:
        why = f"its index does not know the events {due} to {first - 1}, which the log no longer holds"
        raise reason or LogDamaged(path=str(folder), offset=due, why=why)
    return chain, blooms


def _tidy(folder: Path, kept: set[Path]) -> None:
    """Remove what a merge that was cut off, or damage, has left."""
    for path in [*folder.glob(f"*{SUFFIX}"), *folder.glob("*.draft")]:
        if path not in kept:
            path.unlink()
