"""Ad links in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hongmao.links.contracts import AdLink, Review
from hongmao.links.errors import LinkExists, LinkUnknown
from hongmao.storage.models import AdLinkRow
from hongmao.storage.records import to_data, to_values
from hongmao.storage.revisions import LINKS, grow, revision
from hongmao.storage.scope import PlatformScope, TenantScope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.kernel.ids import LinkId, TenantId
    from hongmao.storage.database import Database

_JUMP = PlatformScope("the jump serves readers and belongs to no tenant")
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
                grow(session, LINKS)
        except IntegrityError as error:
            if self._known(link.id):
                raise LinkExists(id=link.id) from error
            raise  # it names a shop, item or note that is not there

    def update(self, link: AdLink) -> None:
        """Replace a link of the same id and tenant."""
        with self._database.session(TenantScope(link.tenant), write=True) as session:
            row = session.get(AdLinkRow, link.id)
            if row is None:
                raise LinkUnknown(id=link.id)
            for column, value in to_values(link, AdLinkRow).items():
                setattr(row, column, value)
            grow(session, LINKS)

    def get(self, tenant: TenantId, link: LinkId) -> AdLink | None:
        """Find a tenant's link; somebody else's reads as None."""
        with self._database.session(TenantScope(tenant)) as session:
            row = session.get(AdLinkRow, link)
            return _link(row) if row else None

    def of_tenant(self, tenant: TenantId) -> Sequence[AdLink]:
        """List a tenant's links, oldest first."""
        with self._database.session(TenantScope(tenant)) as session:
            return [_link(row) for row in session.scalars(select(AdLinkRow).order_by(*_OLDEST))]

    def table(self) -> Sequence[AdLink]:
        """List every link of the deployment, oldest first."""
        with self._database.session(_JUMP) as session:
            return [_link(row) for row in session.scalars(select(AdLinkRow).order_by(*_OLDEST))]

    def revision(self) -> int:
        """Give a number that grows with every change."""
        return revision(self._database, LINKS)

    def _known(self, link: LinkId) -> bool:
        with self._database.session(_JUMP) as session:
            return session.get(AdLinkRow, link) is not None


_OLDEST = (AdLinkRow.created_at_ms, AdLinkRow.id)


def _link(row: AdLinkRow) -> AdLink:
    return to_data(AdLink, row, **{name: Review(getattr(row, name)) for name in _REVIEWS})
