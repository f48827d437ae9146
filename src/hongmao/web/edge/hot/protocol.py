"""One connection: taps answered without a task or a future, the edge's other acts by a task, all else handed over.

One request of a connection is under way at a time; what a client pipelines waits in `_rest`, and reading stops where that
grows. An answer therefore never overtakes another.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from hongmao.kernel.errors import HongmaoError, Unavailable
from hongmao.web.edge.app import is_ours
from hongmao.web.edge.asgi import ClientGone, answer_error
from hongmao.web.edge.errors import HeadTooLarge
from hongmao.web.edge.hot.heads import HEAD_BYTES_MAX, HEADERS_MAX, read_head
from hongmao.web.edge.hot.taps import LINE
from hongmao.web.edge.hot.wire import CONTINUE, closing, written
from hongmao.web.edge.metrics import reason_of, route_of
from hongmao.web.edge.origin import FORWARDED

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from hongmao.events.api import Kept
    from hongmao.links.api import HotTap
    from hongmao.web.edge.asgi import Answer, Message, Scope
    from hongmao.web.edge.hot.gate import HotGate
    from hongmao.web.edge.hot.heads import Head
    from hongmao.web.edge.hot.limits import Limits

END: Final = b"\r\n\r\n"
BODY_BYTES_MAX: Final = 2**20
_FOUND: Final = 302
_ERROR_FROM: Final = 400
REST_BYTES_MAX: Final = 64 * 1024


class HotProtocol(asyncio.Protocol):
    """Speaks HTTP/1.1 to one client."""

    __slots__ = (
        "_body",
        "_busy",
        "_gate",
        "_head",
        "_head_end",
        "_last",
        "_lingers",
        "_net",
        "_paused",
        "_relayed",
        "_reserved",
        "_rest",
        "_tap",
        "_task",
        "_transport",
        "since",
    )

    def __init__(self, gate: HotGate) -> None:
        """Belong to a process's gate."""
        self._gate = gate
        self._rest = b""
        self._body: bytearray | None = None
        self._busy = self._last = self._paused = self._lingers = self._relayed = False
        self._net: bytes | None = None
        self._reserved = 0
        self._head: Head | None = None
        self._head_end = 0
        self._tap: HotTap | None = None
        self._task: asyncio.Task[None] | None = None
        self.since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, or refuse where too many are here."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # a stream, as the server makes them
        self.since = self._gate.loop.time()
        refusal = self._gate.welcome(self)
        if refusal is not None:
            self._last = True
            self._close(self._gate.refusal(refusal))
            return
        origins, peer = self._gate.origins, transport.get_extra_info("peername")
        address = peer[0] if isinstance(peer, tuple) else ""
        self._relayed = origins.relays(address)
        self._net = None if self._relayed else origins.net_of(address)

    def connection_lost(self, _: Exception | None) -> None:
        """Forget the client. What it asked for is kept all the same: the log has it already, or soon."""
        self._last = True
        self._rest = b""
        self._body = None
        self._release()
        self._gate.gone(self)

    def eof_received(self) -> bool:
        """Let a client that will send no more hear its answer."""
        if self._busy:
            self._last = True
            return True
        return False

    def data_received(self, data: bytes) -> None:
        """Take bytes; begin the next request where none is under way."""
        if self._last:
            return
        if self._body is not None:
            self._body += data
            self._bodied(self._body)
            return
        if self._rest:
            data = self._rest + data
        if self._busy:
            self._rest = data
            if len(data) > REST_BYTES_MAX and not self._paused:
                self._paused = True
                self._transport.pause_reading()
            return
        self._begin(data)

    def _begin(self, data: bytes) -> None:
        """Begin the request that `data` starts with, if it is whole."""
        try:
            line = LINE.match(data)
            if line is not None:
                end = data.find(END, line.end() - 2, HEAD_BYTES_MAX)
                if end > 0 and self._tapped(line, data, end):
                    return
            if self._headed(data):
                self._bodied(data)
        except HongmaoError as error:
            self._refuse(error)

    def _tapped(self, line: re.Match[bytes], data: bytes, end: int) -> bool:
        """Answer a tap the short way; False where it has to go the long one."""
        gate = self._gate
        try:
            tap = gate.taps.weigh(line, data[line.end() : end], self._net, self._relayed)
        except Unavailable as error:
            self._rest = data[end + 4 :]
            gate.meter.refused(error.code)
            self._done(written(answer_error(error), date=gate.date, head=line[1] == b"HEAD", close=False))
            return True
        if tap is None:
            return False
        self._rest = data[end + 4 :]
        self._busy = True
        self._tap = tap
        gate.jumps.begun()
        self.since = gate.loop.time()
        gate.keeper.keep_one(self, tap[0], tap[1])
        return True

    def kept(self, answer: Sequence[Kept]) -> None:  # noqa: ARG002 - a token of our own is never a duplicate
        """Answer the tap that is on disk now."""
        tap, self._tap = self._tap, None
        if tap is not None:
            gate = self._gate
            gate.meter.clicked(tap[4])
            gate.jumps.answered("GET", _FOUND, gate.loop.time() - self.since)
            way = gate.taps.answer(tap[2])
            self._done(closing(way) if self._last else way)

    def failed(self, error: HongmaoError) -> None:
        """Say that the tap could not be kept."""
        tap, self._tap = self._tap, None
        if tap is not None:
            self._gate.taps.forget(tap)
            self._gate.meter.refused(error.code)
            self._gate.jumps.answered("GET", error.status, self._gate.loop.time() - self.since)
            self._done(written(answer_error(error), date=self._gate.date, head=False, close=self._last))

    def _headed(self, data: bytes) -> bool:
        """Read a head of any other kind; False where it is not whole, or was handed over."""
        end = data.find(END, 0, HEAD_BYTES_MAX)
        if end < 0:
            if len(data) >= HEAD_BYTES_MAX:
                raise HeadTooLarge(bytes_max=HEAD_BYTES_MAX, headers_max=HEADERS_MAX)
            if not self._rest:
                self.since = self._gate.loop.time()
            self._rest = data
            return False
        # A blank line before a request is let pass by llhttp and would be an empty head here.
        start = len(data) - len(data.lstrip(b"\r\n")) if data[:1] in {b"\r", b"\n"} else 0
        if start:
            self._rest = b""
            if data[start:]:
                self._begin(data[start:])
            return False
        head = read_head(data[: end + 4])
        path, _, _ = head.path_and_query()
        if head.upgrade or head.length is None or not is_ours(head.method, path):
            # Pages, sockets, and bodies in chunks: uvicorn knows them all, and this connection is its own from here on.
            self._rest = b""
            self._gate.gone(self)
            self._gate.hand_over(self._transport, data)
            return False
        self._head, self._head_end = head, end + 4
        self.since = self._gate.loop.time()
        if head.has_body and head.headers.get("expect", "").lower() == "100-continue":
            self._transport.write(CONTINUE)
        return True

    def _bodied(self, data: bytes | bytearray) -> None:
        """Answer the long way once the body is there; one that is too long is answered at once."""
        head, start = self._head, self._head_end
        if head is None or head.length is None:
            return
        end = start + head.length
        if head.length > BODY_BYTES_MAX:
            # Whoever claims that much is told so, not listened to; nothing after it can be believed to be a request.
            self._last = self._lingers = True
            end = len(data)
        elif len(data) < end:
            if self._body is None:
                self._gate.reserve(head.length)
                self._reserved = head.length
                self._body, self._rest = bytearray(data), b""
            return
        self._release()
        body = b"" if self._lingers else bytes(data[start:end])
        self._rest = bytes(data[end:])
        self._head = self._body = None
        self._busy = True
        gate = self._gate
        if head.method == "POST" and head.target == b"/v1/events" and not self._lingers:
            began, told = gate.loop.time(), gate.collects
            told.begun()

            def done(answer: Answer) -> None:
                told.answered("POST", answer.status, gate.loop.time() - began)
                if answer.status >= _ERROR_FROM:
                    gate.meter.refused(reason_of(answer))
                self._answer(head, answer)

            net = gate.origins.told(head.headers.get(FORWARDED)) if self._relayed else self._net
            if gate.collecting.take(head.headers, body, net, gate.keeper, done):
                return
            told.gone()
        self._task = gate.loop.create_task(self._serve(head, body))

    def _release(self) -> None:
        """Give back what was reserved for a body."""
        if self._reserved:
            self._gate.release(self._reserved)
            self._reserved = 0

    async def _serve(self, head: Head, body: bytes) -> None:
        path, raw, query = head.path_and_query()

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        scope: Scope = {
            "type": "http",
            "http_version": head.version,
            "method": head.method,
            "path": path,
            "raw_path": raw,
            "query_string": query,
            "headers": list(head.raw_headers),
            "scheme": "http",
            "server": self._transport.get_extra_info("sockname"),
            "client": self._transport.get_extra_info("peername"),
            "root_path": "",
            "state": {},
        }
        gate = self._gate
        began, told = gate.loop.time(), gate.meter.route(route_of(path))
        told.begun()
        try:
            answer = await gate.app.answer(scope, receive)
        except ClientGone:
            told.gone()
            self._close(b"")
            return
        told.answered(head.method, answer.status, gate.loop.time() - began)
        if answer.status >= _ERROR_FROM:
            gate.meter.refused(reason_of(answer))
        self._answer(head, answer)

    def _answer(self, head: Head, answer: Answer) -> None:
        if not head.keep_alive:
            self._last = True
        self._done(written(answer, date=self._gate.date, head=head.method == "HEAD", close=self._last))

    def _done(self, answer: bytes) -> None:
        """Send an answer, and begin what came meanwhile."""
        self._busy = False
        self._task = None
        transport = self._transport
        if transport.is_closing():
            return
        if self._last or self._gate.draining:
            self._close(answer)
            return
        transport.write(answer)
        self.since = self._gate.loop.time()
        if self._paused:
            self._paused = False
            transport.resume_reading()
        if self._rest:
            rest, self._rest = self._rest, b""
            self._begin(rest)

    def _refuse(self, error: HongmaoError) -> None:
        self._last = self._lingers = True
        self._head = self._body = None
        self._release()
        self._rest = b""
        self._close(self._gate.refusal(error))

    def _close(self, answer: bytes) -> None:
        """Send the last answer. A client that is still sending is let finish, or a reset would swallow the answer."""
        transport = self._transport
        if answer:
            transport.write(answer)
        self._last = True
        if self._lingers and answer and transport.can_write_eof():
            self.since = self._gate.loop.time()
            transport.write_eof()
        else:
            self._lingers = False
            transport.close()

    def allowed_s(self, limits: Limits) -> float | None:
        """Say how long what it is doing now may take; None while it waits for us."""
        if self._busy:
            return None
        if self._lingers:
            return limits.linger_s
        if self._head is not None:
            return limits.body_s
        return limits.head_s if self._rest else limits.idle_s

    def expire(self, error: HongmaoError) -> None:
        """End a connection that took too long; one that asked for nothing is closed without a word."""
        if not self._lingers and (self._rest or self._head is not None):
            self._refuse(error)
        else:
            self._lingers = False
            self._close(b"")

    def finish(self) -> None:
        """Close once nothing is under way."""
        self._last = True
        if not self._busy:
            self._lingers = False
            self._close(b"")
