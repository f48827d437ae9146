"""The catalog's data, as it crosses doors. Ids are strings of `kernel.ids`; amounts are whole fen; times epoch ms.

Merchants, shops, items, users and keys belong to one tenant and are seen by nobody else. Creators, notes and readers
belong to the community: anybody may see a published note, and a reader is a pseudonym and nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hongmao.kernel.ids import CreatorId, ItemId, MerchantId, NoteId, ReaderId, ShopId, TenantId, UserId


class TenantKind(StrEnum):
    """What sort of organisation a tenant is."""

    MERCHANT = "merchant"
    AGENCY = "agency"
    PLATFORM = "platform"


class Role(StrEnum):
    """What a user or key may do; see `catalog.rules.MAY`."""

    ADMIN = "admin"  # the deployment's own operator: everything, in every tenant
    OPTIMISER = "optimiser"  # 品牌优化师: the consoles of one merchant tenant, and its links
    ANALYST = "analyst"  # reads the consoles of one tenant
    FINANCE = "finance"  # reads consoles and ledger of one tenant
    OPS = "ops"  # SRE: health pages of the deployment, no tenant's rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """An organisation whose rows nobody else sees."""

    id: TenantId
    name: str
    kind: TenantKind


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who signs in. The password hash never leaves the store."""

    id: UserId
    tenant: TenantId
    login: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who is asking: a signed-in user or an API key, its tenant and its role."""

    id: str
    tenant: TenantId
    role: Role
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key for programs: shown once in full, kept as a hash, revocable. `prefix` is what lists show."""

    id: str
    tenant: TenantId
    role: Role
    name: str
    prefix: str
    revoked_at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """商家: who pays and who asks which note earned the order."""

    id: MerchantId
    tenant: TenantId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """店铺: a merchant's shop on an outside platform."""

    id: ShopId
    tenant: TenantId
    merchant: MerchantId
    platform: str
    platform_shop_id: str
    name: str
    home_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """商品: what a link may point to. `spu` joins the same product across shops."""

    id: ItemId
    tenant: TenantId
    shop: ShopId
    spu: str
    platform_item_id: str
    title: str
    price_fen: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Creator:
    """达人: who writes notes."""

    id: CreatorId
    name: str
    bio: str


class NoteType(StrEnum):
    """笔记类型, wire values 1 and 2."""

    PICTURE = "picture"  # 图文
    VIDEO = "video"  # 视频


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """笔记: what makes a reader want a thing. `cover` names a drawn cover, never an outside URL."""

    id: NoteId
    creator: CreatorId
    type: NoteType
    title: str
    body: str
    topic: str
    cover: str
    published_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """读者: a pseudonym that holds no person; first seen when its cookie was given."""

    id: ReaderId
    first_seen_at_ms: int
