"""What is kept beside charges, in SQL: creators' orders and credits here, service fees in `billing_fees`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, literal, select, update

from hongmao.billing.contracts import Charge
from hongmao.billing.creators import CreatorCost, CreatorOrder, OrderTerms, standing
from hongmao.billing.credits import Credit, NoteCredit
from hongmao.kernel.time import Window, numbered_day
from hongmao.ledger.contracts import Account, Batch, Entry, HoldState
from hongmao.storage.billing_fees import SqlFeeWork, fee_totals, read_terms
from hongmao.storage.days import day_number
from hongmao.storage.ledger_posting import SqlLedgerWork
from hongmao.storage.models import (
    AccountRow,
    BatchRow,
    ChargeRow,
    CreatorOrderRow,
    CreditRow,
    EntryRow,
    HoldRow,
)
from hongmao.storage.parts import in_parts
from hongmao.storage.records import to_data, to_values
from hongmao.storage.scope import PlatformScope, TenantScope

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import ColumnElement

    from hongmao.billing.fees import FeeTerms, FeeTotal
    from hongmao.kernel.ids import MerchantId, TenantId
    from hongmao.storage.database import Database
    from hongmao.storage.scope import ScopedSession

_HOUSE = PlatformScope("an order stands as its hold does, and holds belong to the ledger; rows are asked for by tenant")


class SqlBesideWork:
    """Implements `billing.beside.BesideWork`."""

    def __init__(self, session: ScopedSession) -> None:
        """Work in a transaction."""
        self.fees = SqlFeeWork(session)
        self.orders = SqlOrderWork(session)
        self.credits = SqlCreditWork(session)


class SqlOrderWork:
    """Implements `billing.beside.OrderWork`."""

    def __init__(self, session: ScopedSession) -> None:
        """Work in a transaction."""
        self._session = session

    def find(self, merchant: MerchantId, id: str) -> OrderTerms | None:
        """Find an order by the merchant's id for it."""
        row = self._session.get(CreatorOrderRow, (merchant, id), populate_existing=True)
        return to_data(OrderTerms, row) if row else None

    def add(self, terms: OrderTerms) -> None:
        """Keep a new order."""
        self._session.execute(insert(CreatorOrderRow), [to_values(terms, CreatorOrderRow)])

    def end(self, merchant: MerchantId, id: str, at_ms: int) -> None:
        """Keep when an order ended."""
        mine = (CreatorOrderRow.merchant_id == merchant, CreatorOrderRow.id == id)
        self._session.execute(update(CreatorOrderRow).where(*mine).values(ended_at_ms=at_ms))


class SqlCreditWork:
    """Implements `billing.beside.CreditWork`."""

    def __init__(self, session: ScopedSession) -> None:
        """Work in a transaction."""
        self._session = session

    def charges(self, tenant: TenantId | None, event_ids: Collection[str]) -> Mapping[str, Charge]:
        """Give the charges of these clicks; another tenant's are left out."""
        query = select(ChargeRow) if tenant is None else select(ChargeRow).where(ChargeRow.tenant_id == tenant)
        return {
            row.event_id: to_data(Charge, row)
            for part in in_parts(sorted(event_ids))
            for row in self._session.scalars(query.where(ChargeRow.event_id.in_(part)))
        }

    def find(self, event_ids: Collection[str]) -> Mapping[str, Credit]:
        """Give the credits of these clicks."""
        return _credits(self._session, event_ids)

    def add(self, given: Sequence[Credit]) -> None:
        """Keep credits."""
        self._session.execute(insert(CreditRow), [to_values(credit, CreditRow) for credit in given])

    def postings(self, keys: Collection[str]) -> Mapping[str, Batch]:
        """Read these postings back, their entries in the order in which they were written."""
        names = (AccountRow.owner, AccountRow.kind, AccountRow.line, AccountRow.funder)
        query = (
            select(BatchRow.key, BatchRow.why, BatchRow.at_ms, EntryRow.amount_fen, *names)
            .join(EntryRow, EntryRow.batch_number == BatchRow.number)
            .join(AccountRow, AccountRow.number == EntryRow.account_number)
            .order_by(EntryRow.number)
        )
        heads: dict[str, tuple[str, int]] = {}
        entries: dict[str, list[Entry]] = {}
        for part in in_parts(sorted(keys)):
            for row in self._session.execute(query.where(BatchRow.key.in_(part))):
                account = Account(owner=row.owner, kind=row.kind, line=row.line, funder=row.funder)
                heads[row.key] = (row.why, row.at_ms)
                entries.setdefault(row.key, []).append(Entry(account=account, amount_fen=row.amount_fen))
        return {
            key: Batch(key=key, why=why, at_ms=at_ms, entries=tuple(entries[key]))
            for key, (why, at_ms) in heads.items()
        }


