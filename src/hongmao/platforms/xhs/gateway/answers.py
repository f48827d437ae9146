"""What the gateway answers, method by method, in Ark's own words and units.

Sandbox only are `clickId` and `clickItemId` on orders and after-sales, and the methods `hongmao.listVisits` and
`hongmao.listReviews`: no public document of Ark's shows anything like them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from hongmao.kernel.time import DAY_MS, HOUR_MS
from hongmao.platforms.xhs.gateway import reviews

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hongmao.platforms.sandbox.shop.contracts import Item
    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market
    from hongmao.platforms.xhs.gateway.books import AfterSale, ArkOrder, Book, Line

SIZE_MAX: Final = 100
STOCK_MAX: Final = 40
_WEEK_MS = 7 * DAY_MS
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """No, with Ark's code and sentence."""

    code: int
    said: str


WRONG: Final = Refusal(-2_000_400, "请求参数错误")
UNKNOWN: Final = Refusal(-2_000_101, "包裹不存在")
Answer: TypeAlias = dict[str, Any] | Refusal


@dataclass(frozen=True, slots=True)
class Asked:
    """A proved question: who asks, what is known, what was said, and the question's name for draws."""

    market: Market
    key: GatewayKey
    book: Book
    told: Mapping[str, Any]
    name: str

    def number(self, name: str, default: int | None = None) -> int | None:
        """Read a whole number; None where it is anything else."""
        value = self.told.get(name, default)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


def token(market: Market, key: GatewayKey, method: str, told: Mapping[str, Any]) -> Answer:
    """Grant tokens: the code and the refresh token of the sandbox are the app's id after a word."""
    proofs = {"oauth.getAccessToken": ("code", "code"), "oauth.refreshToken": ("refreshToken", "refresh")}
    name, word = proofs.get(method, ("", ""))
    if not name or told.get(name) != f"{word}-{key.app_key}":
        return WRONG
    return {
        "accessToken": key.session,
        "accessTokenExpiresAt": market.now_ms() + _WEEK_MS,
        "refreshToken": f"refresh-{key.app_key}",
        "refreshTokenExpiresAt": market.now_ms() + 2 * _WEEK_MS,
        "sellerId": min(key.shops, default=""),
        "sellerName": "",
    }


