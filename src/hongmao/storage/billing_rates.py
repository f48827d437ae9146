"""Agreements on how campaigns are charged, in SQL, and what links bid by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import func, insert, select

from hongmao.billing.budgets import Scheme
from hongmao.billing.ocpx import GOALS, Bid
from hongmao.billing.rating import Agreement
from hongmao.campaigns.contracts import CampaignTerms, State
from hongmao.kernel.ids import LinkId, TenantId
from hongmao.storage.models import BindingRow, CampaignRateRow, PlacedRow
from hongmao.storage.records import to_data, to_values
from hongmao.storage.scope import PlatformScope, TenantScope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.storage.database import Database


class SqlRateStore:
    """Implements `billing.rating.RateStore`."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database

    def add(self, agreement: Agreement) -> None:
        """Keep one more."""
        with self._database.session(TenantScope(agreement.tenant), write=True) as session:
            session.execute(insert(CampaignRateRow), [to_values(agreement, CampaignRateRow)])

    def of(self, tenant: TenantId) -> Sequence[Agreement]:
        """List a tenant's, in the order in which they were made."""
        with self._database.session(TenantScope(tenant)) as session:
            rows = session.scalars(select(CampaignRateRow).order_by(CampaignRateRow.number))
            return [to_data(Agreement, row, scheme=Scheme(row.scheme)) for row in rows]

    def bids(self) -> Sequence[Bid]:
        """Say what every tenant's links bid for goals now, by link."""
        newest = select(func.max(CampaignRateRow.number)).group_by(CampaignRateRow.campaign)
        found = (
            select(
                BindingRow.link_id,
                BindingRow.tenant_id,
                CampaignRateRow.campaign,
                CampaignRateRow.amount_fen,
                PlacedRow.terms,
            )
            .join(CampaignRateRow, CampaignRateRow.campaign == BindingRow.campaign)
            .join(PlacedRow, PlacedRow.number == BindingRow.campaign)
            .where(CampaignRateRow.number.in_(newest), CampaignRateRow.scheme == Scheme.OCPX.value)
            .where(PlacedRow.state != State.DELETED.value)
            .order_by(BindingRow.link_id)
        )
        with self._database.session(PlatformScope("prices are set for every tenant's links")) as session:
            return [
                Bid(
                    link=LinkId(link),
                    tenant=TenantId(tenant),
                    campaign=campaign,
                    target_fen=target_fen,
                    goals=GOALS.get(msgspec.json.decode(terms, type=CampaignTerms).optimize_target or 0, ()),
                )
                for link, tenant, campaign, target_fen, terms in session.execute(found)
            ]
