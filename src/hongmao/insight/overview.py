"""The overview: seven steps from the note to the refund, what each cost, what it brought, and what stands beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.insight.contracts import DayPoint, FunnelStep, LeftOut, Overview
from hongmao.insight.rules import days_of, maturity

if TYPE_CHECKING:
    from datetime import date

    from hongmao.insight.cells import Cells
    from hongmao.insight.contracts import DefinitionRef, Figure, Maturity, ReportQuery
    from hongmao.insight.queries import Queries
    from hongmao.insight.sight import Sight
    from hongmao.insight.vocabulary import Vocabulary

# Step, people, step before, rate, cost: names of metrics. People are counted from the jump on.
STEPS: tuple[tuple[str, str | None, str | None, str | None, str | None], ...] = (
    ("impressions", None, None, None, "cost_per_impression"),
    ("clicks", None, "impressions", "ctr", "cpc"),
    ("component_clicks", None, "clicks", "component_ctr", "cost_per_component_click"),
    ("visits", "visit_uv", "component_clicks", "jump_visit_rate", "cost_per_visit"),
    ("carts", "cart_uv", "visits", "visit_cart_rate", "cost_per_cart"),
    ("purchases", "purchase_uv", "carts", "cart_purchase_rate", "cost_per_purchase"),
    ("refunds", None, "purchases", "refund_rate", None),
)
_CHARTED = ("impressions", "component_clicks", "visits", "purchases", "spend", "gmv_gross", "gmv_net")


class _Beside(msgspec.Struct, frozen=True):
    kind: str
    reason: str
    acts: int


class Writer:
    """Writes figures of one question from its cells."""

    def __init__(self, vocabulary: Vocabulary, cells: Cells, query: ReportQuery, now_ms: int) -> None:
        """Stand on cells, definitions and an instant."""
        self._vocabulary = vocabulary
        self._cells = cells
        self._query = query
        self._now_ms = now_ms

    def figure(self, name: str, of: str | None = None) -> Figure:
        """Write one metric, over everything or over one part."""
        return self._vocabulary.figure(name, self._cells, self._query, now_ms=self._now_ms, of=of)

    def figure_on(self, name: str, day: date) -> Figure:
        """Write one metric on one day, over everything."""
        return self._vocabulary.figure_on(name, self._cells, self._query, now_ms=self._now_ms, day=day)

    @property
    def parts(self) -> frozenset[str]:
        """Name every note, link or platform that has a cell."""
        return self._cells.parts

    def value(self, name: str, day: date) -> int | None:
        """Give a measure's value on one day."""
        return self._cells.part(self._vocabulary.metric(name), day=day).value

    def complete(self, day: date) -> Maturity:
        """Judge a day: complete when every charted measure is."""
        at_ms = max(
            self._vocabulary.complete_at_ms(self._vocabulary.metric(name), self._query, day=day) for name in _CHARTED
        )
        return maturity(at_ms, now_ms=self._now_ms)


def overview(
    queries: Queries, sight: Sight, query: ReportQuery, writer: Writer, credited_by: DefinitionRef
) -> Overview:
    """Put the page together."""
    return Overview(
        query=query,
        steps=tuple(_step(writer, *step) for step in STEPS),
        spend=writer.figure("spend"),
        gmv_gross=writer.figure("gmv_gross"),
        gmv_net=writer.figure("gmv_net"),
        roi_gross=writer.figure("roi_gross"),
        roi_net=writer.figure("roi_net"),
        cpuv=writer.figure("cpuv"),
        orders=writer.figure("orders"),
        new_visitors=writer.figure("new_visitors"),
        series=tuple(_point(writer, day) for day in days_of(query)),
        invalid=_beside(queries, "left_out", sight, query),
        unmatched=_beside(queries, "unmatched", sight, query),
        credited_by=credited_by,
        maturity=writer.complete(query.to_day),
    )


def _step(
    writer: Writer, name: str, people: str | None, before: str | None, rate: str | None, cost: str | None
) -> FunnelStep:
    return FunnelStep(
        name=name,
        count=writer.figure(name),
        people=writer.figure(people) if people else None,
        rate_of=before,
        rate=writer.figure(rate) if rate else None,
        cost=writer.figure(cost) if cost else None,
    )


def _point(writer: Writer, day: date) -> DayPoint:
    return DayPoint(
        day=day,
        impressions=writer.value("impressions", day) or 0,
        component_clicks=writer.value("component_clicks", day) or 0,
        visits=writer.value("visits", day),
        purchases=writer.value("purchases", day),
        spend_fen=writer.value("spend", day),
        gmv_gross_fen=writer.value("gmv_gross", day),
        gmv_net_fen=writer.value("gmv_net", day),
        mature=writer.complete(day).mature,
    )


def _beside(queries: Queries, name: str, sight: Sight, query: ReportQuery) -> tuple[LeftOut, ...]:
    rows = queries.read(
        name,
        _Beside,
        tenant=sight.tenant,
        merchant=sight.merchant,
        from_day=query.from_day.isoformat(),
        to_day=query.to_day.isoformat(),
    )
    return tuple(LeftOut(kind=row.kind, reason=row.reason, count=row.acts) for row in rows)
