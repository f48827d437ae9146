"""The embedded log: segments of frames with a checksum each, one committing thread, any number of readers.

Whatever `append` has answered survives `kill -9` and a power cut. One process writes at a time; others read along.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from hongmao.bus.answers import awaited, hear, refuse
from hongmao.bus.committer import Committer
from hongmao.bus.importing import adopt
from hongmao.bus.segments.files import REAL
from hongmao.bus.segments.store import SegmentStore
from hongmao.bus.segments.writing import SEGMENT_BYTES
from hongmao.events.api import LogBusy, LogFailed, Packed
from hongmao.events.disk import WriterLock, make_folder, sync_folder
from hongmao.telemetry.parts import NO_LOG_METER

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from hongmao.bus.segments.files import Files
    from hongmao.events.api import Event, Kept, Logged, PackedSlice, Pressure, Waiter
    from hongmao.events.store import Deliver
    from hongmao.telemetry.parts import LogMeter


class EmbeddedLog:
    """An `EventLog` in one folder. Use as a context manager or call `close`."""

    def __init__(
        self,
        path: Path,
        *,
        meter: LogMeter = NO_LOG_METER,
        files: Files = REAL,
        segment_bytes: int = SEGMENT_BYTES,
    ) -> None:
        """Open the folder for writing, making it where there is none; `LogBusy` says who else is writing.

        What a crash has torn is repaired. `LogDamaged` names acknowledged events that are not whole; a log of an earlier
        program, `path` with `.sqlite` behind it, is taken over first.
        """
        make_folder(path.parent)
        self._path = path
        self._lock = WriterLock(path.with_name(f"{path.name}.lock"), of=path, busy=LogBusy)
        try:
            if path.exists() and not path.is_dir():
                raise LogFailed(path=str(path), why="it is a file, where the log is a folder")
            adopt(path)
            self._store = SegmentStore(path, files=files, segment_bytes=segment_bytes)
            sync_folder(path.parent)
        except BaseException as error:
            self._lock.release()
            if isinstance(error, OSError):
                raise LogFailed(path=str(path), why=str(error)) from error
            raise
        self._end = self._store.end
        self._moved = threading.Condition()
        self._closed = False
        self._committer = Committer(self._store, path, self._advance, meter)

    def append(self, events: Sequence[Event]) -> Future[tuple[Kept, ...]]:
        """Keep a batch, all or nothing; the future is done only when it is on disk.

        Through the future come `LogFull` (queue or disk), `LogClosed`, `LogFailed`, and `ValueError` for an event that no
        file can hold. Nothing of the batch was kept then.
        """
        try:
            batch = Packed.of(events)
        except ValueError as error:
            return refuse(awaited(), error)
        return self.take(batch)

    def take(self, batch: Packed) -> Future[tuple[Kept, ...]]:
        """Keep a batch of encoded events as `append` does."""
        return self._committer.submit(batch)

    def offer(self, batch: Packed, waiter: Waiter, deliver: Deliver) -> None:
        """Queue a batch of encoded events, all or nothing, and never block; the waiter hears by `deliver`."""
        hear(self.take(batch), waiter, deliver, path=str(self._path))

    def pressure(self) -> Pressure:
        """Tell how far the writing is behind with what was queued."""
        return self._committer.pressure()

    def read(self, *, after: int, limit: int) -> list[Logged]:
        """Read up to `limit` events after an offset, in order and without gaps."""
        return self._store.reader.read(after=after, limit=limit)

    def read_packed(self, *, after: int, limit: int) -> PackedSlice:
        """Read up to `limit` events after an offset, as bytes."""
        return self._store.reader.read_packed(after=after, limit=limit)

    def first(self) -> int:
        """Give the offset of the first event that the log still holds; one more than its end where it is empty."""
        return self._store.reader.first()

    def sealed(self) -> list[tuple[int, int]]:
        """Give the first and the last offset of each segment that is no longer written to, in order."""
        return self._store.reader.bounds()

    def trim(self, below: int) -> int:
        """Remove whole segments of events below an offset; give the first offset that is left.

        Their ids stay known for good. Who removes events answers for it that nobody needs them here any more.
        """
        return self._committer.run(lambda: self._store.trim(below))

    def end(self) -> int:
        """Give the offset of the last durable event."""
        with self._moved:
            return self._end

    def known(self, event_ids: Collection[str]) -> frozenset[str]:
        """Say which of these ids the log already holds."""
        return self._store.known(event_ids)

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
        self._store.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _advance(self, end: int) -> None:
        with self._moved:
            self._end = end
            self._moved.notify_all()
