"""Port of this context: the accounts by which outside shops sign what they send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hongmao.kernel.ids import TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformAccount:
    """An outside shop's signing account. The secret is encrypted at rest and appears in no log and no answer."""

    platform: str
    account: str
    tenant: TenantId
    secret: bytes
    revoked: bool


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
