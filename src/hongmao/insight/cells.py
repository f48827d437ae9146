"""Cells: what each day, and each note, link or platform, adds to each measure, as the definitions say it is counted.

Totals are sums of cells of the same question. People are distinct by reader, shop and day, so they add up over days and
not over notes: for every grain they are counted again from the rows (`by`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003  (msgspec reads the annotations when it converts)
from typing import TYPE_CHECKING

import msgspec

from hongmao.insight.questions import question_of, speaks_from_shop

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.definitions.api import MetricDefinition
    from hongmao.definitions.contracts import Measure
    from hongmao.insight.contracts import ViewClock
    from hongmao.insight.questions import Question


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What one day and part added: acts (PV), people (UV), or a sum. `unknown` amounts are in no sum.

    Where a condition is asked, `said` acts tell whether they meet it and `unsaid` ones do not; `acts` are those that do.
    """

    day: date
    part: str | None
    kind: str
    acts: int = 0
    people: int = 0
    unsaid: int = 0
    said: int = 0
    value: int | None = None
    unknown: int = 0
    ratio: str | None = None
    """抽样比例 of a sampled cell of a report."""
    approximate: bool = False
    line: str | None = None
    """The money line of a charge."""


@dataclass(frozen=True, slots=True)
class Part:
    """An additive part: None where unknown; partial where it covers only what is known (ATTR-7)."""

    value: int | None
    partial: bool = False
    sample: tuple[tuple[str, int], ...] = ()
    """Of a sampled count, what was seen by 抽样比例; `value` is their sum, which nobody may show unscaled (ATTR-8)."""
    approximate: bool = False
    """Whether a platform gave a product for an amount that it did not tell (ATTR-11)."""


UNKNOWN = Part(None)


class Cells:
    """The rows of some questions, ready to be added up for any measure that they answer."""

    def __init__(
        self,
        rows: Mapping[Question, Sequence[Row]],
        *,
        clock: ViewClock,
        days: Sequence[date],
        heard: bool,
        whole: bool,
    ) -> None:
        """Keep rows by question.

        Where no shop was ever `heard`, what shops would say is unknown, not 0; what belongs to no tenant is known only to
        a look at the `whole` deployment.
        """
        self._rows = rows
        self._clock = clock
        self._days = days
        self._heard = heard
        self._whole = whole

    @property
    def parts(self) -> frozenset[str]:
        """Name every note, link or platform that has a cell."""
        return frozenset(row.part for rows in self._rows.values() for row in rows if row.part)

    def part(self, metric: MetricDefinition, *, of: str | None = None, day: date | None = None) -> Part:
        """Add up a measure over everything, or over one part (`of`), one day, or both."""
        measure = metric.measure
        if measure is None:
            raise AssertionError(metric.key)
        if measure.source == "calendar":
            return Part(len(self._days) if day is None else 1)
        if self._is_hidden(measure):
            return UNKNOWN
        rows = self._rows.get(question_of(measure, self._clock), ())
        return _added(
            measure,
            [
                row
                for row in rows
                if row.kind in measure.kinds and (of is None or row.part == of) and (day is None or row.day == day)
            ],
        )

    def total(
        self,
        plus: Sequence[MetricDefinition],
        minus: Sequence[MetricDefinition] = (),
        *,
        of: str | None = None,
        day: date | None = None,
    ) -> Part:
        """Add measures up and take others away.

        A total over a part that nobody told covers the rest and says so (ATTR-7); one from which something unknown is to be
        taken away is unknown, as an order's net is.
        """
        above = [self.part(one, of=of, day=day) for one in plus]
        below = [self.part(one, of=of, day=day) for one in minus]
        if any(
            part.value is None and metric.measure is not None and metric.measure.source == "charges"
            for metric, part in zip([*plus, *minus], [*above, *below], strict=True)
        ):
            return UNKNOWN  # a cost without the ads that our own ledger charged is no cost
        known = [part.value for part in above if part.value is not None]
        taken = [part.value for part in below if part.value is not None]
        value = None if not known or len(taken) < len(below) else sum(known) - sum(taken)
        every = (*above, *below)
        return Part(
            value,
            partial=len(known) < len(above) or any(part.partial for part in every),
            approximate=any(part.approximate for part in every),
        )

    def _is_hidden(self, measure: Measure) -> bool:
        if speaks_from_shop(measure):
            return not self._heard
        return bool(measure.where.get("organic")) and not self._whole


def _added(measure: Measure, mine: Sequence[Row]) -> Part:
    match measure.source, measure.aggregate:
        case "reports", _:
            return _reported(mine)
        case "charges", _:
            return _charged([row for row in mine if measure.where.get("line") in (None, row.line)])
        case _, "sum":
            return _summed(mine)
        case _, aggregate:
            return _counted([row.people if aggregate == "distinct" else row.acts for row in mine], mine)


def _charged(mine: Sequence[Row]) -> Part:
    """Add up what was charged: where one charge is unknown the sum is, since a cost that is too low is no bound."""
    return UNKNOWN if any(row.unknown for row in mine) else _summed(mine)


def _counted(counts: Sequence[int], mine: Sequence[Row]) -> Part:
    unsaid, said = sum(row.unsaid for row in mine), sum(row.said for row in mine)
    return Part(None if unsaid and not said else sum(counts), unsaid > 0)


def _summed(mine: Sequence[Row]) -> Part:
    known = [row.value for row in mine if row.value is not None]
    return Part(sum(known) if known or not any(row.unknown for row in mine) else None, any(row.unknown for row in mine))


def _reported(mine: Sequence[Row]) -> Part:
    """Add up what a report told: what it never told is unknown and not 0, since nobody else counts it."""
    told = [(row.ratio, row.value) for row in mine if row.value is not None]
    seen: dict[str, int] = {}
    for ratio, value in told:
        if ratio is not None:
            seen[ratio] = seen.get(ratio, 0) + value
    return Part(
        sum(value for _, value in told) if told else None,
        partial=bool(told) and any(row.unknown for row in mine),
        sample=tuple(sorted(seen.items())),
        approximate=any(row.approximate for row in mine),
    )
