"""Vipshop's exports of a day, as a spreadsheet of the trade: GB18030, with a total row at the end."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from starlette.responses import PlainTextResponse, Response

from hongmao.kernel.time import Window
from hongmao.platforms.sandbox.shop import gate
from hongmao.platforms.vip.gateway.proof import Refusal, let_in
from hongmao.platforms.vip.gateway.shelf import Shelf, beijing, day_of, fee_of, yuan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request

    from hongmao.platforms.sandbox.shop.journal import Told
    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market
    from hongmao.platforms.vip.gateway.shelf import Shown

ENCODING: Final = "gb18030"
ORDER_HEADS: Final = (
    "订单号",
    "商品ID",
    "尺码ID",
    "品牌编号",
    "订单状态",
    "商品数量",
    "商品计佣金额",
    "商品佣金金额",
    "下单时间",
    "付款时间",
    "签收时间",
    "结算时间",
    "最后更新时间",
    "自定义统计参数",
    "售后金额",
    "售后完成时间",
)
VISIT_HEADS: Final = ("行为编号", "行为", "行为时间", "品牌编号", "商品ID", "是否新访客", "自定义统计参数")
_ACTS: Final = {"open": "打开", "visit": "进店", "cart": "加购", "favourite": "收藏"}
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY_MS: Final = 86_400_000


class Exports:
    """Answers the downloads. An export shows what was known when it was made."""

    def __init__(self, market: Market) -> None:
        """Stand beside a market."""
        self._market = market
        self._shelf = Shelf(market)

    async def orders(self, request: Request) -> Response:
        """Give the orders that changed on a day."""
        return self._answer(request, ORDER_HEADS, self._orders)

    async def visits(self, request: Request) -> Response:
        """Give what readers did on a day."""
        return self._answer(request, VISIT_HEADS, self._visits)

    def _answer(
        self, request: Request, heads: Sequence[str], rows_of: Callable[[GatewayKey, str], list[list[str]]]
    ) -> Response:
        if (shut := gate.closed(self._market)) is not None:
            return shut
        params = dict(parse_qsl(request.url.query, keep_blank_values=True))
        day, asked = params.get("day", ""), f"{request.url.path} {params.get('day', '')}"
        try:
            key = let_in(params, b"", self._market)
            if _DAY.fullmatch(day) is None:
                raise Refusal("vipapis.param-invalid", "day格式为yyyy-MM-dd")
        except Refusal as refusal:
            return refusal.answer()
        if self._market.fails(asked):
            return PlainTextResponse("Bad Gateway", status_code=502)
        rows = rows_of(key, day)
        return Response(_sheet(heads, rows), media_type=f"text/csv; charset={ENCODING}")

    def _orders(self, key: GatewayKey, day: str) -> list[list[str]]:
        return [_order(one) for one in self._shelf.shown(key) if day_of(one.changed_ms) == day]

    def _visits(self, key: GatewayKey, day: str) -> list[list[str]]:
        told = self._market.told(self._all(), key, by="occurred")
        return [_visit(one) for one in told if one.event.type in _ACTS and day_of(one.event.occurred_at_ms) == day]

    def _all(self) -> Window:
        return Window(self._market.now_ms() - 130 * _DAY_MS, self._market.now_ms() + 1)


def _order(one: Shown) -> list[str]:
    line, event = one.line, one.line.first
    return [
        event.order_id or "",
        event.pay_item_id or "",
        "",
        event.shop_id,
        one.state,
        str(event.quantity or ""),
        yuan(one.amount_fen),
        yuan(fee_of(one.amount_fen)),
        beijing(line.placed_at_ms),
        beijing(line.paid_at_ms),
        beijing(line.received_at_ms),
        beijing(one.settled_ms),
        beijing(one.changed_ms),
        event.click_id or "",
        yuan(line.refunded_fen) if line.refunds else "",
        beijing(one.back_at_ms),
    ]


def _visit(told: Told) -> list[str]:
    event = told.event
    is_new = "" if event.new_visitor is None else "是" if event.new_visitor else "否"
    at = beijing(event.occurred_at_ms)
    return [event.event_no, _ACTS[event.type], at, event.shop_id, event.item_id or "", is_new, event.click_id or ""]


def _sheet(heads: Sequence[str], rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows(rows)
    writer.writerow([f"合计{len(rows)}条记录", *[""] * (len(heads) - 1)])
    return text.getvalue().encode(ENCODING)
