"""A tenant's merchants, their shops on outside platforms, and the goods in them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.storage.base import ID_CHARS, Base, Fen, Id, TenantOwned

URL_CHARS = 2048


class MerchantRow(TenantOwned, Base):
    """A merchant."""

    __tablename__ = "merchants"
    id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))


class ShopRow(TenantOwned, Base):
    """A shop. An outside shop is one tenant's: what it sends back must not be told to two."""

    __tablename__ = "shops"
    __table_args__ = (UniqueConstraint("platform", "platform_shop_id"),)
    id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    merchant_id: Mapped[Id] = mapped_column(ForeignKey("merchants.id"), index=True)
    platform: Mapped[Id]
    platform_shop_id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(64))
    home_url: Mapped[str] = mapped_column(String(URL_CHARS))


class ItemRow(TenantOwned, Base):
    """An item of a shop."""

    __tablename__ = "items"
    __table_args__ = (UniqueConstraint("shop_id", "platform_item_id"),)
    id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    shop_id: Mapped[Id] = mapped_column(ForeignKey("shops.id"), index=True)
    spu: Mapped[Id]
    platform_item_id: Mapped[Id]
    title: Mapped[str] = mapped_column(String(100))
    price_fen: Mapped[Fen]
    url: Mapped[str] = mapped_column(String(URL_CHARS))
