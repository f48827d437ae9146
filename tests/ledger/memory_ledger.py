"""The ledger kept in lists: every answer is a scan, so that it is obvious, and a test may ask it a thousand times."""

from __future__ import annotations

import copy
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hongmao.kernel.time import DAY_MS, HOUR_MS
from hongmao.ledger.api import (
    Account,
    Batch,
    EntryLine,
    Head,
    Held,
    HoldState,
    LedgerCheck,
    Movement,
    Standing,
    TrialLine,
    Turnover,
    name_of,
)
from hongmao.ledger.chain import GENESIS, Written, first_broken, linked
from hongmao.ledger.contracts import Close, Seal
from hongmao.ledger.holds import misfits, trace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from hongmao.kernel.time import Window


@dataclass
class Books:
    """Everything there is. A transaction works on a copy, which takes its place when it ends well."""

    floors: dict[Account, int | None] = field(default_factory=dict)
    balances: dict[Account, int] = field(default_factory=dict)
    written: list[Written] = field(default_factory=list)
    bodies: dict[str, str] = field(default_factory=dict)
    seals: list[Seal] = field(default_factory=list)
    head: Head = field(default_factory=lambda: Head(seal=0, hash=GENESIS, posted_at_ms=0, closed_before_ms=0))
    holds: dict[str, Held] = field(default_factory=dict)
    closes: list[Close] = field(default_factory=list)
    closed: dict[str, dict[Account, int]] = field(default_factory=dict)

    def moved(self, account: Account, start_ms: int, end_ms: int | None) -> Iterator[tuple[Batch, int]]:
        """Scan for what counts on an account from one instant to before another."""
        for one in self.written:
            if one.batch.at_ms >= start_ms and (end_ms is None or one.batch.at_ms < end_ms):
                yield from ((one.batch, e.amount_fen) for e in one.batch.entries if e.account == account)

    def then(self, account: Account, before_ms: int) -> int:
        """Add up what counts before an instant."""
        return sum(amount_fen for _, amount_fen in self.moved(account, -(2**62), before_ms))


class MemoryWork:
    """Implements `ledger.store.LedgerWork`."""

    def __init__(self, books: Books) -> None:
        self.books = books

    def head(self) -> Head:
        return self.books.head

    def standings(self, accounts: Collection[Account]) -> dict[Account, Standing]:
        floors, balances = self.books.floors, self.books.balances
        return {one: Standing(balance_fen=balances[one], floor_fen=floors[one]) for one in accounts if one in floors}

    def bodies(self, keys: Collection[str]) -> dict[str, str]:
        return {key: self.books.bodies[key] for key in keys if key in self.books.bodies}

    def open(self, account: Account, floor_fen: int | None) -> None:
        self.books.floors[account], self.books.balances[account] = floor_fen, 0

    def write(
        self, batches: Sequence[tuple[Batch, str]], standings: Mapping[Account, Standing], posted_at_ms: int
    ) -> None:
        books, first = self.books, len(self.books.written) + 1
        for number, (batch, body) in enumerate(batches, first):
            books.written.append(Written(number=number, posted_at_ms=posted_at_ms, batch=batch))
            books.bodies[batch.key] = body
        books.balances.update({account: standing.balance_fen for account, standing in standings.items()})
        hashed = linked(books.head.hash, [(batch, posted_at_ms) for batch, _ in batches])
        books.head = replace(books.head, seal=books.head.seal + 1, hash=hashed, posted_at_ms=posted_at_ms)
        seal = Seal(
            number=books.head.seal,
            first_batch=first,
            last_batch=len(books.written),
            entries=sum(len(batch.entries) for batch, _ in batches),
            posted_at_ms=posted_at_ms,
            hash=hashed,
        )
        books.seals.append(seal)

    def holds(self, keys: Collection[str]) -> dict[str, Held]:
        return {key: self.books.holds[key] for key in keys if key in self.books.holds}

    def due_holds(self, now_ms: int, limit: int) -> Sequence[Held]:
        due = [h for h in self.books.holds.values() if h.state is HoldState.HELD and h.expires_at_ms <= now_ms]
        return sorted(due, key=lambda held: (held.expires_at_ms, held.key))[:limit]

    def keep_holds(self, holds: Sequence[Held]) -> None:
        self.books.holds.update({held.key: held for held in holds})

    def closes(self) -> Sequence[Close]:
        return list(self.books.closes)

    def close(self, close: Close) -> None:
        books = self.books
        books.closes.append(close)
        books.closed[close.period] = {account: books.then(account, close.before_ms) for account in books.floors}
        books.head = replace(books.head, closed_before_ms=close.before_ms)


