"""What link care reads of an item: what its platform tells by the shop's grant, else what the item's page tells of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.links.care.contracts import ItemFacts
from hongmao.platforms.contracts import ItemWanted
from hongmao.platforms.errors import GoodsUnread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.kernel.calls import Caller
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import TenantId
    from hongmao.links.care.contracts import PageWanted
    from hongmao.links.care.store import PageReader
    from hongmao.platforms.contracts import Platform
    from hongmao.returns.store import AccountStore, PlatformAccount

_NOTHING = ItemFacts()


class GrantedItems:
    """Implements `links.care.store.PageReader`. A platform in trouble is no trouble: the page is read instead."""

    def __init__(
        self,
        platforms: Mapping[str, Platform],
        accounts: AccountStore,
        caller: Caller,
        clock: Clock,
        *,
        pages: PageReader,
    ) -> None:
        """Ask platforms by `caller`, and read `pages` by a door of their own."""
        self._platforms = platforms
        self._accounts = accounts
        self._caller = caller
        self._clock = clock
        self._pages = pages

    def read(self, wanted: PageWanted) -> ItemFacts:
        """Read one item. What a platform tells counts whole: a page is not asked for what it left out."""
        told = self._told(wanted)
        return self._pages.read(wanted) if told == _NOTHING else told

    def _told(self, wanted: PageWanted) -> ItemFacts:
        platform = self._platforms.get(wanted.platform)
        if platform is None or platform.goods is None or wanted.platform_item_id is None:
            return _NOTHING
        account = account_for(self._accounts, wanted.tenant, wanted.platform, wanted.platform_shop_id)
        if account is None:
            return _NOTHING
        item = ItemWanted(platform_shop_id=wanted.platform_shop_id, platform_item_id=wanted.platform_item_id)
        try:
            return platform.goods.read(item, account, self._caller, now_ms=self._clock.now_ms())
        except GoodsUnread:
            return _NOTHING


def account_for(
    accounts: AccountStore, tenant: TenantId, platform: str, platform_shop_id: str
) -> PlatformAccount | None:
    """Find the account that a tenant's shop has granted: the one that names the shop, else the only one there."""
    own = [one for one in accounts.of_tenant(tenant) if one.platform == platform and not one.revoked]
    named = [one for one in own if one.settings.get("shop") == platform_shop_id]
    if named:
        return named[0]
    return own[0] if len(own) == 1 and not own[0].settings.get("shop") else None
