"""What was spent, added up in SQL: clicks from their charges, impressions from their days."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, literal, select

from hongmao.billing.contracts import MEDIA, Funded, Spend, click_key
from hongmao.billing.cpm import day_of_key
from hongmao.billing.credits import PROGRAMME
from hongmao.billing.rules import SHOWN, SHOWN_LATE
from hongmao.kernel.time import DAY_MS, SHANGHAI_MS, numbered_day
from hongmao.kernel.time import day_number as day_of
from hongmao.storage.days import day_number
from hongmao.storage.models import AccountRow, BatchRow, ChargeRow, DaySumRow, EntryRow, ShownDayRow, ShownPieceRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Row

    from hongmao.kernel.ids import MerchantId, TenantId
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
    return [_shown(row) for row in session.execute(query.group_by(*by))]


def shown_spent_then(session: ScopedSession, window: Window, until: int) -> list[Spend]:
    """Add up what impressions had cost as of an offset; of a piece that it cuts the part before it is not known."""
    by = (
        ShownPieceRow.day,
        ShownPieceRow.note_id,
        ShownPieceRow.link_id,
        ShownPieceRow.merchant_id,
        ShownPieceRow.line,
    )
    first, behind = (day_of(at_ms + DAY_MS - 1) for at_ms in (window.start_ms, window.end_ms))
    whole = case((ShownPieceRow.last_offset <= until, ShownPieceRow.billed_fen), else_=0)
    cut = case((ShownPieceRow.last_offset > until, 1), else_=0)
    query = select(*by, func.sum(whole).label("amount_fen"), func.sum(cut).label("cut")).where(
        ShownPieceRow.first_offset <= until, ShownPieceRow.day >= first, ShownPieceRow.day < behind
    )
    return [_shown(row, unknown=row.cut > 0) for row in session.execute(query.group_by(*by))]


def _shown(row: Row[*tuple[Any, ...]], *, unknown: bool = False) -> Spend:
    return Spend(
        day=numbered_day(row.day),
        note=row.note_id,
        link=row.link_id,
        merchant=row.merchant_id,
        line=row.line,
        clicks=0,
        amount_fen=int(row.amount_fen),
        unknown=unknown,
    )


def clicks_funded(session: ScopedSession, *which: ColumnElement[bool]) -> list[Funded]:
    """Add up by funder what left each account in the postings of some paid clicks, and what of it programmes paid."""
    matched = case((AccountRow.kind.like(f"{PROGRAMME}%"), -EntryRow.amount_fen), else_=0)
    paid = (
        select(
            AccountRow.funder,
            func.sum(-EntryRow.amount_fen).label("amount_fen"),
            func.sum(matched).label("coinvested_fen"),
        )
        .select_from(ChargeRow)
        .join(BatchRow, BatchRow.key == literal(click_key("")) + ChargeRow.event_id)
        .join(EntryRow, EntryRow.batch_number == BatchRow.number)
        .join(AccountRow, AccountRow.number == EntryRow.account_number)
        .where(*which, ChargeRow.amount_fen > 0, EntryRow.amount_fen < 0, AccountRow.kind != MEDIA)
        .group_by(AccountRow.funder)
    )
    return [
        Funded(funder=row.funder, amount_fen=int(row.amount_fen), coinvested_fen=int(row.coinvested_fen))
        for row in session.execute(paid)
    ]


def funded_together(shown: Mapping[str, int], clicks: Iterable[Funded]) -> list[Funded]:
    """Put together by funder what paid impressions and what paid clicks."""
    amounts, matched = Counter(shown), Counter[str]()
    for one in clicks:
        amounts[one.funder] += one.amount_fen
        matched[one.funder] += one.coinvested_fen
    return [
        Funded(funder=funder, amount_fen=amounts[funder], coinvested_fen=matched[funder]) for funder in sorted(amounts)
    ]


def shown_funded(
    session: ScopedSession, tenant: TenantId | None, merchant: MerchantId | None, window: Window
) -> Counter[str]:
    """Add up by funder what impressions of the days that begin in a window took from merchants' purses.

    A posting counts on the day of its impressions; one that came after a month was closed names that day in its key.
    """
    first, behind = (day_of(at_ms + DAY_MS - 1) for at_ms in (window.start_ms, window.end_ms))
    mine = [ShownDayRow.billed_fen > 0, ShownDayRow.day >= first, ShownDayRow.day < behind]
    mine += [] if tenant is None else [ShownDayRow.tenant_id == tenant]
    mine += [] if merchant is None else [ShownDayRow.merchant_id == merchant]
    owners = select(ShownDayRow.merchant_id).where(*mine)
    booked = (
        select(AccountRow.funder, func.sum(-DaySumRow.amount_fen).label("amount_fen"))
        .join(AccountRow, AccountRow.number == DaySumRow.account_number)
        .where(AccountRow.owner.in_(owners), DaySumRow.why == SHOWN)
        .where(DaySumRow.day >= first, DaySumRow.day < behind)
        .group_by(AccountRow.funder)
    )
    found = Counter({row.funder: int(row.amount_fen) for row in session.execute(booked)})
    midnight_ms = DaySumRow.day * DAY_MS - SHANGHAI_MS
    late = (
        select(AccountRow.funder, BatchRow.key, (-EntryRow.amount_fen).label("amount_fen"))
        .select_from(DaySumRow)
        .join(AccountRow, AccountRow.number == DaySumRow.account_number)
        .join(
            EntryRow,
            (EntryRow.account_number == DaySumRow.account_number)
            & (EntryRow.at_ms >= midnight_ms)
            & (EntryRow.at_ms < midnight_ms + DAY_MS),
        )
        .join(BatchRow, BatchRow.number == EntryRow.batch_number)
        .where(AccountRow.owner.in_(owners), DaySumRow.why == SHOWN_LATE, BatchRow.why == SHOWN_LATE)
        .where(DaySumRow.day >= first)
    )
    for row in session.execute(late):
        if first <= day_of_key(row.key) < behind:
            found[row.funder] += int(row.amount_fen)
    return found


def added(*parts: Iterable[Spend]) -> Sequence[Spend]:
    """Put sums together: one for each day, note, link, merchant and line, in that order."""
    found: dict[tuple[object, ...], Spend] = {}
    for one in (one for part in parts for one in part):
        key = (one.day, one.note, one.link, one.merchant or "", one.line)
        there = found.get(key)
        found[key] = (
            one
            if there is None
            else replace(
                there,
                clicks=there.clicks + one.clicks,
                amount_fen=there.amount_fen + one.amount_fen,
                unknown=there.unknown or one.unknown,
            )
        )
    return [found[key] for key in sorted(found, key=str)] if len(parts) > 1 and parts[1] else list(found.values())
