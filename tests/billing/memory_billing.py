"""Billing's port kept in dictionaries, over the ledger in lists: what is written, and as much reading as tests ask for."""

from __future__ import annotations

import copy
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from ledger.memory_ledger import MemoryLedgerStore

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from hongmao.billing.budgets import CampaignDay
    from hongmao.billing.coinvest import Member, Programme
    from hongmao.billing.contracts import Charge
    from hongmao.billing.cpm import ShownDay, ShownPiece
    from hongmao.billing.creators import OrderTerms
    from hongmao.billing.credits import Credit
    from hongmao.billing.fees import FeeFact, FeeLine, FeeTerms, Order, Slot
    from hongmao.billing.rules import Tap
    from hongmao.kernel.ids import MerchantId, TenantId
    from hongmao.ledger.api import Batch
    from ledger.memory_ledger import MemoryWork


class Kept:
    """Everything that is kept beside the ledger. A transaction works on a copy, which takes its place when it ends well."""

    def __init__(self) -> None:
        self.charges: dict[str, Charge] = {}
        self.programmes: dict[str, Programme] = {}
        self.members: dict[tuple[str, MerchantId], Member] = {}
        self.days: dict[tuple[int, int], CampaignDay] = {}
        self.shown: dict[tuple[int, int, str, int], ShownDay] = {}
        self.pieces: list[ShownPiece] = []
        self.facts: dict[Order, dict[Slot, FeeFact]] = {}
        self.fees: dict[Order, FeeLine] = {}
        self.terms: list[FeeTerms] = []
        self.orders: dict[tuple[MerchantId, str], OrderTerms] = {}
        self.credits: dict[str, Credit] = {}
        self.position = 0

    def copied(self) -> Kept:
        other = copy.copy(self)
        for name, value in vars(self).items():
            if not isinstance(value, int):
                setattr(other, name, copy.copy(value))
        return other


class MemoryDays:
    """Implements `billing.store.DaysWork`."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept

    def position(self) -> int:
        return self.kept.position

    def of_accounts(self, keys: Collection[tuple[int, int]]) -> Sequence[CampaignDay]:
        return [one for one in self.kept.days.values() if (one.account, one.day) in keys]

    def keep(self, days: Sequence[CampaignDay]) -> None:
        self.kept.days.update({(one.campaign, one.day): one for one in days})

    def shown(self, keys: Collection[tuple[int, int]]) -> Sequence[ShownDay]:
        return [one for one in self.kept.shown.values() if (one.campaign, one.day) in keys]

    def keep_shown(self, days: Sequence[ShownDay], added: Sequence[ShownPiece]) -> None:
        self.kept.pieces = [*self.kept.pieces, *added]
        self.kept.shown.update({(one.campaign, one.day, one.link, one.price_fen): one for one in days})


class MemoryFees:
    """Implements `billing.beside.FeeWork`."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept

    def facts(self, orders: Collection[Order]) -> Mapping[Order, Mapping[Slot, FeeFact]]:
        return {order: self.kept.facts[order] for order in orders if order in self.kept.facts}

    def keep_facts(self, facts: Sequence[FeeFact]) -> None:
        for fact in facts:
            self.kept.facts[fact.order] = {**self.kept.facts.get(fact.order, {}), (fact.slot, fact.ref): fact}

    def lines(self, orders: Collection[Order]) -> Mapping[Order, FeeLine]:
        return {order: self.kept.fees[order] for order in orders if order in self.kept.fees}

    def lines_of(self, merchant: MerchantId, platform: str, *, after: str, limit: int) -> Sequence[FeeLine]:
        mine = (one for one in self.kept.fees.values() if (one.merchant, one.platform) == (merchant, platform))
        return sorted((one for one in mine if one.sub_order > after), key=lambda one: one.sub_order)[:limit]

    def keep_lines(self, lines: Sequence[FeeLine]) -> None:
        self.kept.fees.update({one.order: one for one in lines})

    def terms(self, merchants: Collection[MerchantId]) -> Sequence[FeeTerms]:
        return [one for one in self.kept.terms if one.merchant in merchants]

    def add_terms(self, terms: FeeTerms) -> FeeTerms:
        numbered = replace(terms, number=len(self.kept.terms) + 1)
        self.kept.terms.append(numbered)
        return numbered


