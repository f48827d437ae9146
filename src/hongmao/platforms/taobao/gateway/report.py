"""The UD report of a day: what Alibaba saw of its own clicks, by note, as a file in GB18030 with a total row at its end.

A row is what happened on that day, whenever the click was. Spend is what the sandbox says a tap of UD costs: nobody outside
sees Alibaba's bids.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import PlainTextResponse, Response

from hongmao.kernel.time import Window
from hongmao.platforms.taobao.gateway import moments
from hongmao.platforms.taobao.gateway.errors import Refusal, refused
from hongmao.platforms.taobao.gateway.proof import prove

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.requests import Request

    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market
    from hongmao.platforms.sandbox.shop.wire import WireEvent

HEADERS: Final = (
    "日期",
    "笔记ID",
    "店铺ID",
    "店铺",
    "消费",
    "展现量",
    "点击量",
    "进店UV",
    "加购",
    "订单数",
    "GMV",
    "退款金额",
)
_CLICK_FEN: Final = (60, 120)
"""A tap costs 0.60 to 1.79 yuan, drawn by its click id."""


@dataclass(slots=True)
class _Line:
    spend_fen: int = 0
    impressions: int = 0
    clicks: int = 0
    visitors: set[str] = field(default_factory=set)
    carts: int = 0
    orders: set[str] = field(default_factory=set)
    gmv_fen: int = 0
    refund_fen: int = 0

    def take(self, event: WireEvent) -> None:
        amount_fen = event.amount_fen or 0
        match event.type:
            case "visit":
                self.visitors.add(event.click_id or "")
            case "cart":
                self.carts += 1
            case "order":
                self.orders.add(event.sub_order_id or "")
            case "pay":
                self.gmv_fen += amount_fen
            case "presale_balance":
                self.gmv_fen += amount_fen + (event.deposit_fen or 0)
            case "refund":
                self.refund_fen += amount_fen
            case _:
                pass

    def cells(self) -> tuple[str, ...]:
        counts = (self.impressions, self.clicks, len(self.visitors), self.carts, len(self.orders))
        return (_yuan(self.spend_fen), *map(str, counts), _yuan(self.gmv_fen), _yuan(self.refund_fen))


class Report:
    """Answers `GET /ud/report.csv?day=YYYY-MM-DD`, the query signed as a call to TOP is."""

    def __init__(self, market: Market) -> None:
        """Stand beside a market."""
        self._market = market

    async def answer(self, request: Request) -> Response:
        """Write the report of one day for the shops of the key that asks."""
        if self._market.is_down():
            return PlainTextResponse("Service Unavailable", status_code=503)
        params = dict(request.query_params)
        asked = f"ud report {params.get('day', '')}"
        try:
            key = prove(params, self._market, wants_session=False)
        except Refusal as refusal:
            return refused(refusal, asked)
        start_ms = moments.read(params.get("day", ""), "%Y-%m-%d")
        if start_ms is None or start_ms > self._market.now_ms():
            return PlainTextResponse("day=YYYY-MM-DD, today at the latest", status_code=400)
        end = moments.moment_of(start_ms) + timedelta(days=1)
        text = self._write(params["day"], Window(start_ms, moments.ms_of(end)), key)
        headers = {"content-disposition": f'attachment; filename="ud_{params["day"]}.csv"'}
        return Response(text.encode("gb18030"), media_type="text/csv; charset=gb18030", headers=headers)

    def _write(self, day: str, span: Window, key: GatewayKey) -> str:
        rows = [(day, note, shop, shop, *line.cells()) for (note, shop), line in sorted(self._lines(span, key).items())]
        total = (f"合计{len(rows)}条记录", *[""] * (len(HEADERS) - 1))
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerows([HEADERS, *rows, total])
        return out.getvalue()

    def _lines(self, span: Window, key: GatewayKey) -> dict[tuple[str, str], _Line]:
        lines: defaultdict[tuple[str, str], _Line] = defaultdict(_Line)
        clicks = _of_ud(self._market.notes("clicks"))
        arrived = self._arrivals(clicks, key)
        for click, value in clicks.items():
            shop = arrived.get(click) or _shop_of(value, key)
            if shop is not None and span.contains(value["at_ms"]):
                line = lines[value["note"], shop]
                line.clicks += 1
                line.spend_fen += _CLICK_FEN[0] + self._market.draw(f"ud spend {click}", _CLICK_FEN[1])
        for value in _of_ud(self._market.notes("impressions")).values():
            shop = _shop_of(value, key)
            if shop is not None and span.contains(value["at_ms"]):
                lines[value["note"], shop].impressions += 1
        for event in self._acts(span, key):
            if event.click_id in clicks:
                lines[clicks[event.click_id]["note"], event.shop_id].take(event)
        return dict(lines)

    def _acts(self, span: Window, key: GatewayKey) -> Iterable[WireEvent]:
        return (told.event for told in self._market.told(span, key, by="occurred"))

    def _arrivals(self, clicks: Mapping[str, Any], key: GatewayKey) -> dict[str, str]:
        """Say in which shop each click arrived, as the shops' own acts tell."""
        ever = Window(0, self._market.now_ms() + 1)
        acts = [(one.click_id, one.shop_id) for one in self._acts(ever, key)]
        return {click: shop for click, shop in acts if click is not None and click in clicks}


def _of_ud(notes: Iterable[tuple[str, int, Any]]) -> dict[str, Any]:
    return {name: value for name, _, value in notes if value["line"] == "ud"}


def _shop_of(value: Mapping[str, Any], key: GatewayKey) -> str | None:
    """Give the shop that a call to the monitor was for: the merchant's mark names it, or the key has but one."""
    if value["e"] in key.shops:
        return str(value["e"])
    return next(iter(key.shops)) if len(key.shops) == 1 and not value["e"] else None


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
