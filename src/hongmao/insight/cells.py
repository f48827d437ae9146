"""Cells: what each day, and each note, link or platform, adds to each measure, as the definitions say it is counted.

Totals are sums of cells of the same question. People are distinct by reader, shop and day, so they add up over days and
not over notes: for every grain they are counted again from the rows (`by`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003  (msgspec reads the annotations when it converts)
from typing import TYPE_CHECKING

import msgspec

from hongmao.insight.contracts import ViewClock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hongmao.definitions.api import MetricDefinition
    from hongmao.definitions.contracts import Measure


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What one day and part added: acts (PV), people (UV), value in fen. `unknown` amounts are in no sum."""

    day: date
    part: str | None
    kind: str
    acts: int
    people: int = 0
    newcomers: int = 0
    unsaid: int = 0
    value_fen: int | None = None
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """An additive part: None where unknown; partial where it covers only what is known (ATTR-7)."""

    value: int | None
    partial: bool = False


UNKNOWN = Part(None)


class Cells:
    """The rows of one question by source, ready to be added up for any measure."""

    def __init__(self, rows: dict[tuple[str, ViewClock], list[Row]], *, clock: ViewClock, heard: bool) -> None:
        """Keep rows by source and clock; where no shop was ever `heard`, what shops would say is unknown, not 0."""
        self._rows = rows
        self._clock = clock
        self._heard = heard

    @property
    def parts(self) -> frozenset[str]:
        """Name every note, link or platform that has a cell."""
        return frozenset(row.part for rows in self._rows.values() for row in rows if row.part)

    def part(self, metric: MetricDefinition, *, of: str | None = None, day: date | None = None) -> Part:
        """Add up a measure over everything, or over one part (`of`), one day, or both."""
        measure = metric.measure
        if measure is None:
            raise AssertionError(metric.key)
        if not self._heard and speaks_from_shop(measure):
            return UNKNOWN
        rows = self._rows.get((source_of(measure), clock_of(measure, self._clock)), [])
        return _added(
            measure,
            (
                row
                for row in rows
                if row.kind in measure.kinds and (of is None or row.part == of) and (day is None or row.day == day)
            ),
        )


def source_of(measure: Measure) -> str:
    """Name the query that a measure is read by."""
    if measure.source == "events":
        return "returned" if measure.assigned_by == "click_id" else "seen"
    return "credited" if measure.source == "credits" else "charged"


def speaks_from_shop(measure: Measure) -> bool:
    """Tell whether only a shop can know it."""
    return source_of(measure) in {"returned", "credited"}


def clock_of(measure: Measure, wanted: ViewClock) -> ViewClock:
    """Choose the clock: the one asked for, where the definition has it."""
    return wanted if wanted.value in measure.clocks else ViewClock(measure.clocks[0])


def _added(measure: Measure, rows: Iterable[Row]) -> Part:
    mine = tuple(rows)
    match measure.aggregate:
        case "distinct":
            return Part(sum(row.people for row in mine))
        case "sum":
            known = [row.value_fen for row in mine if row.value_fen is not None]
            return Part(sum(known) if known or not mine else None, any(row.unknown for row in mine))
        case "count" if measure.where:
            acts, unsaid = sum(row.acts for row in mine), sum(row.unsaid for row in mine)
            return Part(sum(row.newcomers for row in mine) if unsaid < acts or not acts else None, unsaid > 0)
        case "count":
            return Part(sum(row.acts for row in mine))
