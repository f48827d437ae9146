"""TOP's one door: who calls, whether they may, what they want, and the weather of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

import msgspec
from starlette.responses import PlainTextResponse

from hongmao.kernel.time import MINUTE_MS, SECOND_MS
from hongmao.platforms.sandbox.shop import tellings
from hongmao.platforms.taobao.gateway import acts
from hongmao.platforms.taobao.gateway.affiliate import Affiliate
from hongmao.platforms.taobao.gateway.details import Details
from hongmao.platforms.taobao.gateway.errors import Refusal, answered, missing, parameter, refused, throttled
from hongmao.platforms.taobao.gateway.proof import prove

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market
    from hongmao.platforms.taobao.gateway.books import Books

BODY_BYTES_MAX: Final = 2**20
_LISTS: Final = {
    "alibaba.taobao.ud.smart.order.detail.pull": "order",
    "alibaba.taobao.ud.smart.order.collect.cart.detail.pull": "cart",
    "alibaba.taobao.ud.smart.order.visit.detail.pull": "visit",
}
_LINK: Final = "alibaba.taobao.ud.smart.monitor.url.create"
_RETURN: Final = "alibaba.ud.udsmartdata.get"
_AFFILIATE: Final = "taobao.tbk.order.details.get"
_RTA: Final = "taobao.tbk.rta.consumer.match"
_SCORES: Final = "hongmao.sandbox.shop.score.get"
_GOODS: Final = "hongmao.sandbox.item.get"
_SHELF: Final = "hongmao.sandbox.shop.item.list"
METHODS: Final = frozenset({*_LISTS, _LINK, _RETURN, _AFFILIATE, _RTA, _SCORES, _GOODS, _SHELF})
_NOT_ASKED: Final = frozenset({"sign", "timestamp", "session", "sign_method"})


class Router:
    """Answers calls, GET and POST alike."""

    def __init__(self, market: Market, books: Books) -> None:
        """Stand beside a market and its books."""
        self._market = market
        self._details = Details(market, books)
        self._affiliate = Affiliate(market, books)

    async def answer(self, request: Request) -> Response:
        """Take one call."""
        if self._market.is_down():
            return PlainTextResponse("Service Unavailable", status_code=503)
        body = await _body(request)
        if body is None:
            return PlainTextResponse("Request Entity Too Large", status_code=413)
        params = dict(parse_qsl(request.url.query, keep_blank_values=True)) | body
        asked = "&".join(f"{name}={value}" for name, value in sorted(params.items()) if name not in _NOT_ASKED)
        try:
            key = self._let_in(params)
            if self._market.fails(asked):
                return self._failed(asked)
            told = self._do(params, key, asked, str(request.url).partition("/router/rest")[0])
        except Refusal as refusal:
            return refused(refusal, asked)
        return answered(params["method"], asked, told)

    def _let_in(self, params: Mapping[str, str]) -> GatewayKey:
        if self._market.is_throttled():
            left_ms = MINUTE_MS - self._market.now_ms() % MINUTE_MS
            raise throttled(-(-left_ms // SECOND_MS))
        method = params.get("method", "")
        if not method:
            raise Refusal(21, "Missing Method")
        if method not in METHODS:
            raise Refusal(22, "Invalid Method")
        if params.get("format", "json") != "json":
            raise Refusal(23, "Invalid Format")
        if params.get("v") != "2.0":
            raise Refusal(33 if params.get("v") else 32, "Invalid Version" if params.get("v") else "Missing Version")
        return prove(params, self._market, wants_session=method not in {_AFFILIATE, _RTA})

    def _failed(self, asked: str) -> Response:
        """Fail as they do: now in TOP's words, now in those of a proxy before it."""
        if self._market.draw(f"how {asked}", 2):
            return PlainTextResponse("Bad Gateway", status_code=502)
        return refused(Refusal(15, "Remote service error", "isp.remote-service-error", "调用后端服务抛异常"), asked)

    def _do(self, params: Mapping[str, str], key: GatewayKey, asked: str, base: str) -> dict[str, Any]:
        method = params["method"]
        if method in _LISTS:
            query = _object(params, "order_top_cursor_query_dto")
            return self._details.page(_LISTS[method], query, key, asked)
        if method == _LINK:
            return acts.make_link(self._market, _object(params, "monitor_url_top_request_dto"), key, base)
        if method == _RETURN:
            return acts.take_return(self._market, _object(params, "ud_smart_service_request"))
        if method == _AFFILIATE:
            return self._affiliate.page(params, key, asked)
        if method == _RTA:
            return acts.match_device(self._market, params)
        return self._tell(params, key, base)

    def _tell(self, params: Mapping[str, str], key: GatewayKey, base: str) -> dict[str, Any]:
        """Tell a shop, an item or a shelf of the caller's own; the methods are the sandbox's: no text names the real ones."""
        method = params["method"]
        name = "item_id" if method == _GOODS else "shop_id"
        if not params.get(name):
            raise missing(name)
        try:
            if method == _SHELF:
                return {"items": tellings.shelf(self._market, key, params[name], base)}
            if method == _GOODS:
                return {"item": tellings.item(self._market, key, params[name])}
            return {"shop": tellings.shop(self._market, key, params[name])}
        except tellings.NotYours:
            raise parameter(name, "不属于授权店铺") from None


async def _body(request: Request) -> dict[str, str] | None:
    """Read a form; None where it is longer than the gateway reads."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > BODY_BYTES_MAX:
            return None
    return dict(parse_qsl(read.decode(errors="replace"), keep_blank_values=True))


def _object(params: Mapping[str, str], name: str) -> dict[str, Any]:
    if not params.get(name):
        raise missing(name)
    try:
        return msgspec.json.decode(params[name], type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        raise parameter(name, "不是合法的JSON对象") from None
