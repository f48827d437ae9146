"""Connections that uvicorn serves, held to the edge's limits: a head that is whole in time and small, a body that comes.

uvicorn itself waits for a begun request as long as its client likes, and reads a head of any size.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from hongmao.web.edge.errors import HeadTooLarge, RequestMalformed, RequestTooSlow
from hongmao.web.edge.hot.heads import HEAD_BYTES_MAX, HEADERS_MAX

if TYPE_CHECKING:
    import asyncio

    from uvicorn.config import Config
    from uvicorn.server import ServerState

    from hongmao.kernel.errors import HongmaoError
    from hongmao.web.edge.hot.gate import HotGate
    from hongmao.web.edge.hot.limits import Limits

BYTES_A_SECOND_MIN: Final = 4_096  # of a body, on average once its first seconds are over: a file over a poor line


class _Reads(Enum):
    """What the client is in the middle of sending."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()
    REFUSED = auto()
    """What comes now is let run out, or a reset would swallow our answer."""


class HandedProtocol(HttpToolsProtocol):
    """uvicorn's own protocol, watched by the gate."""

    def __init__(self, gate: HotGate, config: Config, state: ServerState, app_state: dict[str, object]) -> None:
        """Serve a connection for a gate."""
        super().__init__(config, state, app_state, gate.loop)
        self._gate = gate
        self._reads = _Reads.NOTHING
        self._bytes = 0
        self._wrong: HongmaoError | None = None
        self.since = gate.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        """Begin."""
        super().connection_made(transport)
        self._gate.handed.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self._gate.handed.discard(self)
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """Let another protocol have the line."""
        self._gate.handed.discard(self)
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        """Take bytes, and refuse a head that has grown too large."""
        if self._reads is _Reads.REFUSED or self.transport.is_closing():
            return
        if self._reads is _Reads.NOTHING:
            self._begin()
        self._bytes += len(data)
        super().data_received(data)
        if self._wrong is None and self._reads is _Reads.HEAD and self._bytes > HEAD_BYTES_MAX:
            self._wrong = HeadTooLarge(bytes_max=HEAD_BYTES_MAX, headers_max=HEADERS_MAX)
        if self._wrong is not None:
            self._refuse(self._wrong)

    def on_message_begin(self) -> None:
        """Note that a request begins, perhaps behind another in the same bytes."""
        if self._reads is not _Reads.HEAD:
            self._begin()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Answer a head, unless it is more than one."""
        size = sum(len(name) + len(value) + 4 for name, value in self.headers)
        if len(self.headers) > HEADERS_MAX or size + len(self.url) > HEAD_BYTES_MAX:
            self._wrong = HeadTooLarge(bytes_max=HEAD_BYTES_MAX, headers_max=HEADERS_MAX)
        self._reads, self._bytes = _Reads.BODY, 0
        if self._wrong is None:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Pass a body on."""
        if self._wrong is None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that a request is whole."""
        self._reads = _Reads.NOTHING
        if self._wrong is None:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, in the edge's words."""
        self._wrong = RequestMalformed(why=msg[:80])

    def sweep(self, now: float, limits: Limits) -> None:
        """End the connection if what it is sending takes too long. Time in which we do not listen is not the client's."""
        if self._reads is _Reads.NOTHING:
            return
        if self._reads is _Reads.REFUSED:
            if now - self.since > limits.linger_s:
                self.transport.close()
            return
        if self.flow.read_paused:
            self.since = now
            return
        allowed = limits.head_s if self._reads is _Reads.HEAD else limits.body_s + self._bytes / BYTES_A_SECOND_MIN
        if now - self.since > allowed:
            self._refuse(RequestTooSlow(seconds=int(allowed)))

    def _begin(self) -> None:
        self._reads, self._bytes, self.since = _Reads.HEAD, 0, self.loop.time()

    def _refuse(self, error: HongmaoError) -> None:
        """Say what is wrong, where no answer has been begun that it would stand in the middle of, and close."""
        self._wrong, self._reads, self.since = error, _Reads.REFUSED, self.loop.time()
        refusal = self._gate.refusal(error)
        cycle: RequestResponseCycle | None = self.cycle
        begun = cycle is not None and cycle.response_started and not cycle.response_complete
        if begun or not self.transport.can_write_eof():
            self.transport.close()
            return
        if cycle is not None:
            cycle.disconnected = True  # whoever answers now answers nobody
            cycle.message_event.set()
        self.transport.write(refusal)
        self.transport.write_eof()
