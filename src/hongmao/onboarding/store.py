"""Ports of joining: what is kept, the platforms as joining sees them, and what came back of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hongmao.catalog.api import Item, Shop
    from hongmao.kernel.ids import ClickId, TenantId
    from hongmao.onboarding.contracts import (
        CameBack,
        GrantState,
        MadeAddresses,
        OfferedItem,
        OfferedShop,
        PlatformOffered,
        Trial,
    )
    from hongmao.onboarding.grants.contracts import HeldGrant


class OnboardingStore(Protocol):
    """All that joining keeps: grants under way, and test clicks."""

    def begin(self, state: GrantState) -> None:
        """Keep a grant under way, and let go of those that are long over."""
        ...

    def spend(self, state: str, tenant: TenantId, now_ms: int) -> GrantState | None:
        """Use a state up: at most one caller ever gets it, and only its own tenant before its end."""
        ...

    def add_trial(self, trial: Trial) -> None:
        """Keep a test click."""
        ...

    def trials(self, tenant: TenantId) -> Sequence[Trial]:
        """List a tenant's test clicks, newest first: the last hundred."""
        ...


class GrantStore(Protocol):
    """Grants that were given."""

    def held(self, tenant: TenantId | None) -> Sequence[HeldGrant]:
        """List a tenant's grants, or everybody's, but those whose account was withdrawn."""
        ...


class Redeemed(Protocol):
    """A grant that was given, and not kept yet."""

    @property
    def shops(self) -> Sequence[OfferedShop]:
        """Give the shops that the seller opened, with all that the platform tells of them."""
        ...

    def keep(self) -> None:
        """Keep the account that signs from now on."""
        ...


class PlatformDesk(Protocol):
    """The outside platforms."""

    def offered(self) -> Sequence[PlatformOffered]:
        """List the platforms whose shops can be joined."""
        ...

    def ask(self, platform: str, *, state: str, challenge: str, back: str) -> str:
        """Write the address of the platform's consent page; `PlatformNotOffered` where there is none."""
        ...

    def redeem(self, state: GrantState, code: str) -> Redeemed:
        """Redeem a code, and read the shops that it opens."""
        ...

    def read_shop(self, shop: Shop) -> OfferedShop | None:
        """Read a connected shop again; None where nobody's account can."""
        ...

    def items(self, shop: Shop) -> Sequence[OfferedItem]:
        """List what a connected shop sells."""
        ...

    def make_link(self, shop: Shop, item: Item, line: str) -> MadeAddresses:
        """Let the platform make a link."""
        ...


class TrialWatch(Protocol):
    """What has come back."""

    def came_back(self, tenant: TenantId, clicks: Collection[ClickId]) -> Mapping[ClickId, CameBack]:
        """Say what came back by each click id; one by which nothing did is left out."""
        ...
