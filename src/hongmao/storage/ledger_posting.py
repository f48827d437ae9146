"""Writing to the ledger in SQL, within a transaction that may keep other things as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func, insert, literal, select, update

from hongmao.ledger.chain import linked
from hongmao.ledger.contracts import Account, Head, HoldState, Standing
from hongmao.ledger.holds import frozen_of
from hongmao.ledger.sums import day_sums, hour_sums
from hongmao.storage.ledger_reading import (
    NAMES,
    account_of,
    read_closes,
    read_head,
    read_holds,
    these_accounts,
)
from hongmao.storage.ledger_then import balances_at
from hongmao.storage.models import (
    AccountRow,
    BalanceRow,
    BatchRow,
    CloseBalanceRow,
    CloseRow,
    DaySumRow,
    EntryRow,
    HeadRow,
    HoldRow,
    HourSumRow,
    SealRow,
)
from hongmao.storage.parts import in_parts
from hongmao.storage.upsert import insert_or_add, insert_or_set

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Table

    from hongmao.ledger.contracts import Batch, Close, Entry, Held
    from hongmao.storage.scope import ScopedSession


class SqlLedgerWork:
    """Implements `ledger.store.LedgerWork` on a session that may keep other things in the same transaction."""

    def __init__(self, session: ScopedSession) -> None:
        """Work in a transaction that is open already."""
        self._session = session
        self._numbers: dict[Account, int] = {}

    def head(self) -> Head:
        """Give where the chain ends, and lock that row: whoever else posts, alone or not, waits here."""
        return read_head(self._session, lock=True)

    def standings(self, accounts: Collection[Account]) -> dict[Account, Standing]:
        """Give the standings of those accounts that are open."""
        found: dict[Account, Standing] = {}
        for part in in_parts(sorted(accounts)):
            query = (
                select(AccountRow.number, *NAMES, AccountRow.floor_fen, BalanceRow.balance_fen)
                .join(BalanceRow, BalanceRow.account_number == AccountRow.number)
                .where(*these_accounts(part))
                .with_for_update(of=BalanceRow)
            )
            for row in self._session.execute(query):
                self._numbers[account_of(row)] = row.number
                found[account_of(row)] = Standing(balance_fen=row.balance_fen, floor_fen=row.floor_fen)
        return found

    def bodies(self, keys: Collection[str]) -> dict[str, str]:
        """Give the fingerprints of those keys that were posted."""
        found: dict[str, str] = {}
        for part in in_parts(sorted(keys)):
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
        """Append batches and entries, seal them, and keep the balances and sums they lead to."""
        told = [
            {"key": b.key, "body": body, "why": b.why, "at_ms": b.at_ms, "posted_at_ms": posted_at_ms}
            for b, body in batches
        ]
        numbers = self._append(BatchRow, told)
        numbered = zip(numbers, batches, strict=True)
        entries = [self._entry(number, batch, entry) for number, (batch, _) in numbered for entry in batch.entries]
        self._append(EntryRow, entries)
        self._seal([batch for batch, _ in batches], numbers, len(entries), posted_at_ms)
        balances = [
            {"account_number": self._numbers[account], "balance_fen": standing.balance_fen}
            for account, standing in standings.items()
        ]
        insert_or_set(self._session, BalanceRow, balances, "balance_fen")
        self._sum([batch for batch, _ in batches])

    def holds(self, keys: Collection[str]) -> dict[str, Held]:
        """Give what is known of holds."""
        found: dict[str, Held] = {}
        for part in in_parts(sorted(keys)):
            found.update({held.key: held for held in read_holds(self._session, HoldRow.key.in_(part))})
        return found

    def due_holds(self, now_ms: int, limit: int) -> Sequence[Held]:
        """List holds whose time is over and whose money has not gone back, the longest overdue first."""
        due = (HoldRow.state == HoldState.HELD, HoldRow.expires_at_ms <= now_ms)
        return list(read_holds(self._session, *due, limit=limit))

    def keep_holds(self, holds: Sequence[Held]) -> None:
        """Keep what has become of holds, in the transaction that posts it."""
        self.standings({held.source for held in holds} - self._numbers.keys())
        rows = [
            {
                "key": held.key,
                "source": self._numbers[held.source],
                "frozen": self._numbers[frozen_of(held.source)],
                "held_fen": held.held_fen,
                "left_fen": held.left_fen,
                "state": held.state,
                "takes": held.takes,
                "expires_at_ms": held.expires_at_ms,
                "at_ms": held.at_ms,
            }
            for held in holds
        ]
        insert_or_set(self._session, HoldRow, rows, "left_fen", "state", "takes")

    def closes(self) -> Sequence[Close]:
        """List the periods that are closed."""
        return read_closes(self._session)

    def close(self, close: Close) -> None:
        """Keep a close with every balance as of its end, and let nothing count before it any more."""
        row = CloseRow(
            period=close.period,
            before_ms=close.before_ms,
            seal=close.seal,
            head_hash=close.head_hash,
            by=close.by,
            at_ms=close.at_ms,
        )
        self._session.add(row)
        self._session.flush()
        then = balances_at(close.before_ms).subquery()
        balances = select(literal(row.number), then.c.account_number, then.c.balance_fen)
        columns = [CloseBalanceRow.close, CloseBalanceRow.account_number, CloseBalanceRow.balance_fen]
        self._session.execute(insert(CloseBalanceRow).from_select(columns, balances))
        moved = update(HeadRow).values(closed_before_ms=close.before_ms)
        self._session.execute(moved.execution_options(synchronize_session=False))

    def _append(self, model: type[BatchRow | EntryRow], rows: Sequence[dict[str, Any]]) -> Sequence[int]:
        """Append rows whose numbers follow their order, as the chain does; give the numbers."""
        table = cast("Table", model.__table__)
        if self._session.get_bind().dialect.name == "sqlite":
            # One by one in one call: each gets the number after the highest.
            self._session.execute(insert(table), rows)
            last = self._session.scalar(select(func.max(table.c.number))) or 0
            return range(last - len(rows) + 1, last + 1)
        query = insert(table).returning(table.c.number, sort_by_parameter_order=True)
        return [row.number for row in self._session.execute(query, rows)]

    def _seal(self, batches: Sequence[Batch], numbers: Sequence[int], entries: int, posted_at_ms: int) -> None:
        head = self.head()
        hashed = linked(head.hash, [(batch, posted_at_ms) for batch in batches])
        row = {
            "number": head.seal + 1,
            "first_batch": numbers[0],
            "last_batch": numbers[-1],
            "entries": entries,
            "posted_at_ms": posted_at_ms,
            "hash": hashed,
        }
        self._session.execute(insert(SealRow), [row])
        moved = {"seal": head.seal + 1, "hash": hashed, "posted_at_ms": posted_at_ms}
        self._session.execute(update(HeadRow).values(moved).execution_options(synchronize_session=False))

    def _sum(self, batches: Sequence[Batch]) -> None:
        days = [
            {
                "account_number": self._numbers[account],
                "day": day,
                "why": why,
                "entries": entries,
                "amount_fen": amount_fen,
            }
            for (account, day, why), (entries, amount_fen) in day_sums(batches).items()
        ]
        insert_or_add(self._session, DaySumRow, days, "entries", "amount_fen")
        hours = [
            {"account_number": self._numbers[account], "hour": hour, "amount_fen": amount_fen}
            for (account, hour), amount_fen in hour_sums(batches).items()
        ]
        insert_or_add(self._session, HourSumRow, hours, "amount_fen")

    def _entry(self, number: int, batch: Batch, entry: Entry) -> dict[str, int]:
        return {
            "batch_number": number,
            "account_number": self._numbers[entry.account],
            "amount_fen": entry.amount_fen,
            "at_ms": batch.at_ms,
        }
