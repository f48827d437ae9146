"""A grant as it is held, without its tokens. Times are epoch ms; None is what the platform does not tell, or what never was."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hongmao.kernel.ids import TenantId


class GrantPhase(StrEnum):
    """How a grant stands now."""

    LIVE = "live"  # access lasts, and nobody need do anything
    ENDING = "ending"  # access lasts, and will not be renewed: its seller has to grant it again before it ends
    LATE = "late"  # access is over, and the platform has not answered yet whether it renews it
    LAPSED = "lapsed"  # access is over until its seller grants it again


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGrant:
    """A grant that a seller gave: one account of one platform."""

    platform: str
    account: str
    tenant: TenantId
    shop: str
    """The platform's own id of the shop."""
    renewable: bool
    """Whether there is a refresh token."""
    until_ms: int | None
    """When access ends, that instant excluded."""
    refresh_until_ms: int | None
    renew_at_ms: int | None
    """When it is looked at next; None for never. While somebody renews it, when that is taken to have failed."""
    asked_at_ms: int | None = None
    """When a renewal was first asked for whose answer never was kept."""
    tries: int = 0
    turn: int = 1
    """How often it was given or renewed: an answer is kept for the turn that it was asked for, and no other."""
    lapsed_at_ms: int | None = None
    """When it was found that it will not be renewed any more."""
    why: str | None = None
    """The platform's word for that, or `ended` where there was nothing to renew it by."""

    @property
    def interrupted(self) -> bool:
        """Tell whether an earlier answer was lost: the platform may have renewed it then, by a token that we never got."""
        return self.lapsed_at_ms is not None and self.asked_at_ms is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantTrouble:
    """A grant that somebody has to do something about, or soon."""

    grant: HeldGrant
    phase: GrantPhase
