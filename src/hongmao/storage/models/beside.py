"""What is kept beside charges: service fees of sub-orders, creators' orders, credits."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.storage.base import ID_CHARS, At, Base, Fen, Id, Number, TenantOwned, Word

DAY_CHARS = 10
REMARK_CHARS = 200


class FeeFactRow(TenantOwned, Base):
    """The newest word on a sub-order's payment, settlement, or one of its refunds.

    Like a charge it comes from the log and refers to no other table: an order of a tenant that this database does not
    know must still be absorbed. So do fee lines.
    """

    __tablename__ = "fee_facts"
    __table_args__ = (Index(None, "tenant_id", "merchant_id"),)
    tenant_id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    platform: Mapped[Id] = mapped_column(primary_key=True)
    sub_order: Mapped[Id] = mapped_column(primary_key=True)
    slot: Mapped[Word] = mapped_column(primary_key=True)
    ref: Mapped[Id] = mapped_column(primary_key=True)
    merchant_id: Mapped[Id]
    version: Mapped[int] = mapped_column(BigInteger)
    at_ms: Mapped[At]
    amount_fen: Mapped[Fen]
    fee_fen: Mapped[Fen | None]


class FeeLineRow(TenantOwned, Base):
    """What is booked of a sub-order's fee, and on whose account."""

    __tablename__ = "fee_lines"
    __table_args__ = (
        Index(None, "tenant_id", "merchant_id"),
        Index(None, "merchant_id", "platform", "sub_order"),
    )
    tenant_id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    platform: Mapped[Id] = mapped_column(primary_key=True)
    sub_order: Mapped[Id] = mapped_column(primary_key=True)
    merchant_id: Mapped[Id]
    state: Mapped[Word]
    owner: Mapped[Id | None]
    payer: Mapped[Word | None]
    booked_fen: Mapped[Fen]
    bookings: Mapped[int] = mapped_column(Integer)
    at_ms: Mapped[At]


class FeeTermsRow(TenantOwned, Base):
    """Who pays a merchant's fees on a platform from a day on. Rows are added and never changed."""

    __tablename__ = "fee_terms"
    number: Mapped[Number]
    merchant_id: Mapped[Id] = mapped_column(ForeignKey("merchants.id"), index=True)
    platform: Mapped[Id]
    payer: Mapped[Word]
    rate_ppm: Mapped[int | None] = mapped_column(Integer)
    unit_confirmed: Mapped[bool] = mapped_column(Boolean)
    from_day: Mapped[str] = mapped_column(String(DAY_CHARS))
    by: Mapped[Id]
    at_ms: Mapped[At]


class CreatorOrderRow(TenantOwned, Base):
    """An order of a creator. Where it stands is what its hold in the ledger says."""

    __tablename__ = "creator_orders"
    merchant_id: Mapped[Id] = mapped_column(ForeignKey("merchants.id"), primary_key=True)
    id: Mapped[Id] = mapped_column(primary_key=True)
    creator_id: Mapped[Id] = mapped_column(ForeignKey("creators.id"), index=True)
    note_id: Mapped[Id | None] = mapped_column(ForeignKey("notes.id"), index=True)
    price_fen: Mapped[Fen]
    fee_fen: Mapped[Fen]
    by: Mapped[Id]
    at_ms: Mapped[At]
    ended_at_ms: Mapped[At | None] = mapped_column(index=True)


class CreditRow(TenantOwned, Base):
    """A click that was given back: once, and for good. Rows are added and never changed."""

    __tablename__ = "credits"
    __table_args__ = (Index(None, "tenant_id", "merchant_id", "at_ms"),)
    event_id: Mapped[Id] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(ID_CHARS))
    merchant_id: Mapped[Id]
    note_id: Mapped[Id]
    amount_fen: Mapped[Fen]
    compensated_fen: Mapped[Fen]
    reason: Mapped[Word]
    remark: Mapped[str] = mapped_column(String(REMARK_CHARS))
    by: Mapped[Id]
    at_ms: Mapped[At]
