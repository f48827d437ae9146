"""Reading the log: from the process that writes it, or from any other while it is being written."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final, Self

from hongmao.bus import table
from hongmao.events.api import LogClosed

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from hongmao.events.api import Event, Kept, Logged

POLL_S: Final = 0.02  # how late another process may learn of a new event


class LogReader:
    """One reading connection, shared by threads: each read is a short snapshot of what is durable."""

    def __init__(self, path: Path) -> None:
        """Open an existing log; raises `LogMissing` where there is none."""
        self._path = path
        self._connection = table.open_for_reading(path)
        self._lock = threading.Lock()

    def read(self, *, after: int, limit: int) -> list[Logged]:
        """Read up to `limit` events after an offset, in order and without gaps; `LogDamaged` where that cannot be."""
        with self._lock:
            return table.read(self._connection, self._path, after=after, limit=limit)

    def end(self) -> int:
        """Give the offset of the last durable event."""
        with self._lock, table.named(self._path):
            return table.end(self._connection)

    def known(self, event_ids: Collection[str]) -> frozenset[str]:
        """Say which of these ids the log holds."""
        with self._lock, table.named(self._path):
            return table.known(self._connection, event_ids)

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._connection.close()


class ReadOnlyLog:
    """The log for processes that only look (`hongmao explain`, reports): a full `EventLog` that keeps nothing."""

    def __init__(self, path: Path) -> None:
        """Open a log that another process may be writing."""
        self._path = path
        self._reader = LogReader(path)
        self._closed = threading.Event()

    def append(self, events: Sequence[Event]) -> Future[tuple[Kept, ...]]:
        """Refuse, through the future."""
        refused: Future[tuple[Kept, ...]] = Future()
        refused.set_exception(LogClosed(path=str(self._path), events=len(events)))
        return refused

    def read(self, *, after: int, limit: int) -> list[Logged]:
        """Read up to `limit` events after an offset."""
        return self._reader.read(after=after, limit=limit)

    def end(self) -> int:
        """Give the offset of the last durable event."""
        return self._reader.end()

    def known(self, event_ids: Collection[str]) -> frozenset[str]:
        """Say which of these ids the log holds."""
        return self._reader.known(event_ids)

    def wait(self, *, after: int, timeout_s: float) -> bool:
        """Look again and again until the log reaches beyond `after`: another process cannot ring a bell here."""
        polls = max(1, round(timeout_s / POLL_S))
        return any(self._beyond(after) or self._closed.wait(POLL_S) for _ in range(polls)) and self._beyond(after)

    def close(self) -> None:
        """Wake those who wait and release the file."""
        self._closed.set()
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _beyond(self, after: int) -> bool:
        return not self._closed.is_set() and self.end() > after
