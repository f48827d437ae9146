"""The port to where decisions are kept. Every act names its tenant; somebody else's things read as if they were not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.campaigns.contracts import Advertiser, Change, Noun, Placed
    from hongmao.kernel.ids import MerchantId, TenantId


class CampaignStore(Protocol):
    """Advertiser accounts and what was placed under them."""

    def open_advertiser(self, tenant: TenantId, merchant: MerchantId, name: str, *, at_ms: int) -> Advertiser:
        """Keep a new account; `AdvertiserExists` where the merchant has one."""
        ...

    def advertiser(self, tenant: TenantId, number: int) -> Advertiser | None:
        """Find a tenant's account."""
        ...

    def advertisers(self, tenant: TenantId) -> Sequence[Advertiser]:
        """List a tenant's accounts, oldest first."""
        ...

    def add(self, draft: Placed, *, by: str, lone_name: bool) -> Placed:
        """Keep a new thing and its first change, and give it its number.

        With `lone_name`, `NameTaken` where a sibling that is not deleted has the name.
        """
        ...

    def save(self, placed: Placed, *, act: str, by: str, lone_name: bool) -> None:
        """Keep the next version of a thing and the change; `ChangedMeanwhile` where it is not the next one."""
        ...

    def get(self, tenant: TenantId, advertiser: int, noun: Noun, number: int) -> Placed | None:
        """Find a thing under an account."""
        ...

    def of(self, tenant: TenantId, advertiser: int, noun: Noun) -> Sequence[Placed]:
        """List an account's things of one kind, oldest first, the deleted ones too."""
        ...

    def changes(self, tenant: TenantId, noun: Noun, number: int) -> Sequence[Change]:
        """List what was done to a thing, first to last."""
        ...
