"""多多进宝's list of orders as they stand, by the time of their last change; and the visits that only a sandbox tells of.

An order is of one item, so a sandbox order of three items is three here. It is told of from its payment on, is grouped five
minutes later, approved an hour and settled two hours after receipt. The real list has no amount of what went back; a
sandbox's refund may be a part, so here `refund_amount` says how much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hongmao.kernel.time import DAY_MS, MINUTE_MS, Window
from hongmao.platforms.pdd.gateway.proof import Refusal
from hongmao.platforms.sandbox.shop import gate
from hongmao.platforms.sandbox.shop.lines import SETTLED_AFTER_MS, Lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.sandbox.shop.journal import Told
    from hongmao.platforms.sandbox.shop.lines import Line
    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market

GROUPED_AFTER_MS: Final = 5 * MINUTE_MS
APPROVED_AFTER_MS: Final = 60 * MINUTE_MS
FEE_PERMILLE: Final = 30
COMPARED_PERCENT: Final = 4
_BEHAVIOURS: Final = frozenset({"open", "visit", "cart", "favourite"})
_WORDS: Final = {0: "已支付", 1: "已成团", 2: "确认收货", 3: "审核成功", 4: "审核失败", 5: "已经结算"}


class Duoduo:
    """Answers the lists."""

    def __init__(self, market: Market) -> None:
        """Stand beside a market."""
        self._market = market
        self._lines = Lines(market)

    def orders(self, params: Mapping[str, str], key: GatewayKey, asked: str) -> dict[str, Any]:
        """`order.list.increment.get`."""
        span = _span(params)
        found = []
        for line in self._lines.known(key).values():
            if line.paid_at_ms is None:
                continue
            state, changed_ms = _stand(line, self._market.now_ms())
            if span.contains(changed_ms):
                found.append((changed_ms, line.sub_order_id, self._order(line, state, changed_ms)))
        rows = [row for _, _, row in sorted(found, key=lambda one: one[:2])]
        return self._page("order_list", rows, params, asked)

    def visits(self, params: Mapping[str, str], key: GatewayKey, asked: str) -> dict[str, Any]:
        """List what readers did before they bought, by the time at which it was known."""
        told = self._market.told(_span(params), key)
        rows = [_behaviour(one) for one in told if one.event.type in _BEHAVIOURS]
        return self._page("visit_list", rows, params, asked)

    def _page(self, field: str, rows: list[dict[str, Any]], params: Mapping[str, str], asked: str) -> dict[str, Any]:
        number, size = _whole(params, "page", 1, 10_000), _whole(params, "page_size", 10, 100)
        served = gate.serve(self._market, rows, number=number, size=size, asked=asked)
        return {field: list(served.rows), "total_count": served.total, "request_id": "sandbox"}

    def _order(self, line: Line, state: int, changed_ms: int) -> dict[str, Any]:
        event = line.first
        compared = self._market.draw(f"compared {line.sub_order_id}", 100) < COMPARED_PERCENT
        row = {
            "order_sn": line.sub_order_id,
            "goods_id": event.pay_item_id,
            "goods_quantity": event.quantity,
            "goods_price": line.amount_fen // (event.quantity or 1),
            "mall_id": event.shop_id,
            "order_amount": line.paid_fen,
            "promotion_rate": FEE_PERMILLE,
            # A buyer who compared prices pays the promoter little.
            "promotion_amount": (line.paid_fen * FEE_PERMILLE // 1000) // (10 if compared else 1),
            "order_status": state,
            "order_status_desc": _WORDS[state],
            "order_create_time": _seconds(line.placed_at_ms),
            "order_pay_time": _seconds(line.paid_at_ms),
            "order_group_success_time": _seconds(line.paid_at_ms, GROUPED_AFTER_MS) if state else None,
            "order_receive_time": _seconds(line.received_at_ms),
            "order_verify_time": _seconds(line.received_at_ms, APPROVED_AFTER_MS) if state in {3, 5} else None,
            "order_settle_time": _seconds(line.received_at_ms, SETTLED_AFTER_MS) if state == 5 else None,  # noqa: PLR2004 - 已结算
            "order_modify_at": changed_ms // 1000,
            "return_status": 2 if line.refunds else 0,
            "refund_amount": line.refunded_fen or None,
            "price_compare_status": int(compared),
            "fail_reason": "用户退款" if line.gone_back else "",
            "cpa_new": 0,
            "custom_parameters": event.click_id,
            "p_id": "sandbox_1",
            "type": 0,
        }
        return gate.without_none(row)


def _stand(line: Line, now_ms: int) -> tuple[int, int]:
    """Say how an order stands and since when. Time alone moves it on, and a change is told of when it is known."""
    steps = [(0, line.paid_at_ms or 0), (1, (line.paid_at_ms or 0) + GROUPED_AFTER_MS)]
    if line.received_at_ms is not None:
        steps.append((2, line.received_at_ms))
        steps += [(3, line.received_at_ms + APPROVED_AFTER_MS), (5, line.received_at_ms + SETTLED_AFTER_MS)]
    state, since_ms = [step for step in steps if step[1] <= now_ms][-1]
    if line.gone_back:
        return 4, line.changed_at_ms // 1000 * 1000
    return state, max(since_ms, line.changed_at_ms) // 1000 * 1000


def _behaviour(told: Told) -> dict[str, Any]:
    event = told.event
    row = {
        "behavior_id": event.event_no,
        "behavior": event.type,
        "behavior_time": event.occurred_at_ms // 1000,
        "mall_id": event.shop_id,
        "goods_id": event.item_id,
        "custom_parameters": event.click_id,
        "is_new_visitor": None if event.new_visitor is None else int(event.new_visitor),
    }
    return gate.without_none(row)


def _seconds(at_ms: int | None, after_ms: int = 0) -> int | None:
    return None if at_ms is None else (at_ms + after_ms) // 1000


def _span(params: Mapping[str, str]) -> Window:
    start, end = (_whole(params, name, 0, 10**11) for name in ("start_update_time", "end_update_time"))
    if not 0 <= end - start <= DAY_MS // 1000:
        raise Refusal(10000, "查询时间间隔不能超过24小时")
    return Window(start * 1000, end * 1000 + 1000)


def _whole(params: Mapping[str, str], name: str, least: int, most: int) -> int:
    text = params.get(name, "")
    if not (text.isascii() and text.isdigit()) or not least <= int(text[:18]) <= most:
        raise Refusal(10000, f"参数错误:{name}")
    return int(text)
