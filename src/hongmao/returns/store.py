"""Ports of this context: the accounts by which shops sign, the connector of each platform, the shops and items we know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.catalog.contracts import Shop
    from hongmao.kernel.ids import ItemId, ShopId, TenantId
    from hongmao.returns.contracts import Claim, RefusalReason, Row, RowProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformAccount:
    """Whose key signs between us and a platform: an app's or a shop's. Encrypted at rest, in no log and no answer.

    `account` is what the platform calls the key (`app_key`, `client_id`, `appId`). `settings` are the other things a client
    must send or know, by the names that the platform's README lists (`session`, `gateway`, ...); some are secrets too.
    """

    platform: str
    account: str
    tenant: TenantId
    secret: bytes = field(repr=False)
    revoked: bool
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)


class AccountStore(Protocol):
    """Accounts of outside platforms."""

    def add(self, account: PlatformAccount) -> None:
        """Keep an account; replaces the secret where the account is there and belongs to the same tenant."""
        ...

    def find(self, platform: str, account: str) -> PlatformAccount | None:
        """Find the account a delivery claims to come from. The claim is proved by the signature, not by this."""
        ...

    def of_tenant(self, tenant: TenantId) -> list[PlatformAccount]:
        """List a tenant's accounts."""
        ...

    def every(self) -> list[PlatformAccount]:
        """List every tenant's accounts: for the puller, which works for all of them."""
        ...


class Connector(Protocol):
    """What the desk must know of a platform's wire format. Headers come with lower-case names."""

    platform: str

    def claim(self, headers: Mapping[str, str]) -> Claim | None:
        """Read what a delivery says of itself; None where a header is absent or not of its shape."""
        ...

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, *, secret: bytes, now_ms: int
    ) -> RefusalReason | None:
        """Check signature and skew over the raw body; None where they prove it."""
        ...

    def rows(self, body: bytes, *, account: str) -> Sequence[Row | RowProblem]:
        """Read a proved body, each row by itself; `DeliveryUnreadable` where the whole cannot be read."""
        ...


class Shelves(Protocol):
    """What the catalogue knows of shops and items by their platforms' own ids."""

    def shop(self, platform: str, platform_shop_id: str) -> Shop | None:
        """Find a shop."""
        ...

    def item(self, shop: ShopId, platform_item_id: str) -> ItemId | None:
        """Find an item of a shop."""
        ...
