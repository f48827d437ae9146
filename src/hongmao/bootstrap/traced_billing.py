"""Billing with a tracer around it: what a click was charged, when that was posted, and the statements it stands in."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from hongmao.billing.api import CREATOR_FEE_PPM, OVERSPEND_FEN, SPEND_ORDER, Billing
from hongmao.kernel.time import Window
from hongmao.telemetry.tracing import Stage

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from hongmao.billing.api import BillingStore, Charge, Funded, Spend, SpendOrder, Statement, Uncharged
    from hongmao.billing.budgets import CampaignDay, Rates
    from hongmao.billing.coinvest import Member, Programme
    from hongmao.billing.cpm import ShownDay
    from hongmao.billing.rules import Tap
    from hongmao.billing.store import BillingWork
    from hongmao.bootstrap.traced import Teller
    from hongmao.catalog.api import Catalog, Principal
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import MerchantId, TenantId
    from hongmao.ledger.api import Account, Batch, Close, Head, Held, Ledger, LedgerWork, Standing

CHARGES_LOOKED_AT: Final = 1_000  # of a statement's; a larger one is told of by its first


class TracedBillingStore:
    """A `BillingStore` that tells of charges and postings once their transaction is kept."""

    def __init__(self, store: BillingStore, teller: Teller) -> None:
        """Stand in front of a store."""
        self._store = store
        self._teller = teller
        self.beside = store.beside

    @contextmanager
    def begin(self) -> Iterator[BillingWork]:
        """Begin a transaction; nothing is told of one that is undone."""
        began_ns = self._teller.now_ns()
        with self._store.begin() as work:
            traced = _Work(work)
            yield traced
        for charge in traced.charges:
            if not self._teller.wants(charge.event_id):
                continue
            facts: dict[str, str | int] = {"amount_fen": charge.amount_fen}
            if charge.reason is not None:
                facts["reason"] = charge.reason
            self._teller.tell(charge.event_id, Stage.CHARGE, began_ns, facts=facts)
            if charge.batch in traced.ledger.written:
                self._teller.tell(charge.event_id, Stage.POST, began_ns)

    def position(self) -> int:
        """Give the log offset up to which everything has had its effect."""
        return self._store.position()

    def charge(
        self, tenant: TenantId | None, *, event_id: str | None = None, click_id: str | None = None
    ) -> Charge | None:
        """Find a charge by its event or click."""
        return self._store.charge(tenant, event_id=event_id, click_id=click_id)

    def charges(
        self, tenant: TenantId | None, window: Window, *, after: int, limit: int
    ) -> Sequence[tuple[int, Charge]]:
        """List charges of a window with their numbers."""
        return self._store.charges(tenant, window, after=after, limit=limit)

    def campaign_days(self, tenant: TenantId, from_day: int, to_day: int) -> Sequence[CampaignDay]:
        """List the days of a tenant's campaigns."""
        return self._store.campaign_days(tenant, from_day, to_day)

    def shown_days(self, tenant: TenantId, from_day: int, to_day: int) -> Sequence[ShownDay]:
        """List what was shown of a tenant's campaigns."""
        return self._store.shown_days(tenant, from_day, to_day)

    def spend(self, tenant: TenantId | None, window: Window) -> Sequence[Spend]:
        """Add paid charges up."""
        return self._store.spend(tenant, window)

    def funded(self, tenant: TenantId | None, merchant: MerchantId | None, window: Window) -> Sequence[Funded] | None:
        """Add up what paid the clicks of a window."""
        return self._store.funded(tenant, merchant, window)

    def uncharged(self, tenant: TenantId, merchant: MerchantId, window: Window) -> Sequence[Uncharged]:
        """Count the clicks that cost nothing."""
        return self._store.uncharged(tenant, merchant, window)


