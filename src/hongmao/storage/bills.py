"""Bills in SQL, and what our own books say of the same month."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, literal, or_, select

from hongmao.billing.bills.contracts import Bill, BillLine, Book, Booked, By, Compared
from hongmao.billing.contracts import ALIBABA, click_key
from hongmao.billing.credits import credit_key
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.kernel.time import day_number as day_of_ms
from hongmao.kernel.time import day_of, numbered_day
from hongmao.storage.days import day_number
from hongmao.storage.models import (
    AccountRow,
    BatchRow,
    BillLineRow,
    BillOutcomeRow,
    BillRow,
    ChargeRow,
    CreditRow,
    EntryRow,
    FeeLineRow,
    ShownDayRow,
)
from hongmao.storage.parts import in_parts
from hongmao.storage.scope import PlatformScope, TenantScope

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from hongmao.billing.api import BillingStore
    from hongmao.billing.bills.contracts import BillFormat
    from hongmao.billing.bills.store import Key
    from hongmao.campaigns.api import Binding
    from hongmao.kernel.time import Window
    from hongmao.storage.database import Database
    from hongmao.storage.scope import Scope, ScopedSession

_HOUSE = PlatformScope("a bill is looked up before it is known whose it is, and its money stands in the house's ledger")


class SqlBillStore:
    """Implements `billing.bills.store.BillStore`."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database

    def keep(self, bill: Bill, lines: Sequence[BillLine]) -> tuple[Bill, bool]:
        """Keep a bill with its lines; where its tenant has the same file, give that and True."""
        # Writers stand in line, so nobody keeps the same file between the look and the act.
        with self._database.session(TenantScope(bill.tenant), write=True) as session:
            there = session.scalar(select(BillRow).where(BillRow.sha256 == bill.sha256))
            if there is not None:
                return _bill(there), True
            row = BillRow(
                tenant_id=bill.tenant,
                merchant_id=bill.merchant,
                platform=bill.platform,
                format=bill.format,
                period=bill.period,
                sha256=bill.sha256,
                name=bill.name,
                by=bill.by,
                at_ms=bill.at_ms,
            )
            session.add(row)
            session.flush()
            kept = _bill(row)
            if lines:
                session.execute(insert(BillLineRow), [_line_values(kept, line) for line in lines])
            return kept, False

    def find(self, tenant: TenantId | None, number: int) -> Bill | None:
        """Find a bill."""
        with self._database.session(_scope(tenant)) as session:
            row = session.scalar(select(BillRow).where(BillRow.number == number))
            return _bill(row) if row else None

    def listed(
        self, tenant: TenantId | None, merchant: MerchantId | None, *, before: int | None, limit: int
    ) -> Sequence[Bill]:
        """List bills, the newest first."""
        query = select(BillRow).order_by(BillRow.number.desc()).limit(limit)
        if merchant is not None:
            query = query.where(BillRow.merchant_id == merchant)
        if before is not None:
            query = query.where(BillRow.number < before)
        with self._database.session(_scope(tenant)) as session:
            return [_bill(row) for row in session.scalars(query)]

    def lines(self, bill: Bill, *, after: int = 0, limit: int | None = None) -> Sequence[BillLine]:
        """Give a bill's lines in the order of its rows: those below a row, all of them without a limit."""
        query = select(BillLineRow).where(BillLineRow.bill == bill.number, BillLineRow.row > after)
        query = query.order_by(BillLineRow.number).limit(limit)
        with self._database.session(TenantScope(bill.tenant)) as session:
            return [
                BillLine(
                    row=row.row,
                    sort=row.sort,
                    day=_read_day(row.day),
                    key=row.key,
                    amount_fen=row.amount_fen,
                    field=row.field,
                    code=row.code,
                    raw=row.raw,
                )
                for row in session.scalars(query)
            ]

    def found(self, bill: Bill) -> Mapping[Key, Compared]:
        """Give what was found last for each key."""
        with self._database.session(TenantScope(bill.tenant)) as session:
            return _found(session, bill)

    def note(self, bill: Bill, compared: Sequence[Compared], *, seal: int, at_ms: int) -> None:
        """Keep what differs from what was found last."""
        with self._database.session(TenantScope(bill.tenant), write=True) as session:
            before = _found(session, bill)
            news = [one for one in compared if _changed(one, before.get((one.day, one.key)))]
            rows = [
                {
                    "tenant_id": bill.tenant,
                    "bill": bill.number,
                    "day": _written(one.day),
                    "key": one.key,
                    "outcome": one.outcome,
                    "ours_fen": one.ours_fen,
                    "theirs_fen": one.theirs_fen,
                    "seal": seal,
                    "at_ms": at_ms,
                }
                for one in news
            ]
            if rows:
                session.execute(insert(BillOutcomeRow), rows)


