"""Port of this context: charges, the ledger's postings and the position in the log, kept in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from contextlib import AbstractContextManager

    from hongmao.billing.beside import BesideReading, BesideWork
    from hongmao.billing.budgets import CampaignDay
    from hongmao.billing.coinvest import Member, Programme
    from hongmao.billing.contracts import Charge, Funded, Spend, Uncharged
    from hongmao.billing.cpm import ShownDay, ShownPiece
    from hongmao.billing.rules import Tap
    from hongmao.kernel.ids import MerchantId, TenantId
    from hongmao.kernel.time import Window
    from hongmao.ledger.api import LedgerWork


class DaysWork(Protocol):
    """Days of campaigns, as they are kept."""

    def position(self) -> int:
        """Give the log offset up to which everything has had its effect; it stays so until the transaction ends."""
        ...

    def of_accounts(self, keys: Collection[tuple[int, int]]) -> Sequence[CampaignDay]:
        """List the days of all campaigns of accounts, each named with a day."""
        ...

    def keep(self, days: Sequence[CampaignDay]) -> None:
        """Keep days as they are now, new ones and others."""
        ...

    def shown(self, keys: Collection[tuple[int, int]]) -> Sequence[ShownDay]:
        """List what was shown of campaigns, each named with a day."""
        ...

    def keep_shown(self, days: Sequence[ShownDay], added: Sequence[ShownPiece]) -> None:
        """Keep what was shown as it is now, and what this piece of the log added to it."""
        ...


class BillingWork(Protocol):
    """One transaction that holds the write lock."""

    @property
    def ledger(self) -> LedgerWork:
        """Give the ledger's part of the same transaction."""
        ...

    @property
    def days(self) -> DaysWork:
        """Give the part that keeps days of campaigns."""
        ...

    @property
    def beside(self) -> BesideWork:
        """Give what is kept beside charges, in the same transaction."""
        ...

    def charged(self, event_ids: Collection[str]) -> frozenset[str]:
        """Say which of these clicks have a charge already."""
        ...

    def paid(self, taps: Collection[Tap]) -> frozenset[Tap]:
        """Say for which of these taps a click was paid already."""
        ...

    def add(self, charges: Sequence[Charge]) -> None:
        """Keep charges."""
        ...

    def programmes(self) -> Sequence[Programme]:
        """List the co-investment programmes, by id."""
        ...

    def add_programme(self, programme: Programme) -> None:
        """Keep a new programme."""
        ...

    def members(self, merchants: Collection[MerchantId] | None) -> Sequence[Member]:
        """List who is or was in a programme: of these merchants, or all."""
        ...

    def keep_members(self, members: Sequence[Member]) -> None:
        """Keep members as they are now, new ones and others."""
        ...

    def move_to(self, offset: int) -> None:
        """Keep the log offset up to which everything has had its effect; never backwards."""
        ...


class BillingStore(Protocol):
    """Charges as they are read, and the door to writing."""

    @property
    def beside(self) -> BesideReading:
        """Give what is kept beside charges, as it is read."""
        ...

    def begin(self) -> AbstractContextManager[BillingWork]:
        """Begin a transaction: kept when the block ends well, gone otherwise."""
        ...

    def position(self) -> int:
        """Give the log offset up to which everything has had its effect; 0 at first."""
        ...

    def charge(
        self, tenant: TenantId | None, *, event_id: str | None = None, click_id: str | None = None
    ) -> Charge | None:
        """Find a charge by its event or click; another tenant's reads as None."""
        ...

    def charges(
        self, tenant: TenantId | None, window: Window, *, after: int, limit: int
    ) -> Sequence[tuple[int, Charge]]:
        """List charges of a window with their numbers, in the order of charging, those above `after`."""
        ...

    def campaign_days(self, tenant: TenantId, from_day: int, to_day: int) -> Sequence[CampaignDay]:
        """List the days of a tenant's campaigns, the last one out, by campaign and day."""
        ...

    def shown_days(self, tenant: TenantId, from_day: int, to_day: int) -> Sequence[ShownDay]:
        """List what was shown of a tenant's campaigns that are charged for it, the last day out."""
        ...

    def spend(self, tenant: TenantId | None, window: Window) -> Sequence[Spend]:
        """Add paid charges up by day, note, link and line, and what impressions of whole days of the window cost."""
        ...

    def funded(self, tenant: TenantId | None, merchant: MerchantId | None, window: Window) -> Sequence[Funded] | None:
        """Add up what paid the clicks of a window, and the impressions of its whole days, by funder.

        None where a store that looks back cannot tell; a merchant of None asks for all.
        """
        ...

    def uncharged(self, tenant: TenantId, merchant: MerchantId, window: Window) -> Sequence[Uncharged]:
        """Count the clicks that cost nothing, by reason."""
        ...
