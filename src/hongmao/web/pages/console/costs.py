"""成本与回报: 投流ROI and 全成本ROI beside each other, what each is made of, by note and by day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.catalog.api import Permission, may
from hongmao.web.pages.console.filters import filters_of
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.console.views import Kpi, parts_of
from hongmao.web.pages.render import render
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.insight.contracts import CostSheet
    from hongmao.web.pages.console.filters import Filters
    from hongmao.web.pages.console.views import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class CostsPage:
    """成本与回报."""

    frame: Frame
    filters: Filters
    sheet: CostSheet
    kpis: tuple[Kpi, ...]
    """The two ratios, never one without the other."""
    money: bool
    """Whether this reader may see whose money it was: whoever sees wallets."""


def costs(request: Request) -> Response:
    """Answer `GET /console/costs`."""
    frame = frame_of(request, "costs")
    filters = filters_of(request)
    sheet = services_of(request).insight.costs(frame.tenant, filters.query)
    page = CostsPage(
        frame=frame,
        filters=filters,
        sheet=sheet,
        kpis=ratios(sheet),
        money=may(frame.who, Permission.READ_WALLETS),
    )
    return render(request, "console/costs.html", page)


def ratios(sheet: CostSheet) -> tuple[Kpi, ...]:
    """Lay both ratios out as cards, with what each divides."""
    return tuple(Kpi(figure=figure, parts=parts_of(figure), spark=()) for figure in (sheet.roi_ads, sheet.roi_full))
