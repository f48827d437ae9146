"""Service fees in SQL: facts, lines and terms."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, inspect, select

from hongmao.billing.fees import FeeFact, FeeLine, FeeTerms, FeeTotal
from hongmao.storage.models import FeeFactRow, FeeLineRow, FeeTermsRow
from hongmao.storage.records import to_data, to_values
from hongmao.storage.upsert import insert_or_set

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement

    from hongmao.billing.fees import Order, Slot
    from hongmao.kernel.ids import MerchantId, TenantId
    from hongmao.storage.base import Base
    from hongmao.storage.scope import ScopedSession

ORDERS_PER_QUERY = 500  # fewer than any engine takes for its parameters


class SqlFeeWork:
    """Implements `billing.beside.FeeWork`."""

    def __init__(self, session: ScopedSession) -> None:
        """Work in a transaction."""
        self._session = session

    def facts(self, orders: Collection[Order]) -> Mapping[Order, Mapping[Slot, FeeFact]]:
        """Give the newest facts of these sub-orders."""
        found: dict[Order, dict[Slot, FeeFact]] = {}
        for where in _named(FeeFactRow, orders):
            for row in self._session.scalars(select(FeeFactRow).where(*where)):
                fact = to_data(FeeFact, row)
                found.setdefault(fact.order, {})[fact.slot, fact.ref] = fact
        return found

    def keep_facts(self, facts: Sequence[FeeFact]) -> None:
        """Keep facts in place of older ones."""
        rows = [to_values(fact, FeeFactRow) for fact in facts]
        insert_or_set(self._session, FeeFactRow, rows, *_values_of(FeeFactRow))

    def lines(self, orders: Collection[Order]) -> Mapping[Order, FeeLine]:
        """Give these sub-orders as they are booked."""
        rows = (
            row
            for where in _named(FeeLineRow, orders)
            for row in self._session.scalars(select(FeeLineRow).where(*where))
        )
        return {line.order: line for line in (to_data(FeeLine, row) for row in rows)}

    def lines_of(self, merchant: MerchantId, platform: str, *, after: str, limit: int) -> Sequence[FeeLine]:
        """List a merchant's sub-orders on a platform. Each comes as it is now, whatever this transaction read before."""
        query = (
            select(FeeLineRow)
            .where(FeeLineRow.merchant_id == merchant, FeeLineRow.platform == platform, FeeLineRow.sub_order > after)
            .order_by(FeeLineRow.sub_order)
            .limit(limit)
            .execution_options(populate_existing=True)
        )
        return [to_data(FeeLine, row) for row in self._session.scalars(query)]

    def keep_lines(self, lines: Sequence[FeeLine]) -> None:
        """Keep sub-orders as they are booked now."""
        rows = [to_values(line, FeeLineRow) for line in lines]
        insert_or_set(self._session, FeeLineRow, rows, *_values_of(FeeLineRow))

    def terms(self, merchants: Collection[MerchantId]) -> Sequence[FeeTerms]:
        """List the terms of merchants, in the order in which they were set."""
        return read_terms(self._session, merchants)

    def add_terms(self, terms: FeeTerms) -> FeeTerms:
        """Keep terms; give them with their number."""
        values = to_values(terms, FeeTermsRow)
        del values["number"]
        row = self._session.scalars(insert(FeeTermsRow).returning(FeeTermsRow), [values]).one()
        return to_data(FeeTerms, row)


def read_terms(session: ScopedSession, merchants: Collection[MerchantId]) -> Sequence[FeeTerms]:
    """Read merchants' terms, in the order in which they were set."""
    wanted = sorted(merchants)
    rows = (
        row
        for start in range(0, len(wanted), ORDERS_PER_QUERY)
        for row in session.scalars(
            select(FeeTermsRow).where(FeeTermsRow.merchant_id.in_(wanted[start : start + ORDERS_PER_QUERY]))
        )
    )
    return sorted((to_data(FeeTerms, row) for row in rows), key=lambda one: one.number)


def fee_totals(session: ScopedSession, tenant: TenantId, merchant: MerchantId) -> Sequence[FeeTotal]:
    """Add a merchant's fees up by platform, state and payer."""
    by = (FeeLineRow.platform, FeeLineRow.state, FeeLineRow.payer)
    query = (
        select(*by, func.count().label("orders"), func.sum(FeeLineRow.booked_fen).label("booked_fen"))
        .where(FeeLineRow.tenant_id == tenant, FeeLineRow.merchant_id == merchant)
        .group_by(*by)
    )
    totals = (
        FeeTotal(
            platform=row.platform,
            state=row.state,
            payer=row.payer,
            orders=row.orders,
            booked_fen=int(row.booked_fen),
        )
        for row in session.execute(query)
    )
    return sorted(totals, key=lambda one: (one.platform, one.state, one.payer or ""))


def _values_of(model: type[Base]) -> list[str]:
    """Name the columns that are no part of a row's key."""
    mapper = inspect(model)
    return [column.key for column in mapper.columns if column not in mapper.primary_key]


def _named(
    model: type[FeeFactRow | FeeLineRow], orders: Collection[Order]
) -> Iterator[tuple[ColumnElement[bool], ...]]:
    """Ask for sub-orders by tenant and platform: SQLite finds no row by an index where it is given rows of values."""
    by_place = itertools.groupby(sorted(orders), key=lambda order: order[:2])
    for (tenant, platform), mine in by_place:
        subs = [sub_order for *_, sub_order in mine]
        for start in range(0, len(subs), ORDERS_PER_QUERY):
            part = subs[start : start + ORDERS_PER_QUERY]
            yield model.tenant_id == tenant, model.platform == platform, model.sub_order.in_(part)