class SqlOurBooks:
    """Implements `billing.bills.store.OurBooks` by charges, fees of sub-orders and postings.

    The campaign of an act is the one that stands on its charge. Of creativities charges know nothing: there today's binding speaks.
    """

    def __init__(
        self, database: Database, billing: BillingStore, bindings: Callable[[TenantId], Sequence[Binding]]
    ) -> None:
        """Read what billing has spent; `bindings` say which creativity a link carries today."""
        self._database = database
        self._billing = billing
        self._bindings = bindings

    def booked(
        self,
        bill: Bill,
        format: BillFormat,  # noqa: A002 - the word of the trade
        period: Window,
        keys: Collection[str],
    ) -> Sequence[Booked]:
        """Say what is booked, less what was given back."""
        match format.book:
            case Book.CID | Book.UD:
                return self._spent(bill, format, period)
            case Book.FEE:
                return self._fees(bill, period, keys)
            case Book.COINVEST:
                return self._matched(bill, period)

    def _spent(self, bill: Bill, format: BillFormat, period: Window) -> Sequence[Booked]:  # noqa: A002 - as above
        if format.by is By.CAMPAIGN:
            return self._by_campaign(bill, format.book.value, period)
        key_of = self._keys(bill, format.by)
        sums: defaultdict[tuple[date, str], int] = defaultdict(int)
        for spend in self._billing.spend(bill.tenant, period):
            if spend.merchant == bill.merchant and spend.line == format.book.value:
                sums[spend.day, key_of(spend.note, spend.link)] += spend.amount_fen
        for row in self._given_back(bill, format.book.value, period):
            sums[numbered_day(row.day), key_of(row.note_id, row.link_id)] -= int(row.amount_fen)
        return _booked(sums)

    def _by_campaign(self, bill: Bill, line: str, period: Window) -> Sequence[Booked]:
        """Add up what acts cost their campaigns of then, less what was given back; an act of none stands under its link."""
        on = day_number(ChargeRow.at_ms)
        back = func.coalesce(CreditRow.amount_fen + CreditRow.compensated_fen, 0)
        clicks = (
            select(
                on.label("day"),
                ChargeRow.campaign,
                ChargeRow.link_id,
                func.sum(ChargeRow.amount_fen - back).label("amount_fen"),
            )
            .outerjoin(CreditRow, CreditRow.event_id == ChargeRow.event_id)
            .where(ChargeRow.merchant_id == bill.merchant, ChargeRow.line == line, ChargeRow.amount_fen > 0)
            .where(ChargeRow.at_ms >= period.start_ms, ChargeRow.at_ms < period.end_ms)
            .group_by(on, ChargeRow.campaign, ChargeRow.link_id)
        )
        first, behind = (day_of_ms(at_ms) for at_ms in (period.start_ms, period.end_ms))
        shown = (
            select(
                ShownDayRow.day,
                ShownDayRow.campaign,
                ShownDayRow.link_id,
                func.sum(ShownDayRow.billed_fen).label("amount_fen"),
            )
            .where(ShownDayRow.merchant_id == bill.merchant, ShownDayRow.line == line, ShownDayRow.billed_fen > 0)
            .where(ShownDayRow.day >= first, ShownDayRow.day < behind)
            .group_by(ShownDayRow.day, ShownDayRow.campaign, ShownDayRow.link_id)
        )
        sums: defaultdict[tuple[date, str], int] = defaultdict(int)
        with self._database.session(TenantScope(bill.tenant)) as session:
            for row in (*session.execute(clicks), *session.execute(shown)):
                key = f"link:{row.link_id}" if row.campaign is None else str(row.campaign)
                sums[numbered_day(row.day), key] += int(row.amount_fen)
        return _booked(sums)

    def _given_back(self, bill: Bill, line: str, period: Window) -> Sequence[Any]:
        """Add up credits by the day, note and link of the clicks that they gave back."""
        booked = day_number(ChargeRow.at_ms)
        by = (booked, ChargeRow.note_id, ChargeRow.link_id)
        amount = func.sum(CreditRow.amount_fen + CreditRow.compensated_fen).label("amount_fen")
        query = (
            select(booked.label("day"), ChargeRow.note_id, ChargeRow.link_id, amount)
            .join(CreditRow, CreditRow.event_id == ChargeRow.event_id)
            .where(ChargeRow.merchant_id == bill.merchant, ChargeRow.line == line)
            .where(ChargeRow.at_ms >= period.start_ms, ChargeRow.at_ms < period.end_ms)
            .group_by(*by)
        )
        with self._database.session(TenantScope(bill.tenant)) as session:
            return session.execute(query).all()

    def _keys(self, bill: Bill, by: By) -> Callable[[str, str], str]:
        if by is By.NOTE:
            return lambda note, _: note
        carried: dict[str, str] = {binding.link: str(binding.creativity) for binding in self._bindings(bill.tenant)}
        # What no binding names is still ours: it is missing from the bill under the link's own name.
        return lambda _, link: carried.get(link, f"link:{link}")

    def _fees(self, bill: Bill, period: Window, keys: Collection[str]) -> Sequence[Booked]:
        mine = select(FeeLineRow).where(
            FeeLineRow.merchant_id == bill.merchant, FeeLineRow.platform == bill.platform, FeeLineRow.bookings > 0
        )
        within = (FeeLineRow.at_ms >= period.start_ms, FeeLineRow.at_ms < period.end_ms)
        found: dict[str, Booked] = {}
        with self._database.session(TenantScope(bill.tenant)) as session:
            for where in ((*within,), *((FeeLineRow.sub_order.in_(part),) for part in in_parts(sorted(keys)))):
                for row in session.scalars(mine.where(*where)):
                    found[row.sub_order] = Booked(day=day_of(row.at_ms), key=row.sub_order, amount_fen=row.booked_fen)
        return [found[key] for key in sorted(found)]

    def _matched(self, bill: Bill, period: Window) -> Sequence[Booked]:
        """Add up what programmes paid of clicks, by the clicks' day; what credits gave back to a purse is taken off."""
        booked = day_number(ChargeRow.at_ms)
        keys = (literal(click_key("")) + ChargeRow.event_id, literal(credit_key("")) + ChargeRow.event_id)
        query = (
            select(booked.label("day"), AccountRow.kind, func.sum(-EntryRow.amount_fen).label("amount_fen"))
            .select_from(ChargeRow)
            .join(BatchRow, or_(*(BatchRow.key == key for key in keys)))
            .join(EntryRow, EntryRow.batch_number == BatchRow.number)
            .join(AccountRow, AccountRow.number == EntryRow.account_number)
            .where(ChargeRow.tenant_id == bill.tenant, ChargeRow.merchant_id == bill.merchant, ChargeRow.amount_fen > 0)
            .where(ChargeRow.at_ms >= period.start_ms, ChargeRow.at_ms < period.end_ms)
            .where(AccountRow.owner == ALIBABA, AccountRow.kind.like("coinvest.%"))
            .group_by(booked, AccountRow.kind)
        )
        with self._database.session(_HOUSE) as session:
            return [
                Booked(
                    day=numbered_day(row.day), key=row.kind.removeprefix("coinvest."), amount_fen=int(row.amount_fen)
                )
                for row in session.execute(query.order_by(booked, AccountRow.kind))
            ]


