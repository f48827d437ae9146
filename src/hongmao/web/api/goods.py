"""Merchants, shops and items over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.catalog.api import Permission
from hongmao.kernel.ids import MerchantId, ShopId
from hongmao.web.api.door import Call, ForTenant, Nothing, get, post

if TYPE_CHECKING:
    from hongmao.catalog.api import Item, Merchant, Shop


class NewMerchant(ForTenant, frozen=True, kw_only=True):
    """Who pays."""

    name: str
    id: str | None = None


class NewShop(ForTenant, frozen=True, kw_only=True):
    """A merchant's shop on an outside platform."""

    merchant: str
    platform: str
    platform_shop_id: str
    name: str
    home_url: str
    id: str | None = None


class NewItem(ForTenant, frozen=True, kw_only=True):
    """An item of a shop."""

    shop: str
    spu: str
    platform_item_id: str
    title: str
    price_fen: int
    url: str
    id: str | None = None


def add_merchant(call: Call[NewMerchant]) -> Merchant:
    """Add a merchant."""
    return call.services.catalog.add_merchant(call.who, name=call.body.name, id=call.body.id)


def merchants(call: Call[Nothing]) -> dict[str, object]:
    """List merchants."""
    return {"merchants": call.services.catalog.merchants(call.who, after=call.query.after(), limit=call.query.limit())}


def add_shop(call: Call[NewShop]) -> Shop:
    """Add a shop."""
    body = call.body
    return call.services.catalog.add_shop(
        call.who,
        merchant=body.merchant,
        platform=body.platform,
        platform_shop_id=body.platform_shop_id,
        name=body.name,
        home_url=body.home_url,
        id=body.id,
    )


def shops(call: Call[Nothing]) -> dict[str, object]:
    """List shops, all or one merchant's."""
    of = call.query.text("merchant")
    merchant = MerchantId(of) if of else None
    rows = call.services.catalog.shops(call.who, merchant, after=call.query.after(), limit=call.query.limit())
    return {"shops": rows}


def add_item(call: Call[NewItem]) -> Item:
    """Add an item."""
    body = call.body
    return call.services.catalog.add_item(
        call.who,
        shop=body.shop,
        spu=body.spu,
        platform_item_id=body.platform_item_id,
        title=body.title,
        price_fen=body.price_fen,
        url=body.url,
        id=body.id,
    )


def items(call: Call[Nothing]) -> dict[str, object]:
    """List items, all or one shop's."""
    of = call.query.text("shop")
    shop = ShopId(of) if of else None
    return {"items": call.services.catalog.items(call.who, shop, after=call.query.after(), limit=call.query.limit())}


routes = [
    post("/v1/merchants", NewMerchant, Permission.WRITE_CATALOG, add_merchant),
    get("/v1/merchants", Permission.READ_CATALOG, merchants),
    post("/v1/shops", NewShop, Permission.WRITE_CATALOG, add_shop),
    get("/v1/shops", Permission.READ_CATALOG, shops),
    post("/v1/items", NewItem, Permission.WRITE_CATALOG, add_item),
    get("/v1/items", Permission.READ_CATALOG, items),
]
