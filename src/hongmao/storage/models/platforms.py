"""Signing accounts of outside platforms."""

from __future__ import annotations

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.storage.base import ID_CHARS, Base, TenantOwned


class PlatformAccountRow(TenantOwned, Base):
    """An account; what is sealed is what `storage.vault` made of it, worthless without the key file.

    `sealed_settings` is a JSON object of strings: sessions and tokens are among them.
    """

    __tablename__ = "platform_accounts"
    platform: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    account: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_settings: Mapped[bytes | None] = mapped_column(LargeBinary)
    revoked: Mapped[bool]
