"""An auditor of the money town, who trusts nobody: it adds up what was written, by rules of its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, cast

from billing.memory_billing import MemoryBillingStore
from billing.money_campaigns import CampaignAudit
from billing.money_credits import CreditAudit
from billing.money_fees import FeeAudit
from billing.money_orders import KEYS, OrderAudit
from billing.money_town import MoneyTown
from hongmao.billing.api import Line
from hongmao.billing.coinvest import purse_of
from hongmao.billing.contracts import click_key, compensation_key
from hongmao.ledger.api import Account, HoldState, frozen_of
from hongmao.ledger.chain import linked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from hongmao.billing.contracts import Charge
    from hongmao.billing.store import BillingStore
    from hongmao.ledger.api import Batch


def town() -> tuple[MoneyTown, Auditor]:
    """Put up a town that is kept in memory, and its auditor."""
    store = MemoryBillingStore()
    return MoneyTown(cast("BillingStore", store), store.ledger), Auditor(store)


class Auditor:
    """Adds up what was written since the last look, by rules of its own."""

    def __init__(self, store: MemoryBillingStore) -> None:
        self._store = store
        self._batches = 0
        self._head = ""
        self._balances: Counter[Account] = Counter()
        self._charged: set[str] = set()
        self._paid: set[tuple[str, str | None]] = set()
        self._matched: Counter[tuple[str, str]] = Counter()
        self._batch: dict[str, Batch] = {}
        self._wound: Counter[str] = Counter()
        self._campaigns = CampaignAudit(store)
        self._credits = CreditAudit(store)
        self._fees = FeeAudit(store)
        self._orders = OrderAudit(store)

    @property
    def holds(self) -> Collection[str]:
        """Give the keys that were ever held but for orders of creators, which are ended by nobody else."""
        return [key for key in self._store.ledger.books.holds if not key.startswith(KEYS)]

    @property
    def orders(self) -> Collection[tuple[str, str]]:
        """Give the orders of creators: merchant and id."""
        return self._store.kept.orders.keys()

    @property
    def paid(self) -> Collection[str]:
        """Give the clicks that were paid."""
        return [id for id, charge in self._store.kept.charges.items() if charge.amount_fen]

    def look(self, town: MoneyTown) -> None:
        """Look at everything that has moved since; raises what does not fit."""
        books = self._store.ledger.books
        closed_before_ms = books.closes[-1].before_ms if books.closes else 0
        for seal in books.seals[self._seals_seen(books.seals) :]:
            group = books.written[seal.first_batch - 1 : seal.last_batch]
            before = books.seals[seal.number - 2].hash if seal.number > 1 else "0" * 64
            assert seal.hash == linked(before, [(one.batch, one.posted_at_ms) for one in group])
            self._head = seal.hash
        assert books.head.seal == len(books.seals)
        for written in books.written[self._batches :]:
            # Nothing is posted after a close that counts before it: no close and posting share an act here.
            assert written.batch.at_ms >= closed_before_ms
            self._enter(written.batch.entries)
            self._batch[written.batch.key] = written.batch
            if written.batch.why == "coinvest_end":
                for entry in written.batch.entries:
                    self._wound[entry.account.kind] -= entry.amount_fen
        assert books.seals[-1].last_batch == len(books.written) if books.seals else not books.written
        fresh = [one.batch for one in books.written[self._batches :]]
        self._batches = len(books.written)
        self._weigh()
        charges = self._charges(town)
        self._campaigns.look(town.agreed, town.log, charges, fresh)
        self._credits.look(self._batch, charged=bool(charges))
        self._fees.look(town.log, town.fee_terms, fresh)
        self._orders.look(fresh)
        self._programmes()

    def _seals_seen(self, seals: list[Any]) -> int:
        """Count the seals that were looked at: those of the batches that were."""
        seen = len(seals)
        while seen and seals[seen - 1].last_batch > self._batches:
            seen -= 1
        return seen

    def _enter(self, entries: Iterable[Any]) -> None:
        lines = {entry.account.line for entry in entries}
        assert len(lines) == 1, "money of two lines in one posting (BILL-4)"
        by_funder: Counter[str] = Counter()
        for entry in entries:
            by_funder[entry.account.funder] += entry.amount_fen
            self._balances[entry.account] += entry.amount_fen
        assert not any(by_funder.values()), "one funder's money has become another's (BILL-2)"

    def _weigh(self) -> None:
        """Σ = 0 in all and by line; balances are what was entered; no floor is broken; what is held is what is frozen."""
        books = self._store.ledger.books
        assert {account: fen for account, fen in books.balances.items() if fen} == {
            account: fen for account, fen in self._balances.items() if fen
        }
        by_line: Counter[str] = Counter()
        for account, fen in books.balances.items():
            by_line[account.line] += fen
            floor_fen = books.floors[account]
            assert floor_fen is None or fen >= floor_fen, f"{account} stands at {fen}"
            owes = account.owner.startswith("@") or account.kind == "service_fee"
            assert floor_fen == 0 or owes, f"{account} may be overdrawn"
        assert not any(by_line.values())
        held: Counter[Account] = Counter()
        for hold in books.holds.values():
            assert (hold.state is HoldState.HELD) == (hold.left_fen > 0)
            held[frozen_of(hold.source)] += hold.left_fen
        for account in books.floors:
            if account.kind == "frozen":
                assert books.balances[account] == held[account]

    def _charges(self, town: MoneyTown) -> Sequence[Charge]:
        """Each click is charged once, at its price or nothing, and its posting says the same. Give the new charges."""
        kept, books = self._store.kept, self._store.ledger.books
        events = {logged.event.event_id: logged.event for logged in town.log}
        fresh = [charge for id, charge in kept.charges.items() if id not in self._charged]
        for charge in fresh:
            id, event = charge.event_id, events[charge.event_id]
            self._charged.add(id)
            assert (charge.amount_fen > 0) == (click_key(id) in books.bodies) == (charge.reason is None)
            if not charge.amount_fen:
                continue
            assert charge.amount_fen == event.price_fen
            assert (event.labelled, event.invalid, event.media) == (True, None, None), "BILL-7"
            tap = (charge.link, charge.impression)
            assert tap not in self._paid, "one impression was paid for twice"
            self._paid.add(tap)
            self._posting(charge)
            if charge.compensated_fen:
                self._given_back(charge)
        return fresh

    def _posting(self, charge: Charge) -> None:
        """Say of a click's posting that those who pay pay the price, and the community has it."""
        batch = self._batch[click_key(charge.event_id)]
        moved: defaultdict[str, int] = defaultdict(int)
        for entry in batch.entries:
            moved[entry.account.owner] += entry.amount_fen
            assert entry.account.line == charge.line, "BILL-4"
            if entry.account.kind.startswith("coinvest."):
                programme = entry.account.kind.removeprefix("coinvest.")
                self._matched[programme, charge.merchant or ""] -= entry.amount_fen
        matched_fen = -moved.pop("@alibaba", 0) if charge.line == Line.CID else moved.pop("@alibaba", 0)
        assert moved.pop("@community") == charge.amount_fen
        own_fen = charge.amount_fen - matched_fen  # nothing where a programme catches up and pays a small click whole
        assert moved == ({charge.merchant: -own_fen} if own_fen else {})
        assert (batch.at_ms == charge.at_ms) == (batch.why == "click")
        assert batch.at_ms >= charge.at_ms

    def _given_back(self, charge: Charge) -> None:
        """Say of what stood above a budget that the merchant has it back, on the line that paid."""
        batch = self._batch.get(compensation_key(charge.event_id))
        assert batch is not None, "what stood above a budget was not given back (BILL-1)"
        moved: Counter[tuple[str, str, str]] = Counter()
        for entry in batch.entries:
            moved[entry.account.owner, entry.account.kind, entry.account.line] += entry.amount_fen
        who, fen = charge.merchant or "", charge.compensated_fen
        if charge.line == Line.CID:
            assert moved == {(who, "compensation", "cid"): fen, ("@community", "granted", "cid"): -fen}
        else:
            assert (moved.pop((who, "cash", "ud")), moved.pop(("@community", "revenue", "ud"))) == (fen, -fen)
            assert moved == {("@alibaba", "income", "ud"): -fen, ("@alibaba", "media", "ud"): fen}

    def _programmes(self) -> None:
        """Say of programmes that they gave their share at most, and their cap at most (BILL-6).

        A credit takes a click out of both totals: a programme that had paid more of the others than its parts waits
        until they have caught up.
        """
        kept, balances, back = self._store.kept, self._store.ledger.books.balances, self._credits.matched_back
        for programme in kept.programmes.values():
            given_fen = 0
            for (id, merchant), member in kept.members.items():
                if id == programme.id:
                    share_fen = member.seen_fen * programme.match_parts // (programme.own_parts + programme.match_parts)
                    most_fen = member.seen_fen if self._credits.any_of(merchant) else share_fen
                    assert 0 <= member.matched_fen <= min(most_fen, programme.member_cap_fen or most_fen)
                    assert member.matched_fen == self._matched[id, merchant] - back[id, merchant]
                    given_fen += member.matched_fen
            assert given_fen <= programme.cap_fen
            purse = purse_of(programme.id)
            assert balances[purse] == programme.cap_fen - given_fen - self._wound[purse.kind]
