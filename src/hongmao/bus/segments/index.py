"""Where each id is: the newest in a dict, older ones in sorted runs, and a filter in front of those.

The index is derived: what its files do not know is read from the segments when it is opened. So a run is written whenever
there is time, on a thread of its own, and a crash costs nothing. Runs of one size are merged by eight, so their number
grows with the logarithm of the log.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from hongmao.bus.segments import runs
from hongmao.bus.segments.bloom import Blooms
from hongmao.bus.segments.hashes import hashed
from hongmao.bus.segments.runs import SUFFIX, FileRun, MemoryRun, Run, Span
from hongmao.events.api import LogDamaged
from hongmao.events.disk import make_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from hongmao.bus.segments.hashes import U64
    from hongmao.events.api import PackedSlice

RECENT_MAX: Final = 2**15
MERGE: Final = 8
FOLDER: Final = "ids"
_TOLD: Final = logging.getLogger("hongmao.log")


class _Named(msgspec.Struct):
    event_id: str


_ID: Final = msgspec.msgpack.Decoder(tuple[int, _Named])


class IdIndex:
    """The ids of one log. One thread adds; any thread may ask."""

    def __init__(self, log: Path, *, first: int = 1, write: bool = False) -> None:
        """Open what runs there are; `first` is the first offset that the segments still hold."""
        self._folder = log / FOLDER
        self._keeper = ThreadPoolExecutor(1, thread_name_prefix="hongmao-ids") if write else None
        self._last_kept: Future[None] | None = None
        self._lock = threading.Lock()
        self._recent: dict[str, int] = {}
        self._hashes: list[tuple[U64, U64]] = []
        if write:
            make_folder(self._folder)
        chain, self._blooms = _opened(self._folder, first)
        self._runs: tuple[Run, ...] = tuple(chain)
        self.end = chain[-1].span.last if chain else 0
        if write:
            _tidy(self._folder, {run.path for run in chain})

    @property
    def filed(self) -> int:
        """Give the offset up to which ids are in files, so that their segments are no longer needed to know them."""
        return max((run.span.last for run in self._runs if isinstance(run, FileRun)), default=0)

    def follow(self, read: Callable[[int, int], PackedSlice], end: int) -> None:
        """Learn the ids of the events that came since, up to `end`, by reading them."""
        while self.end < end:
            found = read(self.end, min(RECENT_MAX, end - self.end))
            ids = [_ID.decode(record)[1].event_id for record in found.split()]
            self.add(ids, hashed(ids), found.first_offset)

    def known(self, ids: Collection[str]) -> frozenset[str]:
        """Say which of these ids are in the log."""
        asked = list(ids)
        return frozenset(self.places(asked, hashed(asked))) if asked else frozenset()

    def places(self, ids: Sequence[str], numbers: tuple[U64, U64]) -> dict[str, int]:
        """Give the offsets of those ids that are in the log."""
        recent, found = self._recent, {}
        if not recent.keys().isdisjoint(ids):
            found = {id: recent[id] for id in ids if id in recent}
        for place in np.flatnonzero(self._blooms.maybe(*numbers)).tolist():
            if ids[place] not in found and (offset := self._find(int(numbers[0][place]), int(numbers[1][place]))):
                found[ids[place]] = offset
        return found

    def add(self, ids: Sequence[str], numbers: tuple[U64, U64], first: int) -> None:
        """Take in new ids that have the offsets from `first` on."""
        self._recent.update(zip(ids, range(first, first + len(ids)), strict=True))
        self._hashes.append(numbers)
        self.end = first + len(ids) - 1
        if len(self._recent) >= RECENT_MAX:
            self._set_aside()

    def settle(self) -> None:
        """Wait until what was set aside is in its file."""
        if self._last_kept is not None:
            self._last_kept.result()

    def set_aside(self) -> None:
        """File what there is, however little, and wait for it."""
        if self._recent:
            self._set_aside()
        self.settle()

    def close(self) -> None:
        """Finish what is being written and close the files."""
        if self._keeper is not None:
            self._keeper.shutdown()
        for run in self._runs:
            run.close()

    def _find(self, first: int, second: int) -> int:
        return next((offset for run in reversed(self._runs) if (offset := run.find(first, second))), 0)

    def _set_aside(self) -> None:
        first = np.concatenate([one for one, _ in self._hashes])
        second = np.concatenate([other for _, other in self._hashes])
        run = MemoryRun(Span(self.end - len(first) + 1, self.end), first, second)
        # Whoever asks finds an id in the run or in the dict at every moment.
        self._blooms.add(first, second)
        with self._lock:
            self._runs = (*self._runs, run)
        self._recent, self._hashes = {}, []
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
        except OSError as error:
            _TOLD.warning("the index of ids at %s waits in memory: %s", self._folder, error)

    def _replace(self, old: Sequence[Run], new: FileRun) -> None:
        with self._lock:
            place = self._runs.index(old[0])
            self._runs = (*self._runs[:place], new, *self._runs[place + len(old) :])
        for run in old:
            if isinstance(run, FileRun):
                run.path.unlink()


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
