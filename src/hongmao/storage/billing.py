"""Charges in SQL, in one transaction with the ledger's postings and the position in the log."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import String, and_, column, func, insert, select, values

from hongmao.billing.budgets import CampaignDay
from hongmao.billing.coinvest import Member, Programme
from hongmao.billing.contracts import Charge, Funded, Uncharged
from hongmao.billing.cpm import ShownDay
from hongmao.storage.billing_beside import SqlBeside, SqlBesideWork
from hongmao.storage.billing_days import SqlDaysWork
from hongmao.storage.billing_spend import added, clicks_funded, clicks_spent, funded_together, shown_funded, shown_spent
from hongmao.storage.consumers import advance
from hongmao.storage.ledger_posting import SqlLedgerWork
from hongmao.storage.models import (
    CampaignDayRow,
    ChargeRow,
    MemberRow,
    PositionRow,
    ProgrammeRow,
    ShownDayRow,
)
from hongmao.storage.parts import in_parts
from hongmao.storage.records import to_data, to_values
from hongmao.storage.scope import PlatformScope, TenantScope
from hongmao.storage.upsert import insert_or_set

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy import ColumnElement, Select

    from hongmao.billing.contracts import Spend
    from hongmao.billing.rules import Tap
    from hongmao.kernel.ids import MerchantId, TenantId
    from hongmao.kernel.time import Window
    from hongmao.storage.database import Database
    from hongmao.storage.scope import Scope, ScopedSession

CONSUMER = "billing"
_HOUSE = PlatformScope("billing follows the log, which holds every tenant's clicks")


class SqlBillingWork:
    """Implements `billing.store.BillingWork`."""

    def __init__(self, session: ScopedSession) -> None:
        """Work in a transaction."""
        self._session = session
        self.ledger = SqlLedgerWork(session)
        self.beside = SqlBesideWork(session)
        self.days = SqlDaysWork(session, CONSUMER)

    def charged(self, event_ids: Collection[str]) -> frozenset[str]:
        """Say which of these clicks have a charge already."""
        return frozenset(
            found
            for part in in_parts(sorted(event_ids))
            for found in self._session.scalars(select(ChargeRow.event_id).where(ChargeRow.event_id.in_(part)))
        )

    def paid(self, taps: Collection[Tap]) -> frozenset[Tap]:
        """Say for which of these taps a click was paid already.

        They are a table to be joined: given pairs to look among, SQLite would read every paid click there is.
        """
        return frozenset(
            (row.link_id, row.impression or "")
            for part in in_parts(sorted(taps))
            for row in self._session.execute(_paid(part))
        )

    def add(self, charges: Sequence[Charge]) -> None:
        """Keep charges."""
        if charges:
            self._session.execute(insert(ChargeRow), [to_values(charge, ChargeRow) for charge in charges])

    def programmes(self) -> Sequence[Programme]:
        """List the co-investment programmes, by id."""
        rows = self._session.scalars(select(ProgrammeRow).order_by(ProgrammeRow.id))
        return [to_data(Programme, row) for row in rows]

    def add_programme(self, programme: Programme) -> None:
        """Keep a new programme."""
        self._session.execute(insert(ProgrammeRow), [to_values(programme, ProgrammeRow)])

    def members(self, merchants: Collection[MerchantId] | None) -> Sequence[Member]:
        """List who is or was in a programme: of these merchants, or all."""
        query = select(MemberRow).order_by(MemberRow.programme, MemberRow.merchant_id)
        if merchants is None:
            return [to_data(Member, row) for row in self._session.scalars(query)]
        return [
            to_data(Member, row)
            for part in in_parts(sorted(merchants))
            for row in self._session.scalars(query.where(MemberRow.merchant_id.in_(part)))
        ]

    def keep_members(self, members: Sequence[Member]) -> None:
        """Keep members as they are now."""
        rows = [to_values(member, MemberRow) for member in members]
        insert_or_set(self._session, MemberRow, rows, "seen_fen", "matched_fen", "joined_at_ms", "left_at_ms")

    def move_to(self, offset: int) -> None:
        """Keep the offset, never backwards."""
        advance(self._session, CONSUMER, offset)


class SqlBillingStore:
    """Implements `billing.store.BillingStore`."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database
        self.beside = SqlBeside(database)

    @contextmanager
    def begin(self) -> Iterator[SqlBillingWork]:
        """Begin a transaction that holds the write lock."""
        with self._database.session(_HOUSE, write=True) as session:
            yield SqlBillingWork(session)

    def position(self) -> int:
        """Give the log offset that is kept; 0 at first."""
        with self._database.session(_HOUSE) as session:
            row = session.get(PositionRow, CONSUMER)
            return row.log_offset if row else 0

    def charge(
        self, tenant: TenantId | None, *, event_id: str | None = None, click_id: str | None = None
    ) -> Charge | None:
        """Find a charge by its event or click."""
        wanted = ChargeRow.event_id == event_id if event_id is not None else ChargeRow.click_id == click_id
        with self._database.session(_scope(tenant)) as session:
            row = session.scalar(select(ChargeRow).where(wanted).order_by(ChargeRow.number).limit(1))
            return to_data(Charge, row) if row else None

    def charges(
        self, tenant: TenantId | None, window: Window, *, after: int, limit: int
    ) -> Sequence[tuple[int, Charge]]:
        """List charges of a window with their numbers."""
        query = select(ChargeRow).where(*_within(window), ChargeRow.number > after)
        with self._database.session(_scope(tenant)) as session:
            rows = session.scalars(query.order_by(ChargeRow.number).limit(limit))
            return [(row.number, to_data(Charge, row)) for row in rows]

    def campaign_days(self, tenant: TenantId, from_day: int, to_day: int) -> Sequence[CampaignDay]:
        """List the days of a tenant's campaigns, by campaign and day."""
        found = select(CampaignDayRow).where(CampaignDayRow.day >= from_day, CampaignDayRow.day < to_day)
        with self._database.session(TenantScope(tenant)) as session:
            rows = session.scalars(found.order_by(CampaignDayRow.campaign, CampaignDayRow.day))
            return [to_data(CampaignDay, row) for row in rows]

    def shown_days(self, tenant: TenantId, from_day: int, to_day: int) -> Sequence[ShownDay]:
        """List what was shown of a tenant's campaigns."""
        found = select(ShownDayRow).where(ShownDayRow.day >= from_day, ShownDayRow.day < to_day)
        by = (ShownDayRow.campaign, ShownDayRow.day, ShownDayRow.link_id, ShownDayRow.price_fen)
        with self._database.session(TenantScope(tenant)) as session:
            return [to_data(ShownDay, row) for row in session.scalars(found.order_by(*by))]

    def spend(self, tenant: TenantId | None, window: Window) -> Sequence[Spend]:
        """Add paid charges up by day, note, link and line, and what impressions of whole days of the window cost."""
        with self._database.session(_scope(tenant)) as session:
            return added(clicks_spent(session, _within(window)), shown_spent(session, window))

    def funded(self, tenant: TenantId | None, merchant: MerchantId | None, window: Window) -> Sequence[Funded] | None:
        """Add up what paid the clicks of a window, and the impressions of its whole days, by funder.

        It is what left each account in the postings. What Alibaba's media pays on is what the wallet has paid already, and is
        not counted again.
        """
        mine = [] if tenant is None else [ChargeRow.tenant_id == tenant]
        mine += [] if merchant is None else [ChargeRow.merchant_id == merchant]
        with self._database.session(_HOUSE) as session:
            shown = shown_funded(session, tenant, merchant, window)
            return funded_together(shown, clicks_funded(session, *_within(window), *mine))

    def uncharged(self, tenant: TenantId, merchant: MerchantId, window: Window) -> Sequence[Uncharged]:
        """Count the clicks that cost nothing, by reason."""
        query = (
            select(ChargeRow.reason, func.count().label("clicks"))
            .where(*_within(window), ChargeRow.merchant_id == merchant, ChargeRow.reason.is_not(None))
            .group_by(ChargeRow.reason)
            .order_by(ChargeRow.reason)
        )
        with self._database.session(TenantScope(tenant)) as session:
            return [Uncharged(reason=row.reason or "", clicks=row.clicks) for row in session.execute(query)]


def _paid(taps: Sequence[Tap]) -> Select[str, str | None]:
    asked = values(column("link", String), column("impression", String), name="asked").data(list(taps)).cte("asked")
    same = and_(ChargeRow.link_id == asked.c.link, ChargeRow.impression == asked.c.impression)
    return (
        select(ChargeRow.link_id, ChargeRow.impression)
        .select_from(asked)
        .join(ChargeRow, same)
        .where(ChargeRow.amount_fen > 0, ChargeRow.impression.is_not(None))
    )


def _within(window: Window) -> tuple[ColumnElement[bool], ...]:
    return (ChargeRow.at_ms >= window.start_ms, ChargeRow.at_ms < window.end_ms)


def _scope(tenant: TenantId | None) -> Scope:
    return _HOUSE if tenant is None else TenantScope(tenant)
