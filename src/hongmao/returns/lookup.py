"""The catalogue as one delivery sees it: asked once for each shop and item, however many rows name it."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from hongmao.returns.contracts import Row, RowProblem
from hongmao.returns.rules import Goods

if TYPE_CHECKING:
    from hongmao.catalog.contracts import Shop
    from hongmao.kernel.ids import ItemId
    from hongmao.returns.contracts import ReportCell
    from hongmao.returns.rules import Source
    from hongmao.returns.store import Shelves


class Lookup:
    """Finds the goods of rows for one proved sender."""

    def __init__(self, shelves: Shelves, source: Source) -> None:
        """Remember answers as long as this lives."""
        self._tenant = source.tenant
        self._shop = cache(partial(shelves.shop, source.platform))
        self._item = cache(shelves.item)

    def goods(self, row: Row | ReportCell | RowProblem) -> Goods | None:
        """Find a row's shop and items; a shop of another tenant is no shop of this sender."""
        if isinstance(row, RowProblem) or row.platform_shop_id is None:
            return None
        shop = self._shop(row.platform_shop_id)
        if shop is None or shop.tenant != self._tenant:
            return None
        paid = row.platform_pay_item_id if isinstance(row, Row) else None
        return Goods(shop=shop, item=self._found(shop, row.platform_item_id), pay_item=self._found(shop, paid))

    def _found(self, shop: Shop, platform_item_id: str | None) -> ItemId | None:
        return None if platform_item_id is None else self._item(shop.id, platform_item_id)
