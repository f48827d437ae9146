"""Links made by the platforms themselves (建链): the maker of a shop's platform, called with its owner's account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.platforms.errors import AccountAbsent, AccountUnclear, MakerAbsent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.kernel.calls import Caller
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import TenantId
    from hongmao.platforms.contracts import LinkWanted, MadeLink, Platform
    from hongmao.returns.store import AccountStore, PlatformAccount


class LinkMaking:
    """Finds whom to ask for a link, and asks."""

    def __init__(self, platforms: Mapping[str, Platform], accounts: AccountStore, caller: Caller, clock: Clock) -> None:
        """Work with every platform that is there."""
        self._platforms = platforms
        self._accounts = accounts
        self._caller = caller
        self._clock = clock

    def make(self, tenant: TenantId, platform: str, wanted: LinkWanted, *, account: str | None = None) -> MadeLink:
        """Make a link by a tenant's own account: the one named, or its only one there.

        Raises `MakerAbsent`, `AccountAbsent`, `AccountUnclear` where there are several and none is named, or what the
        maker says.
        """
        there = self._platforms.get(platform)
        if there is None or there.links is None:
            raise MakerAbsent(id=platform)
        asked = self._account(tenant, platform, account)
        return there.links.make(wanted, asked, self._caller, now_ms=self._clock.now_ms())

    def _account(self, tenant: TenantId, platform: str, named: str | None) -> PlatformAccount:
        own = [
            account
            for account in self._accounts.of_tenant(tenant)
            if account.platform == platform and not account.revoked and named in {None, account.account}
        ]
        if not own:
            raise AccountAbsent(id=platform)
        if len(own) > 1:
            raise AccountUnclear(id=platform, accounts=", ".join(sorted(account.account for account in own)))
        return own[0]
