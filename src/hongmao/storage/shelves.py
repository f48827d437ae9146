"""Shops and items by the ids that their platforms know them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hongmao.catalog.contracts import Shop
from hongmao.kernel.ids import ItemId
from hongmao.storage.models import ItemRow, ShopRow
from hongmao.storage.records import to_data
from hongmao.storage.scope import PlatformScope

if TYPE_CHECKING:
    from hongmao.kernel.ids import ShopId
    from hongmao.storage.database import Database

_DELIVERY = PlatformScope("a delivery names a shop before it is known whose it is")


class SqlShelves:
    """Implements `returns.store.Shelves`."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database

    def shop(self, platform: str, platform_shop_id: str) -> Shop | None:
        """Find a shop, whoever owns it: the desk compares its tenant with the sender's."""
        query = select(ShopRow).where(ShopRow.platform == platform, ShopRow.platform_shop_id == platform_shop_id)
        with self._database.session(_DELIVERY) as session:
            row = session.scalar(query)
            return to_data(Shop, row) if row else None

    def item(self, shop: ShopId, platform_item_id: str) -> ItemId | None:
        """Find an item of a shop."""
        query = select(ItemRow.id).where(ItemRow.shop_id == shop, ItemRow.platform_item_id == platform_item_id)
        with self._database.session(_DELIVERY) as session:
            found = session.scalar(query)
            return ItemId(found) if found else None
