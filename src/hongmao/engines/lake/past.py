"""The past: the lake's events in the order of the log, for whoever comes after the log has let go of its beginning.

What is read here is what was read from the log, event for event, so a consumer that begins late has the same effect as one
that was there from the first day. Files are proved before the first of their events is given.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, Self

import duckdb
import msgspec

from hongmao.engines.lake import columns, manifest
from hongmao.engines.lake.files import files_at
from hongmao.engines.lake.proving import proved_bytes
from hongmao.engines.tables import DuckTables
from hongmao.events.api import Event, LakeDamaged, Logged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.engines.lake.files import LakeFiles, Place

BATCH_ROWS: Final = 8_192
MEMORY: Final = "256MiB"  # beside what queries may hold: catching up is slow work that must not push them out
STREAMS_MAX: Final = 4  # each is one sort under way; who follows at yet another place begins one anew
_NAMES: Final = tuple(name for name in columns.COLUMNS if name not in {"offset", "day"})
_LISTED: Final = ", ".join(f'"{name}"' for name in ("offset", *_NAMES))
_IN_ORDER: Final = f'SELECT {_LISTED} FROM events WHERE "offset" > $after AND "offset" <= $until ORDER BY "offset"'  # noqa: S608 - our own names


class LakePast:
    """Reads a lake as a log is read. Threads may share it; who reads on where he stopped goes on in the same sort."""

    def __init__(self, place: Place, *, memory: str = MEMORY) -> None:
        """Read a lake; sorting takes at most `memory` and spills the rest to disk."""
        self._files = files_at(place)
        self._memory = memory
        self._turn = threading.Lock()
        self._tables: DuckTables | None = None
        self._streams: OrderedDict[tuple[int, int], _Stream] = OrderedDict()

    def position(self) -> int:
        """Give the offset up to which the lake has the log."""
        return manifest.load(self._files).position

    def read(self, *, after: int, limit: int, until: int | None = None) -> list[Logged]:
        """Read up to `limit` events with offsets above `after`, in order and without gaps; none behind the lake's position.

        `until` bounds what is sorted where somebody wants no more. `LakeDamaged` names a file that is not as it was written,
        or the first event that is missing.
        """
        goal = self.position() if until is None else min(until, self.position())
        if after >= goal:
            return []
        with self._turn:
            stream = self._streams.pop((after, goal), None) or _Stream(self._files, self._opened(), after, goal)
            found = stream.take(limit)
            if stream.at < goal:
                self._streams[stream.at, goal] = stream
            while len(self._streams) > STREAMS_MAX:
                self._streams.popitem(last=False)[1].close()
        return found

    def close(self) -> None:
        """Give memory and spilled files back. Twice does no harm."""
        with self._turn:
            for stream in self._streams.values():
                stream.close()
            self._streams.clear()
            if self._tables is not None:
                self._tables.close()
                self._tables = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _opened(self) -> DuckTables:
        if self._tables is None:
            # From the files themselves: what is warm in memory proves nothing.
            self._tables = DuckTables(self._files, warm_rows_max=0, memory=self._memory)
        return self._tables


class _Stream:
    """One sort of the events after an offset, up to a goal."""

    def __init__(self, files: LakeFiles, tables: DuckTables, after: int, goal: int) -> None:
        """Prove the files that have some of them, and begin to sort."""
        self.at = after
        self._files = files
        self._prove(after, goal)
        self._batches = tables.stream(_IN_ORDER, {"after": after, "until": goal}, rows=BATCH_ROWS)
        self._events: Iterator[Logged] = iter(())
        self._goal = goal

    def take(self, limit: int) -> list[Logged]:
        """Take the next events; fewer only at the goal."""
        found: list[Logged] = []
        while len(found) < limit and self.at < self._goal:
            entry = next(self._events, None)
            if entry is None:
                self._events = self._next()
            elif entry.offset != self.at + 1:
                raise LakeDamaged(path=self._files.where, why=f"event {self.at + 1} is missing")
            else:
                found.append(entry)
                self.at = entry.offset
        return found

    def close(self) -> None:
        """End the sort."""
        self._batches.close()

    def _next(self) -> Iterator[Logged]:
        try:
            batch = next(self._batches, None)
        except duckdb.Error as error:
            self._prove(0, manifest.load(self._files).position)  # which names the file, where it is one of ours
            raise LakeDamaged(path=self._files.where, why=str(error)) from error
        if batch is None:
            raise LakeDamaged(path=self._files.where, why=f"event {self.at + 1} is missing")
        known = [name for name in _NAMES if batch[name].null_count < batch.num_rows]
        rows = zip(*(batch[name].to_pylist() for name in known), strict=True)
        events = msgspec.convert([dict(zip(known, row, strict=True)) for row in rows], list[Event])
        return iter([Logged(offset, event) for offset, event in zip(batch["offset"].to_pylist(), events, strict=True)])

    def _prove(self, after: int, until: int) -> None:
        lake = manifest.load(self._files)
        for file in lake.files:
            if file.last_offset > after and file.first_offset <= until:
                try:
                    proved_bytes(self._files, file)
                except LakeDamaged:
                    if manifest.load(self._files) == lake:
                        raise
                    # A merge may have taken it from under us; what it made of it is proved instead.
                    self._prove(after, until)
                    return
