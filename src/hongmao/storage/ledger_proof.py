"""The proof of the ledger: everything added up again by the database, and hashed again here, in one snapshot."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func, or_, select

from hongmao.ledger.chain import GENESIS, Written, first_broken
from hongmao.ledger.contracts import Batch, Entry, HoldState, LedgerCheck, Seal, name_of
from hongmao.ledger.holds import misfits, trace
from hongmao.ledger.rules import FROZEN, OF_HOLDS
from hongmao.storage.days import day_number, hour_number
from hongmao.storage.ledger_reading import NAMES, account_of, read_head, read_holds
from hongmao.storage.ledger_then import balances_at
from hongmao.storage.models import (
    AccountRow,
    BalanceRow,
    BatchRow,
    CloseBalanceRow,
    CloseRow,
    DaySumRow,
    EntryRow,
    HoldRow,
    HourSumRow,
    SealRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Select, Table

    from hongmao.storage.scope import ScopedSession

FAULTS_SHOWN_MAX = 100
ROWS_PER_READ = 10_000
BATCH, ENTRY = cast("Table", BatchRow.__table__), cast("Table", EntryRow.__table__)
_DAY = day_number(EntryRow.at_ms)
_HOUR = hour_number(EntryRow.at_ms)


def prove(session: ScopedSession, head: str | None, *, since_close: bool) -> LedgerCheck:
    """Look at every batch, balance, floor and sum, and at the chain: all of it, or what follows the last close."""
    end = read_head(session)
    broken = _broken(session, since_close=since_close)
    return LedgerCheck(
        batches=_count(session, select(func.count()).select_from(BatchRow)),
        entries=_count(session, select(func.count()).select_from(EntryRow)),
        accounts=_count(session, select(func.count()).select_from(AccountRow)),
        unbalanced=tuple(session.scalars(_unbalanced())),
        drifted=_names(session, _drifted()),
        below_floor=_names(session, _below_floor()),
        sum_fen=_count(session, select(func.coalesce(func.sum(BalanceRow.balance_fen), 0))),
        seals=end.seal,
        head=end.hash,
        broken_seal=broken,
        days_drifted=_names(session, _days_drifted()),
        hours_drifted=_names(session, _hours_drifted()),
        holds_drifted=(*_holds_drifted(session), *_names(session, _frozen_drifted())),
        closes_broken=tuple(_closes_broken(session)),
        head_known=None if head is None else _is_known(session, head, broken),
    )


def _is_known(session: ScopedSession, head: str, broken: int | None) -> bool:
    """Tell whether the chain ended with a hash at some time, and is whole up to there."""
    if head == GENESIS:
        return True
    number = session.scalar(select(SealRow.number).where(SealRow.hash == head).order_by(SealRow.number).limit(1))
    return number is not None and (broken is None or number < broken)


def _broken(session: ScopedSession, *, since_close: bool) -> int | None:
    start = _closing_seal(session) if since_close else None
    seal, batch = (start.number, start.last_batch) if start else (0, 0)
    return first_broken(_seals(session, seal), _written(session, batch), read_head(session), start=start)


def _closing_seal(session: ScopedSession) -> Seal | None:
    """Give the seal the last period was closed behind, as long as it still is what the close says."""
    query = (
        select(SealRow)
        .join(CloseRow, (CloseRow.seal == SealRow.number) & (CloseRow.head_hash == SealRow.hash))
        .order_by(CloseRow.before_ms.desc())
        .limit(1)
    )
    row = session.scalar(query)
    return _seal_of(row) if row else None


def _holds_drifted(session: ScopedSession) -> tuple[str, ...]:
    """Follow every hold through its batches; they alone are read."""
    of_holds = or_(*(BatchRow.key.startswith(prefix, autoescape=True) for prefix in OF_HOLDS))
    traced = trace(one.batch for one in _written(session, 0, of_holds))
    return misfits(traced, read_holds(session))[:FAULTS_SHOWN_MAX]


def _closes_broken(session: ScopedSession) -> Iterator[str]:
    """Name the closed periods whose seal is another by now, or one of whose balances is."""
    for row in session.scalars(select(CloseRow).order_by(CloseRow.number)).all():
        seal = session.get(SealRow, row.seal)
        sealed = seal.hash if seal else GENESIS
        if sealed != row.head_hash or session.execute(_unlike_the_close(row)).first() is not None:
            yield row.period


def _unlike_the_close(row: CloseRow) -> Select[*tuple[Any, ...]]:
    """Ask for accounts whose balance then is not the one that was closed; one opened since then had nothing."""
    then, kept = balances_at(row.before_ms).subquery(), CloseBalanceRow
    joined = (kept.account_number == then.c.account_number) & (kept.close == row.number)
    differs = then.c.balance_fen != func.coalesce(kept.balance_fen, 0)
    return select(then.c.account_number).outerjoin(kept, joined).where(differs).limit(1)


def _seals(session: ScopedSession, after: int) -> Iterator[Seal]:
    query = select(SealRow).where(SealRow.number > after).order_by(SealRow.number)
    for row in session.scalars(query.execution_options(yield_per=ROWS_PER_READ)):
        yield _seal_of(row)


def _seal_of(row: SealRow) -> Seal:
    return Seal(
        number=row.number,
        first_batch=row.first_batch,
        last_batch=row.last_batch,
        entries=row.entries,
        posted_at_ms=row.posted_at_ms,
        hash=row.hash,
    )


def _written(session: ScopedSession, after: int, *where: ColumnElement[bool]) -> Iterator[Written]:
    """Read batches with their entries, as they were posted."""
    # A name of an account is read once and not with each of its entries: those are most of what there is.
    accounts = {row.number: account_of(row) for row in session.execute(select(AccountRow.number, *NAMES))}
    query = (
        select(BATCH.c.number, BATCH.c.key, BATCH.c.why, BATCH.c.at_ms, BATCH.c.posted_at_ms)
        .add_columns(ENTRY.c.account_number, ENTRY.c.amount_fen)
        .outerjoin_from(BATCH, ENTRY, ENTRY.c.batch_number == BATCH.c.number)
        .where(BATCH.c.number > after, *where)
        .order_by(BATCH.c.number, ENTRY.c.number)
        .execution_options(yield_per=ROWS_PER_READ)
    )
    for number, rows in groupby(session.execute(query), key=itemgetter(0)):
        entries = []
        for _, key, why, at_ms, posted_at_ms, account, amount_fen in rows:  # noqa: B007 - the last row's, as all others'
            if account is not None:
                entries.append(Entry(account=accounts[account], amount_fen=amount_fen))
        batch = Batch(key=key, why=why, at_ms=at_ms, entries=tuple(entries))
        yield Written(number=number, posted_at_ms=posted_at_ms, batch=batch)


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


def _days_drifted() -> Select[*tuple[Any, ...]]:
    """Lay what is kept and what the entries say, with its sign turned, on one heap: what fits is zero by day and why."""
    kept = select(DaySumRow.account_number, DaySumRow.day, DaySumRow.why, DaySumRow.entries, DaySumRow.amount_fen)
    posted = (
        select(
            EntryRow.account_number,
            _DAY.label("day"),
            BatchRow.why,
            (-func.count()).label("entries"),
            (-func.sum(EntryRow.amount_fen)).label("amount_fen"),
        )
        .join(BatchRow, BatchRow.number == EntryRow.batch_number)
        .group_by(EntryRow.account_number, _DAY, BatchRow.why)
    )
    heap = kept.union_all(posted).subquery()
    differs = (func.sum(heap.c.entries) != 0) | (func.sum(heap.c.amount_fen) != 0)
    faulty = select(heap.c.account_number).group_by(heap.c.account_number, heap.c.day, heap.c.why).having(differs)
    return _accounts_in(faulty)


def _hours_drifted() -> Select[*tuple[Any, ...]]:
    kept = select(HourSumRow.account_number, HourSumRow.hour, HourSumRow.amount_fen)
    posted = select(
        EntryRow.account_number, _HOUR.label("hour"), (-func.sum(EntryRow.amount_fen)).label("amount_fen")
    ).group_by(EntryRow.account_number, _HOUR)
    heap = kept.union_all(posted).subquery()
    differs = func.sum(heap.c.amount_fen) != 0
    return _accounts_in(select(heap.c.account_number).group_by(heap.c.account_number, heap.c.hour).having(differs))


def _frozen_drifted() -> Select[*tuple[Any, ...]]:
    """Ask for accounts of held money on which something else stands than what is held."""
    held = (
        select(HoldRow.frozen, func.sum(HoldRow.left_fen).label("left_fen"))
        .where(HoldRow.state == HoldState.HELD)
        .group_by(HoldRow.frozen)
        .subquery()
    )
    return (
        select(*NAMES)
        .join(BalanceRow, BalanceRow.account_number == AccountRow.number)
        .outerjoin(held, held.c.frozen == AccountRow.number)
        .where(AccountRow.kind == FROZEN, BalanceRow.balance_fen != func.coalesce(held.c.left_fen, 0))
        .order_by(*NAMES)
        .limit(FAULTS_SHOWN_MAX)
    )


def _accounts_in(numbers: Select[int]) -> Select[*tuple[Any, ...]]:
    return select(*NAMES).where(AccountRow.number.in_(numbers)).order_by(*NAMES).limit(FAULTS_SHOWN_MAX)


def _names(session: ScopedSession, query: Select[*tuple[Any, ...]]) -> tuple[str, ...]:
    return tuple(name_of(account_of(row)) for row in session.execute(query))


def _count(session: ScopedSession, query: Select[int]) -> int:
    return int(session.scalar(query) or 0)
