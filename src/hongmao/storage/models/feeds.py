"""Where each feed of pulls stands, and the spans that are owed."""

from __future__ import annotations

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.storage.base import ID_CHARS, At, Base, TenantOwned

SHA256_CHARS = 64


class FeedRow(TenantOwned, Base):
    """A feed: one list of one account. A lease that has run out is no lease."""

    __tablename__ = "feeds"
    platform: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    account: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    source: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    lease_until_ms: Mapped[At]
    watermark_ms: Mapped[At]
    read_ms: Mapped[At | None]
    next_at_ms: Mapped[At]
    span_start_ms: Mapped[At | None]
    span_end_ms: Mapped[At | None]
    again: Mapped[bool]
    token: Mapped[str | None] = mapped_column(Text)
    seen: Mapped[int] = mapped_column(Integer)
    last_sha256: Mapped[str] = mapped_column(String(SHA256_CHARS))
    failures: Mapped[int] = mapped_column(Integer)
    last_ok_ms: Mapped[At | None]
    last_error: Mapped[str] = mapped_column(String(ID_CHARS))
    refused_as: Mapped[str] = mapped_column(String(ID_CHARS))
    rows: Mapped[At]
    repeats: Mapped[At]


class OwedSpanRow(TenantOwned, Base):
    """A span of which the platform said that it had more rows than it gave."""

    __tablename__ = "owed_spans"
    platform: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    account: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    source: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    start_ms: Mapped[At] = mapped_column(primary_key=True)
    end_ms: Mapped[At] = mapped_column(primary_key=True)
    seen: Mapped[int] = mapped_column(Integer)
    total: Mapped[int] = mapped_column(Integer)
    tries: Mapped[int] = mapped_column(Integer)
    next_at_ms: Mapped[At]
