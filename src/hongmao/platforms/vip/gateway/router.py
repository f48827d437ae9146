"""VOP's one door: links made, orders told, and the weather of the day."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec
from starlette.responses import JSONResponse, PlainTextResponse

from hongmao.platforms.sandbox.shop import gate
from hongmao.platforms.vip.gateway.proof import Refusal, let_in
from hongmao.platforms.vip.gateway.shelf import Shelf, fee_of, yuan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market
    from hongmao.platforms.vip.gateway.shelf import Shown

ORDERS: Final = ("com.vip.adp.api.open.service.UnionOrderService", "orderListWithOauth")
LINKS: Final = ("com.vip.adp.api.open.service.UnionUrlV2Service", "genByVIPUrl")
_SPAN_MS_MAX: Final = 10 * 86_400_000
_STATUS: Final = {"已失效": 0, "已签收": 2, "已结算": 2}


class Router:
    """Answers calls."""

    def __init__(self, market: Market) -> None:
        """Stand beside a market."""
        self._market = market
        self._shelf = Shelf(market)

    async def answer(self, request: Request) -> Response:
        """Take one call."""
        if (shut := gate.closed(self._market)) is not None:
            return shut
        body = await gate.body_of(request)
        params = dict(parse_qsl(request.url.query, keep_blank_values=True))
        try:
            key = let_in(params, body, self._market)
            what = (params.get("service", ""), params.get("method", ""))
            form = _object(body)
            asked = f"{what} {_asked(form)}"
            if self._market.fails(asked):
                return self._failed(asked)
            if what == ORDERS:
                return _told(self._orders(form, key, asked))
            if what == LINKS:
                return _told(self._link(form, key))
            raise Refusal("vipapis.service-invalid", "服务或方法不存在")
        except Refusal as refusal:
            return refusal.answer()

    def _orders(self, form: dict[str, Any], key: GatewayKey, asked: str) -> dict[str, Any]:
        query = form.get("queryModel")
        if not isinstance(query, dict):
            raise Refusal("vipapis.param-invalid", "queryModel不能为空")
        number, size = _whole(query, "page", 1, 10**6), _whole(query, "pageSize", 1, 100)
        start_ms, end_ms = (_whole(query, name, 0, 2**53) for name in ("updateTimeStart", "updateTimeEnd"))
        if not 0 <= end_ms - start_ms <= _SPAN_MS_MAX:
            raise Refusal("vipapis.param-invalid", "查询时间区间不超过10天")
        orders: dict[str, list[Shown]] = {}
        for one in self._shelf.shown(key):
            orders.setdefault(one.line.first.order_id or "", []).append(one)
        changed = [
            (max(one.changed_ms for one in shown), name)
            for name, shown in orders.items()
            if start_ms <= max(one.changed_ms for one in shown) <= end_ms
        ]
        rows = [row for _, name in sorted(changed) for row in _orders_of(name, orders[name])]
        served = gate.serve(self._market, rows, number=number, size=size, asked=asked)
        return {"orderInfoList": list(served.rows), "total": served.total, "page": number, "pageSize": size}

    def _link(self, form: dict[str, Any], key: GatewayKey) -> dict[str, Any]:
        pages, tag, stat = form.get("urlList"), form.get("chanTag"), form.get("statParam") or ""
        if not isinstance(pages, list) or not pages or not all(isinstance(page, str) for page in pages) or not tag:
            raise Refusal("vipapis.param-invalid", "urlList与chanTag不能为空")
        made = [_made(page, str(tag), str(stat), key) for page in pages]
        for one in made:
            self._market.note("links", one["traFrom"], {"page": one["source"], "app_key": key.app_key})
        return {"urlInfoList": made}

    def _failed(self, asked: str) -> Response:
        if self._market.draw(f"how {asked}", 2):
            return PlainTextResponse("Bad Gateway", status_code=502)
        return Refusal("vipapis.system-error", "系统异常").answer()


def _told(result: dict[str, Any]) -> Response:
    return JSONResponse({"returnCode": "0", "returnMessage": "success", "result": result})


def _asked(form: Mapping[str, Any]) -> str:
    """Name a question without the request's own id, which differs from one attempt to the next."""
    query = form.get("queryModel")
    plain = {name: value for name, value in (query if isinstance(query, dict) else form).items() if name != "requestId"}
    return msgspec.json.encode(plain, order="sorted").decode()


def _orders_of(name: str, shown: list[Shown]) -> list[dict[str, Any]]:
    """Write an order, once for each state that its goods are in: Vipshop splits an order whose goods go different ways."""
    rows = []
    for state in dict.fromkeys(one.state for one in shown):
        own = [one for one in shown if one.state == state]
        first = own[0].line
        row = {
            "orderSn": name,
            "isSplit": int(len(own) < len(shown)),
            "status": _STATUS.get(state, 1),
            "orderSubStatusName": state,
            "orderTime": first.placed_at_ms,
            "signTime": first.received_at_ms,
            "settledTime": own[0].settled_ms,
            "settled": int(state == "已结算"),
            "lastUpdateTime": max(one.changed_ms for one in own),
            "statParam": first.first.click_id,
            "totalCost": yuan(sum(one.amount_fen for one in own)),
            "channelTag": "default_pid",
            "detailList": [_detail(one) for one in own],
        }
        rows.append(gate.without_none(row))
    return rows


def _detail(one: Shown) -> dict[str, Any]:
    event = one.line.first
    return {
        "goodsId": event.pay_item_id,
        "goodsCount": event.quantity,
        "brandStoreSn": event.shop_id,
        "commissionTotalCost": yuan(one.amount_fen),
        "commissionRate": "6",
        "commission": yuan(fee_of(one.amount_fen)),
        # A refund of the sandbox is an amount and no pieces; the real list has pieces and no amount.
        "afterSaleInfo": [
            {
                "afterSaleSn": told.event.refund_id,
                "afterSaleFinishTime": told.event.occurred_at_ms,
                "afterSaleChangedGoodsCount": 0,
                "refundAmount": yuan(told.event.amount_fen or 0),
            }
            for told in one.line.refunds
        ],
    }


def _made(page: str, tag: str, stat: str, key: GatewayKey) -> dict[str, Any]:
    mark = hashlib.blake2b(f"{key.app_key} {tag} {page}".encode(), digest_size=6).hexdigest()
    tra_from = f"adp:{tag}:{mark}"
    long_url = f"{page}{'&' if urlsplit(page).query else '?'}tra_from={tra_from}&clickid={stat}"
    app = f"vipshop://showWeb?url={quote(long_url, safe='')}&tra_from={quote(tra_from, safe='')}"
    return {
        "source": page,
        "url": f"https://t.vip.com/{mark}",
        "longUrl": long_url,
        "ulUrl": f"https://weixin.vip.com/deeplink/?goto={quote(app, safe='')}",
        "deeplinkUrl": app,
        "traFrom": tra_from,
    }


def _object(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        raise Refusal("vipapis.param-invalid", "请求不是JSON对象") from None


def _whole(query: Mapping[str, Any], name: str, least: int, most: int) -> int:
    value = query.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Refusal("vipapis.param-invalid", f"{name}非法")
    return value