def _booked(sums: Mapping[tuple[date, str], int]) -> Sequence[Booked]:
    return [Booked(day=on, key=key, amount_fen=fen) for (on, key), fen in sorted(sums.items())]


def _found(session: ScopedSession, bill: Bill) -> dict[Key, Compared]:
    query = select(BillOutcomeRow).where(BillOutcomeRow.bill == bill.number).order_by(BillOutcomeRow.number)
    return {
        (_read_day(row.day), row.key): Compared(
            day=_read_day(row.day),
            key=row.key,
            outcome=row.outcome,
            ours_fen=row.ours_fen,
            theirs_fen=row.theirs_fen,
            rows=(),
            since_ms=row.at_ms,
        )
        for row in session.scalars(query)
    }


def _changed(one: Compared, before: Compared | None) -> bool:
    return before is None or replace(before, rows=one.rows, since_ms=one.since_ms) != one


def _bill(row: BillRow) -> Bill:
    return Bill(
        number=row.number,
        tenant=TenantId(row.tenant_id),
        merchant=MerchantId(row.merchant_id),
        platform=row.platform,
        format=row.format,
        period=row.period,
        sha256=row.sha256,
        name=row.name,
        by=row.by,
        at_ms=row.at_ms,
    )


def _line_values(bill: Bill, line: BillLine) -> dict[str, object]:
    return {
        "tenant_id": bill.tenant,
        "bill": bill.number,
        "row": line.row,
        "sort": line.sort,
        "day": _written(line.day),
        "key": line.key,
        "amount_fen": line.amount_fen,
        "field": line.field,
        "code": line.code,
        "raw": line.raw,
    }


def _written(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def _read_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _scope(tenant: TenantId | None) -> Scope:
    return _HOUSE if tenant is None else TenantScope(tenant)
