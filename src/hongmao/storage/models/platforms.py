"""Signing accounts of outside platforms."""

from __future__ import annotations

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.storage.base import ID_CHARS, Base, TenantOwned


class PlatformAccountRow(TenantOwned, Base):
    """An account; `sealed_secret` is what `storage.vault` made of the secret, worthless without the key file."""

    __tablename__ = "platform_accounts"
    platform: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    account: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    revoked: Mapped[bool]
