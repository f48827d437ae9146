"""Bills of platforms as they came, what our books said of their lines and when, and who is an agency's client.

Rows of all four are never changed or removed.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.billing.bills.contracts import Outcome, Sort
from hongmao.storage.base import ID_CHARS, At, Base, Choice, Fen, Id, Number, TenantOwned, Word

DAY_CHARS = 10
KEY_CHARS = 160


class BillRow(TenantOwned, Base):
    """A bill that was kept. The same file is kept once for a tenant."""

    __tablename__ = "bills"
    __table_args__ = (UniqueConstraint("tenant_id", "sha256"),)
    number: Mapped[Number]
    merchant_id: Mapped[Id] = mapped_column(ForeignKey("merchants.id"), index=True)
    platform: Mapped[Word]
    format: Mapped[Id]
    period: Mapped[Word]
    sha256: Mapped[Id]
    name: Mapped[str] = mapped_column(String(80))
    by: Mapped[Id]
    at_ms: Mapped[At]


class BillLineRow(TenantOwned, Base):
    """A row of a bill: as it came, and what could be read of it."""

    __tablename__ = "bill_lines"
    __table_args__ = (Index(None, "bill", "number"),)
    number: Mapped[Number]
    bill: Mapped[int] = mapped_column(BigInteger, ForeignKey("bills.number"))
    row: Mapped[int] = mapped_column(Integer)
    sort: Mapped[Sort] = mapped_column(Choice(Sort))
    day: Mapped[str | None] = mapped_column(String(DAY_CHARS))
    key: Mapped[str] = mapped_column(String(KEY_CHARS))
    amount_fen: Mapped[Fen | None]
    field: Mapped[str] = mapped_column(String(32))
    code: Mapped[str] = mapped_column(String(32))
    raw: Mapped[str] = mapped_column(Text)


class BillOutcomeRow(TenantOwned, Base):
    """What a look at our books found for one key of a bill, where it differs from what the look before found."""

    __tablename__ = "bill_outcomes"
    __table_args__ = (Index(None, "bill", "number"),)
    number: Mapped[Number]
    bill: Mapped[int] = mapped_column(BigInteger, ForeignKey("bills.number"))
    day: Mapped[str | None] = mapped_column(String(DAY_CHARS))
    key: Mapped[str] = mapped_column(String(KEY_CHARS))
    outcome: Mapped[Outcome] = mapped_column(Choice(Outcome))
    ours_fen: Mapped[Fen | None]
    theirs_fen: Mapped[Fen | None]
    seal: Mapped[int] = mapped_column(Integer)
    at_ms: Mapped[At]


class AgencyClientRow(TenantOwned, Base):
    """An agency's right to see a merchant's books for some days; the last row of an agency, merchant and first day counts."""

    __tablename__ = "agency_clients"
    __table_args__ = (Index(None, "agency_tenant", "merchant_id"),)
    number: Mapped[Number]
    agency_tenant: Mapped[str] = mapped_column(String(ID_CHARS), ForeignKey("tenants.id"))
    merchant_id: Mapped[Id] = mapped_column(ForeignKey("merchants.id"), index=True)
    from_day: Mapped[str] = mapped_column(String(DAY_CHARS))
    to_day: Mapped[str | None] = mapped_column(String(DAY_CHARS))
    by: Mapped[Id]
    at_ms: Mapped[At]
