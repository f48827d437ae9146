"""Putting joining up: outside platforms as its screens see them, and the rooms that it leads a merchant through."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.onboarding.api import (
    DerivedTrials,
    Desk,
    HeldGrant,
    MadeAddresses,
    OfferedItem,
    OfferedShop,
    Onboarding,
    PlatformNotOffered,
    PlatformOffered,
    renew_at,
)
from hongmao.platforms.contracts import LinkWanted, ShopRead
from hongmao.platforms.errors import ScoresUnread
from hongmao.returns.store import PlatformAccount
from hongmao.storage.onboarding import SqlOnboardingStore
from hongmao.storage.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.bootstrap.admission import Admission
    from hongmao.bootstrap.foundations import Foundations
    from hongmao.campaigns.api import Authorisations, Campaigns
    from hongmao.catalog.api import Item, Shop
    from hongmao.kernel.calls import Caller
    from hongmao.kernel.clock import Clock
    from hongmao.links.api import Care, Links, TokenMinter
    from hongmao.onboarding.api import GrantState
    from hongmao.platforms.contracts import GrantApp, Granting, Platform
    from hongmao.platforms.making import LinkMaking
    from hongmao.returns.api import AccountStore
    from hongmao.storage.grants import SqlGrantStore

SECRET_BYTES: Final = 32  # 43 characters: what RFC 7636 asks of a verifier at least
ITEMS_OFFERED: Final = 200


@dataclass(frozen=True, slots=True)
class _Redeemed:
    """A grant that was given: its account, kept when joining says so."""

    shops: Sequence[OfferedShop]
    account: PlatformAccount
    grant: HeldGrant
    refresh: str | None
    grants: SqlGrantStore

    def __repr__(self) -> str:
        """Show the grant alone: a refresh token is nobody's to read."""
        return f"_Redeemed({self.grant!r})"

    def keep(self) -> None:
        """Keep the account that signs from now on, and by what it is renewed."""
        self.grants.begin(self.account, self.grant, self.refresh)


