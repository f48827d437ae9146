"""Every figure that reports print unless asked otherwise, so that two sets of definitions can be held against each other.

A report of one day speaks by the definitions of that day, a report of all days by those of the last. So days are read in
stretches over which nothing changes, each by one round of queries.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hongmao.definitions.api import UNKNOWN, MetricDefinition, Reading, parts_of
from hongmao.insight import gather
from hongmao.insight.rules import days_of
from hongmao.insight.sight import Sight
from hongmao.insight.vocabulary import SHOWN, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.definitions.api import Registry
    from hongmao.insight.cells import Cells
    from hongmao.insight.contracts import ReportQuery
    from hongmao.insight.gather import By
    from hongmao.insight.queries import Queries
    from hongmao.insight.spend import Charges

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a figure stands: which metric, of which day (None: of all), of which note (None: of all)."""

    metric: str
    day: date | None = None
    note: str | None = None

    @property
    def order(self) -> tuple[str, date, str]:
        """Sort totals before days before notes."""
        return self.note or "", self.day or date.min, self.metric


class Reader:
    """Reads figures of the whole deployment by one registry."""

    def __init__(self, queries: Queries, charges: Charges, registry: Registry, now_ms: int) -> None:
        """Stand on tables, charges and definitions."""
        self._queries = queries
        self._charges = charges
        self._registry = registry
        self._now_ms = now_ms

    def read(self, whole: ReportQuery) -> dict[Place, Reading]:
        """Read every figure of the days of a query: of each day, of all of them, and of all of them by note."""
        last = Vocabulary(self._registry, whole.to_day)
        found: dict[Place, Reading] = {}
        cells = self._cells(last, whole, by="nothing")
        for name in self._printed(last):
            found[Place(metric=name)] = self._reading(last, cells, whole, name)
        cells = self._cells(last, whole, by="note")
        for name in self._printed(last):
            for note in cells.parts:
                found[Place(metric=name, note=note)] = self._reading(last, cells, whole, name, note=note)
        for stretch in self._stretches(whole):
            found.update(self._by_day(stretch))
        return found

    def _by_day(self, stretch: ReportQuery) -> Iterator[tuple[Place, Reading]]:
        vocabulary = Vocabulary(self._registry, stretch.to_day)
        asked = replace(stretch, window=vocabulary.default_window())
        cells = self._cells(vocabulary, asked, by="nothing")
        for name in self._printed(vocabulary):
            for day in days_of(asked):
                yield Place(metric=name, day=day), self._reading(vocabulary, cells, asked, name, day=day)

    def _stretches(self, whole: ReportQuery) -> Iterator[ReportQuery]:
        """Cut the days where a definition comes into force."""
        cuts = {one.effective for one in self._registry.all() if whole.from_day < one.effective <= whole.to_day}
        starts = [whole.from_day, *sorted(cuts)]
        for first, then in zip(starts, [*starts[1:], whole.to_day + _DAY], strict=True):
            yield replace(whole, from_day=first, to_day=then - _DAY)

    def _printed(self, vocabulary: Vocabulary) -> list[str]:
        """Name the measures that reports are made of, and every metric made of nothing else."""
        known = {*SHOWN}
        metrics = [one for one in self._registry.all() if isinstance(one, MetricDefinition)]
        made = {one.id: parts_of(vocabulary.metric(one.id)) for one in metrics}
        while more := {name for name, parts in made.items() if parts and known.issuperset(parts)} - known:
            known |= more
        return sorted(known)

    def _reading(
        self,
        vocabulary: Vocabulary,
        cells: Cells,
        query: ReportQuery,
        name: str,
        *,
        day: date | None = None,
        note: str | None = None,
    ) -> Reading:
        figure = vocabulary.figure_on(name, cells, query, now_ms=self._now_ms, of=note, day=day)
        if figure.text == UNKNOWN:
            return Reading(text=UNKNOWN, numerator=None)  # what is unknown does not move, whatever its parts do
        return Reading(text=figure.text, numerator=figure.numerator, denominator=figure.denominator)

    def _cells(self, vocabulary: Vocabulary, query: ReportQuery, *, by: By) -> Cells:
        sight = Sight.operator()
        return gather.gather(
            self._queries,
            vocabulary.measures(),
            sight,
            query,
            by=by,
            version=vocabulary.attribution(gather.CREDIT_BY).version,
            charged=self._charges.rows(self._queries, sight, query, by=by),
        )
