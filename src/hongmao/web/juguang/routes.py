"""Every route of the market's API, the catch-all last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.web.juguang import (
    advertisers,
    balances,
    campaigns,
    conversions,
    creativities,
    direct_links,
    elsewhere,
    reports,
    units,
)

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

routes: list[BaseRoute] = [
    *advertisers.routes,
    *balances.routes,
    *direct_links.routes,
    *campaigns.routes,
    *units.routes,
    *creativities.routes,
    *reports.routes,
    *conversions.routes,
    *elsewhere.routes,
]
