"""What a set of definitions must hold to be believed: lineage without gaps, formulas from parts that add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.definitions.contracts import AttributionDefinition, MetricDefinition
from hongmao.definitions.errors import (
    DefinitionTwice,
    LineageBroken,
    MetricNeedsOneFormula,
    NotApplied,
    RatioAveraged,
    RatioOfRatios,
    RatioPartUnknown,
    RollupContradictsAggregate,
    StyleContradictsUnits,
    WindowNotOffered,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from hongmao.definitions.contracts import AnyDefinition, Measure, Ratio

    Place = Callable[[AnyDefinition, tuple[str, ...]], str]
    """Where a key of a definition stands: `file:line`."""

# What is applied to every event before any definition is asked (events.rules), so no file may say otherwise; 0 where a
# definition reads files of anybody's, which have no lateness.
LATE_DAYS = frozenset({0, 120})
TIES = {"platform": "higher_event_id_in_second", "files": "order_then_key"}
ROLLUPS = {"sum": ("sum",), "count": ("sum",), "distinct": ("recount",)}
# The units (numerator, denominator) each style can write.
STYLES = {
    "percent": {("count", "count")},
    "multiple": {("fen", "fen"), ("count", "count")},
    "yuan": {("fen", "count")},
    "count": set[tuple[str, str]](),
}


def in_force(definitions: Sequence[AnyDefinition], *, on: date) -> tuple[AnyDefinition, ...]:
    """Pick for every id the latest version whose first day has come, ordered by id."""
    latest: dict[str, AnyDefinition] = {}
    for one in sorted(definitions, key=lambda definition: (definition.id, definition.version)):
        if one.effective <= on:
            latest[one.id] = one
    return tuple(latest.values())


def check(definitions: Sequence[AnyDefinition], place: Place) -> None:
    """Refuse a set that cannot hold; the first fault found, in order of id and version, is raised."""
    ordered = sorted(definitions, key=lambda definition: (definition.id, definition.version))
    _check_lineage(ordered, place)
    metrics = {one.id: one for one in ordered if isinstance(one, MetricDefinition)}
    for one in ordered:
        match one:
            case AttributionDefinition():
                _check_windows(one, place)
            case MetricDefinition():
                _check_formula(one, metrics, place)


def _check_lineage(ordered: Sequence[AnyDefinition], place: Place) -> None:
    before: AnyDefinition | None = None
    for one in ordered:
        if before is not None and before.key == one.key:
            raise DefinitionTwice(place=place(one, ("version",)), key=one.key, other=place(before, ("version",)))
        _check_heir(one, before if before is not None and before.id == one.id else None, place)
        before = one


def _check_heir(one: AnyDefinition, before: AnyDefinition | None, place: Place) -> None:
    expected = before.key if before else None
    later = before is None or one.effective > before.effective
    if one.supersedes != expected or not later or (before is None and one.version != 1):
        wrong = "supersedes" if one.supersedes != expected else "effective" if not later else "version"
        raise LineageBroken(place=place(one, (wrong,)), key=one.key, expected=expected or "—")


def _check_windows(one: AttributionDefinition, place: Place) -> None:
    if one.default_window is not None and one.default_window not in one.windows:
        raise WindowNotOffered(place=place(one, ("default_window",)), key=one.default_window)
    if one.late_days not in LATE_DAYS:
        raise NotApplied(place=place(one, ("late_days",)), key="late_days", value=one.late_days)
    if one.tie != TIES[one.scope]:
        raise NotApplied(place=place(one, ("tie",)), key="tie", value=one.tie)


def _check_formula(one: MetricDefinition, metrics: Mapping[str, MetricDefinition], place: Place) -> None:
    match one.measure, one.ratio:
        case None, ratio if ratio is not None:
            _check_ratio(one, ratio, metrics, place)
        case measure, None if measure is not None:
            _check_measure(one, measure, place)
        case _:
            raise MetricNeedsOneFormula(place=place(one, ("id",)), key=one.key)


def _check_measure(one: MetricDefinition, measure: Measure, place: Place) -> None:
    if measure.rollup not in ROLLUPS[measure.aggregate]:
        raise RollupContradictsAggregate(
            place=place(one, ("measure", "rollup")), aggregate=measure.aggregate, rollup=measure.rollup
        )
    if measure.late_days not in LATE_DAYS:
        raise NotApplied(place=place(one, ("measure", "late_days")), key="late_days", value=measure.late_days)
    if not measure.valid_only:
        raise NotApplied(place=place(one, ("measure", "valid_only")), key="valid_only", value=measure.valid_only)
    if one.style != ("yuan" if one.unit == "fen" else "count"):
        raise StyleContradictsUnits(place=place(one, ("style",)), style=one.style, units=one.unit)


def _check_ratio(one: MetricDefinition, ratio: Ratio, metrics: Mapping[str, MetricDefinition], place: Place) -> None:
    if ratio.rollup != "recompute":
        raise RatioAveraged(place=place(one, ("ratio", "rollup")), rollup=ratio.rollup)
    units: list[str] = []
    for side, part in (("numerator", ratio.numerator), ("denominator", ratio.denominator)):
        if part not in metrics:
            raise RatioPartUnknown(place=place(one, ("ratio", side)), key=part)
        if metrics[part].unit == "ratio":
            raise RatioOfRatios(place=place(one, ("ratio", side)), key=part)
        units.append(metrics[part].unit)
    if (units[0], units[1]) not in STYLES[one.style]:
        raise StyleContradictsUnits(place=place(one, ("style",)), style=one.style, units="/".join(units))
