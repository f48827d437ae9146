"""`LineLog`: an `EventLog` for a process that does not own the log. Batches go over the line, reading is from the files.

An answer is the owner's own, so it means the same: durable. Where the line breaks, batches under way are unsure (repeats
are recognised), those that come meanwhile are refused at once, and the line is taken up again with the next owner.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import threading
from typing import TYPE_CHECKING, Final, Self

from hongmao.bus.answers import Answer, awaited, hear, refuse, tell
from hongmao.bus.errors import LogOwnerless, LogUnsure
from hongmao.bus.group import Group, seal
from hongmao.bus.line.frames import FRAME_BYTES_MAX, SOCKET, frame, hear_said, receive
from hongmao.bus.line.paths import socket_path
from hongmao.bus.loops import LoopThread
from hongmao.bus.reader import ReadOnlyLog
from hongmao.events.api import LogClosed, LogFailed, LogFull, Packed, Pressure
from hongmao.kernel.errors import HongmaoError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from hongmao.events.api import Event, Kept, Logged, PackedSlice, Waiter
    from hongmao.events.store import Deliver

AGAIN_S: Final = 0.05
OPEN_S: Final = 10.0
UNDER_WAY_EVENTS_MAX: Final = 50_000
UNDER_WAY_BYTES_MAX: Final = 64 * 2**20


class LineLog:
    """The log of another process on this machine, whose socket lies in `folder` and whose files lie at `path`."""

    def __init__(self, path: Path, folder: Path, *, patience_s: float = OPEN_S) -> None:
        """Open the files for reading and take up the line, waiting a moment for an owner that is just starting."""
        self._reader = ReadOnlyLog(path)
        self._folder = folder
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._open: dict[int, tuple[Answer, int, int, float]] = {}
        self._events = self._bytes = 0
        self._writer: asyncio.StreamWriter | None = None
        self._closed = False
        self._idle = threading.Condition(self._lock)
        self._up = threading.Event()
        self._thread = LoopThread("hongmao-line")
        self._thread.run(self._begin())
        self._up.wait(patience_s)

    @property
    def up(self) -> bool:
        """Tell whether an owner is at the other end."""
        return self._writer is not None

    @property
    def folder(self) -> Path:
        """Give the folder in which the owner listens."""
        return self._folder

    def append(self, events: Sequence[Event]) -> Future[tuple[Kept, ...]]:
        """Keep a batch, all or nothing; the future is done only when the owner has it on disk."""
        try:
            batch = Packed.of(events)
        except ValueError as error:
            return refuse(awaited(), error)
        return self._send(batch)

    def offer(self, batch: Packed, waiter: Waiter, deliver: Deliver) -> None:
        """Queue a batch of encoded events, all or nothing, and never block; the waiter hears by `deliver`."""
        hear(self._send(batch), waiter, deliver, path=str(self._folder))

    def pressure(self) -> Pressure:
        """Tell what is under way to the owner, and since when."""
        with self._lock:
            since = min((entry[3] for entry in self._open.values()), default=None)
            oldest = 0.0 if since is None else (self._thread.loop.time() - since) * 1_000
            return Pressure(self._events, self._bytes, oldest)

    def read(self, *, after: int, limit: int) -> Sequence[Logged]:
        """Read up to `limit` events after an offset."""
        return self._reader.read(after=after, limit=limit)

    def read_packed(self, *, after: int, limit: int) -> PackedSlice:
        """Read up to `limit` events after an offset, as bytes."""
        return self._reader.read_packed(after=after, limit=limit)

    def end(self) -> int:
        """Give the offset of the last durable event."""
        return self._reader.end()

    def first(self) -> int:
        """Give the offset of the first event that can still be read."""
        return self._reader.first()

    def known(self, event_ids: Collection[str]) -> frozenset[str]:
        """Say which of these ids the log holds."""
        return self._reader.known(event_ids)

    def wait(self, *, after: int, timeout_s: float) -> bool:
        """Look again and again until the log reaches beyond `after`."""
        return self._reader.wait(after=after, timeout_s=timeout_s)

    def close(self) -> None:
        """Let what is under way be answered, refuse new batches, hang up. Twice does no harm."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._idle.wait_for(lambda: not self._open, OPEN_S)
        self._thread.close()
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, batch: Packed) -> Answer:
        future = awaited()
        size = batch.size_bytes
        message = seal(Group(batch.ids, batch.records))
        if len(message) > FRAME_BYTES_MAX:
            why = f"a batch of {len(message)} bytes; {FRAME_BYTES_MAX} go over the line at once"
            return refuse(future, LogFailed(path=str(self._folder), why=why))
        with self._lock:
            if self._closed:
                return refuse(future, LogClosed(path=str(self._folder)))
            if self._writer is None:
                return refuse(future, LogOwnerless(path=str(self._folder)))
            if self._events + len(batch.ids) > UNDER_WAY_EVENTS_MAX or self._bytes + size > UNDER_WAY_BYTES_MAX:
                return refuse(future, LogFull(rows=UNDER_WAY_EVENTS_MAX, size_bytes=UNDER_WAY_BYTES_MAX))
            number = next(self._numbers)
            self._open[number] = (future, len(batch.ids), size, self._thread.loop.time())
            self._events += len(batch.ids)
            self._bytes += size
            # Still under the lock, so that batches leave in the order of their numbers.
            self._thread.loop.call_soon_threadsafe(self._writer.write, frame(number, message))
        return future

    async def _begin(self) -> None:
        self._task = asyncio.create_task(self._keep_up())

    async def _keep_up(self) -> None:
        while True:
            why = "it was closed"
            try:
                reader = await self._connect()
                while True:
                    number, body = await receive(reader)
                    self._answered(number, hear_said(body))
            except (EOFError, OSError, ValueError) as error:
                why = str(error) or "the line broke"
            finally:
                self._lost(why)
            await asyncio.sleep(AGAIN_S)

    async def _connect(self) -> asyncio.StreamReader:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.setblocking(False)  # noqa: FBT003 - the word of the socket module
        try:
            with socket_path(self._folder / SOCKET) as short:
                await asyncio.get_running_loop().sock_connect(link, short)
        except BaseException:
            link.close()
            raise
        reader, writer = await asyncio.open_unix_connection(sock=link)
        with self._lock:
            self._writer = writer
        self._up.set()
        return reader

    def _answered(self, number: int, said: tuple[Kept, ...] | HongmaoError) -> None:
        with self._lock:
            if number not in self._open:
                raise ValueError(f"an answer to batch {number}, which was not asked")
            future, events, size, _ = self._open.pop(number)
            self._events -= events
            self._bytes -= size
            self._idle.notify_all()
        if isinstance(said, HongmaoError):
            refuse(future, said)
        else:
            tell(future, said)

    def _lost(self, why: str) -> None:
        with self._lock:
            if self._writer is not None:
                self._writer.close()
            self._writer = None
            gone, self._open = self._open, {}
            self._events = self._bytes = 0
            self._idle.notify_all()
        for future, *_ in gone.values():
            refuse(future, LogUnsure(path=str(self._folder), why=why))
