"""Writing to the ledger in SQL, within a transaction that may keep other things as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, tuple_, update

from hongmao.ledger.contracts import Account, Standing
from hongmao.storage.models import AccountRow, BalanceRow, BatchRow, EntryRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import Row

    from hongmao.ledger.contracts import Batch, Entry
    from hongmao.storage.scope import ScopedSession

NAMES = (AccountRow.owner, AccountRow.kind, AccountRow.line, AccountRow.funder)
KEYS_PER_QUERY = 500


class SqlLedgerWork:
    """Implements `ledger.store.LedgerWork` on a session that may keep other things in the same transaction."""

    def __init__(self, session: ScopedSession) -> None:
        """Work in a transaction that is open already."""
        self._session = session
        self._numbers: dict[Account, int] = {}

    def standings(self, accounts: Collection[Account]) -> dict[Account, Standing]:
        """Give the standings of those accounts that are open."""
        found: dict[Account, Standing] = {}
        for part in _parts(sorted(accounts)):
            named = [(a.owner, a.kind, a.line, a.funder) for a in part]
            query = (
                select(AccountRow.number, *NAMES, AccountRow.floor_fen, BalanceRow.balance_fen)
                .join(BalanceRow, BalanceRow.account_number == AccountRow.number)
                .where(tuple_(*NAMES).in_(named))
                .with_for_update(of=BalanceRow)
            )
            for row in self._session.execute(query):
                self._numbers[account_of(row)] = row.number
                found[account_of(row)] = Standing(balance_fen=row.balance_fen, floor_fen=row.floor_fen)
        return found

    def bodies(self, keys: Collection[str]) -> dict[str, str]:
        """Give the fingerprints of those keys that were posted."""
        found: dict[str, str] = {}
        for part in _parts(sorted(keys)):
            rows = self._session.execute(select(BatchRow.key, BatchRow.body).where(BatchRow.key.in_(part)))
            found.update({row.key: row.body for row in rows})
        return found

    def open(self, account: Account, floor_fen: int | None) -> None:
        """Open an account at zero."""
        names = {"owner": account.owner, "kind": account.kind, "line": account.line, "funder": account.funder}
        row = AccountRow(**names, floor_fen=floor_fen)
        self._session.add(row)
        self._session.flush()
        self._session.add(BalanceRow(account_number=row.number, balance_fen=0))
        self._session.flush()
        self._numbers[account] = row.number

    def write(
        self, batches: Sequence[tuple[Batch, str]], standings: Mapping[Account, Standing], posted_at_ms: int
    ) -> None:
        """Append batches and entries, and keep the balances they lead to."""
        told = [
            {"key": b.key, "body": body, "why": b.why, "at_ms": b.at_ms, "posted_at_ms": posted_at_ms}
            for b, body in batches
        ]
        numbered = self._session.execute(insert(BatchRow).returning(BatchRow.key, BatchRow.number), told)
        numbers = {row.key: row.number for row in numbered}
        entries = [self._entry(numbers[batch.key], batch, entry) for batch, _ in batches for entry in batch.entries]
        self._session.execute(insert(EntryRow), entries)
        balances = [
            {"account_number": self._numbers[account], "balance_fen": standing.balance_fen}
            for account, standing in standings.items()
        ]
        self._session.execute(update(BalanceRow), balances)

    def _entry(self, number: int, batch: Batch, entry: Entry) -> dict[str, int]:
        return {
            "batch_number": number,
            "account_number": self._numbers[entry.account],
            "amount_fen": entry.amount_fen,
            "at_ms": batch.at_ms,
        }


def account_of(row: Row[*tuple[Any, ...]]) -> Account:
    """Read an account's four names off a row."""
    return Account(owner=row.owner, kind=row.kind, line=row.line, funder=row.funder)


def _parts(values: list[Any]) -> Iterator[list[Any]]:
    return (values[start : start + KEYS_PER_QUERY] for start in range(0, len(values), KEYS_PER_QUERY))
