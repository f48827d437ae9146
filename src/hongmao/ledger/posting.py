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
    there = work.standings(floors)
    for account, floor_fen in floors.items():
        if account not in there:
            work.open(account, floor_fen)
        elif there[account].floor_fen != floor_fen:
            raise FloorChanged(account=name_of(account), id=name_of(account))


def post(work: LedgerWork, batches: Sequence[Batch], posted_at_ms: int) -> tuple[Posted, ...]:
    """Post a group, all or nothing; one answer per batch, in order."""
    accounts = {entry.account for batch in batches for entry in batch.entries}
    decided = plan(batches, work.bodies({batch.key for batch in batches}), work.standings(accounts))
    if decided.fresh:
        work.write(decided.fresh, decided.standings, posted_at_ms)
    return decided.answers