class MemoryLedgerStore:
    """Implements `ledger.store.LedgerStore`."""

    def __init__(self) -> None:
        self.books = Books()

    @contextmanager
    def begin(self) -> Iterator[MemoryWork]:
        work = MemoryWork(copy.copy(self.books))
        for name in ("floors", "balances", "written", "bodies", "seals", "holds", "closes", "closed"):
            setattr(work.books, name, copy.copy(getattr(self.books, name)))
        yield work
        self.books = work.books

    def balance(self, account: Account, before_ms: int | None) -> int | None:
        if account not in self.books.floors:
            return None
        return self.books.balances[account] if before_ms is None else self.books.then(account, before_ms)

    def balances(self, accounts: Collection[Account]) -> dict[Account, int]:
        return {account: self.books.balances[account] for account in accounts if account in self.books.floors}

    def accounts_of(self, owner: str) -> Sequence[Account]:
        return sorted(account for account in self.books.floors if account.owner == owner)

    def entries(self, owner: str, window: Window, *, after: int, limit: int) -> Sequence[EntryLine]:
        lines = [(one, entry) for one in self.books.written for entry in one.batch.entries]
        return [
            EntryLine(
                number=number,
                key=one.batch.key,
                why=one.batch.why,
                at_ms=one.batch.at_ms,
                posted_at_ms=one.posted_at_ms,
                account=entry.account,
                amount_fen=entry.amount_fen,
            )
            for number, (one, entry) in enumerate(lines, 1)
            if number > after and entry.account.owner == owner and window.contains(one.batch.at_ms)
        ][:limit]

    def turnover(self, owner: str, window: Window) -> Sequence[Turnover]:
        return [
            Turnover(
                account=account,
                opening_fen=self.books.then(account, window.start_ms),
                movements=tuple(self._movements(account, window)),
                closing_fen=self.books.then(account, window.end_ms),
            )
            for account in self.accounts_of(owner)
        ]

    def _movements(self, account: Account, window: Window) -> Iterator[Movement]:
        found: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
        for batch, amount_fen in self.books.moved(account, window.start_ms, window.end_ms):
            found[(batch.at_ms + 8 * HOUR_MS) // DAY_MS, batch.why].append(amount_fen)
        for (day, why), amounts in sorted(found.items()):
            yield Movement(day=day, why=why, entries=len(amounts), amount_fen=sum(amounts))

    def trial_balance(self) -> Sequence[TrialLine]:
        return [TrialLine(account=a, balance_fen=self.books.balances[a]) for a in sorted(self.books.floors)]

    def head(self) -> Head:
        return self.books.head

    def held(self, key: str) -> Held | None:
        return self.books.holds.get(key)

    def closes(self) -> Sequence[Close]:
        return list(self.books.closes)

    def check(self, head: str | None, *, since_close: bool) -> LedgerCheck:  # noqa: ARG002 - it is quick anyway
        books = self.books
        broken = first_broken(books.seals, books.written, books.head)
        known = {GENESIS, *(seal.hash for seal in books.seals if broken is None or seal.number < broken)}
        floors = books.floors
        return LedgerCheck(
            batches=len(books.written),
            entries=sum(len(one.batch.entries) for one in books.written),
            accounts=len(floors),
            unbalanced=(),
            drifted=tuple(name_of(a) for a in sorted(floors) if books.then(a, 2**62) != books.balances[a]),
            below_floor=tuple(
                name_of(a) for a, floor in sorted(floors.items()) if floor is not None and books.balances[a] < floor
            ),
            sum_fen=sum(books.balances.values()),
            seals=books.head.seal,
            head=books.head.hash,
            broken_seal=broken,
            days_drifted=(),
            hours_drifted=(),
            holds_drifted=misfits(trace(one.batch for one in books.written), books.holds.values()),
            closes_broken=tuple(
                close.period
                for close in books.closes
                if any(books.then(a, close.before_ms) != fen for a, fen in books.closed[close.period].items())
            ),
            head_known=None if head is None else head in known,
        )
