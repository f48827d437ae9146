"""Port of this context: where entries are kept. Writing happens inside `begin`, one transaction, all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from contextlib import AbstractContextManager

    from hongmao.kernel.time import Window
    from hongmao.ledger.contracts import (
        Account,
        Batch,
        Close,
        EntryLine,
        Head,
        Held,
        LedgerCheck,
        Standing,
        TrialLine,
        Turnover,
    )


class LedgerWork(Protocol):
    """One transaction that holds the ledger's write lock: what it reads stays true until it ends."""

    def head(self) -> Head:
        """Give where the chain ends, and keep it from moving until the transaction ends: asked for before all else."""
        ...

    def standings(self, accounts: Collection[Account]) -> dict[Account, Standing]:
        """Give the standings of those accounts that are open."""
        ...

    def bodies(self, keys: Collection[str]) -> dict[str, str]:
        """Give the fingerprints of those keys that were posted."""
        ...

    def open(self, account: Account, floor_fen: int | None) -> None:
        """Open an account that is not open, at zero."""
        ...

    def write(
        self, batches: Sequence[tuple[Batch, str]], standings: Mapping[Account, Standing], posted_at_ms: int
    ) -> None:
        """Append batches with their fingerprints, sealed behind the head, and keep the balances and sums they lead to.

        `posted_at_ms` is not before the head's.
        """
        ...

    def holds(self, keys: Collection[str]) -> dict[str, Held]:
        """Give those of these holds that there are."""
        ...

    def due_holds(self, now_ms: int, limit: int) -> Sequence[Held]:
        """List holds that are open although their time is over, the longest overdue first."""
        ...

    def keep_holds(self, holds: Sequence[Held]) -> None:
        """Keep what has become of holds, old and new; what they moved was written before."""
        ...

    def closes(self) -> Sequence[Close]:
        """List the periods that are closed, in their order."""
        ...

    def close(self, close: Close) -> None:
        """Keep a close with every balance as of its end; from then on the head says so."""
        ...


class LedgerStore(Protocol):
    """The ledger as it is read, and the door to writing."""

    def begin(self) -> AbstractContextManager[LedgerWork]:
        """Begin a transaction: kept when the block ends well, gone otherwise."""
        ...

    def balance(self, account: Account, before_ms: int | None) -> int | None:
        """Give an account's balance, now or of what counts before an instant; None for an account nobody opened."""
        ...

    def balances(self, accounts: Collection[Account]) -> Mapping[Account, int]:
        """Give the balances of now of those accounts that are open."""
        ...

    def accounts_of(self, owner: str) -> Sequence[Account]:
        """List an owner's accounts."""
        ...

    def entries(self, owner: str, window: Window, *, after: int, limit: int) -> Sequence[EntryLine]:
        """List an owner's entries that count in a window, by number, those above `after`."""
        ...

    def turnover(self, owner: str, window: Window) -> Sequence[Turnover]:
        """Give an owner's accounts over a window, their entries added up by day and why, from one snapshot."""
        ...

    def trial_balance(self) -> Sequence[TrialLine]:
        """List every account with its balance."""
        ...

    def head(self) -> Head:
        """Give where the chain ends."""
        ...

    def held(self, key: str) -> Held | None:
        """Give what is known of a hold; None where there is none."""
        ...

    def closes(self) -> Sequence[Close]:
        """List the periods that are closed, in their order."""
        ...

    def check(self, head: str | None, *, since_close: bool) -> LedgerCheck:
        """Add everything up again from the entries, and hash them again: all of them, or those since the last close.

        `head` is a hash that the chain ended with at some time; the check says whether it still holds it.
        """
        ...
