"""What joining keeps: grants under way, by the digest of their state, those that were given, and test clicks."""

from __future__ import annotations

from sqlalchemy import ForeignKey, ForeignKeyConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.storage.base import ID_CHARS, At, Base, Id, TenantOwned, Word
from hongmao.storage.models.merchants import URL_CHARS

DIGEST_CHARS = 64
WHY_CHARS = 64


class GrantStateRow(TenantOwned, Base):
    """A grant that somebody began; whoever has the table has neither the state nor the verifier."""

    __tablename__ = "grant_states"
    digest: Mapped[str] = mapped_column(String(DIGEST_CHARS), primary_key=True)
    user_id: Mapped[Id]
    platform: Mapped[Word]
    sealed_verifier: Mapped[bytes] = mapped_column(LargeBinary)
    back: Mapped[str] = mapped_column(String(URL_CHARS))
    expires_at_ms: Mapped[At]
    used_at_ms: Mapped[At | None]


class ShopGrantRow(TenantOwned, Base):
    """A grant that was given, beside the account that signs by it; `sealed_refresh` renews it, where anything does."""

    __tablename__ = "shop_grants"
    __table_args__ = (
        ForeignKeyConstraint(
            ["platform", "account"], ["platform_accounts.platform", "platform_accounts.account"], ondelete="CASCADE"
        ),
    )
    platform: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    account: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    shop: Mapped[Id]
    sealed_refresh: Mapped[bytes | None] = mapped_column(LargeBinary)
    until_ms: Mapped[At | None]
    refresh_until_ms: Mapped[At | None]
    renew_at_ms: Mapped[At | None] = mapped_column(index=True)
    asked_at_ms: Mapped[At | None]
    tries: Mapped[int]
    turn: Mapped[int]
    lapsed_at_ms: Mapped[At | None]
    why: Mapped[str | None] = mapped_column(String(WHY_CHARS))


class TrialRow(TenantOwned, Base):
    """联调: a test click on a link."""

    __tablename__ = "trials"
    click_id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    link_id: Mapped[str] = mapped_column(String(ID_CHARS), ForeignKey("links.id", ondelete="CASCADE"), index=True)
    at_ms: Mapped[At]
