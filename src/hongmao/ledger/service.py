"""The ledger: post, read, prove."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hongmao.ledger.closing import check_period, close_of
from hongmao.ledger.errors import LedgerBroken
from hongmao.ledger.holding import EXPIRED_AT_ONCE_MAX, capture_all, expire_due, hold, release
from hongmao.ledger.posting import open_accounts, post

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hongmao.kernel.clock import Clock
    from hongmao.kernel.time import Window
    from hongmao.ledger.contracts import (
        Account,
        Batch,
        Close,
        EntryLine,
        Head,
        Held,
        Hold,
        LedgerCheck,
        Posted,
        Take,
        TrialLine,
        Turnover,
    )
    from hongmao.ledger.store import LedgerStore

ENTRIES_PAGE_MAX = 1_000


class Ledger:
    """Double-entry money in whole fen. Entries are appended, never changed; a mistake is put right by another entry."""

    def __init__(self, store: LedgerStore, clock: Clock) -> None:
        """Work on a store."""
        self._store = store
        self._clock = clock

    def open(self, account: Account, *, floor_fen: int | None) -> None:
        """Open an account once; a floor of 0 makes it one that is never overdrawn."""
        with self._store.begin() as work:
            open_accounts(work, {account: floor_fen})

    def post(self, batch: Batch) -> Posted:
        """Post one batch; raises the first rule broken and writes nothing then."""
        return self.post_all((batch,))[0]

    def post_all(self, batches: Sequence[Batch]) -> tuple[Posted, ...]:
        """Post a group in one transaction, all or nothing; one answer per batch, in order."""
        with self._store.begin() as work:
            return post(work, batches, self._clock.now_ms())

    def hold(self, one: Hold) -> Posted:
        """Set money aside until an instant."""
        with self._store.begin() as work:
            return hold(work, (one,), self._clock.now_ms())[0]

    def capture(self, take: Take) -> Posted:
        """Take a part of held money."""
        with self._store.begin() as work:
            return capture_all(work, (take,), self._clock.now_ms())[0]

    def release(self, key: str, *, why: str = "free") -> Posted:
        """Send the rest of held money back."""
        now_ms = self._clock.now_ms()
        with self._store.begin() as work:
            return release(work, key, at_ms=now_ms, posted_at_ms=now_ms, why=why)

    def expire_due(self, limit: int = EXPIRED_AT_ONCE_MAX) -> int:
        """Send back what is left of holds whose time is over; say how many there were."""
        with self._store.begin() as work:
            return expire_due(work, self._clock.now_ms(), limit)

    def held(self, key: str) -> Held | None:
        """Give what is known of a hold; one whose time is over gives nothing, even while it still says `held`."""
        return self._store.held(key)

    def close_period(self, period: str, before_ms: int, by: str) -> Close:
        """Close a period: keep every balance as of its end, and post nothing more that would count in it.

        The books are added up first, without holding anybody up; the same close again is a duplicate.
        """
        now_ms = self._clock.now_ms()
        check_period(period, before_ms, now_ms, self._store.head().closed_before_ms, self._store.closes())
        if not self._store.check(None, since_close=False).balanced:
            raise LedgerBroken(id=period)
        with self._store.begin() as work:
            head = work.head()
            there = check_period(period, before_ms, now_ms, head.closed_before_ms, work.closes())
            if there is not None:
                return replace(there, duplicate=True)
            close = close_of(period, before_ms, head, by, now_ms)
            work.close(close)
            return close

    def closes(self) -> Sequence[Close]:
        """List the periods that are closed, in their order."""
        return self._store.closes()

    def balance(self, account: Account, at_ms: int | None = None) -> int | None:
        """Give a balance now, or of what counts before an instant; None for an account nobody opened."""
        return self._store.balance(account, at_ms)

    def balances(self, accounts: Collection[Account]) -> Mapping[Account, int]:
        """Give the balances of now of several accounts at once; one that nobody opened is left out."""
        return self._store.balances(accounts)

    def accounts_of(self, owner: str) -> Sequence[Account]:
        """List an owner's accounts."""
        return self._store.accounts_of(owner)

    def entries(
        self, owner: str, window: Window, *, after: int = 0, limit: int = ENTRIES_PAGE_MAX
    ) -> Sequence[EntryLine]:
        """List an owner's entries that count in a window, page by page."""
        return self._store.entries(owner, window, after=after, limit=limit)

    def turnover(self, owner: str, window: Window) -> Sequence[Turnover]:
        """Give each account of an owner over a window: opening, movements by day and why, closing."""
        return self._store.turnover(owner, window)

    def trial_balance(self) -> Sequence[TrialLine]:
        """List every account with its balance; together they are zero."""
        return self._store.trial_balance()

    def head(self) -> Head:
        """Give where the chain of seals ends. Whoever keeps its hash can tell later whether the past was written anew."""
        return self._store.head()

    def verify(self, head: str | None = None, *, since_close: bool = False) -> LedgerCheck:
        """Add everything up again: each batch, balance, floor, day, hour, hold and close; and hash the chain again.

        With the hash of an earlier `head`, say whether the chain still holds it. `since_close` trusts the seals up to the
        last closed period and hashes those behind it only.
        """
        return self._store.check(head, since_close=since_close)
