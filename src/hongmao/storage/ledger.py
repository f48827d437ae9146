"""The ledger in SQL, as it is read."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, tuple_

from hongmao.ledger.contracts import Account, EntryLine, Head, LedgerCheck, TrialLine, Turnover
from hongmao.storage.ledger_posting import SqlLedgerWork
from hongmao.storage.ledger_proof import prove
from hongmao.storage.ledger_reading import (
    NAMES,
    account_of,
    read_closes,
    read_head,
    read_holds,
    these_accounts,
)
from hongmao.storage.ledger_then import balance_then, movements
from hongmao.storage.models import AccountRow, BalanceRow, BatchRow, EntryRow, HoldRow
from hongmao.storage.parts import in_parts
from hongmao.storage.scope import PlatformScope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy import Select

    from hongmao.kernel.time import Window
    from hongmao.ledger.contracts import Close, Held
    from hongmao.storage.database import Database

_HOUSE = PlatformScope("the ledger belongs to the house; who may read whose account is decided above it")


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
            return None if number is None else balance_then(session, number, before_ms)

    def balances(self, accounts: Collection[Account]) -> dict[Account, int]:
        """Give the balances of now of those accounts that are open, in one statement a thousand."""
        found: dict[Account, int] = {}
        with self._database.session(_HOUSE) as session:
            for part in in_parts(sorted(accounts)):
                query = (
                    select(*NAMES, BalanceRow.balance_fen)
                    .join(BalanceRow, BalanceRow.account_number == AccountRow.number)
                    .where(*these_accounts(part))
                )
                found |= {account_of(row): row.balance_fen for row in session.execute(query)}
        return found

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
                    opening_fen=balance_then(session, row.number, window.start_ms),
                    movements=movements(session, row.number, window),
                    closing_fen=balance_then(session, row.number, window.end_ms),
                )
                for row in accounts.all()
            ]

    def trial_balance(self) -> Sequence[TrialLine]:
        """List every account with its balance."""
        query = select(*NAMES, BalanceRow.balance_fen).join(BalanceRow, BalanceRow.account_number == AccountRow.number)
        with self._database.session(_HOUSE) as session:
            rows = session.execute(query.order_by(*NAMES))
            return [TrialLine(account=account_of(row), balance_fen=row.balance_fen) for row in rows]

    def head(self) -> Head:
        """Give where the chain ends."""
        with self._database.session(_HOUSE) as session:
            return read_head(session)

    def held(self, key: str) -> Held | None:
        """Give what is known of a hold."""
        with self._database.session(_HOUSE) as session:
            return next(read_holds(session, HoldRow.key == key), None)

    def closes(self) -> Sequence[Close]:
        """List the periods that are closed."""
        with self._database.session(_HOUSE) as session:
            return read_closes(session)

    def check(self, head: str | None, *, since_close: bool) -> LedgerCheck:
        """Add everything up again from the entries, and hash them again, in one snapshot."""
        with self._database.session(_HOUSE) as session:
            return prove(session, head, since_close=since_close)


def _within(query: Select[*tuple[Any, ...]], owner: str, window: Window) -> Select[*tuple[Any, ...]]:
    return query.join_from(EntryRow, AccountRow, AccountRow.number == EntryRow.account_number).where(
        AccountRow.owner == owner, EntryRow.at_ms >= window.start_ms, EntryRow.at_ms < window.end_ms
    )
