"""Numbers that grow with every change of what they are named after."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from hongmao.storage.models import RevisionRow
from hongmao.storage.scope import PlatformScope

if TYPE_CHECKING:
    from hongmao.storage.database import Database
    from hongmao.storage.scope import ScopedSession

ADMISSION = "admission"
CATALOG = "catalog"
DEFINITIONS = "definitions"
LINKS = "links"
_TABLE = cast("Table", RevisionRow.__table__)
_LOOK = PlatformScope("revisions belong to the house")


def revision(database: Database, name: str) -> int:
    """Read a number; 0 before the first change."""
    with database.session(_LOOK) as session:
        return revision_in(session, name)


def revision_in(session: ScopedSession, name: str) -> int:
    """Read it in a session of the house, together with what it belongs to."""
    return session.scalar(select(RevisionRow.number).where(RevisionRow.name == name)) or 0


def grow(session: ScopedSession, name: str) -> None:
    """Count a change, in the transaction that makes it: the one thing of the house that a tenant's write touches."""
    session.flush()
    connection = Session.connection(session)  # past the scope's watch, which shows a tenant nothing of the house
    counted = connection.execute(update(_TABLE).where(_TABLE.c.name == name).values(number=_TABLE.c.number + 1))
    if counted.rowcount == 0:
        connection.execute(insert(_TABLE).values(name=name, number=1))
