"""广告挂链: the links of a tenant, and one of them with its review and its clicks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.web.pages.console.filters import filters_of
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.console.views import Kpi, parts_of
from hongmao.web.pages.render import render
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.insight.contracts import DefinitionRef, Figure, LinkPage, LinkRow
    from hongmao.links.api import LinkHold
    from hongmao.web.pages.console.filters import Filters
    from hongmao.web.pages.console.views import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksView:
    """The table of links."""

    frame: Frame
    filters: Filters
    rows: tuple[LinkRow, ...]

    @property
    def heads(self) -> tuple[DefinitionRef, ...]:
        """Name the columns of figures."""
        return tuple(figure.definition for row in self.rows[:1] for figure in _figures(row))


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """One link."""

    frame: Frame
    filters: Filters
    link: LinkPage
    holds: tuple[LinkHold, ...]
    """Why it rests, where it does."""
    kpis: tuple[Kpi, ...]


def links(request: Request) -> Response:
    """Answer `GET /console/links`."""
    frame = frame_of(request, "links")
    filters = filters_of(request)
    rows = services_of(request).insight.links(frame.tenant, filters.query)
    return render(request, "console/links.html", LinksView(frame=frame, filters=filters, rows=tuple(rows)))


def link(request: Request) -> Response:
    """Answer `GET /console/links/{link}`; somebody else's link reads as none at all."""
    frame = frame_of(request, "links")
    filters = filters_of(request)
    page = services_of(request).insight.link(frame.tenant, request.path_params["link"], filters.query)
    row = page.row
    figures = (row.spend, row.clicks, row.visits, page.cpuv, page.roi_net)
    kpis = tuple(Kpi(figure=figure, parts=parts_of(figure), spark=()) for figure in figures)
    holds = tuple(services_of(request).links.holds(frame.tenant, row.link.id))
    view = LinkView(frame=frame, filters=filters, link=page, holds=holds, kpis=kpis)
    return render(request, "console/link.html", view)


def _figures(row: LinkRow) -> tuple[Figure, ...]:
    return (row.clicks, row.visits, row.purchases, row.spend, row.gmv_net)
