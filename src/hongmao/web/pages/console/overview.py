"""概览: the merchant's first page of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.web.pages.charts import funnel
from hongmao.web.pages.console.costs import ratios
from hongmao.web.pages.console.filters import filters_of
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.console.views import FunnelBar, Kpi, OverviewPage, daily, parts_of
from hongmao.web.pages.render import render
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.insight.contracts import Figure, Overview
    from hongmao.web.pages.console.filters import Filters
    from hongmao.web.pages.console.views import Frame

# Which daily lines draw a figure's shape: a field of `DayPoint`, or one over another.
SPARKS: dict[str, tuple[str, str | None]] = {
    "spend": ("spend_fen", None),
    "visits": ("visits", None),
    "roi_gross": ("gmv_gross_fen", "spend_fen"),
    "roi_net": ("gmv_net_fen", "spend_fen"),
    "gmv_gross": ("gmv_gross_fen", None),
    "gmv_net": ("gmv_net_fen", None),
}


def overview(request: Request) -> Response:
    """Answer `GET /console/`."""
    frame = frame_of(request, "overview")
    filters = filters_of(request)
    insight = services_of(request).insight
    report = insight.overview(frame.tenant, filters.query)
    every = insight.all_spend(frame.tenant, filters.query)
    sheet = insight.costs(frame.tenant, filters.query, rows=False)
    return render(request, "console/overview.html", view(frame, filters, report, every, ratios(sheet)))


def view(
    frame: Frame,
    filters: Filters,
    report: Overview,
    all_spend: Figure | None = None,
    returned: tuple[Kpi, ...] = (),
) -> OverviewPage:
    """Lay a report out as the page shows it; `returned` are ROI on ads and on the full cost."""
    visits = next(step.count for step in report.steps if step.name == "visits")
    slices = funnel.steps([step.count.numerator for step in report.steps])
    return OverviewPage(
        frame=frame,
        filters=filters,
        report=report,
        all_spend=all_spend,
        returned=returned,
        anything=any(step.count.numerator for step in report.steps),
        kpis=tuple(
            _kpi(figure, report) for figure in (report.spend, visits, report.cpuv, report.roi_gross, report.roi_net)
        ),
        lesser=tuple(
            _kpi(figure, report) for figure in (report.gmv_gross, report.gmv_net, report.orders, report.new_visitors)
        ),
        funnel=tuple(
            FunnelBar(step=step, slice=piece, back=step.name == "refunds")
            for step, piece in zip(report.steps, slices, strict=True)
        ),
    )


def _kpi(figure: Figure, report: Overview) -> Kpi:
    line = SPARKS.get(figure.name)
    return Kpi(figure=figure, parts=parts_of(figure), spark=daily(report.series, *line) if line else ())
