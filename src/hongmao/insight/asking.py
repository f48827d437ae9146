"""Any defined metric, asked by its name: over a range, by day, note, link or platform, against another range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hongmao.insight import comparing, gather, incrementality
from hongmao.insight.contracts import MetricAnswer, MetricRow, Side
from hongmao.insight.rules import days_of
from hongmao.insight.vocabulary import Vocabulary, reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.definitions.api import MetricDefinition, Registry
    from hongmao.definitions.contracts import Measure
    from hongmao.insight.cells import Cells
    from hongmao.insight.contracts import Beside, DefinitionRef, Figure, LiftResult, ReportQuery
    from hongmao.insight.creators import Orders
    from hongmao.insight.gather import By
    from hongmao.insight.queries import Queries
    from hongmao.insight.sight import Sight
    from hongmao.insight.spend import Charges

Grain = Literal["nothing", "day", "note", "link", "platform"]
"""What rows are kept apart by."""
GRAINS: tuple[Grain, ...] = ("nothing", "day", "note", "link", "platform")


class Asking:
    """Answers about metrics for one sight, by the definitions in force on each range's last day."""

    def __init__(
        self, queries: Queries, charges: Charges, orders: Orders, registry: Registry, sight: Sight, now_ms: int
    ) -> None:
        """Read the tables, the ledger's charges and its creators' orders as they stand."""
        self._queries = queries
        self._charges = charges
        self._orders = orders
        self._registry = registry
        self._sight = sight
        self._now_ms = now_ms

    def answer(
        self,
        name: str,
        query: ReportQuery,
        *,
        by: Grain = "nothing",
        against: ReportQuery | None = None,
        lift: LiftResult | None = None,
    ) -> MetricAnswer:
        """Ask for a metric; raises `DefinitionUnknown`, and `NotComparable` where two ranges do not mean the same."""
        vocabulary = Vocabulary(self._registry, query.to_day)
        whole = self._cells(vocabulary, name, query, by="nothing")
        figure = vocabulary.figure(name, whole, query, now_ms=self._now_ms)
        return MetricAnswer(
            query=query,
            by=by,
            figure=figure,
            rows=tuple(self._rows(vocabulary, name, query, by, whole)),
            change=None if against is None else comparing.change(self._side(name, against), self._side(name, query)),
            beside=None if lift is None else self._beside(vocabulary, lift, query),
        )

    def _rows(
        self, vocabulary: Vocabulary, name: str, query: ReportQuery, by: Grain, whole: Cells
    ) -> Iterator[MetricRow]:
        match by:
            case "nothing":
                return
            case "day":
                for day in days_of(query):
                    figure = vocabulary.figure_on(name, whole, query, now_ms=self._now_ms, day=day)
                    yield MetricRow(key=day.isoformat(), figure=figure)
            case _:
                cells = self._cells(vocabulary, name, query, by=by)
                for part in sorted(cells.parts):
                    figure = vocabulary.figure(name, cells, query, now_ms=self._now_ms, of=part)
                    yield MetricRow(key=part, figure=figure)

    def _side(self, name: str, query: ReportQuery) -> Side:
        vocabulary = Vocabulary(self._registry, query.to_day)
        cells = self._cells(vocabulary, name, query, by="nothing")
        metric = vocabulary.metric(name)
        top, bottom = vocabulary.operands(metric)
        credits_read = any(measure.source == "credits" for measure in vocabulary.measures_of(metric))
        return Side(
            figure=vocabulary.figure(name, cells, query, now_ms=self._now_ms),
            query=query,
            cohort=" ".join(filter(None, (self._sight.tenant, self._sight.merchant))) or "*",
            numerator=_counted_by(vocabulary, top),
            denominator=() if bottom is None else _counted_by(vocabulary, bottom),
            credited_by=reference(vocabulary.attribution(gather.CREDIT_BY)) if credits_read else None,
        )

    def _beside(self, vocabulary: Vocabulary, lift: LiftResult, query: ReportQuery) -> Beside:
        names = ("purchases", "spend", "aov", "roi_gross")
        attributed, spend, aov, roi = (self._figure(vocabulary, name, query) for name in names)
        return incrementality.beside(lift, query, attributed=attributed, spend=spend, aov=aov, roi=roi)

    def _figure(self, vocabulary: Vocabulary, name: str, query: ReportQuery) -> Figure:
        cells = self._cells(vocabulary, name, query, by="nothing")
        return vocabulary.figure(name, cells, query, now_ms=self._now_ms)

    def _cells(self, vocabulary: Vocabulary, name: str, query: ReportQuery, *, by: By) -> Cells:
        measures = vocabulary.measures_of(vocabulary.metric(name))
        charged = self._charges.rows(self._queries, self._sight, query, by=by) if _costs(measures) else []
        version = vocabulary.attribution(gather.CREDIT_BY).version
        return gather.gather(
            self._queries,
            measures,
            self._sight,
            query,
            by=by,
            version=version,
            charged=charged,
            orders=self._orders,
        )


def _costs(measures: tuple[Measure, ...]) -> bool:
    return any(measure.source == "charges" for measure in measures)


def _counted_by(vocabulary: Vocabulary, metric: MetricDefinition) -> tuple[DefinitionRef, ...]:
    """Name the measures that a side is counted by, a total taken apart."""
    if metric.total is None:
        return (reference(metric),)
    return tuple(reference(vocabulary.metric(name)) for name in (*metric.total.plus, *metric.total.minus))
