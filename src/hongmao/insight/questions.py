"""Questions: what must be asked of the tables for a measure. Measures with the same question share one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.insight.contracts import ViewClock
from hongmao.kernel.time import span_ms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hongmao.definitions.contracts import Measure

SOURCES: Final = {
    "event": "seen",
    "ad_click": "followed",
    "click_id": "returned",
    "credit": "credited",
    "charge": "charged",
    "report": "told",
    "range": "days",
}
"""The query that a measure is read by, by how its rows find their note; `charged` and `days` are asked of no table."""
# Counts of rows ask for no people of their own, so they ride along with whoever does.
_PEOPLE: Final = {
    "seen": ("day", "note", "reader"),
    "followed": ("day", "note", "reader"),
    "returned": ("day", "reader", "shop"),
    "credited": ("day", "reader", "shop"),
}
_FROM_SHOP: Final = frozenset({"returned", "credited"})
_BY_CLOCK: Final = frozenset({"returned", "credited", "followed", "told"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, apart from which kinds; equal questions are one query."""

    source: str
    clock: ViewClock
    people: tuple[str, ...] = ()
    where: tuple[tuple[str, bool | str], ...] = ()
    field: str | None = None
    after: str | None = None
    within_ms: int | None = None
    look_back_ms: int | None = None
    window_days: int | None = None
    sampled: bool = False
    latest: bool = False

    def parameters(self) -> dict[str, object]:
        """Give the parameters that the queries of `sql/` name; a condition that is not made is null."""
        asked = dict(self.where)
        return {
            "clock": self.clock.value,
            "people": list(self.people),
            "field": self.field,
            "after": self.after,
            "within_ms": self.within_ms,
            "look_back_ms": self.look_back_ms,
            "window_days": self.window_days,
            "sampled": self.sampled,
            "latest": self.latest,
            "organic": bool(asked.get("organic", False)),
            **{name: asked.get(name) for name in _WHERE},
        }


_WHERE: Final = ("placement", "new_visitor", "claimed_elsewhere", "price_compare", "direct")
_DAY_MS: Final = span_ms("1d")


def question_of(measure: Measure, wanted: ViewClock) -> Question:
    """Say what to ask for a measure by a clock."""
    source = source_of(measure)
    people = tuple(sorted(measure.unit)) if measure.aggregate == "distinct" else _PEOPLE.get(source, ())
    windows = measure.windows if source == "told" else ()
    return Question(
        source=source,
        clock=clock_of(measure, wanted),
        people=people,
        where=tuple(sorted(measure.where.items())),
        field=measure.field if source in {"returned", "told"} else None,
        after=measure.after,
        within_ms=None if measure.within is None else span_ms(measure.within),
        look_back_ms=None if measure.look_back is None else span_ms(measure.look_back),
        window_days=span_ms(windows[0]) // _DAY_MS if windows else None,
        sampled=measure.sampled,
        latest=measure.rollup == "latest",
    )


def asked(measures: Iterable[Measure], wanted: ViewClock) -> dict[Question, set[str]]:
    """Gather the questions of many measures, with the kinds that each must cover."""
    found: dict[Question, set[str]] = {}
    for measure in measures:
        found.setdefault(question_of(measure, wanted), set()).update(measure.kinds)
    return found


def source_of(measure: Measure) -> str:
    """Name the query that a measure is read by."""
    return SOURCES[measure.assigned_by]


def speaks_from_shop(measure: Measure) -> bool:
    """Tell whether only a shop can know it."""
    return source_of(measure) in _FROM_SHOP


def has_clocks(measure: Measure) -> bool:
    """Tell whether its day hangs on the clock: what was seen or charged stands on the same day by both."""
    return source_of(measure) in _BY_CLOCK


def clock_of(measure: Measure, wanted: ViewClock) -> ViewClock:
    """Choose the clock: the one asked for, where the definition has it."""
    return wanted if wanted.value in measure.clocks else ViewClock(measure.clocks[0])
