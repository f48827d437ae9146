"""Marks of notes in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from hongmao.community.marks import AiCopyGrant, NoteMark
from hongmao.storage.models import AiCopyGrantRow, NoteMarkRow
from hongmao.storage.records import to_data, to_values
from hongmao.storage.revisions import CATALOG, grow
from hongmao.storage.scope import PlatformScope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.kernel.ids import NoteId
    from hongmao.storage.database import Database

_COMMUNITY: Final = PlatformScope("what notes are said to be is the community's")


class SqlMarks:
    """Implements `community.marks.MarkDesk`."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database

    def marks(self) -> Mapping[NoteId, NoteMark]:
        """Give every mark there is."""
        with self._database.session(_COMMUNITY) as session:
            found = [to_data(NoteMark, row) for row in session.scalars(select(NoteMarkRow))]
        return {mark.note: mark for mark in found}

    def set_mark(self, mark: NoteMark) -> None:
        """Say what a note is, in place of what was said before; feeds read it at their next look."""
        with self._database.session(_COMMUNITY, write=True) as session:
            row = session.get(NoteMarkRow, mark.note)
            values = to_values(mark, NoteMarkRow)
            if row is None:
                session.add(NoteMarkRow(**values))
            for name, value in values.items() if row is not None else ():
                setattr(row, name, value)
            grow(session, CATALOG)

    def grant_copy(self, note: NoteId, why: str, by: str, at_ms: int) -> AiCopyGrant:
        """Keep that a copy without its label was let go."""
        with self._database.session(_COMMUNITY, write=True) as session:
            row = AiCopyGrantRow(note_id=note, why=why, by=by, at_ms=at_ms)
            session.add(row)
            session.flush()
            return to_data(AiCopyGrant, row)

    def copies(self, note: NoteId) -> Sequence[AiCopyGrant]:
        """List the copies of a note that were let go, oldest first."""
        wanted = select(AiCopyGrantRow).where(AiCopyGrantRow.note_id == note).order_by(AiCopyGrantRow.number)
        with self._database.session(_COMMUNITY) as session:
            return [to_data(AiCopyGrant, row) for row in session.scalars(wanted)]
