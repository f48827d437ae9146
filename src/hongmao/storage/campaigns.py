"""Advertiser accounts and what they place, in SQL. The newest state and the change that led to it are one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from hongmao.campaigns.contracts import TERMS, Advertiser, Binding, Carried, Change, Noun, Placed, State
from hongmao.campaigns.errors import AdvertiserExists, ChangedMeanwhile, NameTaken
from hongmao.kernel.ids import LinkId, MerchantId, TenantId
from hongmao.storage.models import AdvertiserRow, BindingRow, PlacedChangeRow, PlacedRow
from hongmao.storage.scope import PlatformScope, TenantScope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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

    def add(self, draft: Placed, *, by: str, lone_name: bool, why: str = "") -> Placed:
        """Keep a new thing and its first change, and give it its number."""
        with self._database.session(TenantScope(draft.tenant), write=True) as session:
            if lone_name:
                _demand_lone(session, draft)
            return _added(session, draft, by=by, why=why)

    def add_all(self, drafts: Sequence[Placed], *, by: str, why: str = "") -> list[Placed]:
        """Keep several new things, each with its first change: all of them or none."""
        with self._database.session(TenantScope(drafts[0].tenant), write=True) as session:
            return [_added(session, draft, by=by, why=why) for draft in drafts]

    def add_bound(
        self,
        drafts: Sequence[Placed],
        links: Mapping[int, LinkId],
        left: Mapping[LinkId, Placed],
        *,
        campaign: int,
        by: str,
        why: str = "",
    ) -> list[Placed]:
        """Keep new creativities of a campaign and what they carry: all of it or nothing."""
        made: list[Placed] = []
        try:
            with self._database.session(TenantScope(drafts[0].tenant), write=True) as session:
                for at, draft in enumerate(drafts):
                    one = _added(session, draft, by=by, why=why)
                    if (link := links.get(at)) is not None:
                        one = replace(one, version=one.version + 1)
                        carried = Binding(
                            link=link,
                            tenant=one.tenant,
                            creativity=one.number,
                            campaign=campaign,
                            at_ms=one.created_at_ms,
                        )
                        _bind(session, carried, one, left.get(link), by=by, why=why)
                    made.append(one)
        except IntegrityError as error:
            raise ChangedMeanwhile(id=", ".join(links.values())) from error  # two found one free
        return made

    def add_led(
        self, links: Sequence[Placed], then: Callable[[Sequence[Placed]], Placed], *, by: str, why: str = ""
    ) -> Placed:
        """Keep new direct links and what is made `then` of their numbers, under a name of its own: all of it or nothing."""
        with self._database.session(TenantScope(links[0].tenant), write=True) as session:
            draft = then([_added(session, link, by=by, why=why) for link in links])
            _demand_lone(session, draft)
            return _added(session, draft, by=by, why=why)

    def save(self, placed: Placed, *, act: str, by: str, lone_name: bool, why: str = "") -> None:
        """Keep the next version of a thing and the change; `ChangedMeanwhile` where it is not the next one."""
        with self._database.session(TenantScope(placed.tenant), write=True) as session:
            if lone_name:
                _demand_lone(session, placed)
            _save(session, placed, act=act, by=by, why=why)

    def save_all(self, placed: Sequence[Placed], *, act: str, by: str, why: str = "") -> None:
        """Keep the next versions of several things, each with its change: all of them or none."""
        if not placed:
            return
        with self._database.session(TenantScope(placed[0].tenant), write=True) as session:
            for one in placed:
                _save(session, one, act=act, by=by, why=why)

    def bind(self, binding: Binding, after: Placed, left: Placed | None, *, by: str, why: str = "") -> None:
        """Keep which creativity an ad link carries, with its next version, and with that of the one it `left`."""
        try:
            with self._database.session(TenantScope(binding.tenant), write=True) as session:
                _bind(session, binding, after, left, by=by, why=why)
        except IntegrityError as error:
            raise ChangedMeanwhile(id=binding.link) from error  # two found it free

    def unbind(self, tenant: TenantId, link: LinkId, after: Placed, *, by: str, why: str = "") -> None:
        """Forget what an ad link carries, with the creativity's next version."""
        with self._database.session(TenantScope(tenant), write=True) as session:
            _save(session, after, act="unbind", by=by, why=why)
            row = session.get(BindingRow, link)
            if row is None or row.creativity != after.number:
                raise ChangedMeanwhile(id=link)
            session.delete(row)

    def bindings(self, tenant: TenantId | None) -> Sequence[Binding]:
        """List a tenant's, or for the house's own look everybody's."""
        scope = TenantScope(tenant) if tenant is not None else PlatformScope("what links are charged and held for")
        with self._database.session(scope) as session:
            return [_binding(row) for row in session.scalars(select(BindingRow).order_by(BindingRow.link_id))]

    def carried(self) -> Sequence[Carried]:
        """Say what every tenant's bound links carry, as it was set: for the house's own look, which comes often."""
        creativity, unit = aliased(PlacedRow), aliased(PlacedRow)
        found = (
            select(BindingRow.link_id, creativity.state, unit.state, BindingRow.campaign)
            .join(creativity, creativity.number == BindingRow.creativity)
            .join(unit, unit.number == creativity.parent)
        )
        with self._database.session(PlatformScope("what links are held for")) as session:
            return [
                Carried(link=LinkId(link), creativity=State(made), unit=State(among), campaign=campaign)
                for link, made, among, campaign in session.execute(found)
            ]

    def campaigns_carried(self) -> Mapping[int, Placed]:
        """Give the campaigns that bound links belong to, by number: for the house's own look."""
        found = select(PlacedRow).where(PlacedRow.number.in_(select(BindingRow.campaign)))
        with self._database.session(PlatformScope("what links are held for")) as session:
            return {row.number: _placed(row) for row in session.scalars(found)}

    def every(self, noun: Noun) -> Sequence[Placed]:
        """List every tenant's things of one kind, oldest first, the deleted ones too: for the house's own look."""
        found = select(PlacedRow).where(PlacedRow.noun == noun.value).order_by(PlacedRow.number)
        with self._database.session(PlatformScope("what is to be reviewed and held")) as session:
            return [_placed(row) for row in session.scalars(found)]

    def accounts(self) -> Mapping[int, Advertiser]:
        """Give every tenant's accounts by number: for the house's own look."""
        with self._database.session(PlatformScope("whose campaigns are to be held")) as session:
            return {row.number: _advertiser(row) for row in session.scalars(select(AdvertiserRow))}

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
            return [_told(row, noun) for row in session.scalars(found)]

    def newest_changes(self, tenant: TenantId, nouns: Mapping[int, Noun], limit: int) -> Sequence[Change]:
        """List what was done to several things, newest first; `nouns` says what each number is."""
        found = select(PlacedChangeRow).where(PlacedChangeRow.placed.in_(nouns))
        newest = found.order_by(PlacedChangeRow.number.desc()).limit(limit)
        with self._database.session(TenantScope(tenant)) as session:
            return [_told(row, nouns[row.placed]) for row in session.scalars(newest)]


