"""What every receiver does before it reads a return: answer for the weather, read the body, know the caller, keep what it took."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from starlette.responses import PlainTextResponse, Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping

    from starlette.requests import Request

    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it came."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    fields: Mapping[str, Any]


class Desk(Protocol):
    """One media's receiver: its envelope, and what it does with a request."""

    media: str

    def take(self, market: Market, asked: Asked) -> Response:
        """Answer a request that came through."""
        ...

    def throttled(self) -> Response:
        """Say in the media's words that the caller must slow down."""
        ...

    def broken(self) -> Response:
        """Say in the media's words that something went wrong on its side."""
        ...

    def unreadable(self) -> Response:
        """Say in the media's words that the body is no JSON object."""
        ...


def handler(market: Market, desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    """Stand before a receiver."""

    async def answer(request: Request) -> Response:
        if market.is_down():
            return PlainTextResponse("upstream connect error", status_code=503)
        raw = await request.body()
        if market.is_throttled():
            return desk.throttled()
        try:
            fields = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return desk.unreadable()
        if not isinstance(fields, dict):
            return desk.unreadable()
        asked = Asked(
            path=request.url.path,
            query=dict(request.query_params),
            headers={name.lower(): value for name, value in request.headers.items()},
            raw=raw,
            fields=fields,
        )
        return _through_faults(market, desk, asked)

    return answer


def _through_faults(market: Market, desk: Desk, asked: Asked) -> Response:
    """Fail as a media does: half of the faults strike before a return is kept, half after, when only the answer is lost."""
    about = f"{desk.media} {asked.raw.decode(errors='replace')}"
    if not market.fails(about):
        return desk.take(market, asked)
    if market.draw(f"fault after {about}", 2):
        desk.take(market, asked)
    return desk.broken()


def same(one: object, other: str) -> bool:
    """Compare what a caller sent with what it was given; nothing given matches nothing."""
    return bool(other) and isinstance(one, str) and hmac.compare_digest(one.encode(), other.encode())


def key_of(market: Market, name: object) -> GatewayKey | None:
    """Find a caller by what it says of itself."""
    return market.key(str(name)) if isinstance(name, (str, int)) and name != "" else None


def keep(market: Market, media: str, key: Iterable[object], value: object, *, test: bool = False) -> bool:
    """Write a conversion down, a test's on a page of its own; tell whether it is new."""
    return market.note(_page(media, test=test), _key(key), value)


def kept(market: Market, media: str, key: Iterable[object], *, test: bool = False) -> Any | None:
    """Read what was kept under a key; None where nothing was."""
    return market.noted(_page(media, test=test), _key(key))


def among(value: object, known: Collection[object]) -> bool:
    """Tell whether a value of a body is one of those that are known: a list, a truth or an object never is."""
    return isinstance(value, (str, int)) and not isinstance(value, bool) and value in known


def whole(value: object) -> int | None:
    """Read a whole number of a body: a truth is none, whatever Python says."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def inner(value: object) -> Mapping[str, Any] | None:
    """Read an object within a body; an absent one is empty, and what is no object is None."""
    if value is None:
        return {}
    return value if isinstance(value, dict) else None


def _page(media: str, *, test: bool) -> str:
    return f"{media}_{'test_' if test else ''}conversions"


def _key(parts: Iterable[object]) -> str:
    return _encode([str(part) for part in parts]).decode()


def told(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON."""
    return Response(_encode(value), status_code=status, headers=headers, media_type="application/json")
