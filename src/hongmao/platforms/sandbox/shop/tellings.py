"""What a gateway tells of a shop and of an item, under names of the sandbox's own: no public text has those of the real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hongmao.kernel.money import Money
from hongmao.platforms.sandbox.shop.gate import without_none

if TYPE_CHECKING:
    from hongmao.platforms.sandbox.shop.market import GatewayKey, Market


class NotYours(Exception):
    """What is asked for is of a shop that the caller may not ask about."""


def shop(market: Market, key: GatewayKey, shop_id: str) -> dict[str, Any]:
    """Tell a shop's kind, badge, category and scores; what is not known is left out, and is never 0."""
    if shop_id not in key.shops:
        raise NotYours
    mark = market.shop_mark(shop_id)
    told = {
        "shop_id": shop_id,
        "shop_kind": mark.kind,
        "badge": mark.badge,
        "category": mark.category,
        "scores": dict(mark.scores),
        "observed_at_ms": mark.observed_at_ms,
    }
    return without_none(told)


def item(market: Market, key: GatewayKey, item_id: str) -> dict[str, Any] | None:
    """Tell an item as it stands now: its price in yuan as text; None where there is none of that id."""
    found = market.item(item_id)
    if found is None:
        return None
    if found.shop_id not in key.shops:
        raise NotYours
    shelf = market.shelf(item_id)
    told = {
        "item_id": item_id,
        "shop_id": found.shop_id,
        "price": str(Money(found.price_fen)),
        "category": shelf.category,
        "in_stock": shelf.in_stock,
        "on_sale": shelf.on_sale,
    }
    return without_none(told)


def shelf(market: Market, key: GatewayKey, shop_id: str, base: str) -> list[dict[str, Any]]:
    """List what a shop sells now, with each item's page below the sandbox's own address."""
    if shop_id not in key.shops:
        raise NotYours
    front = base.partition("/gw/")[0]
    return [
        {
            "item_id": one.item_id,
            "title": one.title,
            "price": str(Money(one.price_fen)),
            "page_url": f"{front}/item/{one.item_id}",
        }
        for one in market.items(key)
        if one.shop_id == shop_id and market.shelf(one.item_id).on_sale
    ]
