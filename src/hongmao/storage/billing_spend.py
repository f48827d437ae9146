"""What was spent, added up in SQL: clicks from their charges, impressions from their days."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hongmao.billing.contracts import Spend
from hongmao.kernel.time import DAY_MS, numbered_day
from hongmao.kernel.time import day_number as day_of
from hongmao.storage.days import day_number
from hongmao.storage.models import ChargeRow, ShownDayRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement

    from hongmao.kernel.time import Window
    from hongmao.storage.scope import ScopedSession


def clicks_spent(session: ScopedSession, within: tuple[ColumnElement[bool], ...]) -> list[Spend]:
    """Add paid charges up by day, note, link and line."""
    booked = day_number(ChargeRow.at_ms)
    by = (booked, ChargeRow.note_id, ChargeRow.link_id, ChargeRow.merchant_id, ChargeRow.line)
    sums = (func.count().label("clicks"), func.sum(ChargeRow.amount_fen).label("amount_fen"))
    query = select(booked.label("day"), *by[1:], *sums).where(*within, ChargeRow.amount_fen > 0)
    return [
        Spend(
            day=numbered_day(row.day),
            note=row.note_id,
            link=row.link_id,
            merchant=row.merchant_id,
            line=row.line,
            clicks=row.clicks,
            amount_fen=int(row.amount_fen),
        )
        for row in session.execute(query.group_by(*by).order_by(*by))
    ]


def shown_spent(session: ScopedSession, window: Window) -> list[Spend]:
    """Add up what impressions cost on the days that begin in a window: of a day only the whole is known."""
    by = (
        ShownDayRow.day,
        ShownDayRow.note_id,
        ShownDayRow.link_id,
        ShownDayRow.merchant_id,
        ShownDayRow.line,
    )
    first, behind = (day_of(at_ms + DAY_MS - 1) for at_ms in (window.start_ms, window.end_ms))
    query = select(*by, func.sum(ShownDayRow.billed_fen).label("amount_fen")).where(
        ShownDayRow.billed_fen > 0, ShownDayRow.day >= first, ShownDayRow.day < behind
    )
    return [
        Spend(
            day=numbered_day(row.day),
            note=row.note_id,
            link=row.link_id,
            merchant=row.merchant_id,
            line=row.line,
            clicks=0,
            amount_fen=int(row.amount_fen),
        )
        for row in session.execute(query.group_by(*by))
    ]


def added(*parts: Iterable[Spend]) -> Sequence[Spend]:
    """Put sums together: one for each day, note, link, merchant and line, in that order."""
    found: dict[tuple[object, ...], Spend] = {}
    for one in (one for part in parts for one in part):
        key = (one.day, one.note, one.link, one.merchant or "", one.line)
        there = found.get(key)
        found[key] = (
            one
            if there is None
            else replace(there, clicks=there.clicks + one.clicks, amount_fen=there.amount_fen + one.amount_fen)
        )
    return [found[key] for key in sorted(found, key=str)] if len(parts) > 1 and parts[1] else list(found.values())
