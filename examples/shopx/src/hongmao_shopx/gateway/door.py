"""Who may come in: the weather, the signature by lines of the gateway's own, and the question of a known app."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING, Any, Final

import msgspec
from starlette.responses import JSONResponse, PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.platforms.api import GatewayKey, Market

    Desk = Callable[[Market, GatewayKey, dict[str, Any]], dict[str, Any]]

BODY_BYTES_MAX: Final = 65_536
SKEW_S_MAX: Final = 300
_SECONDS: Final = re.compile(r"[0-9]{1,18}")


class NotSo(Exception):
    """A question that is refused, by ShopX's word for it."""

    def __init__(self, err: str, status: int = 400) -> None:
        """Keep the word and the status that goes with it."""
        super().__init__(err)
        self.err = err
        self.status = status


class Door:
    """One path of the interface, with a desk behind it."""

    def __init__(self, market: Market, path: str, desk: Desk) -> None:
        """Stand before a desk."""
        self._market = market
        self._path = path
        self._desk = desk

    async def answer(self, request: Request) -> Response:
        """Answer one call, or say in ShopX's words why not."""
        body = await _body(request)
        if self._market.is_down():
            return PlainTextResponse("Service Unavailable", status_code=503)
        if self._market.is_throttled():
            return _told({"ok": False, "err": "too_many", "wait_s": 60}, 429)
        if self._market.fails(body.decode(errors="replace")):
            return _told({"ok": False, "err": "busy"}, 500)
        try:
            key = self._known(request, body)
            return _told({"ok": True, **self._desk(self._market, key, _question(body))}, 200)
        except NotSo as no:
            return _told({"ok": False, "err": no.err}, no.status)

    def _known(self, request: Request, body: bytes) -> GatewayKey:
        key = self._market.key(request.query_params.get("app", ""))
        if key is None:
            raise NotSo("unknown_app", 401)
        # Signed is the query as it stands in the address, so its order is part of the agreement.
        query = request.scope["query_string"]
        signed = self._path.encode() + b"?" + query + body
        expected = hmac.new(key.secret.encode(), signed, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), request.headers.get("x-shopx-sign", "").encode()):
            raise NotSo("bad_sign", 401)
        ts = request.query_params.get("ts", "")
        if not _SECONDS.fullmatch(ts) or abs(int(ts) - self._market.now_ms() // 1000) > SKEW_S_MAX:
            raise NotSo("stale", 401)
        return key


async def _body(request: Request) -> bytes:
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > BODY_BYTES_MAX:
            break
    return bytes(read[: BODY_BYTES_MAX + 1])


def _question(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotSo("bad_question") from None


def _told(answer: dict[str, Any], status: int) -> Response:
    return JSONResponse(answer, status_code=status)
