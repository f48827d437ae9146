"""The proof of the ledger: everything added up again from the entries, by the database, in one snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from hongmao.ledger.contracts import LedgerCheck, name_of
from hongmao.storage.ledger_posting import NAMES, account_of
from hongmao.storage.models import AccountRow, BalanceRow, BatchRow, EntryRow

if TYPE_CHECKING:
    from sqlalchemy import Select

    from hongmao.storage.scope import ScopedSession

FAULTS_SHOWN_MAX = 100


def prove(session: ScopedSession) -> LedgerCheck:
    """Look at every batch, balance and floor."""
    return LedgerCheck(
        batches=_count(session, select(func.count()).select_from(BatchRow)),
        entries=_count(session, select(func.count()).select_from(EntryRow)),
        accounts=_count(session, select(func.count()).select_from(AccountRow)),
        unbalanced=tuple(session.scalars(_unbalanced())),
        drifted=tuple(name_of(account_of(row)) for row in session.execute(_drifted())),
        below_floor=tuple(name_of(account_of(row)) for row in session.execute(_below_floor())),
        sum_fen=_count(session, select(func.coalesce(func.sum(BalanceRow.balance_fen), 0))),
    )


def _unbalanced() -> Select[str]:
    total, lines = func.coalesce(func.sum(EntryRow.amount_fen), 0), func.count(EntryRow.number)
    return (
        select(BatchRow.key)
        .outerjoin(EntryRow, EntryRow.batch_number == BatchRow.number)
        .group_by(BatchRow.number, BatchRow.key)
        .having((total != 0) | (lines < 2))  # noqa: PLR2004 - where it comes from and where it goes
        .order_by(BatchRow.number)
        .limit(FAULTS_SHOWN_MAX)
    )


def _drifted() -> Select[*tuple[Any, ...]]:
    total = func.coalesce(func.sum(EntryRow.amount_fen), 0)
    return (
        select(*NAMES)
        .outerjoin(BalanceRow, BalanceRow.account_number == AccountRow.number)
        .outerjoin(EntryRow, EntryRow.account_number == AccountRow.number)
        .group_by(AccountRow.number, *NAMES, BalanceRow.balance_fen)
        .having(func.coalesce(BalanceRow.balance_fen, -1) != total)
        .order_by(*NAMES)
        .limit(FAULTS_SHOWN_MAX)
    )


def _below_floor() -> Select[*tuple[Any, ...]]:
    return (
        select(*NAMES)
        .join(BalanceRow, BalanceRow.account_number == AccountRow.number)
        .where(BalanceRow.balance_fen < AccountRow.floor_fen)
        .order_by(*NAMES)
        .limit(FAULTS_SHOWN_MAX)
    )


def _count(session: ScopedSession, query: Select[int]) -> int:
    return int(session.scalar(query) or 0)
