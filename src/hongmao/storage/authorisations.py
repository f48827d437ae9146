"""Creators' authorisations in SQL. What stands and the change that led to it are one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hongmao.campaigns.authorising import Authorisation, AuthorisationChange, TaskAuth
from hongmao.campaigns.errors import ChangedMeanwhile
from hongmao.kernel.ids import CreatorId, NoteId, TenantId
from hongmao.storage.models import AuthorisationChangeRow, AuthorisationRow
from hongmao.storage.scope import PlatformScope, TenantScope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.storage.database import Database
    from hongmao.storage.scope import ScopedSession


class SqlAuthorisationStore:
    """Implements `campaigns.store.AuthorisationStore`."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database

    def of_note(self, tenant: TenantId, note: NoteId) -> Authorisation | None:
        """Find what stands for a note."""
        with self._database.session(TenantScope(tenant)) as session:
            row = session.scalars(select(AuthorisationRow).where(AuthorisationRow.note_id == note)).first()
            return _authorisation(row) if row else None

    def of(self, tenant: TenantId) -> Sequence[Authorisation]:
        """List a tenant's, in the order in which they were first asked for."""
        with self._database.session(TenantScope(tenant)) as session:
            return _listed(session)

    def every(self) -> Sequence[Authorisation]:
        """List every tenant's: for the house's own look."""
        with self._database.session(PlatformScope("which links may serve")) as session:
            return _listed(session)

    def keep(self, after: Authorisation, *, by: str, why: str, at_ms: int) -> Authorisation:
        """Keep the next version and the change; `ChangedMeanwhile` where it is not the next one. The first gets its number."""
        try:
            with self._database.session(TenantScope(after.tenant), write=True) as session:
                row = _standing(session, after)
                row.state, row.paid, row.registered = int(after.state), after.paid, after.registered
                row.from_ms, row.to_ms, row.version = after.from_ms, after.to_ms, after.version
                session.add(row)
                session.flush()
                session.add(_change(row, by=by, why=why, at_ms=at_ms))
                return _authorisation(row)
        except IntegrityError as error:
            if self.of_note(after.tenant, after.note) is None:
                raise  # it names a note that is not there
            raise ChangedMeanwhile(id=after.note) from error

    def changes(self, tenant: TenantId, number: int) -> Sequence[AuthorisationChange]:
        """List what was done, first to last."""
        found = select(AuthorisationChangeRow).where(AuthorisationChangeRow.authorisation == number)
        with self._database.session(TenantScope(tenant)) as session:
            return [
                AuthorisationChange(
                    authorisation=row.authorisation,
                    version=row.version,
                    state=TaskAuth(row.state),
                    paid=row.paid,
                    registered=row.registered,
                    to_ms=row.to_ms,
                    by=row.by,
                    why=row.why,
                    at_ms=row.at_ms,
                )
                for row in session.scalars(found.order_by(AuthorisationChangeRow.version))
            ]


def _standing(session: ScopedSession, after: Authorisation) -> AuthorisationRow:
    if after.version == 1:
        return AuthorisationRow(tenant_id=after.tenant, note_id=after.note, creator_id=after.creator)
    row = session.get(AuthorisationRow, after.number)
    if row is None or row.version != after.version - 1:
        raise ChangedMeanwhile(id=after.note)
    return row


def _listed(session: ScopedSession) -> list[Authorisation]:
    return [_authorisation(row) for row in session.scalars(select(AuthorisationRow).order_by(AuthorisationRow.number))]


def _change(row: AuthorisationRow, *, by: str, why: str, at_ms: int) -> AuthorisationChangeRow:
    return AuthorisationChangeRow(
        tenant_id=row.tenant_id,
        authorisation=row.number,
        version=row.version,
        state=row.state,
        paid=row.paid,
        registered=row.registered,
        to_ms=row.to_ms,
        by=by,
        why=why,
        at_ms=at_ms,
    )


def _authorisation(row: AuthorisationRow) -> Authorisation:
    return Authorisation(
        number=row.number,
        tenant=TenantId(row.tenant_id),
        note=NoteId(row.note_id),
        creator=CreatorId(row.creator_id),
        state=TaskAuth(row.state),
        paid=row.paid,
        registered=row.registered,
        from_ms=row.from_ms,
        to_ms=row.to_ms,
        version=row.version,
    )
