"""Tenants, the people who sign in, and the keys of their programs."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hongmao.catalog.contracts import Role, TenantKind
from hongmao.storage.base import ID_CHARS, At, Base, Choice, Deployment, Id, TenantOwned


class TenantRow(Deployment, Base):
    """A tenant. Its own row is the deployment's: that other tenants exist is nobody's business."""

    __tablename__ = "tenants"
    id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    kind: Mapped[TenantKind] = mapped_column(Choice(TenantKind))


class UserRow(TenantOwned, Base):
    """A user with its argon2 hash. A login is unique in the deployment: people type it without a tenant."""

    __tablename__ = "users"
    id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    login: Mapped[str] = mapped_column(String(ID_CHARS), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    role: Mapped[Role] = mapped_column(Choice(Role))
    password_hash: Mapped[str] = mapped_column(String(256))


class ApiKeyRow(TenantOwned, Base):
    """An API key by its prefix and the hash of its whole."""

    __tablename__ = "api_keys"
    id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    role: Mapped[Role] = mapped_column(Choice(Role))
    prefix: Mapped[Id] = mapped_column(unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    revoked_at_ms: Mapped[At | None]
