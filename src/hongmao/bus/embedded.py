"""The embedded log: SQLite in WAL mode with full sync, one committing thread, any number of readers.

Whatever `append` has answered survives `kill -9` and a power cut. One process writes at a time; others read along.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Self

from hongmao.bus import table
from hongmao.bus.committer import Committer
from hongmao.bus.reader import LogReader
from hongmao.events.api import LogBusy, LogFailed
from hongmao.events.disk import WriterLock, make_folder, sync_folder
from hongmao.kernel.errors import HongmaoError
from hongmao.telemetry.parts import NO_LOG_METER

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from hongmao.events.api import Event, Kept, Logged, Packed, Pressure, Waiter
    from hongmao.events.store import Deliver
    from hongmao.telemetry.parts import LogMeter


class EmbeddedLog:
    """An `EventLog` in one file. Use as a context manager or call `close`."""

    def __init__(self, path: Path, *, meter: LogMeter = NO_LOG_METER) -> None:
        """Open for writing, creating the file where there is none; `LogBusy` says who else is writing."""
        make_folder(path.parent)
        self._path = path
        self._lock = WriterLock(path.with_name(f"{path.name}.lock"), of=path, busy=LogBusy)
        try:
            self._connection = table.open_for_writing(path)
            sync_folder(path.parent)
            self._reader = LogReader(path)
            self._end = self._reader.end()
        except BaseException:
            self._lock.release()
            raise
        self._moved = threading.Condition()
        self._closed = False
        self._committer = Committer(self._connection, path, self._advance, meter)

    def append(self, events: Sequence[Event]) -> Future[tuple[Kept, ...]]:
        """Keep a batch, all or nothing; the future is done only when it is on disk.

        Through the future come `LogFull` (queue or disk), `LogClosed`, `LogFailed`, and `ValueError` for an event that no
        file can hold. Nothing of the batch was kept then.
        """
        try:
            rows = [table.Row.of(event) for event in events]
        except ValueError as error:
            refused: Future[tuple[Kept, ...]] = Future()
            refused.set_exception(error)
            return refused
        return self._committer.submit(rows)

    def offer(self, batch: Packed, waiter: Waiter, deliver: Deliver) -> None:
        """Queue a batch of encoded events, all or nothing, and never block; the waiter hears by `deliver`."""

        def heard(done: Future[tuple[Kept, ...]]) -> None:
            error = done.exception()
            if error is None:
                deliver(partial(waiter.kept, done.result()))
            elif isinstance(error, HongmaoError):
                deliver(partial(waiter.failed, error))
            else:
                deliver(partial(waiter.failed, LogFailed(path=str(self._path), why=str(error)[:80])))

        rows = [table.Row.packed(id, record) for id, record in zip(batch.ids, batch.records, strict=True)]
        self._committer.submit(rows).add_done_callback(heard)

    def pressure(self) -> Pressure:
        """Tell how far the writing is behind with what was queued."""
        return self._committer.pressure()

    def read(self, *, after: int, limit: int) -> list[Logged]:
        """Read up to `limit` events after an offset, in order and without gaps."""
        return self._reader.read(after=after, limit=limit)

    def end(self) -> int:
        """Give the offset of the last durable event."""
        with self._moved:
            return self._end

    def known(self, event_ids: Collection[str]) -> frozenset[str]:
        """Say which of these ids the log already holds."""
        return self._reader.known(event_ids)

    def wait(self, *, after: int, timeout_s: float) -> bool:
        """Sleep until the log reaches beyond `after`, the time is up or the log is closed."""
        with self._moved:
            self._moved.wait_for(lambda: self._end > after or self._closed, timeout_s)
            return self._end > after

    def close(self) -> None:
        """Let running appends finish, refuse new ones, wake those who wait, release the files. Twice does no harm."""
        with self._moved:
            if self._closed:
                return
            self._closed = True
            self._moved.notify_all()
        self._committer.close()
        self._reader.close()
        self._connection.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _advance(self, end: int) -> None:
        with self._moved:
            self._end = end
            self._moved.notify_all()
