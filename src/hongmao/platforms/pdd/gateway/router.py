"""Their one door: who calls, what they want, and the weather of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, PlainTextResponse

from hongmao.platforms.pdd.gateway.duoduo import Duoduo
from hongmao.platforms.pdd.gateway.proof import Refusal, prove
from hongmao.platforms.sandbox.shop import gate, tellings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market

ORDERS: Final = "pdd.ddk.order.list.increment.get"
VISITS: Final = "hongmao.sandbox.visit.list.get"
SCORES: Final = "hongmao.sandbox.shop.score.get"
GOODS: Final = "hongmao.sandbox.item.get"
SHELF: Final = "hongmao.sandbox.shop.item.list"
_NOT_ASKED: Final = frozenset({"sign", "timestamp", "access_token"})


class Router:
    """Answers calls."""

    def __init__(self, market: Market) -> None:
        """Stand beside a market."""
        self._market = market
        self._duoduo = Duoduo(market)

    async def answer(self, request: Request) -> Response:
        """Take one call."""
        if (shut := gate.closed(self._market)) is not None:
            return shut
        body = (await gate.body_of(request)).decode(errors="replace")
        params = dict(parse_qsl(body, keep_blank_values=True))
        asked = "&".join(f"{name}={value}" for name, value in sorted(params.items()) if name not in _NOT_ASKED)
        try:
            key = self._let_in(params)
            if self._market.fails(asked):
                return self._failed(asked)
            if params["type"] == ORDERS:
                return JSONResponse({"order_list_get_response": self._duoduo.orders(params, key, asked)})
            if params["type"] in {SCORES, GOODS, SHELF}:
                return JSONResponse(self._facts(params, key, str(request.url)))
            return JSONResponse({"visit_list_get_response": self._duoduo.visits(params, key, asked)})
        except Refusal as refusal:
            return _refused(refusal)

    def _let_in(self, params: Mapping[str, str]) -> GatewayKey:
        if self._market.is_throttled():
            raise Refusal(70031, "调用过于频繁，请调整调用频率")
        if params.get("type") not in {ORDERS, VISITS, SCORES, GOODS, SHELF}:
            raise Refusal(10001, "公共参数错误:type")
        if params.get("data_type", "JSON") != "JSON":
            raise Refusal(10004, "公共参数错误:data_type")
        return prove(params, self._market)

    def _facts(self, params: Mapping[str, str], key: GatewayKey, base: str) -> dict[str, Any]:
        """Tell a shop, an item or a shelf of the caller's own; the kinds are the sandbox's: no text names the real ones."""
        kind, mall = params["type"], params.get("mall_id", "")
        try:
            if kind == SHELF:
                return {"item_list_get_response": {"items": tellings.shelf(self._market, key, mall, base)}}
            if kind == GOODS:
                return {"item_get_response": {"item": tellings.item(self._market, key, params.get("goods_id", ""))}}
            return {"shop_score_get_response": {"shop": tellings.shop(self._market, key, mall)}}
        except tellings.NotYours:
            raise Refusal(10019, "没有权限", "isv.not-yours") from None

    def _failed(self, asked: str) -> Response:
        if self._market.draw(f"how {asked}", 2):
            return PlainTextResponse("Bad Gateway", status_code=502)
        return _refused(Refusal(50001, "业务服务错误", "50001"))


def _refused(refusal: Refusal) -> Response:
    told = {
        "error_code": refusal.number,
        "error_msg": refusal.sentence,
        "sub_code": refusal.sub_code,
        "sub_msg": refusal.sentence,
        "request_id": "sandbox",
    }
    return JSONResponse({"error_response": told})
