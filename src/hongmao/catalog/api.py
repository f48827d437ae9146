"""What others may ask of the catalog."""

from __future__ import annotations

from hongmao.catalog.contracts import (
    ApiKey,
    Creator,
    Item,
    Merchant,
    Note,
    NoteType,
    Principal,
    Reader,
    Role,
    Shop,
    Tenant,
    TenantKind,
    User,
)
from hongmao.catalog.errors import (
    AlreadyDifferent,
    IdTaken,
    LoginTaken,
    NotAllowed,
    NothingThere,
    PlatformIdTaken,
)
from hongmao.catalog.keys import IssuedKey
from hongmao.catalog.passwords import Passwords
from hongmao.catalog.people import FirstAdmin
from hongmao.catalog.rules import MAY, PLATFORM, Permission, acting_for, demand, may, sees
from hongmao.catalog.service import Catalog
from hongmao.catalog.store import CatalogStore

__all__ = [
    "MAY",
    "PLATFORM",
    "AlreadyDifferent",
    "ApiKey",
    "Catalog",
    "CatalogStore",
    "Creator",
    "FirstAdmin",
    "IdTaken",
    "IssuedKey",
    "Item",
    "LoginTaken",
    "Merchant",
    "NotAllowed",
    "Note",
    "NoteType",
    "NothingThere",
    "Passwords",
    "Permission",
    "PlatformIdTaken",
    "Principal",
    "Reader",
    "Role",
    "Shop",
    "Tenant",
    "TenantKind",
    "User",
    "acting_for",
    "demand",
    "may",
    "sees",
]
