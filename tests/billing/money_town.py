"""A town in which money moves: acts that are written down, so that they can be done again, and an auditor who trusts nobody.

Billing and the ledger are the real ones; what keeps them is given.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from billing.memory_billing import MemoryBillingStore
from hongmao.billing.api import Billing, Line
from hongmao.billing.coinvest import purse_of
from hongmao.billing.contracts import click_key
from hongmao.billing.purses import PurseKind, purse_account
from hongmao.catalog.api import Merchant
from hongmao.events.contracts import Event, Kind, Logged
from hongmao.kernel.clock import SetClock
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.kernel.time import DAY_MS, HOUR_MS, instant
from hongmao.ledger.api import Account, Hold, HoldState, Ledger, Take, frozen_of
from hongmao.ledger.chain import linked
from storage.opened import ROOT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from hongmao.billing.contracts import Charge
    from hongmao.billing.store import BillingStore
    from hongmao.catalog.api import Catalog, Principal
    from hongmao.ledger.api import Head, LedgerStore

LAST_OF_MAY = instant("2025-05-31T20:00:00+08:00")
MONTHS: Final = {"2025-05": instant("2025-06-01T00:00:00+08:00"), "2025-06": instant("2025-07-01T00:00:00+08:00")}
MERCHANTS: Final = (MerchantId("m0"), MerchantId("m1"))
PROGRAMME: Final = "p"

Act = tuple[Any, ...]
"""The name of an act, and what it is done with: plain values, so that it can be done again."""
NEVER_REFUSED: Final = frozenset({"absorb", "expire"})
MAY_MOVE_AGAIN: Final = frozenset({"expire", "advance"})
"""Acts that have no key. All others, done again, move nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """A click as a test asks for it. `sort` is what is wrong with it."""

    merchant: int
    line: str
    price_fen: int
    impression: int
    hours_ago: int = 0
    sort: str = "valid"


SORTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "valid": {"labelled": True},
    "invalid": {"labelled": True, "invalid": "bot"},
    "unlabelled": {"labelled": False},
    "unsaid": {"labelled": None},
    "elsewhere": {"labelled": True, "media": "other"},
    "nobody": {"labelled": True, "merchant": None},
}


class Registry:
    """The two merchants, each of a tenant of its own: all that billing asks a catalog for."""

    def merchant(self, who: Principal, id: MerchantId) -> Merchant:  # noqa: ARG002 - the interface
        return Merchant(id=id, tenant=TenantId(f"t-{id}"), name=id)


