"""`/v1/creator-orders` and `/v1/true-cost`: notes ordered of creators (蒲公英), and what a note has cost altogether."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.catalog.api import Permission
from hongmao.kernel.ids import MerchantId, check_id
from hongmao.web.api.doors import Act, Made, door
from hongmao.web.api.reading import Page, Standing, in_order, moment
from hongmao.web.api.rows import page_of

if TYPE_CHECKING:
    from hongmao.web.api.doors import Call


class OrderBody(Standing, frozen=True, kw_only=True):
    """达人订单: price and fee are frozen on the merchant's line of creators. `id` is the merchant's own, once."""

    merchant: str
    id: str
    creator: str
    price_fen: int
    note: str | None = None


class OrderEndBody(Standing, frozen=True, kw_only=True):
    """How an order ends: `cancelled` sends its money back, `released` pays it out."""

    merchant: str
    released: bool


class OrdersQuery(Page, frozen=True, kw_only=True):
    """One merchant's orders, by id."""

    merchant: str


class CostQuery(Standing, frozen=True, kw_only=True):
    """What a merchant's notes cost from one instant to another; without them, of all time until now."""

    merchant: str
    from_: str | None = msgspec.field(default=None, name="from")
    to: str | None = None


def _place(call: Call, body: OrderBody) -> object:
    order = call.services.billing.creators.place(
        call.who, _merchant(body.merchant), body.id, creator=body.creator, price_fen=body.price_fen, note=body.note
    )
    return order if order.duplicate else Made(order)


def _end(call: Call, body: OrderEndBody) -> object:
    creators = call.services.billing.creators
    return (creators.release if body.released else creators.cancel)(call.who, _merchant(body.merchant), call.ids["id"])


def _orders(call: Call, query: OrdersQuery) -> object:
    creators, merchant = call.services.billing.creators, _merchant(query.merchant)
    orders = creators.orders(call.who, merchant, after=query.after, limit=query.rows)
    return {"wallet": creators.wallet(call.who, merchant), **page_of("orders", orders, query)}


def _costs(call: Call, query: CostQuery) -> object:
    start_ms = moment(query.from_, place="from") if query.from_ is not None else 0
    end_ms = moment(query.to, place="to") if query.to is not None else max(start_ms, call.services.clock.now_ms() + 1)
    in_order(start_ms, end_ms, place="to")
    costs = call.services.billing.creators.true_costs(call.who, _merchant(query.merchant), start_ms, end_ms)
    return {
        "from_ms": start_ms,
        "to_ms": end_ms,
        "notes": [{**msgspec.to_builtins(cost), "total_fen": cost.total_fen} for cost in costs],
    }


def _merchant(text: str) -> MerchantId:
    return MerchantId(check_id(text, place="merchant"))


routes = [
    door(
        "/v1/creator-orders",
        get=Act(Permission.READ_WALLETS, OrdersQuery, _orders),
        post=Act(Permission.ORDER_CREATORS, OrderBody, _place),
    ),
    door("/v1/creator-orders/{id}/end", post=Act(Permission.TOP_UP, OrderEndBody, _end)),
    door("/v1/true-cost", get=Act(Permission.READ_WALLETS, CostQuery, _costs)),
]
