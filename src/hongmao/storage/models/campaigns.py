"""Who buys: advertiser accounts, and what they have decided, each thing with its terms as JSON and every change of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Integer, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.storage.base import At, Base, Id, Number, TenantOwned, Word

NAME_CHARS = 200


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
    """What somebody did to a thing and how it stood afterwards. Rows are never changed or removed."""

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
