"""What the catalogue adds to a return that is sent on: the item and the shop by name, of the event's own tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.kernel.ids import TenantId
from hongmao.storage.models import ItemRow, ShopRow
from hongmao.storage.scope import TenantScope

if TYPE_CHECKING:
    from hongmao.events.contracts import Event
    from hongmao.storage.database import Database


class SqlFacts:
    """Implements `returns.out.store.Facts`."""

    def __init__(self, database: Database) -> None:
        """Look up in a database."""
        self._database = database

    def of(self, event: Event) -> dict[str, str]:
        """Give the facts of what was bought, else of what was clicked; what is not known is left out."""
        if event.tenant is None:
            return {}
        with self._database.session(TenantScope(TenantId(event.tenant))) as session:
            item = session.get(ItemRow, event.pay_item or event.item or "")
            shop = session.get(ShopRow, event.shop or "")
        facts = {} if shop is None else {"shop_name": shop.name}
        if item is not None:
            facts |= {
                "product_id": item.platform_item_id,
                "product_name": item.title,
                "product_price_fen": str(item.price_fen),
                "page_url": item.url,
            }
        return facts
