"""Group commit: one thread, one write and one sync for whatever arrived while the last one was being synced.

There is no timer: an idle log commits a single event at once, a busy one pays a sync per group. Where much is waiting, the
next group is made ready while this one is synced. A waiter hears only after the sync has returned, and nothing a waiter
does (cancel, raise, go away) can hold the thread up.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from hongmao.bus.answers import refuse, tell
from hongmao.bus.errors import LogUnsure
from hongmao.events.api import DiskFull, Kept, LogClosed, LogFull, Pressure
from hongmao.telemetry.parts import NO_LOG_METER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from hongmao.bus.segments.store import Prepared
    from hongmao.events.api import Packed
    from hongmao.telemetry.parts import LogMeter

T = TypeVar("T")

COMMIT_BYTES_MAX: Final = 512 * 1024  # beyond it one sync takes longer than the waiters gain
AHEAD_BYTES_MIN: Final = COMMIT_BYTES_MAX // 4  # less is better left to grow until the sync is over
QUEUE_ROWS_MAX: Final = 50_000
QUEUE_BYTES_MAX: Final = 64 * 2**20


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Events that are kept together or not at all, and who waits for them."""

    events: Packed
    size_bytes: int
    queued_at_s: float
    done: Future[tuple[Kept, ...]] = field(default_factory=Future)


class Store(Protocol):
    """What is written to."""

    @property
    def end(self) -> int:
        """Give the offset of the last durable event."""
        ...

    def prepare(self, batches: Sequence[Packed]) -> Prepared:
        """Make batches ready to be written together, behind what was made ready before."""
        ...

    def commit(self, prepared: Prepared) -> None:
        """Keep them, durable on return, or raise."""
        ...

    def settle(self) -> None:
        """Tidy up after a commit."""
        ...

    def undo(self) -> None:
        """Forget what was prepared and not committed."""
        ...


class Committer:
    """Owns the writing. `advanced` is called with the new end after every commit, before any waiter hears."""

    def __init__(
        self,
        store: Store,
        path: Path,
        advanced: Callable[[int], None],
        meter: LogMeter = NO_LOG_METER,
    ) -> None:
        """Start the thread."""
        self._meter = meter
        self._store = store
        self._path = path
        self._advanced = advanced
        self._queue: deque[Batch] = deque()
        self._rows = self._bytes = 0
        self._errands: list[Callable[[], None]] = []
        self._closing = False
        self._changed = threading.Condition()
        self._syncer = ThreadPoolExecutor(1, thread_name_prefix="hongmao-log-sync")
        self._thread = threading.Thread(target=self._run, name="hongmao-log", daemon=True)
        self._thread.start()

    def submit(self, events: Packed) -> Future[tuple[Kept, ...]]:
        """Queue a batch. The future fails at once where the queue is full or the log is closing."""
        rows = events.ids
        batch = Batch(events, events.size_bytes, time.monotonic())
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

    def run(self, errand: Callable[[], T]) -> T:
        """Do something between two commits, on the thread that writes; raises what it raises, `LogClosed` at the end."""
        done: Future[T] = Future()

        def carry_out() -> None:
            try:
                done.set_result(errand())
            except Exception as error:  # noqa: BLE001 - whoever asked hears it
                done.set_exception(error)

        with self._changed:
            if self._closing:
                raise LogClosed(path=str(self._path))
            self._errands.append(carry_out)
            self._changed.notify()
        return done.result()

    def close(self) -> None:
        """Commit what is queued, then stop; batches that come later are refused."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        self._syncer.shutdown()

    def _run(self) -> None:
        while True:
            group, errands = self._next()
            for errand in errands:
                errand()
            if group:
                self._commit(group)
            elif not errands:
                return

    def _next(self) -> tuple[list[Batch], Sequence[Callable[[], None]]]:
        """Wait for work; none at all means that the log is closed and everything is written."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._errands or self._closing)
            errands, self._errands = self._errands, []
            return self._taken(), errands

    def _taken(self) -> list[Batch]:
        """Take as much of the queue as goes into one commit."""
        group: list[Batch] = []
        size = 0
        while self._queue and (not group or size + self._queue[0].size_bytes <= COMMIT_BYTES_MAX):
            batch = self._queue.popleft()
            size += batch.size_bytes
            self._rows -= len(batch.events.ids)
            self._bytes -= batch.size_bytes
            group.append(batch)
        return group

    def _much(self) -> list[Batch]:
        """Take a group where so much is waiting that it is worth to make it ready ahead; empty where not."""
        with self._changed:
            return self._taken() if self._bytes >= AHEAD_BYTES_MIN else []

    def _commit(self, group: list[Batch]) -> None:
        """Commit a group, and those that pile up meanwhile, each made ready while the one before it is synced."""
        ready = self._prepared(group)
        while ready is not None:
            began_s = time.monotonic()
            ahead = self._much()
            syncing = self._syncer.submit(self._store.commit, ready) if ahead else None
            ready_ahead = self._prepared(ahead)
            error = syncing.exception() if syncing else self._committed(ready)
            if error is None:
                self._settle(group, ready, time.monotonic() - began_s)
            else:
                self._store.undo()
                self._failed(group, error)
                ready_ahead = self._prepared(ahead)
            group, ready = ahead, ready_ahead

    def _alone(self, batch: Batch) -> None:
        ready = self._prepared([batch])
        if ready is None:
            return
        began_s = time.monotonic()
        error = self._committed(ready)
        if error is None:
            self._settle([batch], ready, time.monotonic() - began_s)
        else:
            self._store.undo()
            self._failed([batch], error)

    def _prepared(self, group: list[Batch]) -> Prepared | None:
        """Make a group ready; None where there is nothing to commit, because its waiters have heard why."""
        try:
            return self._store.prepare([batch.events for batch in group]) if group else None
        except Exception as error:  # noqa: BLE001 - whatever it is, the waiters hear it and the thread lives on
            for batch in group:
                refuse(batch.done, error)
            return None

    def _committed(self, ready: Prepared) -> BaseException | None:
        try:
            self._store.commit(ready)
        except Exception as error:  # noqa: BLE001 - as above
            return error
        return None

    def _settle(self, group: list[Batch], ready: Prepared, took_s: float) -> None:
        self._store.settle()
        self._meter.committed(
            sum(len(batch.events.ids) for batch in group), sum(batch.size_bytes for batch in group), took_s
        )
        self._advanced(self._store.end)
        for batch, answer in zip(group, ready.answers, strict=True):
            tell(batch.done, answer)

    def _failed(self, group: list[Batch], error: BaseException) -> None:
        if len(group) > 1 and not isinstance(error, LogUnsure):
            # The group may be too big for what room is left: try each batch by itself.
            for batch in group:
                self._alone(batch)
            return
        if isinstance(error, DiskFull):
            self._meter.full("disk")
        for batch in group:
            refuse(batch.done, error)
