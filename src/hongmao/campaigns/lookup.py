"""What an advertiser has: accounts and what was placed under them, each found under its tenant and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from hongmao.campaigns.contracts import Noun
from hongmao.campaigns.errors import AdvertiserUnknown, PlacedUnknown
from hongmao.campaigns.store import AdmitsAll, NobodyAsks, NothingKnown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.campaigns.contracts import AccountTerms, Advertiser, Change, Placed
    from hongmao.campaigns.store import Admission, CampaignStore, Rights, Spending
    from hongmao.catalog.api import Catalog, Principal
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import MerchantId, TenantId
    from hongmao.links.api import Links

PLACES: Final = {
    Noun.ACCOUNT: "advertiser_id",
    Noun.DIRECT_LINK: "id",
    Noun.CAMPAIGN: "campaign_id",
    Noun.UNIT: "unit_id",
    Noun.CREATIVITY: "creativity_id",
}
NUMBER_MAX: Final = 2**63 - 1  # beyond it no database has a number


class Lookup:
    """Accounts, what stands under them, and its history."""

    def __init__(
        self,
        store: CampaignStore,
        links: Links,
        catalog: Catalog,
        clock: Clock,
        *,
        rights: Rights | None = None,
        admission: Admission | None = None,
        spending: Spending | None = None,
    ) -> None:
        """Work on a store. What is not handed in asks nothing of anybody and knows nothing."""
        self._store = store
        self._links = links
        self._catalog = catalog
        self._clock = clock
        self._rights: Rights = rights or NobodyAsks()
        self._admission: Admission = admission or AdmitsAll()
        self._spending: Spending = spending or NothingKnown()

    def open_advertiser(self, who: Principal, merchant: MerchantId) -> Advertiser:
        """Open the account of a merchant, under the merchant's name."""
        found = self._catalog.merchant(who, merchant)
        return self._store.open_advertiser(found.tenant, found.id, found.name, at_ms=self._clock.now_ms())

    def advertisers(self, tenant: TenantId) -> Sequence[Advertiser]:
        """List a tenant's accounts."""
        return self._store.advertisers(tenant)

    def advertiser(self, tenant: TenantId, number: int) -> Advertiser:
        """Find an account; `AdvertiserUnknown` where it is nobody's or somebody else's."""
        found = self._store.advertiser(tenant, number) if 0 < number <= NUMBER_MAX else None
        if found is None:
            raise AdvertiserUnknown(id=str(number)[:40])
        return found

    def get(self, account: Advertiser, noun: Noun, number: int) -> Placed:
        """Find a thing under an account; `PlacedUnknown` where there is none."""
        found = None
        if 0 < number <= NUMBER_MAX:
            found = self._store.get(account.tenant, account.number, noun, number)
        if found is None:
            raise PlacedUnknown(place=PLACES[noun], id=str(number)[:40])
        return found

    def of(self, account: Advertiser, noun: Noun) -> Sequence[Placed]:
        """List an account's things of one kind, oldest first, the deleted ones too."""
        return self._store.of(account.tenant, account.number, noun)

    def account_budget_fen(self, account: Advertiser) -> int | None:
        """Give what all campaigns of an account may spend in a day together; None without a limit."""
        return budget_of(next(iter(self.of(account, Noun.ACCOUNT)), None))

    def changes(self, account: Advertiser, noun: Noun, number: int) -> Sequence[Change]:
        """Say who did what to a thing, when and why, first to last."""
        return self._store.changes(account.tenant, noun, self.get(account, noun, number).number)

    def newest_changes(self, account: Advertiser, things: Sequence[Placed], *, limit: int) -> Sequence[Change]:
        """Say who did what to several things of an account, when and why, newest first."""
        return self._store.newest_changes(account.tenant, {one.number: one.noun for one in things}, limit)

    def _next_version(self, after: Placed) -> Placed:
        return replace(after, version=after.version + 1, updated_at_ms=self._clock.now_ms())

    def _parents(self, account: Advertiser, creativity: Placed) -> tuple[Placed, Placed]:
        unit = self.get(account, Noun.UNIT, cast("int", creativity.parent))
        return unit, self.get(account, Noun.CAMPAIGN, cast("int", unit.parent))


def budget_of(account: Placed | None) -> int | None:
    """Read the budget of an account as it was placed; none was until somebody sets one."""
    terms = cast("AccountTerms | None", account and account.terms)
    return terms.account_day_budget if terms is not None and terms.limit_day_budget == 1 else None