class MemoryOrders:
    """Implements `billing.beside.OrderWork`."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept

    def find(self, merchant: MerchantId, id: str) -> OrderTerms | None:
        return self.kept.orders.get((merchant, id))

    def add(self, terms: OrderTerms) -> None:
        self.kept.orders[terms.merchant, terms.id] = terms

    def end(self, merchant: MerchantId, id: str, at_ms: int) -> None:
        self.kept.orders[merchant, id] = replace(self.kept.orders[merchant, id], ended_at_ms=at_ms)


class MemoryCredits:
    """Implements `billing.beside.CreditWork`."""

    def __init__(self, kept: Kept, ledger: MemoryWork) -> None:
        self.kept = kept
        self.ledger = ledger

    def charges(self, tenant: TenantId | None, event_ids: Collection[str]) -> Mapping[str, Charge]:
        found = {id: self.kept.charges[id] for id in event_ids if id in self.kept.charges}
        return {id: charge for id, charge in found.items() if tenant in {None, charge.tenant}}

    def find(self, event_ids: Collection[str]) -> Mapping[str, Credit]:
        return {id: self.kept.credits[id] for id in event_ids if id in self.kept.credits}

    def add(self, credits: Sequence[Credit]) -> None:  # noqa: A002 - the interface
        self.kept.credits.update({one.event_id: one for one in credits})

    def postings(self, keys: Collection[str]) -> Mapping[str, Batch]:
        return {one.batch.key: one.batch for one in self.ledger.books.written if one.batch.key in keys}


class MemoryBeside:
    """Implements `billing.beside.BesideWork`."""

    def __init__(self, kept: Kept, ledger: MemoryWork) -> None:
        self.fees = MemoryFees(kept)
        self.orders = MemoryOrders(kept)
        self.credits = MemoryCredits(kept, ledger)


class MemoryBillingWork:
    """Implements `billing.store.BillingWork`."""

    def __init__(self, kept: Kept, ledger: MemoryWork) -> None:
        self.kept = kept
        self.ledger = ledger
        self.days = MemoryDays(kept)
        self.beside = MemoryBeside(kept, ledger)

    def charged(self, event_ids: Collection[str]) -> frozenset[str]:
        return frozenset(self.kept.charges.keys() & event_ids)

    def paid(self, taps: Collection[Tap]) -> frozenset[Tap]:
        charges = self.kept.charges.values()
        return frozenset((one.link, one.impression or "") for one in charges if one.amount_fen) & frozenset(taps)

    def add(self, charges: Sequence[Charge]) -> None:
        self.kept.charges.update({one.event_id: one for one in charges})

    def programmes(self) -> Sequence[Programme]:
        return [self.kept.programmes[id] for id in sorted(self.kept.programmes)]

    def add_programme(self, programme: Programme) -> None:
        self.kept.programmes[programme.id] = programme

    def members(self, merchants: Collection[MerchantId] | None) -> Sequence[Member]:
        members = self.kept.members
        return [members[key] for key in sorted(members) if merchants is None or key[1] in merchants]

    def keep_members(self, members: Sequence[Member]) -> None:
        self.kept.members.update({(one.programme, one.merchant): one for one in members})

    def move_to(self, offset: int) -> None:
        self.kept.position = max(self.kept.position, offset)


class MemoryBillingStore:
    """Implements `billing.store.BillingStore` but for its reports, which are the database's own work."""

    def __init__(self) -> None:
        self.kept = Kept()
        self.ledger = MemoryLedgerStore()

    @contextmanager
    def begin(self) -> Iterator[MemoryBillingWork]:
        kept = self.kept.copied()
        with self.ledger.begin() as ledger:
            yield MemoryBillingWork(kept, ledger)
        self.kept = kept

    def position(self) -> int:
        return self.kept.position

    def charge(
        self, tenant: TenantId | None, *, event_id: str | None = None, click_id: str | None = None
    ) -> Charge | None:
        for one in self.kept.charges.values():
            if (one.event_id == event_id or one.click_id == click_id) and tenant in {None, one.tenant}:
                return one
        return None