class OutsidePlatforms:
    """Implements `onboarding.store.PlatformDesk` by the platforms that are there and the apps that are named."""

    def __init__(
        self,
        platforms: Mapping[str, Platform],
        apps: Mapping[str, GrantApp],
        accounts: AccountStore,
        making: LinkMaking,
        caller: Caller,
        clock: Clock,
        grants: SqlGrantStore,
    ) -> None:
        """Ask by one door."""
        self._grants = grants
        self._platforms = platforms
        self._apps = apps
        self._accounts = accounts
        self._making = making
        self._caller = caller
        self._clock = clock

    def offered(self) -> Sequence[PlatformOffered]:
        """List the platforms that know us by an app, tell what they sell and make links."""
        return [
            PlatformOffered(name=name, zh=platform.zh, en=platform.en)
            for name, platform in self._platforms.items()
            if name in self._apps and platform.shelf is not None and platform.links is not None
        ]

    def ask(self, platform: str, *, state: str, challenge: str, back: str) -> str:
        """Write the address of the consent page."""
        there, app = self._granting(platform)
        return there.ask(app, state=state, challenge=challenge, back=back)

    def redeem(self, state: GrantState, code: str) -> _Redeemed:
        """Redeem a code, and read the shops that it opens before anything is kept."""
        there, app = self._granting(state.platform)
        now_ms = self._clock.now_ms()
        granted = there.exchange(app, code, state.verifier, self._caller, back=state.back, now_ms=now_ms)
        account = PlatformAccount(
            platform=state.platform,
            account=granted.account,
            tenant=state.tenant,
            secret=granted.secret,
            revoked=False,
            settings=granted.settings,
        )
        shops = [self._read(account, shop.platform_shop_id, shop.name) for shop in granted.shops]
        # A platform without `renews` is not asked, whatever it gave.
        refresh = granted.refresh if self._platforms[state.platform].renews is not None else None
        grant = HeldGrant(
            platform=state.platform,
            account=granted.account,
            tenant=state.tenant,
            shop=granted.settings.get("shop", ""),
            renewable=refresh is not None,
            until_ms=granted.until_ms,
            refresh_until_ms=granted.refresh_until_ms,
            renew_at_ms=renew_at(
                now_ms,
                until_ms=granted.until_ms,
                renewable=refresh is not None,
                refresh_until_ms=granted.refresh_until_ms,
            ),
        )
        return _Redeemed(shops, account, grant, refresh, self._grants)

    def read_shop(self, shop: Shop) -> OfferedShop | None:
        """Read a connected shop again."""
        account = self._account(shop)
        return None if account is None else self._read(account, shop.platform_shop_id, shop.name)

    def items(self, shop: Shop) -> Sequence[OfferedItem]:
        """List what a connected shop sells; nothing where nobody can list it."""
        account, shelf = self._account(shop), self._platforms[shop.platform].shelf
        if account is None or shelf is None:
            return []
        listed = shelf.read(shop.platform_shop_id, account, self._caller, now_ms=self._clock.now_ms())
        return [
            OfferedItem(
                platform_item_id=one.platform_item_id, title=one.title, price_fen=one.price_fen, url=one.page_url
            )
            for one in listed[:ITEMS_OFFERED]
        ]

    def make_link(self, shop: Shop, item: Item, line: str) -> MadeAddresses:
        """Let the platform make a link, by the account that its shop granted."""
        wanted = LinkWanted(
            page_url=item.url,
            platform_shop_id=shop.platform_shop_id,
            platform_item_id=item.platform_item_id,
            line=line,
        )
        account = self._account(shop)
        made = self._making.make(
            shop.tenant, shop.platform, wanted, account=None if account is None else account.account
        )
        return MadeAddresses(fallback_url=made.fallback_url, deeplink=made.deeplink, universal_link=made.universal_link)

    def _granting(self, platform: str) -> tuple[Granting, GrantApp]:
        there = self._platforms.get(platform)
        app = self._apps.get(platform)
        if there is None or there.grants is None or app is None:
            raise PlatformNotOffered(id=platform[:64])
        return there.grants, app

    def _account(self, shop: Shop) -> PlatformAccount | None:
        """Find the account that a shop granted: one that names it, else the tenant's only one on its platform."""
        own = [
            one for one in self._accounts.of_tenant(shop.tenant) if one.platform == shop.platform and not one.revoked
        ]
        named = [one for one in own if one.settings.get("shop") == shop.platform_shop_id]
        return named[0] if named else own[0] if len(own) == 1 else None

    def _read(self, account: PlatformAccount, platform_shop_id: str, name: str) -> OfferedShop:
        platform = self._platforms[account.platform]
        read, unread = ShopRead(), None
        if platform.scores is not None:
            try:
                read = platform.scores.read(platform_shop_id, account, self._caller, now_ms=self._clock.now_ms())
            except ScoresUnread as fault:
                # A shop is connected all the same: its scores can be read again.
                unread = str(fault.params["answer"])
        if platform.shelf is None:
            raise PlatformNotOffered(id=account.platform)
        return OfferedShop(
            platform_shop_id=platform_shop_id,
            name=name,
            home_url=platform.shelf.home_url(platform_shop_id, account),
            kind=read.kind,
            badge=read.badge,
            category=read.category,
            scores=read.scores,
            observed_at_ms=read.observed_at_ms,
            scores_unread=unread,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JoiningRooms:
    """The rooms of the house that joining leads through."""

    admission: Admission
    authorisations: Authorisations
    campaigns: Campaigns
    links: Links
    care: Care
    minter: TokenMinter
    accounts: AccountStore
    making: LinkMaking
    caller: Caller
    apps: Mapping[str, GrantApp]
    grants: SqlGrantStore


def put_up_joining(ground: Foundations, platforms: Mapping[str, Platform], rooms: JoiningRooms) -> Onboarding:
    """Put joining up over a house."""
    settings = ground.settings
    outside = OutsidePlatforms(
        platforms,
        rooms.apps,
        rooms.accounts,
        rooms.making,
        rooms.caller,
        ground.clock,
        rooms.grants,
    )
    return Onboarding(
        Desk(
            catalog=rooms.admission.catalog,
            eligibility=rooms.admission.eligibility,
            authorisations=rooms.authorisations,
            campaigns=rooms.campaigns,
            links=rooms.links,
            care=rooms.care,
            log=ground.log,
            minter=rooms.minter,
            clock=ground.clock,
            store=SqlOnboardingStore(ground.database, Vault(ground.layout.secrets / "vault.key")),
            grants=rooms.grants,
            platforms=outside,
            watch=DerivedTrials(ground.tables),
            secret=lambda: secrets.token_urlsafe(SECRET_BYTES),
            signs_up=settings.signup == "on",
            reviews_made=settings.auto_review == "made",
        )
    )
