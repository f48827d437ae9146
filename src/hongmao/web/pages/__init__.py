"""The pages: what readers, merchants and whoever runs the platform see. Server-rendered; each works without a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse
from starlette.routing import Route

from hongmao.web.pages import static
from hongmao.web.pages.console import (
    admission,
    agencies,
    attribution,
    books,
    campaigns,
    care,
    costs,
    creatives,
    definition,
    definitions,
    door,
    links,
    notes,
    ops,
    orders,
    overview,
    planning,
    queue,
    wallet,
)
from hongmao.web.pages.console.join import doors as join
from hongmao.web.pages.console.placing import campaign as placing
from hongmao.web.pages.console.placing import charging as placing_charging
from hongmao.web.pages.console.placing import creatives as placing_creatives
from hongmao.web.pages.console.placing import unit as placing_unit
from hongmao.web.pages.errors import error_page
from hongmao.web.pages.reader import pages as reader

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Mount

__all__ = ["error_page", "routes"]


def _front(_: Request) -> Response:
    """Answer `GET /`: the community is the front."""
    return RedirectResponse("/feed")


def _slash(_: Request) -> Response:
    return RedirectResponse("/console/")


routes: list[Route | Mount] = [
    Route("/", _front),
    Route("/feed", reader.feed),
    Route("/n/{note}", reader.note),
    Route("/n/{note}/act", reader.act, methods=["POST"]),
    Route("/covers/{name}.svg", reader.cover),
    Route("/lang", door.choose_language, methods=["POST"]),
    Route("/console", _slash),
    Route("/console/login", door.login_page),
    Route("/console/login", door.log_in, methods=["POST"]),
    Route("/console/logout", door.log_out, methods=["POST"]),
    Route("/console/join", join.join),
    Route("/console/join", join.act, methods=["POST"]),
    Route("/console/join/connect", join.connect),
    Route("/console/join/back", join.back),
    Route("/console/tenant", door.choose_tenant, methods=["POST"]),
    Route("/console/", overview.overview),
    Route("/console/costs", costs.costs),
    Route("/console/notes", notes.notes),
    Route("/console/links", links.links),
    Route("/console/links/{link}", links.link),
    Route("/console/care", care.care),
    Route("/console/care", care.act, methods=["POST"]),
    Route("/console/campaigns", campaigns.campaigns),
    Route("/console/campaigns", campaigns.act, methods=["POST"]),
    Route("/console/campaigns/new", placing.new),
    Route("/console/campaigns/new", placing.make, methods=["POST"]),
    Route("/console/campaigns/{campaign}/edit", placing.edit),
    Route("/console/campaigns/{campaign}/edit", placing.change, methods=["POST"]),
    Route("/console/campaigns/{campaign}/charging", placing_charging.charging),
    Route("/console/campaigns/{campaign}/charging", placing_charging.agree, methods=["POST"]),
    Route("/console/campaigns/{campaign}/units/new", placing_unit.new),
    Route("/console/campaigns/{campaign}/units/new", placing_unit.make, methods=["POST"]),
    Route("/console/campaigns/{campaign}/units/{unit}", placing_unit.edit),
    Route("/console/campaigns/{campaign}/units/{unit}", placing_unit.change, methods=["POST"]),
    Route("/console/campaigns/{campaign}/units/{unit}/creatives", placing_creatives.new),
    Route("/console/campaigns/{campaign}/units/{unit}/creatives", placing_creatives.make, methods=["POST"]),
    Route("/console/campaigns/{campaign}/creatives/{creative}", placing_creatives.edit),
    Route("/console/campaigns/{campaign}/creatives/{creative}", placing_creatives.change, methods=["POST"]),
    Route("/console/campaigns/{campaign}", creatives.campaign),
    Route("/console/campaigns/{campaign}", creatives.act, methods=["POST"]),
    Route("/console/review", queue.review),
    Route("/console/review", queue.act, methods=["POST"]),
    Route("/console/orders", orders.orders),
    Route("/console/orders/{order:path}", orders.order),
    Route("/console/attribution", attribution.attribution),
    Route("/console/wallet", wallet.wallet),
    Route("/console/books", books.books),
    Route("/console/books", books.act, methods=["POST"]),
    Route("/console/books/{bill}", books.reconcile, methods=["POST"]),
    Route("/console/agencies", agencies.agencies),
    Route("/console/agencies", agencies.act, methods=["POST"]),
    Route("/console/statements", wallet.statement_file),
    Route("/console/admission", admission.admission),
    Route("/console/admission", admission.act, methods=["POST"]),
    Route("/console/definitions", definitions.definitions),
    Route("/console/definitions/plan", planning.plan_page),
    Route("/console/definitions/plan", planning.plan, methods=["POST"]),
    Route("/console/definitions/{definition}", definition.definition),
    Route("/ops", ops.ops),
    static.mount,
]
"""Everything under one roof; `/static` holds the build."""
