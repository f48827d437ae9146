"""What the house notes for itself: how often a table has changed, how far a worker has come."""

from __future__ import annotations

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.storage.base import Base, Deployment


class RevisionRow(Deployment, Base):
    """A number that grows with every change of what it is named after, so that caches know when to read again."""

    __tablename__ = "revisions"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


class PositionRow(Deployment, Base):
    """The log offset up to which a consumer has had its effect, kept in the transaction that had the effect."""

    __tablename__ = "positions"
    consumer: Mapped[str] = mapped_column(String(32), primary_key=True)
    log_offset: Mapped[int] = mapped_column(BigInteger)