class MoneyTown:
    """Does acts, and keeps them with how they ended and where they left the chain."""

    def __init__(self, store: BillingStore, ledger: LedgerStore) -> None:
        self.clock = SetClock(LAST_OF_MAY)
        self.ledger = Ledger(ledger, self.clock)
        self.billing = Billing(store, self.ledger, cast("Catalog", Registry()), self.clock)
        self.log: list[Logged] = []
        self.done: list[tuple[Act, str, Head]] = []

    def do(self, act: Act) -> str:
        """Do an act; give the code of the rule it broke, or nothing."""
        name, *values = act
        before = self.ledger.head()
        try:
            getattr(self, f"_{name}")(*values)
            outcome = ""
        except HongmaoError as error:
            outcome = error.code
            assert name not in NEVER_REFUSED, f"{act} broke {outcome}: the log stands still for ever"
            assert self.ledger.head() == before, f"{act} broke {outcome} and has moved something all the same"
        self.done.append((act, outcome, self.ledger.head()))
        return outcome

    def again(self, number: int) -> None:
        """Do an act again that was done before; where it went well, it has moved all that it ever will."""
        act, outcome, _ = self.done[number % len(self.done)]
        before = self.ledger.head()
        self.do(act)
        if not outcome and act[0] not in MAY_MOVE_AGAIN:
            assert self.ledger.head() == before, f"{act}, done again, has moved something"

    def _advance(self, by_ms: int) -> None:
        self.clock.advance(by_ms)

    def _top_up(self, merchant: int, line: str, fen: int, key: str) -> None:
        self.billing.top_up(ROOT, MERCHANTS[merchant], line, fen, key)

    def _grant(self, merchant: int, kind: str, fen: int, key: str) -> None:
        self.billing.grant(ROOT, MERCHANTS[merchant], kind, fen, key)

    def _click(self, number: int, taps: tuple[Tap, ...]) -> None:
        """Write clicks to the log, from an offset on; done again, they stand there already."""
        for tap in taps:
            number += 1
            if number > len(self.log):
                self.log.append(Logged(number, self._event(f"e-{number}", tap)))

    def _click_twice(self, number: int, offset: int) -> None:
        """Write an event to the log a second time, as a retry would."""
        if number + 1 > len(self.log):
            self.log.append(Logged(number + 1, self.log[offset - 1].event))

    def _event(self, id: str, tap: Tap) -> Event:
        owner = {"tenant": f"t-{MERCHANTS[tap.merchant]}", "merchant": MERCHANTS[tap.merchant]}
        fields: dict[str, Any] = {**owner, **SORTS[tap.sort]}
        return Event(
            event_id=id,
            kind=Kind.COMPONENT_CLICK,
            occurred_at_ms=self.clock.now_ms() - tap.hours_ago * HOUR_MS,
            note="n",
            link=f"l-{tap.merchant}-{tap.line}",
            line=tap.line,
            impression=f"i-{tap.impression}",
            click_id=f"c-{id}",
            price_fen=tap.price_fen,
            **fields,
        )

    def _absorb(self, start: int, end: int) -> None:
        self.billing.absorb(self.log[start:end])

    def _found(self, own: int, match: int, cap_fen: int, member_cap_fen: int | None) -> None:
        self.billing.coinvest.found(
            ROOT, PROGRAMME, own_parts=own, match_parts=match, cap_fen=cap_fen, member_cap_fen=member_cap_fen,
            from_ms=LAST_OF_MAY - DAY_MS, to_ms=LAST_OF_MAY + 3 * DAY_MS,
        )  # fmt: skip

    def _join(self, merchant: int) -> None:
        self.billing.coinvest.join(ROOT, PROGRAMME, MERCHANTS[merchant])

    def _leave(self, merchant: int) -> None:
        self.billing.coinvest.leave(ROOT, PROGRAMME, MERCHANTS[merchant])

    def _hold(self, merchant: int, fen: int, hours: int, key: str) -> None:
        source = purse_account(MERCHANTS[merchant], Line.CID, PurseKind.CASH)
        now_ms = self.clock.now_ms()
        self.ledger.hold(
            Hold(key=key, source=source, amount_fen=fen, at_ms=now_ms, expires_at_ms=now_ms + hours * HOUR_MS)
        )

    def _take(self, key: str, part: str, fen: int) -> None:
        goal, now_ms = purse_account(MERCHANTS[1], Line.CID, PurseKind.CASH), self.clock.now_ms()
        was = self.ledger.held(key)
        taken = self.ledger.capture(Take(key=key, take=part, goal=goal, amount_fen=fen, at_ms=now_ms, why="pay"))
        assert was is not None
        assert taken.duplicate or (was.state is HoldState.HELD and now_ms < was.expires_at_ms and fen <= was.left_fen)

    def _free(self, key: str) -> None:
        self.ledger.release(key)

    def _expire(self) -> None:
        self.ledger.expire_due()

    def _close(self, month: str) -> None:
        self.ledger.close_period(month, MONTHS[month], "auditor")


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

    @property
    def holds(self) -> Collection[str]:
        """Give the keys that were ever held."""
        return self._store.ledger.books.holds.keys()

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
        assert books.seals[-1].last_batch == len(books.written) if books.seals else not books.written
        self._batches = len(books.written)
        self._weigh()
        self._charges(town)
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
            assert floor_fen == 0 or account.owner.startswith("@"), f"{account} may be overdrawn"
        assert not any(by_line.values())
        held: Counter[Account] = Counter()
        for hold in books.holds.values():
            assert (hold.state is HoldState.HELD) == (hold.left_fen > 0)
            held[frozen_of(hold.source)] += hold.left_fen
        for account in books.floors:
            if account.kind == "frozen":
                assert books.balances[account] == held[account]

    def _charges(self, town: MoneyTown) -> None:
        """Each click is charged once, at its price or nothing, and its posting says the same."""
        kept, books = self._store.kept, self._store.ledger.books
        events = {logged.event.event_id: logged.event for logged in town.log}
        for id in [id for id in kept.charges if id not in self._charged]:
            charge, event = kept.charges[id], events[id]
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

    def _posting(self, charge: Charge) -> None:
        """Say of a click's posting that those who pay pay the price, and the community has it."""
        books = self._store.ledger.books
        (batch,) = (one.batch for one in reversed(books.written) if one.batch.key == click_key(charge.event_id))
        moved: defaultdict[str, int] = defaultdict(int)
        for entry in batch.entries:
            moved[entry.account.owner] += entry.amount_fen
            assert entry.account.line == charge.line, "BILL-4"
            if entry.account.kind.startswith("coinvest."):
                programme = entry.account.kind.removeprefix("coinvest.")
                self._matched[programme, charge.merchant or ""] -= entry.amount_fen
        matched_fen = -moved.pop("@alibaba", 0) if charge.line == Line.CID else moved.pop("@alibaba", 0)
        assert moved.pop("@community") == charge.amount_fen
        assert moved == {charge.merchant: matched_fen - charge.amount_fen} or (not moved and not charge.merchant)
        assert (batch.at_ms == charge.at_ms) == (batch.why == "click")
        assert batch.at_ms >= charge.at_ms

    def _programmes(self) -> None:
        """Say of programmes that they gave their share at most, and their cap at most (BILL-6)."""
        kept, balances = self._store.kept, self._store.ledger.books.balances
        for programme in kept.programmes.values():
            given_fen = 0
            for (id, merchant), member in kept.members.items():
                if id == programme.id:
                    share_fen = member.seen_fen * programme.match_parts // (programme.own_parts + programme.match_parts)
                    assert 0 <= member.matched_fen <= min(share_fen, programme.member_cap_fen or share_fen)
                    assert member.matched_fen == self._matched[id, merchant]
                    given_fen += member.matched_fen
            assert given_fen <= programme.cap_fen
            assert balances[purse_of(programme.id)] == programme.cap_fen - given_fen
