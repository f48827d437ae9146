"""Group commit: one thread, one transaction for whatever arrived while the last one was being synced.

There is no timer: an idle log commits a single event at once, a busy one pays a sync per group. A waiter hears only after
COMMIT has returned, and nothing a waiter does (cancel, raise, go away) can hold the thread up.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hongmao.bus import table
from hongmao.events.api import DiskFull, Kept, LogClosed, LogFull, Pressure
from hongmao.telemetry.parts import NO_LOG_METER

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from hongmao.bus.table import Row
    from hongmao.telemetry.parts import LogMeter

COMMIT_BYTES_MAX: Final = 512 * 1024  # beyond it one sync takes longer than the waiters gain
QUEUE_ROWS_MAX: Final = 50_000
QUEUE_BYTES_MAX: Final = 64 * 2**20


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Rows that are kept together or not at all, and who waits for them."""

    rows: Sequence[Row]
    size_bytes: int
    queued_at_s: float
    done: Future[tuple[Kept, ...]] = field(default_factory=Future)


class Committer:
    """Owns the writing connection. `advanced` is called with the new end after every commit, before any waiter hears."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        advanced: Callable[[int], None],
        meter: LogMeter = NO_LOG_METER,
    ) -> None:
        """Start the thread."""
        self._meter = meter
        self._connection = connection
        self._path = path
        self._advanced = advanced
        self._end = table.end(connection)
        self._queue: deque[Batch] = deque()
        self._rows = self._bytes = 0
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="hongmao-log", daemon=True)
        self._thread.start()

    def submit(self, rows: Sequence[Row]) -> Future[tuple[Kept, ...]]:
        """Queue a batch. The future fails at once where the queue is full or the log is closing."""
        batch = Batch(rows, sum(len(row.body) + len(row.event_id) for row in rows), time.monotonic())
        # From here on the batch will be kept whether or not anybody still waits, so the future cannot be cancelled:
        # an answer to a waiter that has gone is then simply not read.
        batch.done.set_running_or_notify_cancel()
        with self._changed:
            if self._closing:
                batch.done.set_exception(LogClosed(path=str(self._path)))
            elif self._rows + len(rows) > QUEUE_ROWS_MAX or self._bytes + batch.size_bytes > QUEUE_BYTES_MAX:
                self._meter.full("queue")
                batch.done.set_exception(LogFull(rows=QUEUE_ROWS_MAX, size_bytes=QUEUE_BYTES_MAX))
            else:
                self._queue.append(batch)
                self._rows += len(rows)
                self._bytes += batch.size_bytes
                self._changed.notify()
        return batch.done

    def pressure(self) -> Pressure:
        """Tell what is queued, and how long the oldest of it has waited."""
        with self._changed:
            oldest_ms = (time.monotonic() - self._queue[0].queued_at_s) * 1_000 if self._queue else 0.0
            return Pressure(self._rows, self._bytes, oldest_ms)

    def close(self) -> None:
        """Commit what is queued, then stop; batches that come later are refused."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._next_group():
            self._commit(group)

    def _next_group(self) -> list[Batch]:
        """Wait for work; an empty group means that the log is closed and everything is written."""
        group: list[Batch] = []
        size = 0
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closing)
            while self._queue and (not group or size + self._queue[0].size_bytes <= COMMIT_BYTES_MAX):
                batch = self._queue.popleft()
                size += batch.size_bytes
                self._rows -= len(batch.rows)
                self._bytes -= batch.size_bytes
                group.append(batch)
        return group

    def _commit(self, group: list[Batch]) -> None:
        began_s = time.monotonic()
        try:
            answers = table.write(self._connection, self._path, [batch.rows for batch in group], end=self._end)
        except Exception as error:  # noqa: BLE001 - whatever it is, the waiters hear it and the thread lives on
            if len(group) > 1:
                # One batch may be at fault, or the group too big for what room is left: try each by itself.
                for batch in group:
                    self._commit([batch])
            else:
                if isinstance(error, DiskFull):
                    self._meter.full("disk")
                _settle(group[0].done, error=error)
            return
        self._meter.committed(
            sum(len(batch.rows) for batch in group),
            sum(batch.size_bytes for batch in group),
            time.monotonic() - began_s,
        )
        fresh = sum(not kept.duplicate for answer in answers for kept in answer)
        if fresh:
            self._end += fresh
            self._advanced(self._end)
        for batch, answer in zip(group, answers, strict=True):
            _settle(batch.done, answer=answer)


def _settle(future: Future[tuple[Kept, ...]], *, answer: tuple[Kept, ...] = (), error: Exception | None = None) -> None:
    """Answer a waiter; its callbacks run here, and none of them may take the committing thread down."""
    try:
        if error is None:
            future.set_result(answer)
        else:
            future.set_exception(error)
    except BaseException:  # noqa: BLE001, S110 - `Future` logs what a callback raises; the rest is the waiter's own affair
        pass
