"""What notes are said to be, and copies of them that went out without a label. Of the community, as the notes are."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.community.marks import NoteKind
from hongmao.storage.base import ID_CHARS, At, Base, Choice, Communal, Id, Number

WHY_CHARS = 200


class NoteMarkRow(Communal, Base):
    """The last word on a note."""

    __tablename__ = "note_marks"
    note_id: Mapped[str] = mapped_column(String(ID_CHARS), ForeignKey("notes.id"), primary_key=True)
    kind: Mapped[NoteKind] = mapped_column(Choice(NoteKind))
    ai: Mapped[bool]
    by: Mapped[Id]
    at_ms: Mapped[At]


class AiCopyGrantRow(Communal, Base):
    """A copy that was let go without its label. It only grows: the engine refuses the rest."""

    __tablename__ = "ai_copy_grants"
    __table_args__ = (Index(None, "note_id", "number"),)
    number: Mapped[Number]
    note_id: Mapped[Id] = mapped_column(ForeignKey("notes.id"))
    why: Mapped[str] = mapped_column(String(WHY_CHARS))
    by: Mapped[Id]
    at_ms: Mapped[At]
