"""What a metric's formula must hold: parts that add up, and no rule that nothing would apply (ATTR-6).

A measure is counted by one of seven ways of finding its rows. A way knows which columns it can tell apart, sum and ask;
a file that names another is refused, because its figure would not be what the file says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hongmao.definitions.contracts import RETENTION_DAYS
from hongmao.definitions.errors import (
    DistinctOverKinds,
    MetricNeedsOneFormula,
    NotApplied,
    PartTwice,
    RatioAveraged,
    RatioOfRatios,
    RatioPartUnknown,
    RollupContradictsAggregate,
    SampleAddedUp,
    StyleContradictsUnits,
    TotalOfTotals,
)
from hongmao.kernel.time import DAY_MS, span_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hongmao.definitions.contracts import AnyDefinition, Measure, MetricDefinition, Ratio, Total

    Place = Callable[[AnyDefinition, tuple[str, ...]], str]
    """Where a key of a definition stands: `file:line`."""

# What is applied to every event before any definition is asked (events.rules), so no file may say otherwise; 0 where a
# definition reads files of anybody's, which have no lateness.
LATE_DAYS: Final = frozenset({0, 120})
ROLLUPS: Final = {"sum": ("sum", "latest"), "count": ("sum",), "distinct": ("recount",)}
# The units (numerator, denominator) each style can write.
STYLES: Final = {
    "percent": {("count", "count")},
    "multiple": {("fen", "fen"), ("count", "count")},
    "yuan": {("fen", "count")},
    "count": set[tuple[str, str]](),
}
# The columns by which a count may say that it tells rows apart; every way keeps each of its rows once.
ROWS: Final = frozenset({"event_id", "platform", "ref", "sub_order_id", "entry", "click_id", "day"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What one way of finding rows can do."""

    source: str
    aggregates: frozenset[str]
    people: frozenset[str] = frozenset()
    """The columns that a distinct count may tell apart."""
    fields: frozenset[str] = frozenset()
    """The columns that may be summed; empty beside `sum` where any figure may."""
    where: Mapping[str, type] = field(default_factory=dict)
    clocks: frozenset[str] = frozenset({"billing", "event"})


WAYS: Final[Mapping[str, Way]] = {
    "event": Way(
        source="events",
        aggregates=frozenset({"count", "distinct"}),
        people=frozenset({"reader", "note", "creator", "merchant", "day"}),
        where={"placement": str, "organic": bool},
        clocks=frozenset({"event"}),
    ),
    "click_id": Way(
        source="events",
        aggregates=frozenset({"count", "sum", "distinct"}),
        people=frozenset({"reader", "shop", "day"}),
        fields=frozenset({"amount_fen", "deposit_fen", "commission_fen", "delay_s"}),
        where={"new_visitor": bool, "claimed_elsewhere": bool, "price_compare": bool},
    ),
    "ad_click": Way(
        source="events",
        aggregates=frozenset({"count", "distinct"}),
        people=frozenset({"reader", "note", "day"}),
    ),
    "credit": Way(
        source="credits",
        aggregates=frozenset({"count", "sum", "distinct"}),
        people=frozenset({"reader", "shop", "day"}),
        fields=frozenset({"value_fen"}),
        where={"direct": bool},
    ),
    "charge": Way(
        source="charges",
        aggregates=frozenset({"sum"}),
        fields=frozenset({"amount_fen"}),
        where={"line": str},
        clocks=frozenset({"billing"}),
    ),
    "report": Way(source="reports", aggregates=frozenset({"sum"})),
    "range": Way(source="calendar", aggregates=frozenset({"count"}), clocks=frozenset({"event"})),
}


def check_formula(one: MetricDefinition, metrics: Mapping[str, MetricDefinition], place: Place) -> None:
    """Refuse a metric whose formula cannot hold; raises a `DefinitionRefused` with its line."""
    match [formula for formula in (one.measure, one.total, one.ratio) if formula is not None]:
        case [_]:
            pass
        case _:
            raise MetricNeedsOneFormula(place=place(one, ("id",)), key=one.key)
    if one.measure is not None:
        _check_measure(one, one.measure, place)
    if one.total is not None:
        _check_total(one, one.total, metrics, place)
    if one.ratio is not None:
        _check_ratio(one, one.ratio, metrics, place)


def _check_measure(one: MetricDefinition, measure: Measure, place: Place) -> None:
    if measure.rollup not in ROLLUPS[measure.aggregate]:
        raise RollupContradictsAggregate(
            place=place(one, ("measure", "rollup")), aggregate=measure.aggregate, rollup=measure.rollup
        )
    if measure.aggregate == "distinct" and len(measure.kinds) != 1:
        raise DistinctOverKinds(place=place(one, ("measure", "kinds")), kinds=", ".join(measure.kinds))
    for key, value in _not_applied(measure):
        raise NotApplied(place=place(one, ("measure", key)), key=key, value=value)
    if one.style != ("yuan" if one.unit == "fen" else "count"):
        raise StyleContradictsUnits(place=place(one, ("style",)), style=one.style, units=one.unit)


