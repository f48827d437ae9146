"""Creators' orders: placed by merchants, ended by the house; and what a note has cost altogether."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hongmao.billing.creators import (
    BACK,
    PRICE_FEN_MAX,
    CreatorWallet,
    OrderState,
    OrderTerms,
    TrueCost,
    earnings_of,
    fee_of,
    freezing,
    paying_out,
    platform_fees,
    standing,
    state_of,
    wallet_of_creators,
)
from hongmao.billing.errors import (
    CreatorOrderBeyond,
    CreatorOrderEnded,
    CreatorOrderTaken,
    CreatorOrderUnknown,
    NoteNotTheirs,
)
from hongmao.catalog.api import Permission, demand
from hongmao.kernel.ids import CreatorId, NoteId, check_id
from hongmao.kernel.time import Window
from hongmao.ledger.api import capture_all, frozen_of, hold, open_accounts, release

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.billing.creators import CreatorCost, CreatorOrder
    from hongmao.billing.store import BillingStore, BillingWork
    from hongmao.catalog.api import Catalog, Principal
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import MerchantId, TenantId
    from hongmao.ledger.api import Held, Ledger

ORDERS_PAGE_MAX = 1_000


class CreatorOrders:
    """达人订单: frozen, cancelled, released."""

    def __init__(self, store: BillingStore, ledger: Ledger, catalog: Catalog, clock: Clock, *, fee_ppm: int) -> None:
        """Work on billing's store. `fee_ppm` is the community's fee on new orders, in millionths of the price."""
        self._store = store
        self._ledger = ledger
        self._catalog = catalog
        self._clock = clock
        self._fee_ppm = fee_ppm

    def place(
        self,
        who: Principal,
        merchant: MerchantId,
        id: str,
        *,
        creator: str,
        price_fen: int,
        note: str | None = None,
    ) -> CreatorOrder:
        """Order of a creator, and freeze price and fee (16). The same order again changes nothing, whatever the fee is now."""
        demand(who, Permission.ORDER_CREATORS)
        owner = self._catalog.merchant(who, merchant)
        if type(price_fen) is not int or not 0 < price_fen <= PRICE_FEN_MAX:
            raise CreatorOrderBeyond(place="price_fen", fen_max=PRICE_FEN_MAX)
        now_ms = self._clock.now_ms()
        terms = OrderTerms(
            id=check_id(id, place="id"),
            tenant=owner.tenant,
            merchant=owner.id,
            creator=self._catalog.creator(CreatorId(check_id(creator, place="creator"))).id,
            note=self._note(note, creator),
            price_fen=price_fen,
            fee_fen=fee_of(price_fen, self._fee_ppm),
            by=who.id,
            at_ms=now_ms,
            ended_at_ms=None,
        )
        with self._store.begin() as work:
            there = work.beside.orders.find(owner.id, id)
            if there is not None:
                if there.body != terms.body:
                    raise CreatorOrderTaken(id=id)
                return standing(there, _held(work, there), now_ms, duplicate=True)
            work.beside.orders.add(terms)
            open_accounts(work.ledger, {wallet_of_creators(owner.id): 0})
            hold(work.ledger, (freezing(terms),), now_ms)
            return standing(terms, _held(work, terms), now_ms)

    def cancel(self, who: Principal, merchant: MerchantId, id: str) -> CreatorOrder:
        """Send an order's money back (17)."""
        return self._end(who, merchant, id, OrderState.CANCELLED)

    def release(self, who: Principal, merchant: MerchantId, id: str) -> CreatorOrder:
        """Pay an order out (18): the price to its creator, the fee to the community."""
        return self._end(who, merchant, id, OrderState.RELEASED)

    def orders(
        self, who: Principal, merchant: MerchantId, *, after: str = "", limit: int = ORDERS_PAGE_MAX
    ) -> Sequence[CreatorOrder]:
        """List a merchant's orders by id, page by page."""
        demand(who, Permission.READ_WALLETS)
        owner = self._catalog.merchant(who, merchant)
        return self._store.beside.creator_orders(
            owner.tenant, owner.id, after=after, limit=limit, now_ms=self._clock.now_ms()
        )

    def wallet(self, who: Principal, merchant: MerchantId) -> CreatorWallet:
        """Say what a merchant has on the line of creators."""
        demand(who, Permission.READ_WALLETS)
        owner = self._catalog.merchant(who, merchant)
        account = wallet_of_creators(owner.id)
        return CreatorWallet(
            merchant=owner.id,
            line=account.line,
            funder=account.funder,
            balance_fen=self._ledger.balance(account) or 0,
            frozen_fen=self._ledger.balance(frozen_of(account)) or 0,
        )

    def costs(self, tenant: TenantId | None, window: Window) -> Sequence[CreatorCost]:
        """Add up what was paid out in a window, by day, merchant and note; None is the house's own look at every tenant's."""
        return self._store.beside.creator_costs(tenant, window)

    def true_costs(self, who: Principal, merchant: MerchantId, from_ms: int, to_ms: int) -> Sequence[TrueCost]:
        """Say what each of a merchant's notes has cost from one instant to another: creator, fee and ads (全成本)."""
        demand(who, Permission.READ_WALLETS)
        owner = self._catalog.merchant(who, merchant)
        window = Window(from_ms, max(from_ms, to_ms))
        found: dict[str | None, TrueCost] = {}

        def of(note: str | None) -> TrueCost:
            nothing = TrueCost(merchant=owner.id, note=note, creator_fen=0, fee_fen=0, ads_fen=0, credited_fen=0)
            return found.get(note, nothing)

        for cost in self._store.beside.creator_costs(owner.tenant, window):
            if cost.merchant == owner.id:
                paid = of(cost.note)
                found[cost.note] = replace(
                    paid, creator_fen=paid.creator_fen + cost.price_fen, fee_fen=paid.fee_fen + cost.fee_fen
                )
        for spend in self._store.spend(owner.tenant, window):
            if spend.merchant == owner.id:
                was = of(spend.note)
                found[spend.note] = replace(was, ads_fen=was.ads_fen + spend.amount_fen)
        for credit in self._store.beside.credited(owner.tenant, window):
            if credit.merchant == owner.id:
                found[credit.note] = replace(of(credit.note), credited_fen=credit.amount_fen)
        return [found[note] for note in sorted(found, key=lambda one: (one is None, one or ""))]

    def _end(self, who: Principal, merchant: MerchantId, id: str, wanted: OrderState) -> CreatorOrder:
        demand(who, Permission.TOP_UP)
        owner = self._catalog.merchant(who, merchant)
        now_ms = self._clock.now_ms()
        with self._store.begin() as work:
            terms = work.beside.orders.find(owner.id, id)
            if terms is None:
                raise CreatorOrderUnknown(id=id)
            held = _held(work, terms)
            state = state_of(held.state, held.expires_at_ms, now_ms)
            if state is wanted:
                return standing(terms, held, now_ms, duplicate=True)
            if state is not OrderState.FROZEN:
                raise CreatorOrderEnded(id=id, state=state.value)
            at_ms = max(now_ms, work.ledger.head().closed_before_ms)
            if wanted is OrderState.CANCELLED:
                release(work.ledger, terms.hold, at_ms=at_ms, posted_at_ms=now_ms, why=BACK)
            else:
                open_accounts(work.ledger, {earnings_of(terms.creator): None, platform_fees(): None})
                capture_all(work.ledger, paying_out(terms, at_ms), now_ms)
            work.beside.orders.end(owner.id, id, now_ms)
            return standing(replace(terms, ended_at_ms=now_ms), _held(work, terms), now_ms)

    def _note(self, note: str | None, creator: str) -> NoteId | None:
        if note is None:
            return None
        found = self._catalog.note(NoteId(check_id(note, place="note")))
        if found.creator != creator:
            raise NoteNotTheirs(place="note", creator=creator)
        return found.id


def _held(work: BillingWork, terms: OrderTerms) -> Held:
    return work.ledger.holds([terms.hold])[terms.hold]
