"""The port to where decisions are kept. Every act names its tenant; somebody else's things read as if they were not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from hongmao.campaigns.authorising import Authorisation, AuthorisationChange
    from hongmao.campaigns.contracts import Advertiser, Binding, Carried, Change, Noun, Placed
    from hongmao.campaigns.standing import StateFacts
    from hongmao.kernel.ids import LinkId, MerchantId, NoteId, ShopId, TenantId


class CampaignStore(Protocol):
    """Advertiser accounts and what was placed under them."""

    def open_advertiser(self, tenant: TenantId, merchant: MerchantId, name: str, *, at_ms: int) -> Advertiser:
        """Keep a new account; `AdvertiserExists` where the merchant has one."""
        ...

    def advertiser(self, tenant: TenantId, number: int) -> Advertiser | None:
        """Find a tenant's account."""
        ...

    def advertisers(self, tenant: TenantId) -> Sequence[Advertiser]:
        """List a tenant's accounts, oldest first."""
        ...

    def add(self, draft: Placed, *, by: str, lone_name: bool, why: str = "") -> Placed:
        """Keep a new thing and its first change, and give it its number.

        With `lone_name`, `NameTaken` where a sibling that is not deleted has the name.
        """
        ...

    def add_all(self, drafts: Sequence[Placed], *, by: str, why: str = "") -> list[Placed]:
        """Keep several new things, each with its first change: all of them or none."""
        ...

    def add_bound(
        self,
        drafts: Sequence[Placed],
        links: Mapping[int, LinkId],
        left: Mapping[LinkId, Placed],
        *,
        campaign: int,
        by: str,
        why: str = "",
    ) -> list[Placed]:
        """Keep new creativities of a campaign and what they carry: all of it or nothing.

        `links` says by its place among the drafts which link one carries, `left` the next version of what a link leaves.
        """
        ...

    def add_led(
        self, links: Sequence[Placed], then: Callable[[Sequence[Placed]], Placed], *, by: str, why: str = ""
    ) -> Placed:
        """Keep new direct links and what is made `then` of their numbers, under a name of its own: all of it or nothing."""
        ...

    def save(self, placed: Placed, *, act: str, by: str, lone_name: bool, why: str = "") -> None:
        """Keep the next version of a thing and the change; `ChangedMeanwhile` where it is not the next one."""
        ...

    def save_all(self, placed: Sequence[Placed], *, act: str, by: str, why: str = "") -> None:
        """Keep the next versions of several things, each with its change: all of them or none."""
        ...

    def newest_changes(self, tenant: TenantId, nouns: Mapping[int, Noun], limit: int) -> Sequence[Change]:
        """List what was done to several things, newest first; `nouns` says what each number is."""
        ...

    def bind(self, binding: Binding, after: Placed, left: Placed | None, *, by: str, why: str = "") -> None:
        """Keep which creativity an ad link carries, with its next version, and with that of the one it `left`.

        `ChangedMeanwhile` where any of it is not as it was read.
        """
        ...

    def unbind(self, tenant: TenantId, link: LinkId, after: Placed, *, by: str, why: str = "") -> None:
        """Forget what an ad link carries, with the creativity's next version."""
        ...

    def bindings(self, tenant: TenantId | None) -> Sequence[Binding]:
        """List a tenant's, or for the house's own look everybody's."""
        ...

    def carried(self) -> Sequence[Carried]:
        """Say what every tenant's bound links carry, as it was set: for the house's own look, which comes often."""
        ...

    def campaigns_carried(self) -> Mapping[int, Placed]:
        """Give the campaigns that bound links belong to, by number: for the house's own look."""
        ...

    def every(self, noun: Noun) -> Sequence[Placed]:
        """List every tenant's things of one kind, oldest first, the deleted ones too: for the house's own look."""
        ...

    def accounts(self) -> Mapping[int, Advertiser]:
        """Give every tenant's accounts by number: for the house's own look."""
        ...

    def get(self, tenant: TenantId, advertiser: int, noun: Noun, number: int) -> Placed | None:
        """Find a thing under an account."""
        ...

    def of(self, tenant: TenantId, advertiser: int, noun: Noun) -> Sequence[Placed]:
        """List an account's things of one kind, oldest first, the deleted ones too."""
        ...

    def changes(self, tenant: TenantId, noun: Noun, number: int) -> Sequence[Change]:
        """List what was done to a thing, first to last."""
        ...


