"""What the doors of sandbox gateways have in common: how a body is read, and what the weather does to a list of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.platforms.sandbox.shop.market import Market

BODY_BYTES_MAX: Final = 2**20
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served(Generic[T]):
    """One page of a list as it goes out."""

    rows: Sequence[T]
    total: int
    has_more: bool


async def body_of(request: Request) -> bytes:
    """Read a body up to the limit of a gateway; what lies beyond is cut off and so proves nothing."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > BODY_BYTES_MAX:
            break
    return bytes(read[: BODY_BYTES_MAX + 1])


def closed(market: Market) -> Response | None:
    """Answer in place of a gateway that is down."""
    return PlainTextResponse("Service Unavailable", status_code=503) if market.is_down() else None


def serve(market: Market, rows: Sequence[T], *, number: int, size: int, asked: str) -> Served[T]:
    """Take a page, from 1 on, out of a list. By the weather the page before comes once more, or none of its rows do."""
    shown = number - 1 if number > 1 and market.repeats_page(asked) else number
    page: Sequence[T] = rows[(shown - 1) * size : shown * size]
    if market.loses_page(asked):
        page = ()
    return Served(rows=page, total=len(rows), has_more=len(rows) > number * size)


def without_none(row: dict[str, Any]) -> dict[str, Any]:
    """Leave out what has no value."""
    return {name: value for name, value in row.items() if value is not None}
