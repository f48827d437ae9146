"""The edge as one ASGI app: four paths of its own, everything else goes on to the pages."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Final, Protocol, cast

from hongmao.web.assets import asset as built_asset
from hongmao.web.edge.asgi import ClientGone, answer_error, send_answer
from hongmao.web.edge.collect import CollectEndpoint
from hongmao.web.edge.errors import ServedElsewhere
from hongmao.web.edge.health import ALIVE, HEALTH, alive, ready
from hongmao.web.edge.hot.limits import Limits, check_pressure
from hongmao.web.edge.jump import JumpEndpoint
from hongmao.web.edge.origin import Origins
from hongmao.web.edge.pixel import PixelEndpoint, wordless
from hongmao.web.edge.wake_feedback import WakeFeedbackEndpoint
from hongmao.web.errors import BrokenInside, MethodNotTaken

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.events.api import Appender
    from hongmao.web.edge.asgi import Answer, App, Receive, Scope, Send
    from hongmao.web.services import EdgeServices

JUMP: Final = "/j/"
EVENTS: Final = "/v1/events"
PIXEL: Final = "/v1/i"
RETURNS: Final = "/v1/returns/"
WAKEUP: Final = "/v1/wakeup"
_READ: Final = ("GET", "HEAD")
_log = logging.getLogger("hongmao.edge")


class EdgeApp:
    """Jump, collector, returns and health in front of another app."""

    def __init__(
        self,
        services: EdgeServices,
        then: App,
        *,
        asset: Callable[[str], str] = built_asset,
        secure_cookies: bool = False,
        origins: Origins | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Serve with the house's services; `then` gets every other request.

        `asset` names built files for the jump's page, `origins` knows whose word on who asks is believed,
        `limits` how far the log may be behind before nothing more is taken.
        """
        self.services = services
        self.secure_cookies = secure_cookies
        self.leaving = False
        """Told to stop: whoever asks before sending readers here hears it, and those who come all the same are served."""
        self.origins = origins or Origins()
        self._limits = limits or Limits()
        self._log = cast("Appender", services.log)
        self._then = then
        self._jump = JumpEndpoint(services, asset, self.origins)
        self._collect = CollectEndpoint(services, secrets.SystemRandom(), self.origins, secure_cookies=secure_cookies)
        self._pixel = PixelEndpoint(services, secrets.SystemRandom(), self.origins, secure_cookies=secure_cookies)
        self._returns = _returns_of(services)
        self._exactly = {
            EVENTS: self._collect.answer,
            PIXEL: self._pixel.answer,
            WAKEUP: WakeFeedbackEndpoint(services).answer,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http" or not is_ours(scope["method"], scope["path"]):
            await self._then(scope, receive, send)
            return
        try:
            answer = await self.answer(scope, receive)
        except ClientGone:
            return
        await send_answer(send, answer, head=scope["method"] == "HEAD")

    async def answer(self, scope: Scope, receive: Receive) -> Answer:
        """Answer a request that is the edge's own, whatever breaks; `ClientGone` where nobody waits any more."""
        try:
            return await self._answer(scope, receive)
        except ClientGone:
            raise
        except Exception:  # noqa: BLE001 - whatever broke, the reader gets a sentence and the house a traceback
            _log.exception("the edge failed on %s", scope["path"].split("/")[1])
            return answer_error(BrokenInside())

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        path, method = scope["path"], scope["method"]
        allowed = ("POST",) if path in {EVENTS, WAKEUP} or path.startswith(RETURNS) else _READ
        if path == PIXEL:
            allowed = ("GET",)  # a HEAD shows nothing to anybody
        if method not in allowed:
            words = ", ".join(allowed)
            return answer_error(MethodNotTaken(method=method[:16], allowed=words), {"allow": words})
        if path in HEALTH:
            return alive() if path == ALIVE else ready(self.services.health, leaving=self.leaving)
        pressed = check_pressure(self._log.pressure(), self._limits.lag_ms)
        if pressed is not None:
            return wordless(pressed) if path == PIXEL else answer_error(pressed)
        if path.startswith(JUMP):
            return await self._jump.answer(scope, path.removeprefix(JUMP))
        exactly = self._exactly.get(path)
        if exactly is not None:
            return await exactly(scope, receive)
        return await self._returns.answer(scope, receive, path.removeprefix(RETURNS))


class _Returns(Protocol):
    async def answer(self, scope: Scope, receive: Receive, platform: str) -> Answer: ...


class _NoReturns:
    """Stands where another process takes deliveries."""

    async def answer(self, _scope: Scope, _receive: Receive, platform: str) -> Answer:
        return answer_error(ServedElsewhere(id=f"{RETURNS}{platform[:64]}"))


def _returns_of(services: EdgeServices) -> _Returns:
    if services.returns is None:
        return _NoReturns()
    from hongmao.web.edge.receive_returns import ReturnsEndpoint  # noqa: PLC0415 - loads readers of files, Arrow among them

    return ReturnsEndpoint(services.returns)


def is_ours(method: str, path: str) -> bool:
    """Tell whether the edge itself answers a request."""
    # Only deliveries are ours below RETURNS: what may be read about them there is the API's.
    if path.startswith(RETURNS) and "/" not in path.removeprefix(RETURNS):
        return method == "POST"
    return path.startswith(JUMP) or path in {EVENTS, PIXEL, WAKEUP, *HEALTH}
