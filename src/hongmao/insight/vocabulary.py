"""The definitions that a report speaks in: those in force on its last day, so that an old report reprints as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.definitions.api import AttributionDefinition, MetricDefinition, render_value
from hongmao.insight.cells import Part, clock_of, source_of
from hongmao.insight.contracts import DefinitionRef, Figure, Unit, Words
from hongmao.insight.rules import complete_at_ms, maturity

if TYPE_CHECKING:
    from datetime import date

    from hongmao.definitions.api import Definition, Registry
    from hongmao.definitions.contracts import Measure
    from hongmao.insight.cells import Cells
    from hongmao.insight.contracts import ReportQuery, ViewClock

SHOWN = (
    "impressions",
    "clicks",
    "component_clicks",
    "visits",
    "visit_uv",
    "new_visitors",
    "carts",
    "cart_uv",
    "orders",
    "purchases",
    "purchase_uv",
    "refunds",
    "gmv_gross",
    "gmv_net",
    "refund_amount",
    "spend",
)
"""The measures that reports are made of; every ratio shown is made of these."""


class Vocabulary:
    """Finds definitions and writes figures by them."""

    def __init__(self, registry: Registry, on: date) -> None:
        """Take what is in force on a day; where nothing is yet, the latest there is."""
        self._registry = registry
        self._in_force = {one.id: one for one in registry.in_force(on)}

    def attribution(self, definition_id: str) -> AttributionDefinition:
        """Find an attribution definition; raises `DefinitionUnknown`."""
        found = self._in_force.get(definition_id)
        return found if isinstance(found, AttributionDefinition) else self._registry.attribution(definition_id)

    def metric(self, metric_id: str) -> MetricDefinition:
        """Find a metric; raises `DefinitionUnknown`."""
        found = self._in_force.get(metric_id)
        return found if isinstance(found, MetricDefinition) else self._registry.metric(metric_id)

    def measures(self) -> tuple[MetricDefinition, ...]:
        """List the measures that reports are made of."""
        return tuple(self.metric(name) for name in SHOWN)

    def figure(self, name: str, cells: Cells, query: ReportQuery, *, now_ms: int, of: str | None = None) -> Figure:
        """Write a metric over the whole range, or over one part of it."""
        metric = self.metric(name)
        top, bottom = self.operands(metric)
        numerator = cells.part(top, of=of)
        denominator = cells.part(bottom, of=of) if bottom is not None else None
        measures = [part.measure for part in (top, bottom) if part is not None and part.measure is not None]
        return Figure(
            name=name,
            unit=_unit(metric),
            numerator=numerator.value,
            denominator=None if denominator is None else denominator.value,
            text=render_value(metric, numerator.value, None if denominator is None else denominator.value),
            partial=numerator.partial or (denominator or Part(0)).partial,
            definition=reference(metric),
            window=query.window if any(measure.windows for measure in measures) else None,
            clock=_clock(measures, query.clock),
            maturity=maturity(self.complete_at_ms(metric, query, day=query.to_day), now_ms=now_ms),
        )

    def complete_at_ms(self, metric: MetricDefinition, query: ReportQuery, *, day: date) -> int:
        """Say when a day's cell of a metric stops growing: a ratio is complete when both its parts are."""
        return max(
            complete_at_ms(
                day,
                window=query.window if measure.windows else None,
                clock=clock_of(measure, query.clock),
                mature_days=measure.mature_days,
            )
            for part in self.operands(metric)
            if part is not None and (measure := part.measure) is not None
        )

    def operands(self, metric: MetricDefinition) -> tuple[MetricDefinition, MetricDefinition | None]:
        """Give a ratio's two measures; a measure is its own numerator and divides by nothing."""
        if metric.ratio is None:
            return metric, None
        return self.metric(metric.ratio.numerator), self.metric(metric.ratio.denominator)


def reference(definition: Definition) -> DefinitionRef:
    """Name a definition as figures carry it."""
    return DefinitionRef(
        id=definition.id,
        version=str(definition.version),
        fingerprint=definition.fingerprint,
        name=Words(zh=definition.name.zh, en=definition.name.en),
        counted=Words(zh=definition.counted.zh, en=definition.counted.en),
    )


def _clock(measures: list[Measure], wanted: ViewClock) -> ViewClock | None:
    """Name the clock of a figure; what the community or the ledger saw itself stands on the same day by both."""
    by_clock = [clock_of(measure, wanted) for measure in measures if source_of(measure) in {"returned", "credited"}]
    return by_clock[0] if by_clock else None


def _unit(metric: MetricDefinition) -> Unit:
    match metric.style, metric.ratio is None:
        case "count", _:
            return Unit.COUNT
        case "percent", _:
            return Unit.RATE
        case "yuan", True:
            return Unit.FEN
        case "yuan", False:
            return Unit.FEN_EACH
        case _:
            return Unit.MULTIPLE
