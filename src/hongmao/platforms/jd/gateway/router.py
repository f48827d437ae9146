"""JOS's one door: who calls, what they want, and the weather of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

import msgspec
from starlette.responses import JSONResponse, PlainTextResponse

from hongmao.platforms.jd.gateway.proof import Refusal, prove
from hongmao.platforms.jd.gateway.union import Unfit, Union
from hongmao.platforms.sandbox.shop import gate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market

ORDERS: Final = "jd.union.open.order.row.query"
VISITS: Final = "hongmao.sandbox.visit.row.query"
_NOT_ASKED: Final = frozenset({"sign", "timestamp", "access_token"})


class Router:
    """Answers calls, GET and POST alike."""

    def __init__(self, market: Market) -> None:
        """Stand beside a market."""
        self._market = market
        self._union = Union(market)

    async def answer(self, request: Request) -> Response:
        """Take one call."""
        if (shut := gate.closed(self._market)) is not None:
            return shut
        body = (await gate.body_of(request)).decode(errors="replace")
        params = dict(parse_qsl(request.url.query, keep_blank_values=True))
        params |= dict(parse_qsl(body, keep_blank_values=True))
        asked = "&".join(f"{name}={value}" for name, value in sorted(params.items()) if name not in _NOT_ASKED)
        try:
            key = self._let_in(params)
            if self._market.fails(asked):
                return self._failed(asked)
            told = self._told(params, key, asked)
        except Refusal as refusal:
            return _refused(refusal)
        # Their own misspelling; some of their servers have it right, and the same method always meets the same one.
        word = "responce" if self._market.draw(f"spelling {params['method']}", 2) else "response"
        field = "queryResult" if word == "responce" else "result"
        envelope = {"code": "0", field: msgspec.json.encode(told).decode()}
        return JSONResponse({f"{params['method'].replace('.', '_')}_{word}": envelope})

    def _let_in(self, params: Mapping[str, str]) -> GatewayKey:
        if self._market.is_throttled():
            raise Refusal("2", "超过调用次数限制", "App Call Limited")
        if not params.get("method"):
            raise Refusal("14", "缺少方法名参数", "Missing Method")
        if params["method"] not in {ORDERS, VISITS}:
            raise Refusal("15", "不存在的方法名", "Invalid Method")
        return prove(params, self._market)

    def _told(self, params: Mapping[str, str], key: GatewayKey, asked: str) -> dict[str, Any]:
        try:
            form = msgspec.json.decode(params.get("360buy_param_json", ""), type=dict[str, dict[str, Any]])
            query = form.get("orderReq", {})
            page = self._union.visits if params["method"] == VISITS else self._union.orders
            return page(query, key, asked)
        except Unfit as unfit:
            return {"code": 400, "message": unfit.message, "requestId": "sandbox"}
        except (msgspec.DecodeError, RecursionError):
            return {"code": 400, "message": "参数错误", "requestId": "sandbox"}

    def _failed(self, asked: str) -> Response:
        if self._market.draw(f"how {asked}", 2):
            return PlainTextResponse("Bad Gateway", status_code=502)
        return _refused(Refusal("67", "服务暂不可用", "Service Unavailable"))


def _refused(refusal: Refusal) -> Response:
    return JSONResponse({"error_response": {"code": refusal.code, "zh_desc": refusal.zh, "en_desc": refusal.en}})