class SqlBeside:
    """Implements `billing.beside.BesideReading`."""

    def __init__(self, database: Database) -> None:
        """Read a database."""
        self._database = database

    def fee_totals(self, tenant: TenantId, merchant: MerchantId) -> Sequence[FeeTotal]:
        """Add a merchant's fees up by platform, state and payer."""
        with self._database.session(TenantScope(tenant)) as session:
            return fee_totals(session, tenant, merchant)

    def fee_terms(self, tenant: TenantId, merchant: MerchantId) -> Sequence[FeeTerms]:
        """List a merchant's terms, in the order in which they were set."""
        with self._database.session(TenantScope(tenant)) as session:
            return read_terms(session, [merchant])

    def creator_orders(
        self, tenant: TenantId | None, merchant: MerchantId, *, after: str, limit: int, now_ms: int
    ) -> Sequence[CreatorOrder]:
        """List a merchant's orders by id, with what their holds say of them in the same moment."""
        query = select(CreatorOrderRow).where(CreatorOrderRow.merchant_id == merchant, CreatorOrderRow.id > after)
        if tenant is not None:
            query = query.where(CreatorOrderRow.tenant_id == tenant)
        with self._database.session(_HOUSE) as session:
            rows = session.scalars(query.order_by(CreatorOrderRow.id).limit(limit))
            orders = [to_data(OrderTerms, row) for row in rows]
            holds = SqlLedgerWork(session).holds({order.hold for order in orders})
            return [standing(order, holds[order.hold], now_ms) for order in orders]

    def creator_costs(self, tenant: TenantId | None, window: Window) -> Sequence[CreatorCost]:
        """Add up what was paid out for orders that were released in a window, by day, merchant and note."""
        day = day_number(CreatorOrderRow.ended_at_ms)
        by = (day, CreatorOrderRow.merchant_id, CreatorOrderRow.note_id)
        hold = literal("pgy/") + CreatorOrderRow.merchant_id + literal("/") + CreatorOrderRow.id
        query = (
            select(
                day.label("day"),
                CreatorOrderRow.merchant_id,
                CreatorOrderRow.note_id,
                func.count().label("orders"),
                func.sum(CreatorOrderRow.price_fen).label("price_fen"),
                func.sum(CreatorOrderRow.fee_fen).label("fee_fen"),
            )
            .join(HoldRow, HoldRow.key == hold)
            .where(CreatorOrderRow.ended_at_ms >= window.start_ms, CreatorOrderRow.ended_at_ms < window.end_ms)
            .where(HoldRow.state == HoldState.TAKEN)
            .group_by(*by)
        )
        if tenant is not None:
            query = query.where(CreatorOrderRow.tenant_id == tenant)
        with self._database.session(_HOUSE) as session:
            costs = [
                CreatorCost(
                    day=numbered_day(row.day),
                    merchant=row.merchant_id,
                    note=row.note_id,
                    orders=row.orders,
                    price_fen=int(row.price_fen),
                    fee_fen=int(row.fee_fen),
                )
                for row in session.execute(query)
            ]
        return sorted(costs, key=lambda one: (one.day, one.merchant, one.note is None, one.note or ""))

    def credits(self, tenant: TenantId | None, event_ids: Collection[str]) -> Mapping[str, Credit]:
        """Give the credits of these clicks; another tenant's are left out."""
        with self._database.session(_HOUSE if tenant is None else TenantScope(tenant)) as session:
            return _credits(session, event_ids)

    def credit_page(
        self, tenant: TenantId, merchant: MerchantId, window: Window, *, after: str, limit: int
    ) -> Sequence[Credit]:
        """List a merchant's credits that were given in a window."""
        query = select(CreditRow).where(
            CreditRow.merchant_id == merchant,
            CreditRow.at_ms >= window.start_ms,
            CreditRow.at_ms < window.end_ms,
            CreditRow.event_id > after,
        )
        with self._database.session(TenantScope(tenant)) as session:
            rows = session.scalars(query.order_by(CreditRow.event_id).limit(limit))
            return [to_data(Credit, row) for row in rows]

    def credited(self, tenant: TenantId | None, window: Window) -> Sequence[NoteCredit]:
        """Add up what was given back of clicks that happened in a window, by merchant and note, whenever it was."""
        return self._credited(tenant, window)

    def _credited(self, tenant: TenantId | None, window: Window, *given: ColumnElement[bool]) -> Sequence[NoteCredit]:
        by = (CreditRow.merchant_id, CreditRow.note_id)
        query = (
            select(*by, func.sum(CreditRow.amount_fen).label("amount_fen"))
            .join(ChargeRow, ChargeRow.event_id == CreditRow.event_id)
            .where(ChargeRow.at_ms >= window.start_ms, ChargeRow.at_ms < window.end_ms, *given)
            .group_by(*by)
            .order_by(*by)
        )
        with self._database.session(_HOUSE if tenant is None else TenantScope(tenant)) as session:
            return [
                NoteCredit(merchant=row.merchant_id, note=row.note_id, amount_fen=int(row.amount_fen))
                for row in session.execute(query)
            ]


class SqlBesideThen(SqlBeside):
    """The same as it was at an instant: orders that had been paid out, credits that had been given."""

    def __init__(self, database: Database, at_ms: int) -> None:
        """Read what stood up to an instant, it included."""
        super().__init__(database)
        self._at_ms = at_ms

    def creator_costs(self, tenant: TenantId | None, window: Window) -> Sequence[CreatorCost]:
        """Add up what had been paid out for orders that were released in a window."""
        end_ms = min(window.end_ms, self._at_ms + 1)
        return [] if end_ms <= window.start_ms else super().creator_costs(tenant, Window(window.start_ms, end_ms))

    def credited(self, tenant: TenantId | None, window: Window) -> Sequence[NoteCredit]:
        """Add up what had been given back of clicks that happened in a window."""
        return self._credited(tenant, window, CreditRow.at_ms <= self._at_ms)


def _credits(session: ScopedSession, event_ids: Collection[str]) -> dict[str, Credit]:
    return {
        row.event_id: to_data(Credit, row)
        for part in in_parts(sorted(event_ids))
        for row in session.scalars(select(CreditRow).where(CreditRow.event_id.in_(part)))
    }
