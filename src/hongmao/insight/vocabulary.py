"""The definitions that a report speaks in: those in force on its last day, so that an old report reprints as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.definitions.api import AttributionDefinition, DefinitionUnknown, MetricDefinition
from hongmao.insight import sampling
from hongmao.insight.cells import Part
from hongmao.insight.contracts import DefinitionRef, Figure, Unit, Words
from hongmao.insight.gather import CREDIT_BY
from hongmao.insight.questions import clock_of, has_clocks
from hongmao.insight.rules import complete_at_ms, maturity
from hongmao.kernel.time import span_ms

if TYPE_CHECKING:
    from collections.abc import Sequence
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
        """Take what is in force on a day; of what is not yet, the first there will be."""
        self._registry = registry
        self._day = on
        self._in_force = {one.id: one for one in registry.in_force(on)}

    def attribution(self, definition_id: str) -> AttributionDefinition:
        """Find an attribution definition; raises `DefinitionUnknown`."""
        found = self._in_force.get(definition_id) or self._registry.on(definition_id, self._day)
        if not isinstance(found, AttributionDefinition):
            raise DefinitionUnknown(id=definition_id)
        return found

    def default_window(self) -> str:
        """Give the window that reports show on this day unless asked otherwise."""
        credited_by = self.attribution(CREDIT_BY)
        return credited_by.default_window or credited_by.windows[-1]

    def metric(self, metric_id: str) -> MetricDefinition:
        """Find a metric; raises `DefinitionUnknown`."""
        found = self._in_force.get(metric_id) or self._registry.on(metric_id, self._day)
        if not isinstance(found, MetricDefinition):
            raise DefinitionUnknown(id=metric_id)
        return found

    def measures(self, names: Sequence[str] = SHOWN) -> tuple[Measure, ...]:
        """List the measures that some metrics are made of; those of reports unless told otherwise."""
        return tuple(measure for name in names for measure in self.measures_of(self.metric(name)))

    def figure(self, name: str, cells: Cells, query: ReportQuery, *, now_ms: int, of: str | None = None) -> Figure:
        """Write a metric over the whole range, or over one part of it."""
        return self.figure_on(name, cells, query, now_ms=now_ms, of=of)

    def figure_on(
        self,
        name: str,
        cells: Cells,
        query: ReportQuery,
        *,
        now_ms: int,
        of: str | None = None,
        day: date | None = None,
    ) -> Figure:
        """Write a metric over the range or one day, over everything or one part."""
        metric = self.metric(name)
        top, bottom = self.operands(metric)
        numerator = self.part(top, cells, of=of, day=day)
        denominator = None if bottom is None else self.part(bottom, cells, of=of, day=day)
        measures = self.measures_of(metric)
        parts = (numerator, denominator or Part(0))
        sample = sampling.sample_of(metric, numerator, denominator)
        return Figure(
            name=name,
            unit=_unit(metric),
            numerator=numerator.value,
            denominator=None if denominator is None else denominator.value,
            text=sampling.text_of(metric, numerator, denominator, sample),
            partial=any(part.partial for part in parts),
            definition=reference(metric),
            window=_window(measures, query.window),
            clock=_clock(measures, query.clock),
            maturity=maturity(self.complete_at_ms(metric, query, day=day or query.to_day), now_ms=now_ms),
            sample=sample,
            approximate=any(part.approximate for part in parts),
        )

    def part(self, metric: MetricDefinition, cells: Cells, *, of: str | None = None, day: date | None = None) -> Part:
        """Add up a measure, or a total of measures."""
        if metric.total is None:
            return cells.part(metric, of=of, day=day)
        plus, minus = ([self.metric(name) for name in names] for names in (metric.total.plus, metric.total.minus))
        return cells.total(plus, minus, of=of, day=day)

    def complete_at_ms(self, metric: MetricDefinition, query: ReportQuery, *, day: date) -> int:
        """Say when a day's cell of a metric stops growing: when the last of its measures does."""
        return max(
            complete_at_ms(
                day,
                window=_span(measure, query.window),
                clock=clock_of(measure, query.clock),
                mature_days=measure.mature_days,
                lagging=measure.source == "reports",
            )
            for measure in self.measures_of(metric)
        )

    def operands(self, metric: MetricDefinition) -> tuple[MetricDefinition, MetricDefinition | None]:
        """Give a ratio's two sides; a measure or total is its own numerator and divides by nothing."""
        if metric.ratio is None:
            return metric, None
        return self.metric(metric.ratio.numerator), self.metric(metric.ratio.denominator)

    def measures_of(self, metric: MetricDefinition) -> tuple[Measure, ...]:
        """List the measures that a metric is made of, sides and totals taken apart."""
        found: list[Measure] = []
        for side in self.operands(metric):
            if side is None:
                continue
            names = () if side.total is None else (*side.total.plus, *side.total.minus)
            found += [one.measure for one in (side, *(self.metric(name) for name in names)) if one.measure is not None]
        return tuple(found)


def reference(definition: Definition) -> DefinitionRef:
    """Name a definition as figures carry it."""
    return DefinitionRef(
        id=definition.id,
        version=str(definition.version),
        fingerprint=definition.fingerprint,
        name=Words(zh=definition.name.zh, en=definition.name.en),
        counted=Words(zh=definition.counted.zh, en=definition.counted.en),
    )


def _clock(measures: Sequence[Measure], wanted: ViewClock) -> ViewClock | None:
    """Name the clock of a figure; what the community or the ledger saw itself stands on the same day by both."""
    by_clock = [clock_of(measure, wanted) for measure in measures if has_clocks(measure)]
    return by_clock[0] if by_clock else None


def _window(measures: Sequence[Measure], wanted: str) -> str | None:
    """Name the windows of a figure: the one asked for where credits are read, else the definitions' own."""
    found = dict.fromkeys(filter(None, (_span(measure, wanted) for measure in measures)))
    return ", ".join(sorted(found, key=span_ms)) or None


def _span(measure: Measure, wanted: str) -> str | None:
    if measure.windows:
        return measure.windows[0] if measure.source == "reports" else wanted
    return measure.within


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
