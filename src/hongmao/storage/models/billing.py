"""What each component click cost, or why it cost nothing; and who matches what merchants pay."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.storage.base import ID_CHARS, At, Base, Deployment, Fen, Id, Number, TenantOwned, Word

_BILLED = text("amount_fen > 0 AND impression IS NOT NULL")


class ChargeRow(TenantOwned, Base):
    """One charge per component click, 0 fen ones included.

    Nothing here refers to another table: a charge comes from the log, and a log that names a link or tenant which this
    database does not know must still be absorbed. The partial index makes a second paid click of one impression
    impossible even for two servers at once.
    """

    __tablename__ = "charges"
    __table_args__ = (
        Index(None, "tenant_id", "at_ms"),
        Index(
            "uq_charges_billed_impression",
            "link_id",
            "impression",
            unique=True,
            sqlite_where=_BILLED,
            postgresql_where=_BILLED,
        ),
    )
    number: Mapped[Number]
    event_id: Mapped[Id] = mapped_column(unique=True)
    click_id: Mapped[Id] = mapped_column(index=True)
    link_id: Mapped[Id]
    impression: Mapped[Id | None]
    tenant_id: Mapped[str] = mapped_column(String(ID_CHARS))
    merchant_id: Mapped[Id | None]
    note_id: Mapped[Id]
    line: Mapped[Word]
    funder: Mapped[Id | None]
    at_ms: Mapped[At]
    amount_fen: Mapped[Fen]
    reason: Mapped[str | None] = mapped_column(String(220))
    campaign: Mapped[int | None] = mapped_column(BigInteger)
    compensated_fen: Mapped[Fen] = mapped_column(server_default=text("0"))


class CampaignDayRow(TenantOwned, Base):
    """What a campaign's Shanghai day has cost, its charges and impressions added up; it refers to nothing, as they do not."""

    __tablename__ = "campaign_days"
    __table_args__ = (Index(None, "account", "day"), Index(None, "tenant_id", "day"))
    campaign: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    account: Mapped[int] = mapped_column(BigInteger)
    tenant_id: Mapped[str] = mapped_column(String(ID_CHARS))
    spent_fen: Mapped[Fen]
    compensated_fen: Mapped[Fen]


class ShownDayRow(TenantOwned, Base):
    """What a link's impressions of a campaign's day cost at one price, and how many of them were free for which reason."""

    __tablename__ = "cpm_days"
    __table_args__ = (Index(None, "tenant_id", "day"),)
    campaign: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    link_id: Mapped[Id] = mapped_column(primary_key=True)
    price_fen: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    tenant_id: Mapped[str] = mapped_column(String(ID_CHARS))
    merchant_id: Mapped[Id]
    note_id: Mapped[Id]
    line: Mapped[Word]
    shown: Mapped[int] = mapped_column(BigInteger)
    billed_fen: Mapped[Fen]
    over_budget: Mapped[int] = mapped_column(BigInteger)
    funds_missing: Mapped[int] = mapped_column(BigInteger)


class ShownPieceRow(TenantOwned, Base):
    """What one piece of the log added to a `ShownDayRow`, and between which offsets; rows are never changed or removed."""

    __tablename__ = "cpm_pieces"
    __table_args__ = (Index(None, "tenant_id", "day"), Index(None, "last_offset"))
    campaign: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    link_id: Mapped[Id] = mapped_column(primary_key=True)
    price_fen: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    last_offset: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    first_offset: Mapped[int] = mapped_column(BigInteger)
    tenant_id: Mapped[str] = mapped_column(String(ID_CHARS))
    merchant_id: Mapped[Id]
    note_id: Mapped[Id]
    line: Mapped[Word]
    billed_fen: Mapped[Fen]


class CampaignRateRow(TenantOwned, Base):
    """How a campaign is charged from an instant on; the rows are never changed or removed."""

    __tablename__ = "campaign_rates"
    number: Mapped[Number]
    campaign: Mapped[int] = mapped_column(BigInteger, ForeignKey("placed.number"), index=True)
    scheme: Mapped[Word]
    amount_fen: Mapped[Fen]
    from_ms: Mapped[At]
    by: Mapped[Id]
    why: Mapped[str] = mapped_column(String(200))


class ProgrammeRow(Deployment, Base):
    """A co-investment programme. Its money is the ledger's; here are its terms, which never change."""

    __tablename__ = "coinvest_programmes"
    id: Mapped[Id] = mapped_column(primary_key=True)
    own_parts: Mapped[int] = mapped_column(Integer)
    match_parts: Mapped[int] = mapped_column(Integer)
    cap_fen: Mapped[Fen]
    member_cap_fen: Mapped[Fen | None]
    from_ms: Mapped[At]
    to_ms: Mapped[At]
    by: Mapped[Id]
    at_ms: Mapped[At]
    credits_refunds: Mapped[bool] = mapped_column(Boolean, server_default=false())


class MemberRow(TenantOwned, Base):
    """A merchant in a programme, with the running totals that decide what its next click is matched with."""

    __tablename__ = "coinvest_members"
    programme: Mapped[Id] = mapped_column(ForeignKey("coinvest_programmes.id"), primary_key=True)
    merchant_id: Mapped[Id] = mapped_column(ForeignKey("merchants.id"), primary_key=True, index=True)
    seen_fen: Mapped[Fen]
    matched_fen: Mapped[Fen]
    joined_at_ms: Mapped[At]
    left_at_ms: Mapped[At | None]
