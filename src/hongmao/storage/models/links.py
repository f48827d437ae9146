"""Ad links as they are kept."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.links.contracts import TargetKind
from hongmao.links.holds import REASON_CHARS_MAX
from hongmao.storage.base import ID_CHARS, At, Base, Choice, Deployment, Fen, Id, TenantOwned, Word
from hongmao.storage.models.merchants import URL_CHARS


class AdLinkRow(TenantOwned, Base):
    """An ad link; each address is a template without the click id. Review states are the market's 1, 2, 3."""

    __tablename__ = "links"
    id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    merchant_id: Mapped[Id] = mapped_column(ForeignKey("merchants.id"))
    note_id: Mapped[Id] = mapped_column(ForeignKey("notes.id"), index=True)
    creator_id: Mapped[Id] = mapped_column(ForeignKey("creators.id"))
    shop_id: Mapped[Id] = mapped_column(ForeignKey("shops.id"), index=True)
    platform: Mapped[Id]
    target: Mapped[TargetKind] = mapped_column(Choice(TargetKind))
    item_id: Mapped[Id | None] = mapped_column(ForeignKey("items.id"))
    deeplink: Mapped[str | None] = mapped_column(String(URL_CHARS))
    universal_link: Mapped[str | None] = mapped_column(String(URL_CHARS))
    fallback_url: Mapped[str] = mapped_column(String(URL_CHARS))
    deeplink_review: Mapped[int] = mapped_column(SmallInteger)
    universal_link_review: Mapped[int] = mapped_column(SmallInteger)
    fallback_review: Mapped[int] = mapped_column(SmallInteger)
    review_note: Mapped[str] = mapped_column(String(1000))
    button: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(64))
    line: Mapped[Word]
    price_fen: Mapped[Fen]
    paused: Mapped[bool]
    created_at_ms: Mapped[At]


class LinkChangeRow(Deployment, Base):
    """Which revision of the links a link changed in last. Written by the database itself; a link that is gone keeps its row."""

    __tablename__ = "link_changes"
    link_id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (Index(None, "revision", "link_id"),)


class LinkHoldRow(TenantOwned, Base):
    """One source's hold on a link; `links.paused` says whether there is any, and is written with it."""

    __tablename__ = "link_holds"
    link_id: Mapped[str] = mapped_column(String(ID_CHARS), ForeignKey("links.id", ondelete="CASCADE"), primary_key=True)
    source: Mapped[Word] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(REASON_CHARS_MAX))
    since_ms: Mapped[At]
