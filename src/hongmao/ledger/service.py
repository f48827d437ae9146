"""The ledger: post, read, prove."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.ledger.posting import open_accounts, post

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.kernel.clock import Clock
    from hongmao.kernel.time import Window
    from hongmao.ledger.contracts import (
        Account,
        Batch,
        EntryLine,
        Head,
        LedgerCheck,
        Posted,
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

    def balance(self, account: Account, at_ms: int | None = None) -> int | None:
        """Give a balance now, or of what counts before an instant; None for an account nobody opened."""
        return self._store.balance(account, at_ms)

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
