"""The gateway's two doors: who asks is proved here, by lines of its own, before anything is answered.

Codes: -9013 (too fast), -2000400 (parameters) and -2000101 (no such order) were seen in public; Ark publishes no table, so
the others are the sandbox's own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from hongmao.platforms.xhs.gateway import answers
from hongmao.platforms.xhs.gateway.books import Book

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market

PATH: Final = "/ark/open_api/v3/common_controller"
ITEMS_PATH: Final = "/ark/open_api/v1/items"
SKEW_S_MAX: Final = 600
TOO_FAST: Final = (-9013, "触发Method维度的限流")
UNSIGNED: Final = (-9001, "签名错误")
STALE: Final = (-9002, "timestamp 已过期")
NO_TOKEN: Final = (-9003, "accessToken 无效")
NO_METHOD: Final = (-9004, "method 不存在")


def routes(market: Market, /) -> Sequence[BaseRoute]:
    """Make the routes over one marketplace."""
    desk = _Desk(market)
    return [
        Route(PATH, desk.common, methods=["POST"]),
        Route(ITEMS_PATH, desk.items, methods=["GET"]),
    ]


class _Desk:
    """Answers callers; keeps a book for each of them."""

    def __init__(self, market: Market) -> None:
        """Sit down in one marketplace."""
        self._market = market
        self._books: dict[tuple[str, frozenset[str]], Book] = {}

    async def common(self, request: Request) -> Response:
        """Answer at the one address of the third form."""
        told = _object(await request.body())
        key = self._market.key(_text(told, "appId"))
        return self._unwell() or self._common(told, key, self._proof(told, key))

    async def items(self, request: Request) -> Response:
        """Answer at the address of items of the first form, whose proof rides in the headers."""
        query, headers = dict(request.query_params), dict(request.headers)
        app_key, timestamp = headers.get("app-key", ""), headers.get("timestamp", "")
        key = self._market.key(app_key)
        signed = sorted({**query, "app-key": app_key, "timestamp": timestamp}.items())
        text = f"{ITEMS_PATH}?{'&'.join(f'{name}={value}' for name, value in signed)}"
        problem = self._same(text, key, headers.get("sign", "")) or self._skew(timestamp) or self._too_fast()
        if (unwell := self._unwell()) is not None:
            return unwell
        if problem is not None or key is None:
            return _refused(problem or UNSIGNED)
        return _answered(answers.items_v1(self._market, key, query))

    def _common(self, told: dict[str, Any], key: GatewayKey | None, problem: tuple[int, str] | None) -> Response:
        problem = problem or self._too_fast()
        if problem is not None or key is None:
            return _refused(problem or UNSIGNED)
        method = _text(told, "method")
        if method.startswith("oauth."):
            return _answered(answers.token(self._market, key, method, told))
        if not hmac.compare_digest(_text(told, "accessToken").encode(errors="surrogatepass"), key.session.encode()):
            return _refused(NO_TOKEN)
        if self._market.fails(_asked(told)):
            return PlainTextResponse("Bad Gateway", status_code=502)
        answer = answers.METHODS.get(method)
        asked = answers.Asked(self._market, key, self._book(key), told, _asked(told))
        return _refused(NO_METHOD) if answer is None else _answered(answer(asked))

    def _unwell(self) -> Response | None:
        return PlainTextResponse("Service Unavailable", status_code=503) if self._market.is_down() else None

    def _too_fast(self) -> tuple[int, str] | None:
        return TOO_FAST if self._market.is_throttled() else None

    def _proof(self, told: Mapping[str, Any], key: GatewayKey | None) -> tuple[int, str] | None:
        names = ("appId", "timestamp", "version")
        text = f"{_text(told, 'method')}?" + "&".join(f"{name}={_text(told, name)}" for name in names)
        return self._same(text, key, _text(told, "sign")) or self._skew(_text(told, "timestamp"))

    def _same(self, text: str, key: GatewayKey | None, sign: str) -> tuple[int, str] | None:
        secret = "" if key is None else key.secret
        due = hashlib.md5((text + secret).encode(), usedforsecurity=False).hexdigest()
        same = hmac.compare_digest(due.encode(), sign.encode(errors="surrogatepass"))
        return None if same and key is not None else UNSIGNED

    def _skew(self, timestamp: str) -> tuple[int, str] | None:
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) == 10):  # noqa: PLR2004 - seconds have ten digits until 2286
            return STALE
        return None if abs(self._market.now_ms() // 1000 - int(timestamp)) <= SKEW_S_MAX else STALE

    def _book(self, key: GatewayKey) -> Book:
        book = self._books.setdefault((key.app_key, key.shops), Book())
        book.catch_up(self._market, key)
        return book


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _asked(told: Mapping[str, Any]) -> str:
    """Name a question whoever asks it and whenever: its draws hang on it alone."""
    unnamed = {"sign", "timestamp", "accessToken", "appId", "version"}
    return json.dumps({name: value for name, value in told.items() if name not in unnamed}, sort_keys=True)


def _answered(answer: answers.Answer) -> Response:
    if isinstance(answer, answers.Refusal):
        return _refused((answer.code, answer.said))
    return JSONResponse({"success": True, "error_code": 0, "error_msg": "", "data": answer})


def _refused(problem: tuple[int, str]) -> Response:
    code, said = problem
    return JSONResponse({"success": False, "error_code": code, "error_msg": said, "data": None})
