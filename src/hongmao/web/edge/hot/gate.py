"""What all connections of one process share: the jump's short way, the log, limits, and the end of it all."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from hongmao.links.api import HotJump
from hongmao.telemetry.parts import NO_EDGE_METER
from hongmao.web.edge.asgi import answer_error
from hongmao.web.edge.errors import BodiesTooMany, Draining, RequestTooSlow, TooManyConnections
from hongmao.web.edge.hot.collecting import CollectDesk
from hongmao.web.edge.hot.handed import HandedProtocol
from hongmao.web.edge.hot.keeping import Keeper
from hongmao.web.edge.hot.limits import Limits
from hongmao.web.edge.hot.protocol import HotProtocol
from hongmao.web.edge.hot.taps import URL_SAFE, HeadBook, TapDesk
from hongmao.web.edge.hot.wire import written

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState

    from hongmao.kernel.errors import HongmaoError
    from hongmao.telemetry.parts import EdgeMeter
    from hongmao.web.edge.app import EdgeApp

SWEEP_EVERY_S: Final = 0.5


class HotGate:
    """Makes the protocol of each connection. Give it to uvicorn as `http`; it then serves `app` and the rest as before.

    uvicorn asks what stands in its set of connections to shut down and waits until it has left: the gate stands there for
    all of its own.
    """

    def __init__(self, app: EdgeApp, limits: Limits | None = None, meter: EdgeMeter = NO_EDGE_METER) -> None:
        """Stand before an edge, and tell of its requests."""
        self.meter = meter
        self.jumps, self.collects = meter.route("jump"), meter.route("events")
        self.app = app
        self.origins = app.origins
        self.limits = limits or Limits()
        self.open: set[HotProtocol] = set()
        self.handed: set[HandedProtocol] = set()
        self._bodies_bytes = 0
        self.draining = False
        self.date = b""
        self._services = app.services
        self.loop: asyncio.AbstractEventLoop
        self.keeper: Keeper
        self.taps: TapDesk
        self.collecting: CollectDesk
        self._state: ServerState | None = None
        self._config: Config | None = None
        self._app_state: dict[str, Any] = {}

    def __call__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> HotProtocol:
        """Make one connection's protocol, as uvicorn asks for it."""
        if self._state is None:
            self._begin(config, server_state, app_state)
        return HotProtocol(self)

    def _begin(self, config: Config, state: ServerState, app_state: dict[str, Any]) -> None:
        self._config, self._state, self._app_state = config, state, app_state
        self.loop = asyncio.get_running_loop()
        self.keeper = Keeper(self._services.log, self.loop, lag_ms_max=self.limits.lag_ms)
        jump = self._services.jump
        self.taps = TapDesk(
            HotJump(jump.parts, lambda piece: quote(piece, safe=URL_SAFE).encode("ascii")),
            HeadBook(jump.parts.wakeup, self.origins),
        )
        self.collecting = CollectDesk(
            self._services, secrets.SystemRandom(), self.meter, self.origins, secure_cookies=self.app.secure_cookies
        )
        state.connections.add(self)  # type: ignore[arg-type]  # `shutdown` is all that uvicorn asks of it
        self._tick()

    def welcome(self, one: HotProtocol) -> HongmaoError | None:
        """Take in a new connection, or say why not."""
        if self.draining:
            return Draining()
        if len(self.open) + len(self.handed) >= self.limits.connections:
            return TooManyConnections(limit=self.limits.connections)
        self.open.add(one)
        return None

    def reserve(self, size_bytes: int) -> None:
        """Make room for a body that has yet to come; `BodiesTooMany` where all of them together would be too much."""
        if self._bodies_bytes + size_bytes > self.limits.bodies_bytes:
            raise BodiesTooMany(limit=self.limits.bodies_bytes)
        self._bodies_bytes += size_bytes

    def release(self, size_bytes: int) -> None:
        """Give the room of a body back."""
        self._bodies_bytes -= size_bytes

    def hand_over(self, transport: asyncio.Transport, data: bytes) -> None:
        """Give a connection to uvicorn for good, with what has been read of the request that it shall answer."""
        if self._config is None or self._state is None:
            raise AssertionError("no connection has been made")
        other = HandedProtocol(self, self._config, self._state, self._app_state)
        transport.set_protocol(other)
        other.connection_made(transport)
        transport.resume_reading()
        other.data_received(data)

    def refusal(self, error: HongmaoError) -> bytes:
        """Write a refusal after which the connection closes."""
        self.meter.refused(error.code)
        return written(answer_error(error), date=self.date, head=False, close=True)

    def leave(self) -> None:
        """Say to whoever asks that no more readers should be sent; serve those who come all the same."""
        self.app.leaving = True

    def shutdown(self) -> None:
        """Begin nothing new, finish what is under way; then leave uvicorn's set."""
        self.draining = True
        for one in tuple(self.open):
            one.finish()
        self._leave_when_empty()

    def _leave_when_empty(self) -> None:
        if self.draining and not self.open and self._state is not None:
            self._state.connections.discard(self)

    def gone(self, one: HotProtocol) -> None:
        """Forget a connection that is closed or handed over."""
        self.open.discard(one)
        self._leave_when_empty()

    def _tick(self) -> None:
        """Twice a second: renew the date, and close what is idle or too slow. One timer for all connections."""
        if self._state is None or (self.draining and not self.open):
            return
        self.date = b"".join(name + b": " + value + b"\r\n" for name, value in self._state.default_headers)
        self.taps.renew(self.date)
        now, limits = self.loop.time(), self.limits
        for one in tuple(self.open):
            allowed = one.allowed_s(limits)
            if allowed is not None and now - one.since > allowed:
                one.expire(RequestTooSlow(seconds=int(allowed)))
        for handed in tuple(self.handed):
            handed.sweep(now, limits)
        self.loop.call_later(SWEEP_EVERY_S, self._tick)
