"""Balances and movements of the past, from the sums by day and hour: what is read does not grow with the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, cast, func, select

from hongmao.kernel.time import day_number
from hongmao.ledger.contracts import Movement
from hongmao.ledger.sums import midnight, since
from hongmao.storage.models import BalanceRow, BatchRow, DaySumRow, EntryRow, HourSumRow

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

    from hongmao.kernel.time import Window
    from hongmao.storage.scope import ScopedSession


def balance_then(session: ScopedSession, number: int, before_ms: int | None) -> int:
    """Take one row for now; for the past, take off it what counts since: whole days, whole hours, the rest of one hour."""
    balance_fen = select(BalanceRow.balance_fen).where(BalanceRow.account_number == number)
    parts: list[ColumnElement[int]] = [func.coalesce(balance_fen.scalar_subquery(), 0)]
    if before_ms is not None:
        parts += _since(number, before_ms)
    # PostgreSQL adds whole numbers up to a decimal.
    return sum(int(part) for part in session.execute(select(*parts)).one())


def balances_at(midnight_ms: int) -> Select[int, int]:
    """Ask for every account's balance at a midnight: what is kept, less the days since."""
    day = day_number(midnight_ms)
    since_then = (
        select(DaySumRow.account_number, func.sum(DaySumRow.amount_fen).label("amount_fen"))
        .where(DaySumRow.day >= day)
        .group_by(DaySumRow.account_number)
        .subquery()
    )
    then = cast(BalanceRow.balance_fen - func.coalesce(since_then.c.amount_fen, 0), BigInteger)
    joined = since_then.c.account_number == BalanceRow.account_number
    return select(BalanceRow.account_number, then.label("balance_fen")).outerjoin(since_then, joined)


def movements(session: ScopedSession, number: int, window: Window) -> tuple[Movement, ...]:
    """Give what moved in a window by day and why: whole days as they are kept, the cut ones from their entries."""
    first, last = since(window.start_ms).day, day_number(window.end_ms)
    found = _of_days(session, number, first, last) if first < last else []
    cut = ((window.start_ms, min(window.end_ms, midnight(first))), (midnight(max(first, last)), window.end_ms))
    for start_ms, end_ms in cut:
        if start_ms < end_ms:
            found += _of_entries(session, number, start_ms, end_ms)
    return tuple(sorted(found, key=lambda one: (one.day, one.why)))


def _of_days(session: ScopedSession, number: int, first: int, last: int) -> list[Movement]:
    columns = (DaySumRow.day, DaySumRow.why, DaySumRow.entries, DaySumRow.amount_fen)
    within = (DaySumRow.account_number == number, DaySumRow.day >= first, DaySumRow.day < last)
    return [
        Movement(day=row.day, why=row.why, entries=row.entries, amount_fen=row.amount_fen)
        for row in session.execute(select(*columns).where(*within))
    ]


def _of_entries(session: ScopedSession, number: int, start_ms: int, end_ms: int) -> list[Movement]:
    """Add up the entries of a part of one day."""
    sums = (func.count().label("entries"), func.sum(EntryRow.amount_fen).label("amount_fen"))
    query = (
        select(BatchRow.why, *sums)
        .join_from(EntryRow, BatchRow, BatchRow.number == EntryRow.batch_number)
        .where(EntryRow.account_number == number, EntryRow.at_ms >= start_ms, EntryRow.at_ms < end_ms)
        .group_by(BatchRow.why)
    )
    day = day_number(start_ms)
    return [
        Movement(day=day, why=row.why, entries=row.entries, amount_fen=int(row.amount_fen))
        for row in session.execute(query)
    ]


def _since(number: int, at_ms: int) -> list[ColumnElement[int]]:
    cut = since(at_ms)
    days = select(DaySumRow.amount_fen).where(DaySumRow.account_number == number, DaySumRow.day >= cut.day)
    sums = [days]
    if cut.hour < cut.hours_end:
        hour = HourSumRow.hour
        mine = HourSumRow.account_number == number
        sums.append(select(HourSumRow.amount_fen).where(mine, hour >= cut.hour, hour < cut.hours_end))
    if at_ms < cut.rest_end_ms:
        at, mine = EntryRow.at_ms, EntryRow.account_number == number
        sums.append(select(EntryRow.amount_fen).where(mine, at >= at_ms, at < cut.rest_end_ms))
    totals = [select(func.sum(query.subquery().c.amount_fen)).scalar_subquery() for query in sums]
    return [-func.coalesce(total, 0) for total in totals]
