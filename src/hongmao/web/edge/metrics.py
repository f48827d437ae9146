"""`GET /metrics`, and what every request tells: rate, errors and duration by route (RED), before any other app sees it."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.telemetry.openmetrics import CONTENT_TYPE
from hongmao.web.edge.asgi import ERROR_HEADER, Answer, answer_error, headers_of, send_answer
from hongmao.web.errors import MethodNotTaken, PageUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hongmao.telemetry.parts import EdgeMeter
    from hongmao.web.edge.asgi import App, Message, Receive, Scope, Send

PATH: Final = "/metrics"
_ROUTES: Final = {
    "/v1/events": "events",
    "/v1/i": "pixel",
    "/v1/wakeup": "wakeup",
    "/healthz": "health",
    "/readyz": "health",
    PATH: "metrics",
}
_FOLDERS: Final = (("/j/", "jump"), ("/v1/returns/", "returns"), ("/v1/", "api"), ("/static/", "static"))
_EDGE: Final = frozenset({"jump", "events", "pixel", "wakeup", "returns"})
_ERROR_FROM: Final = 400
# Whoever relays for others says so by one of these; what they ask for is not asked from this machine.
_RELAYED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


class _Problem(msgspec.Struct):
    code: str


class _Told(msgspec.Struct):
    error: _Problem


_CODE: Final = ERROR_HEADER.encode("ascii")
_REASON: Final = msgspec.json.Decoder(_Told)


def route_of(path: str) -> str:
    """Name the route of a path: one of a dozen words, whatever path somebody sends."""
    named = _ROUTES.get(path)
    if named is not None:
        return named
    return next((route for folder, route in _FOLDERS if path.startswith(folder)), "page")


def reason_of(answer: Answer) -> str:
    """Read why something was refused off the answer that says so: the code of its error."""
    return answer.headers.get(ERROR_HEADER) or _reason(answer.body, answer.status)


def answer_metrics(figures: Callable[[], str], *, peer: str, headers: Mapping[str, str]) -> Answer:
    """Tell all figures to whoever asks from this very machine; to anybody else there is no such page."""
    if not _is_here(peer) or any(name in headers for name in _RELAYED):
        return answer_error(PageUnknown(id=PATH))
    body = figures().encode("utf-8", "replace")
    return Answer(200, body, {"content-type": CONTENT_TYPE, "cache-control": "no-store"})


class MeteredApp:
    """Counts the requests of the app behind it, and answers `/metrics` itself."""

    def __init__(self, app: App, meter: EdgeMeter, figures: Callable[[], str], clock_s: Callable[[], float]) -> None:
        """Stand in front of an app. `clock_s` only grows, in seconds."""
        self._app = app
        self._meter = meter
        self._figures = figures
        self._clock_s = clock_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through and tell how it went."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        route = route_of(scope["path"])
        sent = _Sent(send, self._meter if route in _EDGE else None)
        told, began_s = self._meter.route(route), self._clock_s()
        told.begun()
        try:
            await self._answer(scope, receive, sent)
        finally:
            if sent.status is None:
                told.gone()
            else:
                told.answered(scope["method"], sent.status, self._clock_s() - began_s)

    async def _answer(self, scope: Scope, receive: Receive, sent: _Sent) -> None:
        if scope["path"] != PATH:
            await self._app(scope, receive, sent)
        elif scope["method"] not in {"GET", "HEAD"}:
            refused = MethodNotTaken(method=scope["method"][:16], allowed="GET, HEAD")
            await send_answer(sent, answer_error(refused, {"allow": "GET, HEAD"}))
        else:
            peer = (scope.get("client") or ("", 0))[0]
            answer = answer_metrics(self._figures, peer=peer, headers=headers_of(scope))
            await send_answer(sent, answer, head=scope["method"] == "HEAD")


class _Sent:
    """Passes on what is sent and remembers its status; on the edge's own routes it also reads why something was refused."""

    __slots__ = ("_code", "_meter", "_send", "status")

    def __init__(self, send: Send, meter: EdgeMeter | None) -> None:
        self._send = send
        self._meter = meter
        self._code: str | None = None
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._code = next((value.decode("latin-1") for name, value in message["headers"] if name == _CODE), None)
        elif self._meter is not None and self.status is not None and self.status >= _ERROR_FROM:
            self._meter.refused(self._code or _reason(message.get("body", b""), self.status))
            self._meter = None
        await self._send(message)


def _reason(body: bytes, status: int) -> str:
    try:
        return _REASON.decode(body).error.code
    except (msgspec.DecodeError, UnicodeDecodeError):
        return f"status_{status}"


def _is_here(peer: str) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
