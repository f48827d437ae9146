"""归因: what each model gives to whom, how far that is from last click, and the ways that readers took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.insight.api import ChoiceUnknown, read_split
from hongmao.insight.contracts import SplitBy
from hongmao.web.pages.console.filters import filters_of
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.render import render
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.insight.contracts import AttributionPage, FlowRow, ModelColumn, PartRow, Share
    from hongmao.web.pages.console.filters import Filters
    from hongmao.web.pages.console.views import Frame

MEASURES = ("conversions", "gross", "net")
"""What the table of all models shows: 成交, 成交额, 净成交额."""
_CHARS_SHOWN = 40
ROWS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionView:
    """归因."""

    frame: Frame
    filters: Filters
    report: AttributionPage
    chosen: int
    """Which column stands open."""
    measure: str
    """One of `MEASURES`."""
    splits: tuple[SplitBy, ...] = tuple(SplitBy)
    measures: tuple[str, ...] = MEASURES

    @property
    def model(self) -> ModelColumn:
        """Give the model that stands open."""
        return self.report.columns[self.chosen]

    @property
    def rows(self) -> tuple[PartRow, ...]:
        """List the parts that are shown."""
        return self.report.rows[:ROWS]

    @property
    def rest(self) -> int:
        """Count the parts that are not: they stand in the totals."""
        return max(0, len(self.report.rows) - ROWS)

    def share(self, row: PartRow) -> Share:
        """Give what the open model gives to a part."""
        return row.shares[self.chosen]

    def more(self, row: PartRow) -> Share:
        """Say how much more that is than last click gives it."""
        return self.report.difference(row.shares[self.chosen], row.shares)

    @property
    def most(self) -> int:
        """Give the largest difference in net amount: the scale of the bars."""
        return max((abs(self.more(row).net_fen or 0) for row in self.rows), default=0)

    def href(self, row: PartRow) -> str | None:
        """Address what a part is: the note, or the link; a creator has no page."""
        if not row.part:
            return None
        return {SplitBy.NOTE: f"/n/{row.part}", SplitBy.LINK: f"/console/links/{row.part}"}.get(self.report.by)

    def node(self, row: FlowRow, *, end: bool) -> str:
        """Name a ribbon's end for the drawing: its column, a colon, its key."""
        if not end:
            return f"{row.step}:{row.from_key}"
        return f"{self.columns if row.end else row.step + 1}:{row.to_key}"

    @property
    def columns(self) -> int:
        """Count the touches that the flow shows before the end."""
        return max((row.step for row in self.report.paths.flow), default=-1) + 1


def attribution(request: Request) -> Response:
    """Answer `GET /console/attribution`."""
    frame = frame_of(request, "attribution")
    asked = request.query_params
    by = read_split(asked.get("by"))
    measure = asked.get("measure") or MEASURES[0]
    if measure not in MEASURES:
        raise ChoiceUnknown(place="measure", got=measure[:_CHARS_SHOWN], offered=", ".join(MEASURES))
    also = {"by": by.value, "measure": measure}
    model = (asked.get("model") or "")[:_CHARS_SHOWN]
    filters = filters_of(request, also={**also, "model": model} if model else also)
    report = services_of(request).insight.attribution(frame.tenant, filters.query, by)
    if model and model not in {column.key for column in report.columns}:
        offered = ", ".join(column.key for column in report.columns)
        raise ChoiceUnknown(place="model", got=model, offered=offered)
    view = AttributionView(frame=frame, filters=filters, report=report, chosen=report.column(model), measure=measure)
    return render(request, "console/attribution.html", view)
