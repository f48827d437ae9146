"""The ledger in SQL, as it is read."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, tuple_

from hongmao.ledger.contracts import Account, EntryLine, LedgerCheck, Movement, TrialLine, Turnover
from hongmao.storage.days import day_number
from hongmao.storage.ledger_posting import NAMES, SqlLedgerWork, account_of
from hongmao.storage.ledger_proof import prove
from hongmao.storage.models import AccountRow, BalanceRow, BatchRow, EntryRow
from hongmao.storage.scope import PlatformScope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Select

    from hongmao.kernel.time import Window
    from hongmao.storage.database import Database
    from hongmao.storage.scope import ScopedSession

_HOUSE = PlatformScope("the ledger belongs to the house; who may read whose account is decided above it")
_DAY = day_number(EntryRow.at_ms)


class SqlLedgerStore:
    """Implements `ledger.store.LedgerStore`."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database

    @contextmanager
    def begin(self) -> Iterator[SqlLedgerWork]:
        """Begin a transaction that holds the write lock."""
        with self._database.session(_HOUSE, write=True) as session:
            yield SqlLedgerWork(session)

    def balance(self, account: Account, before_ms: int | None) -> int | None:
        """Give a balance, now or of what counts before an instant."""
        names = (account.owner, account.kind, account.line, account.funder)
        with self._database.session(_HOUSE) as session:
            number = session.scalar(select(AccountRow.number).where(tuple_(*NAMES) == names))
            return None if number is None else _balance(session, number, before_ms)

    def accounts_of(self, owner: str) -> Sequence[Account]:
        """List an owner's accounts."""
        with self._database.session(_HOUSE) as session:
            query = select(*NAMES).where(AccountRow.owner == owner).order_by(*NAMES)
            return [account_of(row) for row in session.execute(query)]

    def entries(self, owner: str, window: Window, *, after: int, limit: int) -> Sequence[EntryLine]:
        """List an owner's entries that count in a window."""
        columns = (EntryRow.number, BatchRow.key, BatchRow.why, EntryRow.at_ms, BatchRow.posted_at_ms)
        query = (
            _within(select(*columns, *NAMES, EntryRow.amount_fen), owner, window)
            .join(BatchRow, BatchRow.number == EntryRow.batch_number)
            .where(EntryRow.number > after)
            .order_by(EntryRow.number)
            .limit(limit)
        )
        with self._database.session(_HOUSE) as session:
            return [
                EntryLine(
                    number=row.number,
                    key=row.key,
                    why=row.why,
                    at_ms=row.at_ms,
                    posted_at_ms=row.posted_at_ms,
                    account=account_of(row),
                    amount_fen=row.amount_fen,
                )
                for row in session.execute(query)
            ]

    def turnover(self, owner: str, window: Window) -> Sequence[Turnover]:
        """Give an owner's accounts over a window, from one snapshot."""
        with self._database.session(_HOUSE) as session:
            accounts = session.execute(
                select(AccountRow.number, *NAMES).where(AccountRow.owner == owner).order_by(*NAMES)
            )
            return [
                Turnover(
                    account=account_of(row),
                    opening_fen=_balance(session, row.number, window.start_ms),
                    movements=_movements(session, row.number, window),
                    closing_fen=_balance(session, row.number, window.end_ms),
                )
                for row in accounts.all()
            ]

    def trial_balance(self) -> Sequence[TrialLine]:
        """List every account with its balance."""
        query = select(*NAMES, BalanceRow.balance_fen).join(BalanceRow, BalanceRow.account_number == AccountRow.number)
        with self._database.session(_HOUSE) as session:
            rows = session.execute(query.order_by(*NAMES))
            return [TrialLine(account=account_of(row), balance_fen=row.balance_fen) for row in rows]

    def check(self) -> LedgerCheck:
        """Add everything up again from the entries, in one snapshot."""
        with self._database.session(_HOUSE) as session:
            return prove(session)


def _within(query: Select[*tuple[Any, ...]], owner: str, window: Window) -> Select[*tuple[Any, ...]]:
    return query.join_from(EntryRow, AccountRow, AccountRow.number == EntryRow.account_number).where(
        AccountRow.owner == owner, EntryRow.at_ms >= window.start_ms, EntryRow.at_ms < window.end_ms
    )


def _balance(session: ScopedSession, number: int, before_ms: int | None) -> int:
    """Take one row for now; for the past, take off it what counts since."""
    balance_fen = session.scalar(select(BalanceRow.balance_fen).where(BalanceRow.account_number == number)) or 0
    if before_ms is None:
        return balance_fen
    since = select(func.sum(EntryRow.amount_fen)).where(EntryRow.account_number == number, EntryRow.at_ms >= before_ms)
    return balance_fen - int(session.scalar(since) or 0)


def _movements(session: ScopedSession, number: int, window: Window) -> tuple[Movement, ...]:
    sums = (func.count().label("entries"), func.sum(EntryRow.amount_fen).label("amount_fen"))
    query = (
        select(_DAY.label("day"), BatchRow.why, *sums)
        .join_from(EntryRow, BatchRow, BatchRow.number == EntryRow.batch_number)
        .where(EntryRow.account_number == number, EntryRow.at_ms >= window.start_ms, EntryRow.at_ms < window.end_ms)
        .group_by(_DAY, BatchRow.why)
        .order_by(_DAY, BatchRow.why)
    )
    return tuple(
        Movement(day=int(row.day), why=row.why, entries=row.entries, amount_fen=int(row.amount_fen))
        for row in session.execute(query)
    )
