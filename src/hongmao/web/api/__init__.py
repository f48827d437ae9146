"""The HTTP API for programs: JSON in, JSON out, under `/v1`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.web.api import (
    authorisations,
    bills,
    campaigns,
    care,
    coinvest,
    community,
    creators,
    crediting,
    eligibility,
    fees,
    goods,
    imports,
    links,
    marks,
    money,
    operations,
    people,
    policy,
    rates,
    reports,
    roi,
    sending,
    statements,
)

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

routes: list[BaseRoute] = [
    *people.routes,
    *goods.routes,
    *imports.routes,
    *community.routes,
    *marks.routes,
    *links.routes,
    *care.routes,
    *authorisations.routes,
    *campaigns.routes,
    *eligibility.routes,
    *policy.routes,
    *money.routes,
    *coinvest.routes,
    *bills.routes,
    *rates.routes,
    *fees.routes,
    *creators.routes,
    *crediting.routes,
    *operations.routes,
    *reports.routes,
    *statements.routes,
    *roi.routes,
    *sending.routes,
]