class AuthorisationStore(Protocol):
    """What creators let tenants do with their notes: one row for each tenant and note, and every change of it."""

    def of_note(self, tenant: TenantId, note: NoteId) -> Authorisation | None:
        """Find what stands for a note."""
        ...

    def of(self, tenant: TenantId) -> Sequence[Authorisation]:
        """List a tenant's, in the order in which they were first asked for."""
        ...

    def every(self) -> Sequence[Authorisation]:
        """List every tenant's: for the house's own look."""
        ...

    def keep(self, after: Authorisation, *, by: str, why: str, at_ms: int) -> Authorisation:
        """Keep the next version and the change; `ChangedMeanwhile` where it is not the next one. The first gets its number."""
        ...

    def changes(self, tenant: TenantId, number: int) -> Sequence[AuthorisationChange]:
        """List what was done, first to last."""
        ...


class Rights(Protocol):
    """Which notes may not be used in ads, and why: `not_authorised` (CREAT-1) or `unfiled` (CREAT-2)."""

    def faults(self, tenant: TenantId, notes: Collection[str], at_ms: int) -> Mapping[str, str]:
        """Name the faulty ones among some notes of a tenant's ads."""
        ...


class NobodyAsks:
    """Rights of a house that asks for no authorisations."""

    def faults(self, tenant: TenantId, notes: Collection[str], at_ms: int) -> Mapping[str, str]:  # noqa: ARG002 - the interface
        """Find no fault."""
        return {}


class Spending(Protocol):
    """What money says of campaigns; whoever keeps the money implements it."""

    def facts(self, account: Advertiser, campaigns: Sequence[Placed], now_ms: int) -> Mapping[int, StateFacts]:
        """Say for campaigns of one account, by number, what is spent and left; one that is left out is unknown."""
        ...

    def account_day_fen(self, account: Advertiser, now_ms: int) -> int | None:
        """Say what a whole account has spent on this day; None is unknown."""
        ...


class NothingKnown:
    """Spending of a house that keeps no money by campaign: nothing is concluded."""

    def facts(self, account: Advertiser, campaigns: Sequence[Placed], now_ms: int) -> Mapping[int, StateFacts]:  # noqa: ARG002 - the interface
        """Know nothing."""
        return {}

    def account_day_fen(self, account: Advertiser, now_ms: int) -> int | None:  # noqa: ARG002 - the interface
        """Know nothing."""
        return None


class Refusal(Protocol):
    """Why a plan may not begin."""

    @property
    def reason(self) -> str:
        """Give the reason that programs read."""
        ...


class Admission(Protocol):
    """Whether a merchant may advertise, and what; eligibility implements it."""

    def admits(
        self, tenant: TenantId, merchant: MerchantId, *, shop: ShopId | None, item_category: str | None
    ) -> Refusal | None:
        """Say why not, or None. Whoever is refused finds the verdict kept."""
        ...

    def would_hold(self, at_ms: int) -> Mapping[ShopId, str]:
        """Say which shops' links must not serve, and why: a look that keeps nothing against anybody."""
        ...


class AdmitsAll:
    """Admission of a house that judges nobody."""

    def admits(
        self,
        tenant: TenantId,  # noqa: ARG002 - the interface
        merchant: MerchantId,  # noqa: ARG002 - the interface
        *,
        shop: ShopId | None,  # noqa: ARG002 - the interface
        item_category: str | None,  # noqa: ARG002 - the interface
    ) -> Refusal | None:
        """Let everybody."""
        return None

    def would_hold(self, at_ms: int) -> Mapping[ShopId, str]:  # noqa: ARG002 - the interface
        """Hold nobody."""
        return {}