def _bind(session: ScopedSession, binding: Binding, after: Placed, left: Placed | None, *, by: str, why: str) -> None:
    row = session.get(BindingRow, binding.link)
    if (row and row.creativity) != (left and left.number):
        raise ChangedMeanwhile(id=binding.link)
    _save(session, after, act="bind", by=by, why=why)
    if left is not None:
        _save(session, left, act="unbind", by=by, why=why)
    if row is None:
        row = BindingRow(link_id=binding.link, tenant_id=binding.tenant)
        session.add(row)
    row.creativity, row.campaign, row.at_ms = binding.creativity, binding.campaign, binding.at_ms


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


def _added(session: ScopedSession, draft: Placed, *, by: str, why: str) -> Placed:
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
    session.add(_change(draft, row.number, act="create", by=by, why=why))
    return _placed(row)


def _save(session: ScopedSession, placed: Placed, *, act: str, by: str, why: str) -> None:
    row = session.get(PlacedRow, placed.number)
    if row is None or row.version != placed.version - 1:
        raise ChangedMeanwhile(id=placed.number)
    for column, value in _content(placed).items():
        setattr(row, column, value)
    row.version, row.updated_at_ms = placed.version, placed.updated_at_ms
    session.add(_change(placed, placed.number, act=act, by=by, why=why))


def _content(placed: Placed) -> dict[str, object]:
    terms = msgspec.json.encode(placed.terms).decode()
    return {"name": placed.name, "state": placed.state.value, "terms": terms}


def _change(placed: Placed, number: int, *, act: str, by: str, why: str) -> PlacedChangeRow:
    return PlacedChangeRow(
        tenant_id=placed.tenant,
        placed=number,
        version=placed.version,
        act=act,
        by=by,
        why=why,
        at_ms=placed.updated_at_ms,
        **_content(placed),
    )


def _told(row: PlacedChangeRow, noun: Noun) -> Change:
    return Change(
        placed=row.placed,
        version=row.version,
        act=row.act,
        by=row.by,
        why=row.why,
        at_ms=row.at_ms,
        name=row.name,
        state=State(row.state),
        terms=msgspec.json.decode(row.terms, type=TERMS[noun]),
    )


def _advertiser(row: AdvertiserRow) -> Advertiser:
    return Advertiser(
        number=row.number,
        tenant=TenantId(row.tenant_id),
        merchant=MerchantId(row.merchant_id),
        name=row.name,
        created_at_ms=row.created_at_ms,
    )


def _binding(row: BindingRow) -> Binding:
    return Binding(
        link=LinkId(row.link_id),
        tenant=TenantId(row.tenant_id),
        creativity=row.creativity,
        campaign=row.campaign,
        at_ms=row.at_ms,
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
