"""What a tenant's outside shop and its goods are called here, by the platform's own ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hongmao.catalog.contracts import Shop
from hongmao.kernel.ids import ItemId
from hongmao.storage.models import ItemRow, ShopRow
from hongmao.storage.records import to_data
from hongmao.storage.scope import TenantScope

if TYPE_CHECKING:
    from hongmao.kernel.ids import ShopId, TenantId
    from hongmao.storage.database import Database


class SqlShelves:
    """Implements `returns.store.Shelves`."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database

    def shop(self, tenant: TenantId, platform: str, platform_shop_id: str) -> Shop | None:
        """Find the tenant's shop of that name on a platform; two tenants may work with one outside shop."""
        query = select(ShopRow).where(ShopRow.platform == platform, ShopRow.platform_shop_id == platform_shop_id)
        with self._database.session(TenantScope(tenant)) as session:
            row = session.scalar(query)
            return to_data(Shop, row) if row else None

    def item(self, tenant: TenantId, shop: ShopId, platform_item_id: str) -> ItemId | None:
        """Find an item of that shop."""
        query = select(ItemRow.id).where(ItemRow.shop_id == shop, ItemRow.platform_item_id == platform_item_id)
        with self._database.session(TenantScope(tenant)) as session:
            found = session.scalar(query)
            return ItemId(found) if found else None
