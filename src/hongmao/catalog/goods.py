"""Merchants, their shops on outside platforms, and the items in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.catalog import fields
from hongmao.catalog.contracts import Item, Merchant, Shop
from hongmao.catalog.desk import PAGE_ROWS_MAX
from hongmao.catalog.lookup import Lookup
from hongmao.catalog.rules import Permission, demand, sees
from hongmao.kernel.ids import ItemId, MerchantId, ShopId, check_id

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hongmao.catalog.contracts import Principal
    from hongmao.catalog.desk import Desk


class Goods:
    """Acts on merchants, shops and items. What is added belongs to the principal's tenant."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk
        self._shops: Lookup[Shop] = Lookup(
            desk.freshness, lambda ids: {shop.id: shop for shop in desk.store.find_all(Shop, ids)}
        )
        self._items: Lookup[Item] = Lookup(
            desk.freshness, lambda ids: {item.id: item for item in desk.store.find_all(Item, ids)}
        )

    def add_merchant(self, who: Principal, *, name: str, id: str | None = None) -> Merchant:
        """Add who pays."""
        demand(who, Permission.WRITE_CATALOG)
        merchant = Merchant(
            id=MerchantId(self._desk.id_for(id, "merchant")), tenant=who.tenant, name=fields.name(name, "name")
        )
        return self._desk.keep(merchant)

    def merchant(self, who: Principal, id: MerchantId) -> Merchant:
        """Give a merchant that the principal sees."""
        demand(who, Permission.READ_CATALOG)
        return self._desk.found(Merchant, who, id)

    def merchants(self, who: Principal, *, after: str = "", limit: int = PAGE_ROWS_MAX) -> Sequence[Merchant]:
        """List merchants by id."""
        demand(who, Permission.READ_CATALOG)
        return self._desk.store.page(Merchant, sees(who), after=after, limit=limit)

    def add_shop(
        self,
        who: Principal,
        *,
        merchant: str,
        platform: str,
        platform_shop_id: str,
        name: str,
        home_url: str,
        id: str | None = None,
    ) -> Shop:
        """Add a merchant's shop on an outside platform."""
        demand(who, Permission.WRITE_CATALOG)
        owner = self._desk.found(Merchant, who, check_id(merchant, place="merchant"))
        shop = Shop(
            id=ShopId(self._desk.id_for(id, "shop")),
            tenant=owner.tenant,
            merchant=owner.id,
            platform=check_id(platform, place="platform"),
            platform_shop_id=check_id(platform_shop_id, place="platform_shop_id"),
            name=fields.name(name, "name"),
            home_url=fields.url(home_url, "home_url"),
        )
        return self._desk.keep(shop)

    def shop(self, who: Principal, id: ShopId) -> Shop:
        """Give a shop that the principal sees."""
        demand(who, Permission.READ_CATALOG)
        return self._desk.found(Shop, who, id)

    def shops(
        self, who: Principal, merchant: MerchantId | None = None, *, after: str = "", limit: int = PAGE_ROWS_MAX
    ) -> Sequence[Shop]:
        """List shops by id, all or one merchant's."""
        demand(who, Permission.READ_CATALOG)
        return self._desk.store.page(Shop, sees(who), of=merchant, after=after, limit=limit)

    def add_item(
        self,
        who: Principal,
        *,
        shop: str,
        spu: str,
        platform_item_id: str,
        title: str,
        price_fen: int,
        url: str,
        id: str | None = None,
    ) -> Item:
        """Add an item of a shop."""
        demand(who, Permission.WRITE_CATALOG)
        owner = self._desk.found(Shop, who, check_id(shop, place="shop"))
        item = Item(
            id=ItemId(self._desk.id_for(id, "item")),
            tenant=owner.tenant,
            shop=owner.id,
            spu=check_id(spu, place="spu"),
            platform_item_id=check_id(platform_item_id, place="platform_item_id"),
            title=fields.title(title, "title"),
            price_fen=fields.price_fen(price_fen, "price_fen"),
            url=fields.url(url, "url"),
        )
        return self._desk.keep(item)

    def item(self, who: Principal, id: ItemId) -> Item:
        """Give an item that the principal sees."""
        demand(who, Permission.READ_CATALOG)
        return self._desk.found(Item, who, id)

    def items(
        self, who: Principal, shop: ShopId | None = None, *, after: str = "", limit: int = PAGE_ROWS_MAX
    ) -> Sequence[Item]:
        """List items by id, all or one shop's."""
        demand(who, Permission.READ_CATALOG)
        return self._desk.store.page(Item, sees(who), of=shop, after=after, limit=limit)

    def shops_known(self, ids: Collection[str]) -> dict[str, Shop]:
        """Look shops up for the house, whoever owns them: fast, and not for answers to a tenant."""
        return self._shops.get_all(ids)

    def items_known(self, ids: Collection[str]) -> dict[str, Item]:
        """Look items up for the house, whoever owns them: fast, and not for answers to a tenant."""
        return self._items.get_all(ids)
