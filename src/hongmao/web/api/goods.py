"""`/v1/merchants`, `/v1/shops`, `/v1/items`: who pays, their shops on outside platforms, what stands in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hongmao.catalog.api import Permission
from hongmao.web.api.doors import Act, Made, door
from hongmao.web.api.reading import Page, Standing, id_or_none
from hongmao.web.api.rows import page_of

if TYPE_CHECKING:
    from hongmao.kernel.ids import MerchantId, ShopId
    from hongmao.web.api.doors import Call


class MerchantBody(Standing, frozen=True, kw_only=True):
    """商家: who pays."""

    name: str
    id: str | None = None


class ShopBody(Standing, frozen=True, kw_only=True):
    """店铺: a merchant's shop on a platform."""

    merchant: str
    platform: str
    platform_shop_id: str
    name: str
    home_url: str
    id: str | None = None


class ItemBody(Standing, frozen=True, kw_only=True):
    """商品: an item of a shop; its price in fen."""

    shop: str
    spu: str
    platform_item_id: str
    title: str
    price_fen: int
    url: str
    id: str | None = None


class ShopPage(Page, frozen=True, kw_only=True):
    """Shops, all or one merchant's."""

    merchant: str | None = None


class ItemPage(Page, frozen=True, kw_only=True):
    """Items, all or one shop's."""

    shop: str | None = None


def _merchants(call: Call, page: Page) -> object:
    return page_of("merchants", call.services.catalog.merchants(call.who, after=page.after, limit=page.rows), page)


def _add_merchant(call: Call, body: MerchantBody) -> object:
    return Made(call.services.catalog.add_merchant(call.who, name=body.name, id=body.id))


def _shops(call: Call, page: ShopPage) -> object:
    merchant = cast("MerchantId | None", id_or_none(page.merchant, place="merchant"))
    return page_of("shops", call.services.catalog.shops(call.who, merchant, after=page.after, limit=page.rows), page)


def _add_shop(call: Call, body: ShopBody) -> object:
    shop = call.services.catalog.add_shop(
        call.who,
        merchant=body.merchant,
        platform=body.platform,
        platform_shop_id=body.platform_shop_id,
        name=body.name,
        home_url=body.home_url,
        id=body.id,
    )
    return Made(shop)


def _items(call: Call, page: ItemPage) -> object:
    shop = cast("ShopId | None", id_or_none(page.shop, place="shop"))
    return page_of("items", call.services.catalog.items(call.who, shop, after=page.after, limit=page.rows), page)


def _add_item(call: Call, body: ItemBody) -> object:
    item = call.services.catalog.add_item(
        call.who,
        shop=body.shop,
        spu=body.spu,
        platform_item_id=body.platform_item_id,
        title=body.title,
        price_fen=body.price_fen,
        url=body.url,
        id=body.id,
    )
    return Made(item)


routes = [
    door(
        "/v1/merchants",
        get=Act(Permission.READ_CATALOG, Page, _merchants),
        post=Act(Permission.WRITE_CATALOG, MerchantBody, _add_merchant),
    ),
    door(
        "/v1/shops",
        get=Act(Permission.READ_CATALOG, ShopPage, _shops),
        post=Act(Permission.WRITE_CATALOG, ShopBody, _add_shop),
    ),
    door(
        "/v1/items",
        get=Act(Permission.READ_CATALOG, ItemPage, _items),
        post=Act(Permission.WRITE_CATALOG, ItemBody, _add_item),
    ),
]
