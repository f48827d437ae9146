"""The owner's end of the line: takes batches from other processes of this machine and gives them to its log."""

from __future__ import annotations

import asyncio
import socket
from functools import partial
from typing import TYPE_CHECKING, Final

from hongmao.bus.group import unseal
from hongmao.bus.line.frames import SOCKET, frame, receive, say, say_error
from hongmao.bus.line.paths import socket_path
from hongmao.bus.loops import LoopThread
from hongmao.events.api import LogFailed, Packed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hongmao.events.api import Kept
    from hongmao.events.store import Appender
    from hongmao.kernel.errors import HongmaoError

UNREAD_BYTES_MAX: Final = 2**20  # answers that a client leaves unread; beyond it the client is hung up on
BACKLOG: Final = 128


class LineServer:
    """Listens in a folder for as long as it is open. Only this machine's user may connect."""

    def __init__(self, log: Appender, folder: Path) -> None:
        """Begin to listen; whoever calls owns the log, so a socket that lies there is a dead owner's."""
        self._log = log
        self._closed = False
        self._path = folder / SOCKET
        self._path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with socket_path(self._path) as short:
            listening.bind(short)
        self._path.chmod(0o600)
        self._thread = LoopThread("hongmao-line")
        self._server = self._thread.run(self._listen(listening))

    def close(self) -> None:
        """Stop listening and hang up; batches without an answer are unsure then. Twice does no harm."""
        if self._closed:
            return
        self._closed = True
        self._thread.run(self._stop())
        self._thread.close()
        self._path.unlink(missing_ok=True)

    async def _listen(self, listening: socket.socket) -> asyncio.Server:
        return await asyncio.start_unix_server(self._serve, sock=listening, backlog=BACKLOG)

    async def _stop(self) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                number, body = await receive(reader)
                asked = _Asked(number, writer)
                try:
                    group = unseal(body)
                except ValueError as error:
                    asked.failed(LogFailed(path=str(self._path), why=str(error)))
                    continue
                self._log.offer(Packed(group.ids, group.records), asked, partial(_called, loop))
        except (EOFError, OSError, ValueError):
            pass
        except asyncio.CancelledError:  # by our own closing; asyncio would write it down as a fault of ours
            pass
        finally:
            writer.close()


class _Asked:
    """One batch's waiter: writes the answer, if anybody is still there to read it."""

    def __init__(self, number: int, writer: asyncio.StreamWriter) -> None:
        self._number = number
        self._writer = writer

    def kept(self, answer: tuple[Kept, ...]) -> None:
        self._write(say(answer))

    def failed(self, error: HongmaoError) -> None:
        self._write(say_error(error))

    def _write(self, body: bytes) -> None:
        if self._writer.is_closing():
            return
        if self._writer.transport.get_write_buffer_size() > UNREAD_BYTES_MAX:
            self._writer.transport.abort()
            return
        self._writer.write(frame(self._number, body))


def _called(loop: asyncio.AbstractEventLoop, tell: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(tell)
