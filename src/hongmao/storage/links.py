"""Ad links in SQL."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import literal, select, tuple_
from sqlalchemy.exc import IntegrityError

from hongmao.links.contracts import AdLink, LinkChanges, Review
from hongmao.links.errors import LinkExists, LinkUnknown
from hongmao.storage.link_diverts import own_way, reprice
from hongmao.storage.link_holds import holds_of, lift_hold, place_hold, set_holds
from hongmao.storage.models import AdLinkRow, LinkChangeRow
from hongmao.storage.records import to_data, to_values
from hongmao.storage.revisions import LINKS, revision_in
from hongmao.storage.revisions import revision as revision_of
from hongmao.storage.scope import PlatformScope, TenantScope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Row, Select

    from hongmao.kernel.ids import LinkId, TenantId
    from hongmao.links.holds import HoldSource, LinkHold
    from hongmao.storage.database import Database
    from hongmao.storage.scope import ScopedSession

_JUMP = PlatformScope("the jump serves readers and belongs to no tenant")
_GATE = PlatformScope("what a source holds is worked out for every tenant at once")
PAGE_ROWS: Final = 512
"""Links that are read as objects at once: a first look is at all of them."""
_REVIEW: Final = {int(review): review for review in Review}
_REVIEWS = ("deeplink_review", "universal_link_review", "fallback_review")


class SqlLinkStore:
    """Implements `links.store.LinkStore`."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database

    def add(self, link: AdLink) -> None:
        """Keep a new link; `LinkExists` where the id is taken."""
        try:
            with self._database.session(TenantScope(link.tenant), write=True) as session:
                session.add(AdLinkRow(**to_values(link, AdLinkRow)))
        except IntegrityError as error:
            if self._known(link.id):
                raise LinkExists(id=link.id) from error
            raise  # it names a shop, item or note that is not there

    def change(self, tenant: TenantId, link: LinkId, decide: Callable[[AdLink], AdLink]) -> AdLink:
        """Replace a link by what `decide` makes of it; whether it is paused stays what its holds say."""
        with self._database.session(TenantScope(tenant), write=True) as session:
            row = _row(session, link)
            for column, value in to_values(decide(link_of_row(row)), AdLinkRow).items():
                if column != "paused":
                    setattr(row, column, value)
            return link_of_row(row)

    def reprice(self, tenant: TenantId, link: LinkId, price_fen: int) -> AdLink:
        """Set what a click costs; while a link is diverted, what it will cost when it is not."""
        with self._database.session(TenantScope(tenant), write=True) as session:
            row = _row(session, link)
            reprice(session, row, price_fen)
            return link_of_row(row)

    def hold(self, tenant: TenantId, hold: LinkHold) -> AdLink:
        """Keep a hold, in place of one of its source, and pause the link with it."""
        with self._database.session(TenantScope(tenant), write=True) as session:
            row = _row(session, hold.link)
            place_hold(session, row, hold)
            return link_of_row(row)

    def lift(self, tenant: TenantId, link: LinkId, source: HoldSource) -> AdLink:
        """Drop a source's hold, if there is one; the link serves again where nobody else holds it."""
        with self._database.session(TenantScope(tenant), write=True) as session:
            row = _row(session, link)
            lift_hold(session, row, source)
            return link_of_row(row)

    def holds(self, tenant: TenantId, link: LinkId) -> Sequence[LinkHold]:
        """List who holds a tenant's link, by source."""
        with self._database.session(TenantScope(tenant)) as session:
            return holds_of(session, link)

    def set_holds(self, source: HoldSource, wanted: Mapping[LinkId, str], at_ms: int) -> int:
        """Make a source's holds those that are wanted, whosever the links are, in one transaction."""
        with self._database.session(_GATE, write=True) as session:
            return set_holds(session, source, wanted, at_ms)

    def get(self, tenant: TenantId, link: LinkId) -> AdLink | None:
        """Find a tenant's link; somebody else's reads as None."""
        with self._database.session(TenantScope(tenant)) as session:
            row = session.get(AdLinkRow, link)
            return link_of_row(row) if row else None

    def undiverted(self, tenant: TenantId, link: LinkId) -> AdLink | None:
        """Find a tenant's link as it leads when it is not led to its shop's page for a while."""
        with self._database.session(TenantScope(tenant)) as session:
            row = session.get(AdLinkRow, link)
            return own_way(session, link_of_row(row)) if row else None

    def of_tenant(self, tenant: TenantId) -> Sequence[AdLink]:
        """List a tenant's links, oldest first."""
        with self._database.session(TenantScope(tenant)) as session:
            return [link_of_row(row) for row in session.scalars(select(AdLinkRow).order_by(*_OLDEST))]

    def table(self) -> Sequence[AdLink]:
        """List every link of the deployment, oldest first."""
        with self._database.session(_JUMP) as session:
            return [_link_of(row) for row in session.execute(select(*_COLUMNS).order_by(*_OLDEST))]

    def revision(self) -> int:
        """Give a number that grows with every change; the database itself counts them, whoever makes them."""
        return revision_of(self._database, LINKS)

    def changes(self, after: int) -> Iterator[LinkChanges]:
        """Give what has changed after a revision, in pages of one snapshot."""
        with self._database.session(_JUMP) as session:
            revision, place = revision_in(session, LINKS), (after + 1, "")
            while True:
                rows = session.execute(_page_behind(*place)).all()
                yield LinkChanges(
                    revision=revision,
                    links=[_read(row) for row in rows if row[_ID] is not None],
                    gone=[row[_CHANGED] for row in rows if row[_ID] is None],
                )
                if len(rows) < PAGE_ROWS:
                    return
                place = rows[-1][_REVISION], rows[-1][_CHANGED]

    def _known(self, link: LinkId) -> bool:
        with self._database.session(_JUMP) as session:
            return session.get(AdLinkRow, link) is not None


_OLDEST = (AdLinkRow.created_at_ms, AdLinkRow.id)
_FIELDS: Final = tuple(field.name for field in fields(AdLink))
_COLUMNS: Final = tuple(getattr(AdLinkRow, name if hasattr(AdLinkRow, name) else f"{name}_id") for name in _FIELDS)
_REVISION, _CHANGED, _FIRST = range(3)
_ID: Final = _FIRST + _FIELDS.index("id")


def _row(session: ScopedSession, link: LinkId) -> AdLinkRow:
    row = session.get(AdLinkRow, link)
    if row is None:
        raise LinkUnknown(id=link)
    return row


def _page_behind(revision: int, link: str) -> Select[Any]:
    change = (LinkChangeRow.revision, LinkChangeRow.link_id)
    return (
        select(*change, *_COLUMNS)
        .outerjoin(AdLinkRow, AdLinkRow.id == LinkChangeRow.link_id)
        .where(tuple_(*change) > tuple_(literal(revision), literal(link)))
        .order_by(*change)
        .limit(PAGE_ROWS)
    )


def _read(row: Row[Any]) -> AdLink:
    return _link_of(row[_FIRST:])


def _link_of(columns: Sequence[Any]) -> AdLink:
    values = dict(zip(_FIELDS, columns, strict=True))
    values.update((name, _REVIEW[values[name]]) for name in _REVIEWS)
    return AdLink(**values)


def link_of_row(row: AdLinkRow) -> AdLink:
    """Read a link of its row."""
    return to_data(AdLink, row, **{name: Review(getattr(row, name)) for name in _REVIEWS})