def _not_applied(measure: Measure) -> Iterator[tuple[str, object]]:
    """List the keys of a measure that its way of finding rows would pass over."""
    way = WAYS[measure.assigned_by]
    if measure.source != way.source:
        yield "assigned_by", measure.assigned_by
    if measure.late_days not in LATE_DAYS:
        yield "late_days", measure.late_days
    if not measure.valid_only:
        yield "valid_only", measure.valid_only
    if measure.aggregate not in way.aggregates:
        yield "aggregate", measure.aggregate
    if not measure.clocks or not way.clocks.issuperset(measure.clocks):
        yield "clocks", ", ".join(measure.clocks) or "—"
    yield from _columns_not_applied(measure, way)
    yield from _spans_not_applied(measure)
    if measure.source != "reports":
        if measure.rollup == "latest":
            yield "rollup", measure.rollup
        if measure.sampled:
            yield "sampled", measure.sampled
    if measure.source == "calendar" and measure.kinds != ("day",):
        yield "kinds", ", ".join(measure.kinds)


def _columns_not_applied(measure: Measure, way: Way) -> Iterator[tuple[str, object]]:
    known = way.people if measure.aggregate == "distinct" else ROWS
    yield from (("unit", column) for column in measure.unit if column not in known)
    if not measure.unit:
        yield "unit", "—"
    if (measure.aggregate == "sum") != (measure.field is not None):
        yield "field", measure.field or "—"
    if measure.field is not None and way.fields and measure.field not in way.fields:
        yield "field", measure.field
    for column, value in measure.where.items():
        if way.where.get(column) is not type(value):
            yield "where", f"{column} = {value}"


def _spans_not_applied(measure: Measure) -> Iterator[tuple[str, object]]:
    follows = measure.assigned_by == "ad_click"
    if follows != (measure.after is not None):
        yield "after", measure.after or "—"
    if follows != (measure.within is not None):
        yield "within", measure.within or "—"
    # A longer span would count some acts by clicks that others have lost (ATTR-10); our own log forgets nothing.
    if measure.within is not None and span_ms(measure.within) > RETENTION_DAYS * DAY_MS:
        yield "within", measure.within
    if measure.look_back is not None and not (
        measure.assigned_by == "click_id" and measure.aggregate == "distinct" and {"reader", "shop"} <= {*measure.unit}
    ):
        yield "look_back", measure.look_back
    if (measure.source == "credits") != bool(measure.windows) and measure.source != "reports":
        yield "windows", ", ".join(measure.windows) or "—"
    if measure.source == "reports" and len(measure.windows) > 1:
        yield "windows", ", ".join(measure.windows)


def _check_total(one: MetricDefinition, total: Total, metrics: Mapping[str, MetricDefinition], place: Place) -> None:
    units: set[str] = set()
    seen: set[str] = set()
    for side, parts in (("plus", total.plus), ("minus", total.minus)):
        for part in parts:
            where = place(one, ("total", side))
            if part not in metrics:
                raise RatioPartUnknown(place=where, key=part)
            measure = metrics[part].measure
            if measure is None:
                raise TotalOfTotals(place=where, key=part)
            if measure.sampled:
                raise SampleAddedUp(place=where, key=part)
            if part in seen:
                raise PartTwice(place=where, key=part)
            seen.add(part)
            units.add(metrics[part].unit)
    if not total.plus or len(seen) == 1:
        raise NotApplied(place=place(one, ("total",)), key="plus", value=", ".join(total.plus) or "—")
    if units != {one.unit} or one.style != ("yuan" if one.unit == "fen" else "count"):
        raise StyleContradictsUnits(place=place(one, ("style",)), style=one.style, units="/".join(sorted(units)))


def _check_ratio(one: MetricDefinition, ratio: Ratio, metrics: Mapping[str, MetricDefinition], place: Place) -> None:
    if ratio.rollup != "recompute":
        raise RatioAveraged(place=place(one, ("ratio", "rollup")), rollup=ratio.rollup)
    units: list[str] = []
    sampled: list[str] = []
    for side, part in (("numerator", ratio.numerator), ("denominator", ratio.denominator)):
        if part not in metrics:
            raise RatioPartUnknown(place=place(one, ("ratio", side)), key=part)
        if metrics[part].unit == "ratio":
            raise RatioOfRatios(place=place(one, ("ratio", side)), key=part)
        units.append(metrics[part].unit)
        measure = metrics[part].measure
        if measure is not None and measure.sampled:
            sampled.append(part)
    if len(sampled) == 2:  # noqa: PLR2004 - both sides
        raise SampleAddedUp(place=place(one, ("ratio", "denominator")), key=sampled[1])
    if (units[0], units[1]) not in STYLES[one.style]:
        raise StyleContradictsUnits(place=place(one, ("style",)), style=one.style, units="/".join(units))