class TracedBilling(Billing):
    """Billing that tells which clicks stand in a statement."""

    def __init__(
        self,
        store: BillingStore,
        ledger: Ledger,
        catalog: Catalog,
        clock: Clock,
        teller: Teller,
        *,
        order: SpendOrder = SPEND_ORDER,
        rates: Rates | None = None,
        overspend_fen: int = OVERSPEND_FEN,
        creator_fee_ppm: int = CREATOR_FEE_PPM,
    ) -> None:
        """Work as billing does."""
        super().__init__(
            TracedBillingStore(store, teller),
            ledger,
            catalog,
            clock,
            order=order,
            rates=rates,
            overspend_fen=overspend_fen,
            creator_fee_ppm=creator_fee_ppm,
        )
        self._teller = teller

    def statement(self, who: Principal, merchant: MerchantId, from_ms: int, to_ms: int) -> Statement:
        """Draw a statement up. The same one, drawn again, is the same span again."""
        began_ns = self._teller.now_ns()
        drawn = super().statement(who, merchant, from_ms, to_ms)
        window = Window(drawn.from_ms, drawn.to_ms)
        for charge in self.charges(drawn.tenant, window, limit=CHARGES_LOOKED_AT):
            if charge.merchant == drawn.merchant and self._teller.wants(charge.event_id):
                period = f"{drawn.from_ms}-{drawn.to_ms}"
                self._teller.tell(charge.event_id, Stage.STATEMENT, began_ns, key=period)
        return drawn


class _Work:
    """A transaction that remembers what was charged in it."""

    def __init__(self, work: BillingWork) -> None:
        self._work = work
        self.ledger = _LedgerWork(work.ledger)
        self.beside = work.beside
        self.days = work.days
        self.charges: list[Charge] = []

    def charged(self, event_ids: Collection[str]) -> frozenset[str]:
        """Say which of these clicks have a charge already."""
        return self._work.charged(event_ids)

    def paid(self, taps: Collection[Tap]) -> frozenset[Tap]:
        """Say for which of these taps a click was paid already."""
        return self._work.paid(taps)

    def add(self, charges: Sequence[Charge]) -> None:
        """Keep charges."""
        self._work.add(charges)
        self.charges.extend(charges)

    def programmes(self) -> Sequence[Programme]:
        """List the co-investment programmes."""
        return self._work.programmes()

    def add_programme(self, programme: Programme) -> None:
        """Keep a new programme."""
        self._work.add_programme(programme)

    def members(self, merchants: Collection[MerchantId] | None) -> Sequence[Member]:
        """List who is or was in a programme."""
        return self._work.members(merchants)

    def keep_members(self, members: Sequence[Member]) -> None:
        """Keep members as they are now."""
        self._work.keep_members(members)

    def move_to(self, offset: int) -> None:
        """Keep the log offset."""
        self._work.move_to(offset)


class _LedgerWork:
    """The ledger's part of it, which remembers the keys it has written."""

    def __init__(self, work: LedgerWork) -> None:
        self._work = work
        self.written: set[str] = set()

    def head(self) -> Head:
        """Give where the chain ends."""
        return self._work.head()

    def standings(self, accounts: Collection[Account]) -> dict[Account, Standing]:
        """Give the standings of open accounts."""
        return self._work.standings(accounts)

    def bodies(self, keys: Collection[str]) -> dict[str, str]:
        """Give the fingerprints of posted keys."""
        return self._work.bodies(keys)

    def open(self, account: Account, floor_fen: int | None) -> None:
        """Open an account."""
        self._work.open(account, floor_fen)

    def write(
        self, batches: Sequence[tuple[Batch, str]], standings: Mapping[Account, Standing], posted_at_ms: int
    ) -> None:
        """Append batches."""
        self._work.write(batches, standings, posted_at_ms)
        self.written.update(batch.key for batch, _ in batches)

    def holds(self, keys: Collection[str]) -> dict[str, Held]:
        """Give those of these holds that there are."""
        return self._work.holds(keys)

    def due_holds(self, now_ms: int, limit: int) -> Sequence[Held]:
        """List holds that are open although their time is over."""
        return self._work.due_holds(now_ms, limit)

    def keep_holds(self, holds: Sequence[Held]) -> None:
        """Keep what has become of holds."""
        self._work.keep_holds(holds)

    def closes(self) -> Sequence[Close]:
        """List the periods that are closed."""
        return self._work.closes()

    def close(self, close: Close) -> None:
        """Keep a close."""
        self._work.close(close)
