"""Advertiser accounts and what they place, in SQL. The newest state and the change that led to it are one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hongmao.campaigns.contracts import TERMS, Advertiser, Change, Noun, Placed, State
from hongmao.campaigns.errors import AdvertiserExists, ChangedMeanwhile, NameTaken
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.storage.models import AdvertiserRow, PlacedChangeRow, PlacedRow
from hongmao.storage.scope import TenantScope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.storage.database import Database
    from hongmao.storage.scope import ScopedSession


class SqlCampaignStore:
    """Implements `campaigns.store.CampaignStore`."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database

    def open_advertiser(self, tenant: TenantId, merchant: MerchantId, name: str, *, at_ms: int) -> Advertiser:
        """Keep a new account; `AdvertiserExists` where the merchant has one."""
        row = AdvertiserRow(tenant_id=tenant, merchant_id=merchant, name=name, created_at_ms=at_ms)
        try:
            with self._database.session(TenantScope(tenant), write=True) as session:
                session.add(row)
        except IntegrityError as error:
            if any(one.merchant == merchant for one in self.advertisers(tenant)):
                raise AdvertiserExists(id=merchant) from error
            raise  # it names a merchant that is not there
        return _advertiser(row)

    def advertiser(self, tenant: TenantId, number: int) -> Advertiser | None:
        """Find a tenant's account."""
        with self._database.session(TenantScope(tenant)) as session:
            row = session.get(AdvertiserRow, number)
            return _advertiser(row) if row else None

    def advertisers(self, tenant: TenantId) -> Sequence[Advertiser]:
        """List a tenant's accounts, oldest first."""
        with self._database.session(TenantScope(tenant)) as session:
            return [_advertiser(row) for row in session.scalars(select(AdvertiserRow).order_by(AdvertiserRow.number))]

    def add(self, draft: Placed, *, by: str, lone_name: bool) -> Placed:
        """Keep a new thing and its first change, and give it its number."""
        with self._database.session(TenantScope(draft.tenant), write=True) as session:
            if lone_name:
                _demand_lone(session, draft)
            row = PlacedRow(
                tenant_id=draft.tenant,
                noun=draft.noun.value,
                advertiser=draft.advertiser,
                parent=draft.parent,
                created_at_ms=draft.created_at_ms,
                updated_at_ms=draft.updated_at_ms,
                version=draft.version,
                **_content(draft),
            )
            session.add(row)
            session.flush()
            session.add(_change(draft, row.number, act="create", by=by))
            return _placed(row)

    def save(self, placed: Placed, *, act: str, by: str, lone_name: bool) -> None:
        """Keep the next version of a thing and the change; `ChangedMeanwhile` where it is not the next one."""
        with self._database.session(TenantScope(placed.tenant), write=True) as session:
            row = session.get(PlacedRow, placed.number)
            if row is None or row.version != placed.version - 1:
                raise ChangedMeanwhile(id=placed.number)
            if lone_name:
                _demand_lone(session, placed)
            for column, value in _content(placed).items():
                setattr(row, column, value)
            row.version, row.updated_at_ms = placed.version, placed.updated_at_ms
            session.add(_change(placed, placed.number, act=act, by=by))

    def get(self, tenant: TenantId, advertiser: int, noun: Noun, number: int) -> Placed | None:
        """Find a thing under an account."""
        with self._database.session(TenantScope(tenant)) as session:
            row = session.get(PlacedRow, number)
            if row is None or (row.noun, row.advertiser) != (noun.value, advertiser):
                return None
            return _placed(row)

    def of(self, tenant: TenantId, advertiser: int, noun: Noun) -> Sequence[Placed]:
        """List an account's things of one kind, oldest first, the deleted ones too."""
        found = select(PlacedRow).where(PlacedRow.advertiser == advertiser, PlacedRow.noun == noun.value)
        with self._database.session(TenantScope(tenant)) as session:
            return [_placed(row) for row in session.scalars(found.order_by(PlacedRow.number))]

    def changes(self, tenant: TenantId, noun: Noun, number: int) -> Sequence[Change]:
        """List what was done to a thing, first to last."""
        found = select(PlacedChangeRow).where(PlacedChangeRow.placed == number).order_by(PlacedChangeRow.version)
        with self._database.session(TenantScope(tenant)) as session:
            return [
                Change(
                    placed=row.placed,
                    version=row.version,
                    act=row.act,
                    by=row.by,
                    at_ms=row.at_ms,
                    name=row.name,
                    state=State(row.state),
                    terms=msgspec.json.decode(row.terms, type=TERMS[noun]),
                )
                for row in session.scalars(found)
            ]


def _demand_lone(session: ScopedSession, placed: Placed) -> None:
    found = select(PlacedRow.number).where(
        PlacedRow.advertiser == placed.advertiser,
        PlacedRow.noun == placed.noun.value,
        PlacedRow.name == placed.name,
        PlacedRow.state != State.DELETED.value,
        PlacedRow.number != placed.number,
        PlacedRow.parent.is_(None) if placed.parent is None else PlacedRow.parent == placed.parent,
    )
    other = session.scalars(found.limit(1)).first()
    if other is not None:
        raise NameTaken(place=f"{placed.noun.value}_name", id=other)


def _content(placed: Placed) -> dict[str, object]:
    terms = msgspec.json.encode(placed.terms).decode()
    return {"name": placed.name, "state": placed.state.value, "terms": terms}


def _change(placed: Placed, number: int, *, act: str, by: str) -> PlacedChangeRow:
    return PlacedChangeRow(
        tenant_id=placed.tenant,
        placed=number,
        version=placed.version,
        act=act,
        by=by,
        at_ms=placed.updated_at_ms,
        **_content(placed),
    )


def _advertiser(row: AdvertiserRow) -> Advertiser:
    return Advertiser(
        number=row.number,
        tenant=TenantId(row.tenant_id),
        merchant=MerchantId(row.merchant_id),
        name=row.name,
        created_at_ms=row.created_at_ms,
    )


def _placed(row: PlacedRow) -> Placed:
    noun = Noun(row.noun)
    return Placed(
        number=row.number,
        tenant=TenantId(row.tenant_id),
        noun=noun,
        advertiser=row.advertiser,
        parent=row.parent,
        name=row.name,
        state=State(row.state),
        terms=msgspec.json.decode(row.terms, type=TERMS[noun]),
        version=row.version,
        created_at_ms=row.created_at_ms,
        updated_at_ms=row.updated_at_ms,
    )
