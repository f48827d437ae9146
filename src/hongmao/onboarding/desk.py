"""What the acts of joining share: the rooms below, the ports, the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.catalog.api import Principal, Role
from hongmao.kernel.ids import UserId

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.campaigns.api import Authorisations, Campaigns
    from hongmao.catalog.api import Catalog
    from hongmao.eligibility.api import Eligibility
    from hongmao.events.api import EventLog
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import TenantId
    from hongmao.links.api import Care, Links, TokenMinter
    from hongmao.onboarding.store import GrantStore, OnboardingStore, PlatformDesk, TrialWatch

HOUSE = UserId("house:join")
"""Who enters what a platform told us, and who founds a tenant that signs up: nobody's login."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What an act works with."""

    catalog: Catalog
    eligibility: Eligibility
    authorisations: Authorisations
    campaigns: Campaigns
    links: Links
    care: Care
    log: EventLog
    minter: TokenMinter
    clock: Clock
    store: OnboardingStore
    grants: GrantStore
    platforms: PlatformDesk
    watch: TrialWatch
    secret: Callable[[], str]
    """Makes 43 characters of luck, URL-safe: states and verifiers."""
    signs_up: bool = False
    """自助注册: whether a stranger may found a tenant here."""
    reviews_made: bool = False
    """Whether a link that its platform made, that may lead where it does and whose page was read clean needs no person."""


def house_in(tenant: TenantId) -> Principal:
    """Stand in a tenant as the house: for what the platform told us, which a merchant could not say of itself."""
    return Principal(id=HOUSE, tenant=tenant, role=Role.ADMIN, name="house")
