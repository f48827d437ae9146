"""Reading the log: from the process that writes it, or from any other while it is being written."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final, Self

from hongmao.bus.segments.index import IdIndex
from hongmao.bus.segments.reading import SegmentReader
from hongmao.events.api import LogClosed, Pressure

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from hongmao.events.api import Event, Kept, Logged, Packed, PackedSlice, Waiter
    from hongmao.events.store import Deliver

POLL_S: Final = 0.02  # how late another process may learn of a new event


class ReadOnlyLog:
    """The log for processes that only look (`hongmao explain`, reports): a full `EventLog` that keeps nothing."""

    def __init__(self, path: Path) -> None:
        """Open a log that another process may be writing; raises `LogMissing` where there is none."""
        self._path = path
        self._reader = SegmentReader(path)
        self._index: IdIndex | None = None
        self._asked = threading.Lock()
        self._closed = threading.Event()

    def append(self, events: Sequence[Event]) -> Future[tuple[Kept, ...]]:
        """Refuse, through the future."""
        refused: Future[tuple[Kept, ...]] = Future()
        refused.set_exception(LogClosed(path=str(self._path), events=len(events)))
        return refused

    def offer(self, batch: Packed, waiter: Waiter, deliver: Deliver) -> None:
        """Refuse."""
        error = LogClosed(path=str(self._path), events=len(batch.ids))
        deliver(lambda: waiter.failed(error))

    def pressure(self) -> Pressure:
        """Nothing ever waits here."""
        return Pressure(0, 0, 0.0)

    def read(self, *, after: int, limit: int) -> list[Logged]:
        """Read up to `limit` events after an offset."""
        return self._reader.read(after=after, limit=limit)

    def read_packed(self, *, after: int, limit: int) -> PackedSlice:
        """Read up to `limit` events after an offset, as bytes."""
        return self._reader.read_packed(after=after, limit=limit)

    def first(self) -> int:
        """Give the offset of the first event that the log still holds."""
        return self._reader.first()

    def end(self) -> int:
        """Give the offset of the last durable event."""
        return self._reader.end()

    def known(self, event_ids: Collection[str]) -> frozenset[str]:
        """Say which of these ids the log holds. The first question of a process reads the index, later ones what came."""
        with self._asked:
            end = self._reader.end()
            if self._index is None:
                self._index = IdIndex(self._path, first=self._reader.first())
            self._index.follow(self._reader, end)
            return self._index.known(event_ids, end)

    def wait(self, *, after: int, timeout_s: float) -> bool:
        """Look again and again until the log reaches beyond `after`: another process cannot ring a bell here."""
        polls = max(1, round(timeout_s / POLL_S))
        return any(self._beyond(after) or self._closed.wait(POLL_S) for _ in range(polls)) and self._beyond(after)

    def close(self) -> None:
        """Wake those who wait and release the files. Twice does no harm."""
        self._closed.set()
        self._reader.close()
        if self._index is not None:
            self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _beyond(self, after: int) -> bool:
        return not self._closed.is_set() and self.end() > after
