"""JOS's one door: who calls, what they want, and the weather of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

import msgspec
from starlette.responses import JSONResponse, PlainTextResponse

from hongmao.platforms.jd.gateway.proof import Refusal, prove
from hongmao.platforms.jd.gateway.union import Unfit, Union
from hongmao.platforms.sandbox.shop import gate, tellings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market

ORDERS: Final = "jd.union.open.order.row.query"
VISITS: Final = "hongmao.sandbox.visit.row.query"
SCORES: Final = "hongmao.sandbox.shop.score.get"
GOODS: Final = "hongmao.sandbox.item.get"
SHELF: Final = "hongmao.sandbox.shop.item.list"
OWN_SHOP: Final = "jingdong.vender.shop.query"
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
            if params["method"] == OWN_SHOP:
                return self._own_shop(key)
            told = self._told(params, key, asked, str(request.url))
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
        if params["method"] not in {ORDERS, VISITS, SCORES, GOODS, SHELF, OWN_SHOP}:
            raise Refusal("15", "不存在的方法名", "Invalid Method")
        return prove(params, self._market)

    def _told(self, params: Mapping[str, str], key: GatewayKey, asked: str, base: str) -> dict[str, Any]:
        try:
            form = msgspec.json.decode(params.get("360buy_param_json", ""), type=dict[str, dict[str, Any]])
            if params["method"] in {SCORES, GOODS, SHELF}:
                return self._facts(params["method"], form.get("req", {}), key, base)
            query = form.get("orderReq", {})
            page = self._union.visits if params["method"] == VISITS else self._union.orders
            return page(query, key, asked)
        except Unfit as unfit:
            return {"code": 400, "message": unfit.message, "requestId": "sandbox"}
        except (msgspec.DecodeError, RecursionError):
            return {"code": 400, "message": "参数错误", "requestId": "sandbox"}

    def _facts(self, method: str, query: Mapping[str, Any], key: GatewayKey, base: str) -> dict[str, Any]:
        """Tell a shop, an item or a shelf of the caller's own; the methods are the sandbox's: no text names the real ones."""
        id, told = str(query.get("skuId" if method == GOODS else "shopId", "")), None
        try:
            if method == SHELF:
                told = {"items": tellings.shelf(self._market, key, id, base)}
            elif method == GOODS:
                told = tellings.item(self._market, key, id)
            else:
                told = tellings.shop(self._market, key, id)
        except tellings.NotYours:
            return {"code": 403, "message": "无权访问", "requestId": "sandbox"}
        return {"code": 200, "message": "success", "data": told}

    def _own_shop(self, key: GatewayKey) -> Response:
        """店铺信息查询: whose shop the caller's session opens."""
        shops = [shop for shop in self._market.shops() if shop.shop_id in key.shops]
        if len(shops) != 1:
            return _refused(Refusal("19", "无效access_token", "Invalid Access Token"))
        told = {"vender_id": shops[0].shop_id, "shop_id": shops[0].shop_id, "shop_name": shops[0].name}
        envelope = {"code": "0", "shop_jos_result": told}
        return JSONResponse({f"{OWN_SHOP.replace('.', '_')}_responce": envelope})

    def _failed(self, asked: str) -> Response:
        if self._market.draw(f"how {asked}", 2):
            return PlainTextResponse("Bad Gateway", status_code=502)
        return _refused(Refusal("67", "服务暂不可用", "Service Unavailable"))


def _refused(refusal: Refusal) -> Response:
    return JSONResponse({"error_response": {"code": refusal.code, "zh_desc": refusal.zh, "en_desc": refusal.en}})
