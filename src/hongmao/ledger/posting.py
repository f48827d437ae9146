"""Posting inside a transaction: for the ledger itself, and for whoever keeps something else in the same one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.ledger.contracts import name_of
from hongmao.ledger.errors import FloorChanged
from hongmao.ledger.rules import plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.ledger.contracts import Account, Batch, Posted
    from hongmao.ledger.store import LedgerWork


def open_accounts(work: LedgerWork, floors: Mapping[Account, int | None]) -> None:
    """Open those accounts that are not open yet, each with its floor; `FloorChanged` where one has another."""
    work.head()
    there = work.standings(floors)
    for account, floor_fen in floors.items():
        if account not in there:
            work.open(account, floor_fen)
        elif there[account].floor_fen != floor_fen:
            raise FloorChanged(account=name_of(account), id=name_of(account))


def post(
    work: LedgerWork, batches: Sequence[Batch], posted_at_ms: int, *, of_holds: bool = False
) -> tuple[Posted, ...]:
    """Post a group, all or nothing; one answer per batch, in order.

    A clock that was set back does not run the book backwards: a group is never posted before the one it follows.
    `of_holds` is for `holding` alone.
    """
    head = work.head()
    accounts = {entry.account for batch in batches for entry in batch.entries}
    decided = plan(
        batches,
        work.bodies({batch.key for batch in batches}),
        work.standings(accounts),
        closed_before_ms=head.closed_before_ms,
        of_holds=of_holds,
    )
    if decided.fresh:
        work.write(decided.fresh, decided.standings, max(posted_at_ms, head.posted_at_ms))
    return decided.answers
