"""The community's own: creators, their notes, and readers as pseudonyms."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.catalog.contracts import NoteType
from hongmao.storage.base import ID_CHARS, At, Base, Choice, Communal, Id


class CreatorRow(Communal, Base):
    """A creator."""

    __tablename__ = "creators"
    id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    bio: Mapped[str] = mapped_column(Text)


class NoteRow(Communal, Base):
    """A note."""

    __tablename__ = "notes"
    __table_args__ = (Index(None, "published_at_ms", "id"),)
    id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    creator_id: Mapped[Id] = mapped_column(ForeignKey("creators.id"), index=True)
    type: Mapped[NoteType] = mapped_column(Choice(NoteType))
    title: Mapped[str] = mapped_column(String(100))
    body: Mapped[str] = mapped_column(Text)
    topic: Mapped[str] = mapped_column(String(64))
    cover: Mapped[Id]
    published_at_ms: Mapped[At]


class ReaderRow(Communal, Base):
    """A reader: a pseudonym and the moment its cookie was given. There is no column for anything else."""

    __tablename__ = "readers"
    id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    first_seen_at_ms: Mapped[At]
