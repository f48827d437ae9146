"""Whether an outside link may lead to a product, and which phase a day falls in. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.policy.contracts import Route

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from hongmao.kernel.ids import TenantId
    from hongmao.policy.contracts import Calendar, Phase, Preset


@dataclass(frozen=True, slots=True)
class Gate:
    """The preset in force and what owners have chosen, as of one look: asked for many links without another."""

    preset: Preset
    chosen: Mapping[tuple[TenantId, str], Route]

    def closed(self, tenant: TenantId, platform: str, spu: str | None) -> str | None:
        """Say why no link to a shop on a platform may serve: preset_closed, route_not_chosen, route_in_site; or None.

        A link that leads to no product, but to a shop or a page, has no route of its own.
        """
        if platform in self.preset.in_site:
            return None
        route = self.chosen.get((tenant, spu)) if spu is not None else None
        match self.preset.external:
            case "none":
                return "preset_closed"
            case "chosen" if route is None:
                return "route_not_chosen"
            case _:
                return "route_in_site" if route is Route.IN_SITE else None


def phase_on(calendars: Sequence[Calendar], day: date) -> tuple[Calendar, Phase] | None:
    """Find the phase of a day; of two sales that overlap the later one."""
    for calendar in reversed(calendars):
        for phase in calendar.phase:
            if phase.first <= day <= phase.last:
                return calendar, phase
    return None