def order_list(asked: Asked) -> Answer:
    """List orders by creation or change; the span is in seconds here and nowhere else."""
    span = _span(asked, unit_ms=1_000)
    page = _page(asked, pages_max=100)
    if span is None or page is None:
        return WRONG
    created = asked.told.get("timeType") == 1
    orders = [order for order in asked.book.orders.values() if order.known]
    moments = {order.order_id: order.lines[0].placed_at if created else order.changed_at for order in orders}
    found = sorted(
        (order for order in orders if span[0] <= moments[order.order_id] <= span[1]),
        key=lambda order: (moments[order.order_id], order.order_id),
        reverse=True,
    )
    page_no, rows = _paged(asked, found, page)
    return {
        "total": len(found),
        "pageNo": page_no,
        "pageSize": page[1],
        "maxPageNo": -(-len(found) // page[1]),
        "orderList": [{"orderId": order.order_id, **_head(order)} for order in rows],
    }


def order_detail(asked: Asked) -> Answer:
    """Tell one order with its lines."""
    order = asked.book.orders.get(str(asked.told.get("orderId")))
    if order is None or not order.known:
        return UNKNOWN
    first = order.lines[0].first
    paid = sum(line.amount_fen for line in order.lines)
    deposit = order.lines[0].deposit_fen
    return {
        "orderId": order.order_id,
        **_head(order),
        "shopId": first.shop_id,
        "sellerId": first.shop_id,
        "totalPayAmount": paid,
        "totalShippingFree": 0,
        "totalDepositAmount": 0 if deposit is None else deposit * order.lines[0].quantity,
        "skuList": [_sku(line) for line in order.lines],
        "clickId": first.click_id,
        "clickItemId": first.item_id,
    }


def after_sale_list(asked: Asked) -> Answer:
    """List after-sales by application or change, in milliseconds, both ends in it."""
    span = _span(asked, unit_ms=1)
    page = _page(asked, pages_max=50_000)
    if span is None or page is None or page[0] * page[1] > 50_000:  # noqa: PLR2004 - Ark's own bound
        return WRONG
    found = sorted(
        (one for one in asked.book.after_sales.values() if span[0] <= one.changed_at <= span[1]),
        key=lambda one: (one.changed_at, _returns_id(one)),
        reverse=True,
    )
    page_no, rows = _paged(asked, found, page)
    told = [
        {
            "returnsId": _returns_id(one),
            "orderId": one.order_id,
            "returnType": 4,
            "status": 4,
            "updatedAt": one.changed_at,
            "expectedRefundAmountYuan": _yuan(one.refund.amount_fen),
        }
        for one in rows
    ]
    return _inner({"afterSaleBasicInfos": told, "totalCount": len(found), "pageNo": page_no, "pageSize": page[1]})


def after_sale_detail(asked: Asked) -> Answer:
    """Tell one after-sale."""
    found = asked.book.after_sales.get(str(asked.told.get("returnsId")))
    if found is None:
        return _inner(None, code=-2_000_101, said="售后单不存在")
    yuan = _yuan(found.refund.amount_fen)
    sku = {**_sku_id(found.line), "appliedCount": found.line.quantity, "appliedTotalAmountYuan": yuan}
    return _inner(
        {
            "afterSaleInfo": {
                "returnsId": _returns_id(found),
                "orderId": found.order_id,
                "shopId": found.line.first.shop_id,
                "returnType": 4,
                "status": 4,
                "refundStatus": 2,
                "refundAmountYuan": yuan,
                "expectedRefundAmountYuan": yuan,
                "refundTime": found.refund.occurred_at_ms,
                "applyTime": found.refund.occurred_at_ms,
                "updatedAt": found.changed_at,
                "skus": [sku],
                "clickId": found.refund.click_id,
            }
        }
    )


def item_list(asked: Asked) -> Answer:
    """List items, newest first."""
    page = _page(asked, pages_max=10_000)
    if page is None or not isinstance(asked.told.get("searchParam"), dict):
        return WRONG
    items = asked.market.items(asked.key)
    _, rows = _paged(asked, items, page)
    told = [{"id": item.item_id, "name": item.title, "itemShortTitle": ""} for item in rows]
    return {"currentPage": page[0], "pageSize": page[1], "total": len(items), "itemDetailV3s": told}


def item_info(asked: Asked) -> Answer:
    """Tell one item and its one variant."""
    item = asked.market.item(str(asked.told.get("itemId")))
    if item is None or item.shop_id not in asked.key.shops:
        return WRONG
    return {
        "itemInfo": {"id": item.item_id, "name": item.title},
        "skuInfos": [_on_sale(asked.market, item)],
        "total": 1,
    }


def items_v1(market: Market, key: GatewayKey, query: Mapping[str, str]) -> Answer:
    """List items by the older address."""
    number, size = query.get("page_no", "1"), query.get("page_size", "50")
    if not (_NUMBER.fullmatch(number) and _NUMBER.fullmatch(size) and 0 < int(size) <= 5 * SIZE_MAX):
        return WRONG
    items = market.items(key)
    start = (int(number) - 1) * int(size)
    shown = items[start : start + int(size)]
    hits = [{"item": {"id": one.item_id, "name": one.title}, "sku": _on_sale(market, one)} for one in shown]
    return {"total": len(items), "page_no": int(number), "page_size": int(size), "hits": hits}


def visit_list(asked: Asked) -> Answer:
    """Tell visits, carts, favourites and follows: sandbox only."""
    span, page = _span(asked, unit_ms=1, by_change=False), _page(asked, pages_max=10_000)
    if span is None or page is None:
        return WRONG
    found = [one for one in asked.book.visits if span[0] <= one.told_at_ms < span[1]]
    page_no, rows = _paged(asked, found, page, back=True)
    told = [
        {
            "eventId": one.event.event_no,
            "eventType": one.event.type,
            "eventTime": one.event.occurred_at_ms,
            "shopId": one.event.shop_id,
            "itemId": one.event.item_id,
            "quantity": one.event.quantity,
            "newVisitor": one.event.new_visitor,
            "clickId": one.event.click_id,
        }
        for one in rows
    ]
    return {"total": len(found), "pageNo": page_no, "pageSize": page[1], "events": told}


def review_list(asked: Asked) -> Answer:
    """Tell reviews that changed: sandbox only."""
    since, page = asked.number("updateTimeFrom"), _page(asked, pages_max=10_000)
    if since is None or page is None:
        return WRONG
    found = [one for one in reviews.of(asked.market, asked.book.received()) if one["updateTime"] >= since]
    found.sort(key=lambda one: (one["updateTime"], one["reviewId"]))
    page_no, rows = _paged(asked, found, page, back=True)
    return {"total": len(found), "pageNo": page_no, "pageSize": page[1], "reviews": list(rows)}


METHODS: Final[Mapping[str, Callable[[Asked], Answer]]] = {
    "order.getOrderList": order_list,
    "order.getOrderDetail": order_detail,
    "afterSale.listAfterSaleInfos": after_sale_list,
    "afterSale.getAfterSaleInfo": after_sale_detail,
    "product.searchItemList": item_list,
    "product.getItemInfo": item_info,
    "hongmao.listVisits": visit_list,
    "hongmao.listReviews": review_list,
}


def _span(asked: Asked, *, unit_ms: int, by_change: bool = True) -> tuple[int, int] | None:
    start, end = asked.number("startTime"), asked.number("endTime")
    if start is None or end is None or end <= start:
        return None
    if by_change:
        longest = {1: 24 * HOUR_MS, 2: HOUR_MS // 2}.get(asked.number("timeType") or 0)
        # A caller who knows milliseconds has to widen both ends to whole seconds.
        if longest is None or (end - start) * unit_ms > longest + unit_ms:
            return None
    return start * unit_ms, end * unit_ms


def _page(asked: Asked, *, pages_max: int) -> tuple[int, int] | None:
    number, size = asked.number("pageNo", 1), asked.number("pageSize", 50)
    if number is None or size is None or not (1 <= number <= pages_max and 1 <= size <= SIZE_MAX):
        return None
    return number, size


def _paged(
    asked: Asked, found: Sequence[Any], page: tuple[int, int], *, back: bool = False
) -> tuple[int, Sequence[Any]]:
    """Cut a page, as the weather has it: lost (empty), or the one given before it once more."""
    number, size = page
    if found and asked.market.loses_page(asked.name):
        return number, ()
    before = number - 1 if back else number + 1
    if 1 <= before <= -(-len(found) // size) and asked.market.repeats_page(asked.name):
        number = before
    return number, found[(number - 1) * size : number * size]


def _head(order: ArkOrder) -> dict[str, Any]:
    paid_at = max(line.paid_at for line in order.lines) if all(line.paid_at for line in order.lines) else 0
    done = all(line.received_at for line in order.lines)
    return {
        "orderType": 1 if order.lines[0].deposit_fen is None else 2,
        "orderStatus": 7 if done else 4 if paid_at else 1,
        "orderAfterSalesStatus": 3 if order.refunded else 1,
        "cancelStatus": 0,
        "createdTime": order.lines[0].placed_at,
        "paidTime": paid_at,
        "finishTime": max(line.received_at for line in order.lines) if done else 0,
        "updateTime": order.changed_at,
    }


def _sku_id(line: Line) -> dict[str, Any]:
    item_id = line.first.pay_item_id
    return {"skuId": f"{item_id}-sku", "itemId": item_id, "skuTag": 0}


def _sku(line: Line) -> dict[str, Any]:
    return {**_sku_id(line), "skuQuantity": line.quantity, "totalPaidAmount": line.amount_fen}


def _on_sale(market: Market, item: Item) -> dict[str, Any]:
    stock = market.draw(f"stock {item.item_id}", STOCK_MAX)
    return {"id": f"{item.item_id}-sku", "price": item.price_fen, "stock": stock, "buyable": stock > 0}


def _returns_id(sale: AfterSale) -> str:
    return sale.refund.refund_id or sale.refund.event_no


def _inner(data: dict[str, Any] | None, *, code: int = 0, said: str = "") -> dict[str, Any]:
    """Wrap as the newer methods do: an envelope within the envelope."""
    return {"code": code, "msg": said, "success": code == 0, "data": data}


def _yuan(fen: int | None) -> float:
    """Ark writes yuan as a JSON number: shortest digits, so that what is read exactly is exact."""
    return (fen or 0) / 100
