"""Appointments of agencies in SQL."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from hongmao.billing.agencies.contracts import AgencyClient
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.storage.models import AgencyClientRow
from hongmao.storage.scope import PlatformScope, TenantScope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.storage.database import Database

_HOUSE = PlatformScope("an agency's appointments stand with its clients, in their tenants")


class SqlAgencyStore:
    """Implements `billing.agencies.store.AgencyStore`."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database

    def add(self, client: AgencyClient) -> None:
        """Keep an appointment."""
        row = AgencyClientRow(
            agency_tenant=client.agency,
            merchant_id=client.merchant,
            tenant_id=client.tenant,
            from_day=client.from_day.isoformat(),
            to_day=client.to_day.isoformat() if client.to_day else None,
            by=client.by,
            at_ms=client.at_ms,
        )
        with self._database.session(TenantScope(client.tenant), write=True) as session:
            session.add(row)

    def kept(
        self, *, agency: TenantId | None = None, tenant: TenantId | None = None, merchant: MerchantId | None = None
    ) -> Sequence[AgencyClient]:
        """List appointments, first to last."""
        asked = (
            (AgencyClientRow.agency_tenant, agency),
            (AgencyClientRow.tenant_id, tenant),
            (AgencyClientRow.merchant_id, merchant),
        )
        query = select(AgencyClientRow).where(*(column == value for column, value in asked if value is not None))
        with self._database.session(_HOUSE) as session:
            return [_client(row) for row in session.scalars(query.order_by(AgencyClientRow.number))]


def _client(row: AgencyClientRow) -> AgencyClient:
    return AgencyClient(
        agency=TenantId(row.agency_tenant),
        merchant=MerchantId(row.merchant_id),
        tenant=TenantId(row.tenant_id),
        from_day=date.fromisoformat(row.from_day),
        to_day=date.fromisoformat(row.to_day) if row.to_day else None,
        by=row.by,
        at_ms=row.at_ms,
    )
