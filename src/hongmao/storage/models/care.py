"""What link care keeps: when a link is read next, what was read, and what differed."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.links.care.contracts import FOUND_CHARS_MAX, TEXT_CHARS_MAX
from hongmao.links.contracts import TargetKind
from hongmao.storage.base import ID_CHARS, At, Base, Choice, Fen, Id, Number, TenantOwned, Word
from hongmao.storage.models.merchants import URL_CHARS


class LinkDivertRow(TenantOwned, Base):
    """A link that leads to its shop's page for a while, and what it goes back to."""

    __tablename__ = "link_diverts"
    link_id: Mapped[str] = mapped_column(String(ID_CHARS), ForeignKey("links.id", ondelete="CASCADE"), primary_key=True)
    deeplink: Mapped[str | None] = mapped_column(String(URL_CHARS))
    universal_link: Mapped[str | None] = mapped_column(String(URL_CHARS))
    fallback_url: Mapped[str] = mapped_column(String(URL_CHARS))
    target: Mapped[TargetKind] = mapped_column(Choice(TargetKind))
    price_fen: Mapped[Fen]
    since_ms: Mapped[At]


class CarePlanRow(TenantOwned, Base):
    """When a link is read next, and what a person or a first reading settled about its page."""

    __tablename__ = "care_plans"
    link_id: Mapped[str] = mapped_column(String(ID_CHARS), ForeignKey("links.id", ondelete="CASCADE"), primary_key=True)
    next_at_ms: Mapped[At] = mapped_column(BigInteger, index=True)
    failures: Mapped[int] = mapped_column(Integer)
    price_fen: Mapped[int | None] = mapped_column(BigInteger)
    shop: Mapped[str | None] = mapped_column(String(TEXT_CHARS_MAX))
    category: Mapped[str | None] = mapped_column(String(TEXT_CHARS_MAX))


class CareReadingRow(TenantOwned, Base):
    """One look at a page. Readings only grow, and outlive their link."""

    __tablename__ = "care_readings"
    __table_args__ = (Index(None, "link_id", "number"),)
    number: Mapped[Number]
    link_id: Mapped[Id]
    at_ms: Mapped[At]
    outcome: Mapped[Word]
    price_fen: Mapped[int | None] = mapped_column(BigInteger)
    shop: Mapped[str | None] = mapped_column(String(TEXT_CHARS_MAX))
    category: Mapped[str | None] = mapped_column(String(TEXT_CHARS_MAX))
    in_stock: Mapped[bool | None]
    on_sale: Mapped[bool | None]


class CareFindingRow(TenantOwned, Base):
    """Something that differed, until a reading or a person closed it."""

    __tablename__ = "care_findings"
    __table_args__ = (Index(None, "link_id", "closed_at_ms"),)
    number: Mapped[Number]
    link_id: Mapped[Id]
    code: Mapped[Word]
    was: Mapped[str] = mapped_column(String(FOUND_CHARS_MAX))
    found: Mapped[str] = mapped_column(String(FOUND_CHARS_MAX))
    at_ms: Mapped[At]
    closed_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    closed_by: Mapped[Id | None]
