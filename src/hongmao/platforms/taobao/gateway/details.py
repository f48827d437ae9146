"""流量通Pro's lists by cursor: orders, carts and favourites, visits; by the time at which Taobao knew of a row."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from hongmao.kernel.time import Window
from hongmao.platforms.taobao.gateway import moments
from hongmao.platforms.taobao.gateway.books import fee_of
from hongmao.platforms.taobao.gateway.errors import missing, parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.sandbox.shop.journal import Told
    from hongmao.platforms.sandbox.shop.lines import Line
    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market
    from hongmao.platforms.sandbox.shop.wire import WireEvent
    from hongmao.platforms.taobao.gateway.books import Books

PAGE_ROWS: Final = 100
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
_FORM: Final = "%Y-%m-%d %H:%M:%S.%f"
_STATUS: Final = {"order": 1, "pay": 2, "presale_balance": 2, "refund": 3, "presale_deposit": 4, "receive": 5}
_CONV: Final = {"favourite": 1, "cart": 2}
_VISIT: Final = {"open": 11, "visit": 12, "follow": 13}
KINDS: Final[Mapping[str, Mapping[str, int]]] = {"order": _STATUS, "cart": _CONV, "visit": _VISIT}
ELEMENTS: Final = {
    "order": "order_detail_cursor_top_dto",
    "cart": "order_detail_cursor_top_d_t_o2",
    "visit": "visit_detail_cursor_top_dto",
}


class Details:
    """Answers the three lists."""

    def __init__(self, market: Market, books: Books) -> None:
        """Stand beside a market and its books."""
        self._market = market
        self._books = books

    def page(self, which: str, query: dict[str, Any], key: GatewayKey, asked: str) -> dict[str, Any]:
        """Answer one page: rows from the cursor on, and the cursor behind them, at the end the one that was sent."""
        span = _span(query)
        cursor = str(query.get("cursor_id") or "")
        rows, after = self._rows(which, span, key, cursor)
        if cursor and self._market.repeats_page(asked):
            rows, after = self._page_before(which, span, key, cursor), cursor
        if self._market.loses_page(asked):
            rows = []
        known = self._books.sub_orders(key) if which == "order" else {}
        built = [self._row(which, told.event, known) for told in rows]
        body: dict[str, Any] = {"result": {ELEMENTS[which]: built} if built else {}, "success": True}
        return body | {"cursor_id": after} if after else body

    def _rows(self, which: str, span: Window, key: GatewayKey, cursor: str) -> tuple[list[Told], str]:
        at_ms, seq = _place(cursor)
        found = (
            told
            for told in self._market.told(Window(max(span.start_ms, at_ms), span.end_ms), key)
            if told.event.type in KINDS[which]
            and (told.told_at_ms, told.seq) > (at_ms, seq)
            # What Alibaba bought itself stays with Alibaba.
            and not self._books.is_ud(told.event.click_id)
        )
        page = list(islice(found, PAGE_ROWS))
        return page, f"{page[-1].told_at_ms}_{page[-1].seq}" if page else cursor

    def _page_before(self, which: str, span: Window, key: GatewayKey, cursor: str) -> list[Told]:
        at, rows = self._rows(which, span, key, "")[::-1]
        while at != cursor:
            rows, moved_to = self._rows(which, span, key, at)
            if moved_to == at:  # the cursor is none that this list ever gave
                return []
            at = moved_to
        return rows

    def _row(self, which: str, event: WireEvent, known: Mapping[str, Line]) -> dict[str, Any]:
        row = _common(event, is_async=self._books.is_async(event))
        if which == "order":
            sub_order_id = event.sub_order_id or ""
            row |= _order(event, known.get(sub_order_id), claimed=self._books.is_claimed(sub_order_id))
        else:
            row |= _act(which, event)
        return {name: value for name, value in row.items() if value is not None}


def _common(event: WireEvent, *, is_async: bool) -> dict[str, Any]:
    return {
        "seller_id": number(event.shop_id),
        "seller_nick": event.shop_id,
        "channel_id": 140,
        "item_id": number(event.item_id),
        "asyn_click_id" if is_async else "syn_click_id": event.click_id,
    }


def _order(event: WireEvent, known: Line | None, *, claimed: bool) -> dict[str, Any]:
    at, placed, paid_at = event.occurred_at_ms, None, None
    deposit_fen = event.deposit_fen or 0
    if known is not None:
        placed, paid_at, deposit_fen = known.placed_at_ms, known.paid_at_ms, known.deposit_fen or deposit_fen
    row: dict[str, Any] = {
        "order_id": event.order_id,
        "sub_order_id": event.sub_order_id,
        "order_status": _STATUS[event.type],
        "pay_item_id": number(event.pay_item_id),
        "buy_amount": event.quantity if known is None else known.first.quantity,
        "is_ad_order": 1,
        "is_attr_by_others": int(claimed),
        "commission_rate": "5.00",
        "presale_deposit_fee": deposit_fen or None,
        "order_create_time": moments.to_second(placed),
        "order_pay_time": moments.to_second(paid_at),
    }
    amount_fen = event.amount_fen or 0
    match event.type:
        case "order":
            row |= {"order_create_time": moments.to_second(at), "due_pay_fee": amount_fen, "order_pay_time": None}
        case "presale_deposit":
            row |= {"order_pay_time": moments.to_second(at), "presale_deposit_fee": amount_fen}
            row |= {"due_pay_fee": None if known is None else known.amount_fen - amount_fen}
        case "pay":
            row |= {"order_pay_time": moments.to_second(at)} | _paid(amount_fen)
        case "presale_balance":
            row |= {"order_pay_time": moments.to_second(at), "remaining_payment_fee": amount_fen}
            row |= _paid(amount_fen + deposit_fen)
        case "refund":
            row |= _paid_before(known) | {"order_refund_time": moments.to_second(at), "order_refund_fee": amount_fen}
        case _:
            row |= _paid_before(known) | {"conv_time": moments.to_second(at)}
    return row


def _paid(fen: int) -> dict[str, Any]:
    return {"pay_fee": fen, "actual_pay_fee": fen, "commission_fee": fee_of(fen)}


def _paid_before(known: Line | None) -> dict[str, Any]:
    if known is None or known.paid_at_ms is None:
        return {"order_pay_time": None}
    return _paid(known.paid_fen) | {"remaining_payment_fee": known.balance_fen}


def _act(which: str, event: WireEvent) -> dict[str, Any]:
    row: dict[str, Any] = {
        "order_id": f"{event.event_no}.v",
        "sub_order_id": event.event_no,
        "conv_time": moments.to_second(event.occurred_at_ms),
    }
    if which == "cart":
        return row | {"conv_type": _CONV[event.type], "conv_item_id": number(event.item_id)}
    is_new = None if event.new_visitor is None else int(event.new_visitor)
    return row | {"visit_type": _VISIT[event.type], "is_new_visitor": is_new}


def number(text: str | None) -> int | str | None:
    """Write an id as TOP does, as a number; the sandbox's own ids stay text."""
    return int(text) if text is not None and _NUMBER.fullmatch(text) else text


def _span(query: dict[str, Any]) -> Window:
    if query.get("prod_type") != 2:  # noqa: PLR2004 - 流量通Pro
        raise parameter("prod_type", "小红书仅支持流量通Pro")
    edges = []
    for name in ("start_time", "end_time"):
        if not query.get(name):
            raise missing(name)
        at_ms = moments.read(str(query[name]), _FORM)
        if at_ms is None:
            raise parameter(name, "日期格式：yyyy-MM-dd HH:mm:ss.SSS")
        edges.append(at_ms)
    start_ms, end_ms = edges
    if start_ms > end_ms:
        raise parameter("start_time", "开始时间应该小于结束时间")
    if moments.moment_of(start_ms).date() != moments.moment_of(end_ms).date():
        raise parameter("end_time", "查询结束时间不可与开始日期跨天")
    return Window(start_ms, end_ms + 1)


def _place(cursor: str) -> tuple[int, int]:
    if not cursor:
        return 0, 0
    at, _, seq = cursor.partition("_")
    if not (_NUMBER.fullmatch(at) and _NUMBER.fullmatch(seq)):
        raise parameter("cursor_id", "游标非法")
    return int(at), int(seq)
