"""Signing up, and the grant by which a shop is connected: out by a link to the platform's page, back by the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.catalog.api import PLATFORM, Permission, Role, TenantKind, demand
from hongmao.eligibility.api import ScoreSource, ScoreTold
from hongmao.kernel.ids import UserId
from hongmao.kernel.time import MINUTE_MS
from hongmao.onboarding import rules
from hongmao.onboarding.contracts import GrantState
from hongmao.onboarding.desk import house_in
from hongmao.onboarding.errors import GrantDenied, GrantStateSpent, SignUpClosed
from hongmao.onboarding.grants.contracts import GrantPhase, GrantTrouble
from hongmao.onboarding.grants.rules import phase_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.catalog.api import Merchant, Principal, Shop
    from hongmao.kernel.ids import ShopId, TenantId
    from hongmao.onboarding.contracts import OfferedShop, PlatformOffered
    from hongmao.onboarding.desk import Desk

GRANT_MINUTES: Final = 15
"""How long somebody may read a consent page."""
ANSWER_CHARS: Final = 60
NOT_GIVEN: Final = "—"


class Accounts:
    """The first two screens."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    @property
    def signs_up(self) -> bool:
        """Tell whether strangers may sign up."""
        return self._desk.signs_up

    def platforms(self) -> Sequence[PlatformOffered]:
        """List the platforms whose shops can be joined."""
        return self._desk.platforms.offered()

    def sign_up(self, name: str, login: str, password: str) -> Principal:
        """Found a tenant with its merchant and its first user; `SignUpClosed` where that is not offered.

        The login is looked at first: a name that is taken must not leave an organisation behind that nobody can enter.
        """
        if not self._desk.signs_up:
            raise SignUpClosed
        catalog, root = self._desk.catalog, house_in(PLATFORM)
        catalog.check_user(login, password)
        tenant = catalog.add_tenant(root, name=name, kind=TenantKind.MERCHANT)
        house = house_in(tenant.id)
        user = catalog.add_user(house, login=login, password=password, name=name, role=Role.OPTIMISER)
        catalog.add_merchant(house, name=name)
        who = catalog.principal_of_user(user.id)
        assert who is not None  # noqa: S101 - added above
        return who

    def start(self, who: Principal, platform: str, back: str) -> str:
        """Begin a grant, and give the address of the platform's consent page."""
        demand(who, Permission.MANAGE_ACCOUNTS)
        desk = self._desk
        state, verifier = desk.secret(), desk.secret()
        page = desk.platforms.ask(platform, state=state, challenge=rules.challenge_of(verifier), back=back)
        begun = GrantState(
            state=state,
            tenant=who.tenant,
            user=UserId(who.id),
            platform=platform,
            verifier=verifier,
            back=back,
            expires_at_ms=desk.clock.now_ms() + GRANT_MINUTES * MINUTE_MS,
        )
        desk.store.begin(begun)
        return page

    def come_back(self, who: Principal, state: str, code: str, denied: str = "") -> Sequence[Shop]:
        """Take what the browser brought back, and connect the shops that the seller opened.

        The state is used up whatever follows. Nothing is kept before every shop of the grant is known to be this
        tenant's: an account that signs for somebody else's shop would be worse than none.
        """
        demand(who, Permission.MANAGE_ACCOUNTS)
        begun = self._desk.store.spend(state, who.tenant, self._desk.clock.now_ms()) if state else None
        if begun is None or begun.user != UserId(who.id):
            raise GrantStateSpent(minutes=GRANT_MINUTES)
        if denied or not code:
            raise GrantDenied(answer=denied[:ANSWER_CHARS] or NOT_GIVEN)
        redeemed = self._desk.platforms.redeem(begun, code)
        merchant = self.merchant_of(who)
        shops = [self._connect(who, merchant, begun.platform, told) for told in redeemed.shops]
        redeemed.keep()
        for shop, told in zip(shops, redeemed.shops, strict=True):
            self._tell(who.tenant, shop.id, told)
        return shops

    def reread(self, who: Principal) -> Sequence[str]:
        """Read every connected shop's scores again; give what platforms said where they told none."""
        demand(who, Permission.WRITE_SHOP_FACTS)
        unread: list[str] = []
        for shop in self._desk.catalog.shops(who):
            told = self._desk.platforms.read_shop(shop)
            if told is None:
                continue
            self._tell(shop.tenant, shop.id, told)
            if told.scores_unread is not None:
                unread.append(told.scores_unread)
        return unread

    def troubles(self, who: Principal) -> Sequence[GrantTrouble]:
        """List the tenant's grants, or everybody's for the house, that somebody has to do something about or soon."""
        demand(who, Permission.READ_REPORTS)
        now_ms = self._desk.clock.now_ms()
        held = self._desk.grants.held(None if who.tenant == PLATFORM else who.tenant)
        troubles = (GrantTrouble(grant=one, phase=phase_of(one, now_ms)) for one in held)
        return [one for one in troubles if one.phase is not GrantPhase.LIVE]

    def say_category(self, who: Principal, shop: ShopId, category: str) -> None:
        """Keep what a shop sells, where its platform does not say."""
        self._desk.eligibility.tell_facts(who, shop, category=category)

    def merchant_of(self, who: Principal) -> Merchant:
        """Give the tenant's merchant: its first, or one of the tenant's name where it has none."""
        merchants = self._desk.catalog.merchants(who, limit=1)
        if merchants:
            return merchants[0]
        return self._desk.catalog.add_merchant(who, name=self._desk.catalog.tenant(who.tenant).name)

    def _connect(self, who: Principal, merchant: Merchant, platform: str, told: OfferedShop) -> Shop:
        """Add a shop, or find the one that is there: what its platform calls it decides which it is."""
        catalog = self._desk.catalog
        for shop in catalog.shops(who):
            if (shop.platform, shop.platform_shop_id) == (platform, told.platform_shop_id):
                return shop
        return catalog.add_shop(
            who,
            id=f"shop-{rules.mark_of(platform, told.platform_shop_id)}",
            merchant=merchant.id,
            platform=platform,
            platform_shop_id=told.platform_shop_id,
            name=told.name,
            home_url=told.home_url,
        )

    def _tell(self, tenant: TenantId, shop: ShopId, told: OfferedShop) -> None:
        """Enter what the platform said as the house. What it does not say stays as it was said before."""
        eligibility, house, now_ms = self._desk.eligibility, house_in(tenant), self._desk.clock.now_ms()
        known = eligibility.stands(house, shop).verdict.facts
        facts = (told.kind or known.kind, told.badge or known.badge, told.category or known.category)
        if facts != (known.kind, known.badge, known.category):
            kind, badge, category = facts
            eligibility.tell_facts(house, shop, kind=kind, badge=badge, category=category, source=ScoreSource.API)
        # Their clock may be ahead of ours by a little: a score is never of the future for that.
        observed_at_ms = min(now_ms if told.observed_at_ms is None else told.observed_at_ms, now_ms)
        scores = [
            ScoreTold(
                name=name,
                value=value,
                source=ScoreSource.API,
                observed_at_ms=observed_at_ms,
                evidence="read from the platform by the shop's own grant",
            )
            for name, value in told.scores.items()
        ]
        if scores:
            eligibility.tell_scores(house, shop, scores)
