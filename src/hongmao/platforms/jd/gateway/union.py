"""The union's lists: order rows as they stand, by the time of their last change; and the visits that only a sandbox tells of.

A sandbox's refund is an amount and no pieces. What went back whole before receipt is a cancelled row (3), after receipt a
returned sku; a part is a 价保, which gives money back and leaves the goods.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from hongmao.kernel.time import Window
from hongmao.platforms.jd.gateway.proof import BEIJING
from hongmao.platforms.sandbox.shop import gate
from hongmao.platforms.sandbox.shop.lines import SETTLED_AFTER_MS, Lines

if TYPE_CHECKING:
    from hongmao.platforms.sandbox.shop.journal import Told
    from hongmao.platforms.sandbox.shop.lines import Line
    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market

LONGEST: Final = timedelta(hours=1)
FEE_PERCENT: Final = 3
_PAGE_MAX: Final = 500
_BEHAVIOURS: Final = frozenset({"open", "visit", "cart", "favourite"})


class Unfit(Exception):
    """A query that the union does not take."""

    def __init__(self, message: str) -> None:
        """Keep its sentence."""
        super().__init__(message)
        self.message = message


class Union:
    """Answers the lists."""

    def __init__(self, market: Market) -> None:
        """Stand beside a market."""
        self._market = market
        self._lines = Lines(market)

    def orders(self, query: dict[str, Any], key: GatewayKey, asked: str) -> dict[str, Any]:
        """`order.row.query` by time of change."""
        if query.get("type") != 3:  # noqa: PLR2004 - 更新时间
            raise Unfit("沙箱仅支持按更新时间查询")
        span = _span(query)
        found = sorted(
            (_changed_ms(line), line.sub_order_id, line)
            for line in self._lines.known(key).values()
            if line.placed_at_ms is not None and span.contains(_changed_ms(line))
        )
        return self._page([_order(line) for _, _, line in found], query, asked)

    def visits(self, query: dict[str, Any], key: GatewayKey, asked: str) -> dict[str, Any]:
        """List what readers did before they bought, by the time at which it was known."""
        told = self._market.told(_span(query), key)
        return self._page([_behaviour(one) for one in told if one.event.type in _BEHAVIOURS], query, asked)

    def _page(self, rows: list[dict[str, Any]], query: dict[str, Any], asked: str) -> dict[str, Any]:
        number, size = query.get("pageIndex"), query.get("pageSize")
        if not isinstance(number, int) or not isinstance(size, int) or number < 1 or not 1 <= size <= _PAGE_MAX:
            raise Unfit("分页参数非法")
        served = gate.serve(self._market, rows, number=number, size=size, asked=asked)
        return {
            "code": 200,
            "message": "success",
            "requestId": "sandbox",
            "hasMore": served.has_more,
            "data": list(served.rows) or None,
        }


def _changed_ms(line: Line) -> int:
    return line.changed_at_ms // 1000 * 1000


def _order(line: Line) -> dict[str, Any]:
    event, paid_fen = line.first, line.paid_fen or line.amount_fen
    state = _state(line)
    is_returned = state == 17 and line.gone_back  # noqa: PLR2004 - 已完成
    last_fen = (line.refunds[-1].event.amount_fen or 0) if line.refunds else 0
    protected_fen = line.refunded_fen - (last_fen if line.gone_back else 0)
    kept_fen = paid_fen - line.refunded_fen if state == 17 else 0  # noqa: PLR2004 - same
    pieces = event.quantity or 1
    row: dict[str, Any] = {
        "id": line.sub_order_id,
        "orderId": event.order_id,
        "parentId": 0,
        "skuId": event.pay_item_id,
        "skuNum": pieces,
        "skuReturnNum": pieces if is_returned else 0,
        "skuFrozenNum": 0,
        "price": _yuan(line.amount_fen // pieces),
        "popId": event.shop_id,
        "ext1": event.click_id,
        "orderEmt": 2,
        "orderTime": _beijing(line.placed_at_ms),
        "finishTime": _beijing(line.received_at_ms) or "",
        "modifyTime": _beijing(_changed_ms(line)),
        "commissionRate": FEE_PERCENT,
        "estimateCosPrice": _yuan(paid_fen),
        "estimateFee": _yuan(_fee(paid_fen)),
        "actualCosPrice": _yuan(kept_fen),
        "actualFee": _yuan(_fee(kept_fen)),
        "proPriceAmount": _yuan(protected_fen),
        "payMonth": _pay_month(line),
        "validCode": state,
    }
    return gate.without_none(row)


def _state(line: Line) -> int:
    if line.gone_back and line.received_at_ms is None:
        return 3
    if line.received_at_ms is not None:
        return 17
    if line.paid_at_ms is not None:
        return 16
    return 24 if line.deposit_at_ms is not None else 15


def _behaviour(told: Told) -> dict[str, Any]:
    event = told.event
    row = {
        "id": event.event_no,
        "behavior": event.type,
        "behaviorTime": _beijing(event.occurred_at_ms),
        "popId": event.shop_id,
        "skuId": event.item_id,
        "ext1": event.click_id,
        "newVisitor": None if event.new_visitor is None else int(event.new_visitor),
    }
    return gate.without_none(row)


def _pay_month(line: Line) -> int:
    if line.received_at_ms is None:
        return 0
    return int(f"{datetime.fromtimestamp((line.received_at_ms + SETTLED_AFTER_MS) / 1000, BEIJING):%Y%m%d}")


def _fee(fen: int) -> int:
    return (fen * FEE_PERCENT + 50) // 100


def _yuan(fen: int) -> float:
    # JSON numbers with two decimals, as the union writes them; the shortest text of such a float is exact.
    return float(Decimal(fen) / 100)


def _beijing(at_ms: int | None) -> str | None:
    return None if at_ms is None else f"{datetime.fromtimestamp(at_ms // 1000, BEIJING):%Y-%m-%d %H:%M:%S}"


def _span(query: dict[str, Any]) -> Window:
    edges = []
    for name in ("startTime", "endTime"):
        try:
            moment = datetime.strptime(str(query.get(name)), "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
        except ValueError:
            raise Unfit(f"{name}格式错误") from None
        edges.append(moment)
    if not timedelta(0) <= edges[1] - edges[0] <= LONGEST:
        raise Unfit("查询时间间隔不能超过1小时")
    # Both ends belong to the span, to the second.
    return Window(round(edges[0].timestamp()) * 1000, round(edges[1].timestamp()) * 1000 + 1000)
