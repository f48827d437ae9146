"""淘宝联盟's orders by time of change, page by page: each sub-order once, as it stands now."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from hongmao.platforms.sandbox.shop.lines import SETTLED_AFTER_MS
from hongmao.platforms.taobao.gateway import moments
from hongmao.platforms.taobao.gateway.books import fee_of
from hongmao.platforms.taobao.gateway.errors import Refusal, missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.sandbox.shop.lines import Line
    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market
    from hongmao.platforms.taobao.gateway.books import Books

_FORM: Final = "%Y-%m-%d %H:%M:%S"
LONGEST: Final = timedelta(hours=3)
LONGEST_IN_SALES: Final = timedelta(minutes=20)
# The sandbox is short of breath on the two days everybody knows; which days the platform takes is its own secret.
_SALE_DAYS: Final = frozenset({(6, 18), (11, 11)})
_POSITION: Final = "sandbox_"


class Affiliate:
    """Answers `taobao.tbk.order.details.get`."""

    def __init__(self, market: Market, books: Books) -> None:
        """Stand beside a market and its books."""
        self._market = market
        self._books = books

    def page(self, params: Mapping[str, str], key: GatewayKey, asked: str) -> dict[str, Any]:
        """Answer one page."""
        start_ms, end_ms = _span(params)
        number, size = _whole(params, "page_no", 1), _whole(params, "page_size", 20)
        if not 1 <= size <= 100 or not 1 <= number <= 100:  # noqa: PLR2004 - both have this limit
            raise _wrong("1001", "请求参数非法")
        if number > 1 and not params.get("position_index", "").startswith(_POSITION):
            raise _wrong("1008", "positionIndex非法")
        if params.get("query_type") != "4":
            raise _wrong("1004", "沙箱仅支持按订单更新时间查询")
        found = self._changed(start_ms, end_ms, key)
        if number > 1 and self._market.repeats_page(asked):
            number -= 1
        rows = found[(number - 1) * size : number * size]
        has_next = len(found) > number * size
        if self._market.loses_page(asked):
            rows = []
        data = {
            "results": {"publisher_order_dto": rows} if rows else {},
            "has_pre": number > 1,
            "has_next": has_next,
            "page_no": number,
            "page_size": size,
            "position_index": f"{_POSITION}{end_ms}",
        }
        return {"data": data}

    def _changed(self, start_ms: int, end_ms: int, key: GatewayKey) -> list[dict[str, Any]]:
        now_ms = self._market.now_ms()
        found = []
        for sub_order_id, sub in self._books.sub_orders(key).items():
            changed_ms = _changed_ms(sub, now_ms)
            if sub.paid_at_ms is None or not start_ms <= changed_ms < end_ms:
                continue
            if not self._books.is_ud(sub.first.click_id):
                found.append((changed_ms, sub_order_id, _row(sub_order_id, sub, changed_ms, now_ms)))
        return [row for _, _, row in sorted(found, key=lambda one: one[:2])]


def _settled_ms(sub: Line, now_ms: int) -> int | None:
    """When the sub-order was settled; None while it is not."""
    if sub.received_at_ms is None or sub.received_at_ms + SETTLED_AFTER_MS > now_ms:
        return None
    return sub.received_at_ms + SETTLED_AFTER_MS


def _changed_ms(sub: Line, now_ms: int) -> int:
    return max(sub.changed_at_ms, _settled_ms(sub, now_ms) or 0)


def _row(sub_order_id: str, sub: Line, changed_ms: int, now_ms: int) -> dict[str, Any]:
    settled_ms = _settled_ms(sub, now_ms)
    before_ms = now_ms if settled_ms is None else settled_ms
    early_fen = sum(one.event.amount_fen or 0 for one in sub.refunds if one.event.occurred_at_ms <= before_ms)
    is_void = sub.paid_fen > 0 and early_fen >= sub.paid_fen
    status = 13 if is_void else 3 if settled_ms is not None else 14 if sub.received_at_ms is not None else 12
    kept_fen = sub.paid_fen - early_fen if status == 3 else 0  # noqa: PLR2004 - 结算
    is_late_refund = settled_ms is not None and any(one.event.occurred_at_ms > settled_ms for one in sub.refunds)
    return {
        "trade_parent_id": sub.first.order_id,
        "trade_id": sub_order_id,
        "tk_status": status,
        "seller_nick": sub.first.shop_id,
        "seller_shop_title": sub.first.shop_id,
        "item_id": str(sub.first.pay_item_id),
        "item_num": sub.first.quantity or 1,
        "alipay_total_price": _yuan(sub.paid_fen),
        "pay_price": _yuan(kept_fen),
        "deposit_price": _yuan(sub.deposit_fen),
        "tb_deposit_time": moments.to_second(sub.deposit_at_ms) or "--",
        "tk_create_time": moments.to_second(sub.placed_at_ms or sub.paid_at_ms),
        "tb_paid_time": moments.to_second(sub.paid_at_ms),
        "tk_earning_time": moments.to_second(settled_ms) if status == 3 else "--",  # noqa: PLR2004 - 结算
        "modified_time": moments.to_second(changed_ms),
        "refund_tag": int(is_late_refund),
        "adzone_id": 111112234455,
        "site_id": 45598009,
        "order_type": "天猫",
        "flow_source": "--",
        "platform_special_service_rate": "5.00",
        "platform_special_service_fee": _yuan(fee_of(kept_fen)),
        "untts": f"UNTTS{sub_order_id}",
    }


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _span(params: Mapping[str, str]) -> tuple[int, int]:
    edges = []
    for name in ("start_time", "end_time"):
        if not params.get(name):
            raise missing(name)
        at_ms = moments.read(params[name], _FORM)
        if at_ms is None:
            raise _wrong("2000", "开始时间或结束时间参数非法")
        edges.append(at_ms)
    start, end = moments.moment_of(edges[0]), moments.moment_of(edges[1])
    if start >= end:
        raise _wrong("2001", "开始时间应该小于结束时间")
    in_sales = (start.month, start.day) in _SALE_DAYS or (end.month, end.day) in _SALE_DAYS
    if end - start > (LONGEST_IN_SALES if in_sales else LONGEST):
        raise _wrong("2007", "订单查询时间段日常不超过3个小时，大促期间不可超过20分钟")
    return edges[0], edges[1]


def _whole(params: Mapping[str, str], name: str, otherwise: int) -> int:
    text = params.get(name, "")
    if not text:
        return otherwise
    if re.fullmatch(r"[0-9]{1,9}", text) is None:
        raise _wrong("1001", "请求参数非法")
    return int(text)


def _wrong(sub_code: str, sub_msg: str) -> Refusal:
    return Refusal(15, "Remote service error", sub_code, sub_msg)
