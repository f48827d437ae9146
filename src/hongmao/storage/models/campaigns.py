"""Who buys: advertiser accounts, and what they have decided, each thing with its terms as JSON and every change of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Integer, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.storage.base import ID_CHARS, At, Base, Id, Number, TenantOwned, Word

NAME_CHARS = 200
WHY_CHARS = 200


class AdvertiserRow(TenantOwned, Base):
    """An advertiser account of one merchant. Its number is what programs call `advertiser_id`."""

    __tablename__ = "advertisers"
    number: Mapped[Number]
    merchant_id: Mapped[Id] = mapped_column(ForeignKey("merchants.id"), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_CHARS))
    created_at_ms: Mapped[At]


class PlacedRow(TenantOwned, Base):
    """A direct link, campaign, unit or creativity; `parent` is the thing it stands in, if any."""

    __tablename__ = "placed"
    number: Mapped[Number]
    noun: Mapped[Word]
    advertiser: Mapped[int] = mapped_column(BigInteger, ForeignKey("advertisers.number"), index=True)
    parent: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("placed.number"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_CHARS))
    state: Mapped[int] = mapped_column(SmallInteger)
    terms: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    created_at_ms: Mapped[At]
    updated_at_ms: Mapped[At]


class PlacedChangeRow(TenantOwned, Base):
    """What somebody did to a thing, why, and how it stood afterwards. Rows are never changed or removed."""

    __tablename__ = "placed_changes"
    __table_args__ = (UniqueConstraint("placed", "version"),)
    number: Mapped[Number]
    placed: Mapped[int] = mapped_column(BigInteger, ForeignKey("placed.number"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    act: Mapped[Word]
    by: Mapped[Id]
    at_ms: Mapped[At]
    name: Mapped[str] = mapped_column(String(NAME_CHARS))
    state: Mapped[int] = mapped_column(SmallInteger)
    terms: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(String(WHY_CHARS), server_default="")


class BindingRow(TenantOwned, Base):
    """Which creativity an ad link carries now; who bound it, and why, stands among the creativity's changes."""

    __tablename__ = "bindings"
    link_id: Mapped[str] = mapped_column(String(ID_CHARS), ForeignKey("links.id"), primary_key=True)
    creativity: Mapped[int] = mapped_column(BigInteger, ForeignKey("placed.number"), index=True)
    campaign: Mapped[int] = mapped_column(BigInteger, ForeignKey("placed.number"), index=True)
    at_ms: Mapped[At]


class AuthorisationRow(TenantOwned, Base):
    """What a creator lets a tenant do with one note; its state is the market's 0 to 4."""

    __tablename__ = "note_authorisations"
    __table_args__ = (UniqueConstraint("tenant_id", "note_id"),)
    number: Mapped[Number]
    note_id: Mapped[Id] = mapped_column(ForeignKey("notes.id"))
    creator_id: Mapped[Id] = mapped_column(ForeignKey("creators.id"))
    state: Mapped[int] = mapped_column(SmallInteger)
    paid: Mapped[bool]
    registered: Mapped[bool]
    from_ms: Mapped[At]
    to_ms: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(Integer)


class AuthorisationChangeRow(TenantOwned, Base):
    """What somebody did to an authorisation, why, and how it stood afterwards. Rows are never changed or removed."""

    __tablename__ = "authorisation_changes"
    __table_args__ = (UniqueConstraint("authorisation", "version"),)
    number: Mapped[Number]
    authorisation: Mapped[int] = mapped_column(BigInteger, ForeignKey("note_authorisations.number"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[int] = mapped_column(SmallInteger)
    paid: Mapped[bool]
    registered: Mapped[bool]
    to_ms: Mapped[int | None] = mapped_column(BigInteger)
    by: Mapped[Id]
    why: Mapped[str] = mapped_column(String(WHY_CHARS))
    at_ms: Mapped[At]
