"""Which sub-orders' credits events can change, and which events those credits are made of.

Both answers may say too much and never too little: a row that is made again from the same events is the same row. They
stand on what `attribution/sql/platform` reads of the events, and are held against a full run by a property test.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.attribution import queries
from hongmao.engines.attribution.asking import questions_of, reach_ms
from hongmao.events.contracts import Kind
from hongmao.kernel.time import day_of, span_ms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hongmao.definitions.contracts import AttributionDefinition
    from hongmao.engines.attribution.asking import Question
    from hongmao.engines.session import Session

# Of the community's acts only these may carry a click id, by the rules of the event; all others are looked at by age.
CLICKS: Final = frozenset({Kind.COMPONENT_CLICK, Kind.BRIDGE_IMPRESSION, Kind.BRIDGE_CLICK, Kind.WAKEUP})
# What `sql/platform` reads of a touch. All else of the event is not gathered, and is null to those who ask the session.
TOUCH_COLUMNS: Final = (
    "event_id", "kind", "occurred_at_ms", "reader", "tenant", "merchant", "shop", "platform", "line", "note", "creator", "item",
    "link", "impression", "placement", "invalid", "click_id",
)  # fmt: skip
_FOLDER: Final = "affected"
_PARAMETER: Final = re.compile(r"\$(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What some definitions look at, all together: no event outside of it has a part in a credit of theirs."""

    records: tuple[str, ...]
    """Kinds that tell of a sub-order: what converts, and what belongs to it."""
    judged: tuple[str, ...]
    """Those of them at whose instant a conversion may be judged: all but refunds, unless refunds convert."""
    touches: tuple[str, ...]
    clicks: tuple[str, ...]
    """Kinds that may carry a click id; of a click that is looked at, records are however old they are."""
    acts: Mapping[int, tuple[str, ...]]
    """The other kinds of touches, by how long before a conversion they may count."""
    reach_ms: int
    """The longest window."""
    any_record: bool
    """Whether a refund's click id may be followed too."""
    openings: tuple[str, ...]
    """Placements in which a touch's window opens at its impression."""
    organic: tuple[str, ...]
    """Kinds whose acts count without a link, by what other acts on the same note say."""

    def words(self) -> dict[str, Sequence[str]]:
        """Name kinds and placements as the queries do."""
        return {
            "touch_kinds": self.touches,
            "record_kinds": self.records,
            "judged_kinds": self.judged,
            "click_kinds": self.clicks,
            "opening_placements": self.openings,
            "organic_kinds": self.organic,
        }


def look_of(definitions: Sequence[AttributionDefinition]) -> Look:
    """Put together what definitions look at."""
    groups = questions_of(definitions)
    reaches: dict[str, int] = {}
    for question, group in groups.items():
        for kind, reach in _reaches(question, group).items():
            reaches[kind] = max(reach, reaches.get(kind, 0))
    touches = {str(Kind.COMPONENT_CLICK), *reaches}
    acts: dict[int, list[str]] = {}
    for kind in sorted(touches - CLICKS):
        acts.setdefault(reaches[kind], []).append(kind)
    return Look(
        records=tuple(sorted({kind for question in groups for kind in question.records})),
        judged=tuple(sorted({kind for question in groups for kind in _judged(question)})),
        touches=tuple(sorted(touches)),
        clicks=tuple(sorted(touches & CLICKS)),
        acts={reach: tuple(kinds) for reach, kinds in acts.items()},
        reach_ms=reach_ms(definitions),
        any_record=any(question.any_record for question in groups),
        openings=tuple(sorted({place for question in groups for place in question.opens_at_impression})),
        organic=tuple(sorted({kind for question in groups if question.with_organic for kind in question.touches})),
    )


def _judged(question: Question) -> list[str]:
    return [kind for kind in question.records if kind != Kind.REFUND or kind in question.conversions]


def _reaches(question: Question, group: Sequence[AttributionDefinition]) -> dict[str, int]:
    """Say how long before a conversion each kind of act may count, under definitions that ask alike.

    Where only the deepest act on a showing counts, an act takes the place of shallower ones as long as the longest window
    is, whatever its own; an impression is the shallowest and takes nobody's.
    """
    return {
        kind: reach_ms(group)
        if question.deepest and kind != Kind.IMPRESSION
        else max(_reach(one, kind) for one in group)
        for kind in question.touches
    }


def _reach(one: AttributionDefinition, kind: str) -> int:
    windows = [span_ms(window) for window in one.windows]
    own = one.kind_windows.get(kind)
    return max((window if own is None else min(window, span_ms(own)) for window in windows), default=0)


def ask_changed(session: Session, look: Look, *, after: int) -> int:
    """Make the table `asked`: the sub-orders whose credits events behind an offset may have changed. Count them."""
    # No file of another day has anything that came later, and a file that is not asked for is not opened.
    newer = {file.day for file in session.lake.files if file.last_offset > after}
    fresh = {"from_day": min(newer, default=""), "to_day": max(newer, default="")}
    given = {"after": after, "any_record": look.any_record, **fresh}
    for name in ("delta_fresh", "delta_told", "delta_brought"):
        _make(session, look, name, given)
    if session.value("select count(*) from delta_fresh where is_touch"):
        _make(session, look, "delta_reach", {})
        (span,) = session.table("select min(from_ms) as low, max(last_ms) as high from delta_reach").to_pylist()
        days = {"from_day": day_of(span["low"]).isoformat()}
        near = {**days, "from_ms": span["low"], "to_ms": span["high"] + look.reach_ms}
        _make(session, look, "delta_near", near)
        _make(session, look, "delta_named", {})
        _make(session, look, "delta_followed", {"reach_ms": look.reach_ms})
    else:
        session.make("delta_followed", "select * from delta_told where false")
    _make(session, look, "asked", {})
    return int(session.value("select count(*) from asked"))


def gather(session: Session, look: Look) -> None:
    """Make `asked_records` and `asked_touches`: the events that the credits of the sub-orders `asked` are made of."""
    for name in ("asked_records", "asked_readers"):
        _make(session, look, name, {})
    touches = _Touches(session, look)
    touches.add_stretches("asked_clicks", look.reach_ms)
    _make(session, look, "asked_repeats", {})
    (days,) = session.table("select min(day) as from_day, max(day) as to_day from asked_repeats").to_pylist()
    if days["from_day"] is not None:
        touches.add("asked_same_clicks", days)
    for reach, kinds in look.acts.items():
        touches.add_stretches("asked_acts", reach, {"kinds": kinds})
    if look.openings:
        touches.add_stretches("asked_openings", look.reach_ms)
        touches.add("asked_showings", {})
    if look.organic:
        touches.add("asked_leads", {})


class _Touches:
    """The view `asked_touches` over one table for each thing that was gathered; an event may stand in several.

    Each table is made at once and never added to. With DuckDB 2.0.0, rows that were inserted here into a temporary table
    made empty in the same transaction were missing when it was read: 273,516 of them, and no smaller example is known.
    """

    def __init__(self, session: Session, look: Look) -> None:
        self._session = session
        self._look = look
        self._count = 0
        self._keep(_worded("select {columns} from events as e where false", {}), {})

    def add_stretches(self, name: str, reach: int, words: Mapping[str, Sequence[str]] | None = None) -> None:
        """Gather what falls into the stretches of time in which acts with such a reach may count."""
        _make(self._session, self._look, "asked_spans", {"reach_ms": reach})
        (span,) = self._session.table("select min(from_ms) as low, max(to_ms) as high from asked_spans").to_pylist()
        if span["low"] is not None:
            days = {"from_day": day_of(max(span["low"], 0)).isoformat(), "to_day": day_of(span["high"]).isoformat()}
            self.add(name, days, words)

    def add(self, name: str, given: Mapping[str, object], words: Mapping[str, Sequence[str]] | None = None) -> None:
        """Gather what a query finds."""
        sql = _worded(queries.text(f"{_FOLDER}/{name}"), self._look.words() | dict(words or {}))
        self._keep(sql, given)

    def _keep(self, sql: str, given: Mapping[str, object]) -> None:
        self._session.make(f"asked_touches_{self._count}", sql, given)
        self._count += 1
        tables = " union all by name ".join(f"from asked_touches_{number}" for number in range(self._count))
        self._session.run(f"create or replace temp view asked_touches as {tables}")


def ask_all(session: Session, look: Look) -> None:
    """Make the table `homes`: every sub-order there is, with the first day for which anything was told of it."""
    _make(session, look, "homes", {})


def show_until(session: Session, until: int) -> None:
    """Let `events` end at an offset of the log, for a run that goes on where another ended."""
    where = "" if until == session.position else f' where "offset" <= {until:d}'
    session.run(f"create or replace temp view events as from memory.main.events{where}")


@contextmanager
def events_only_of_asked(session: Session, until: int) -> Iterator[None]:
    """Let `events` be what was gathered, for whoever asks the session meanwhile."""
    session.run(
        "create or replace temp view events as from asked_records union all by name"
        " from asked_touches where event_id not in (select event_id from asked_records)"
    )
    try:
        yield
    finally:
        show_until(session, until)


def make_replaced(session: Session) -> None:
    """Make the table `replaced`: the events whose rows are made again, with the days on which they are booked."""
    session.make("replaced", queries.text(f"{_FOLDER}/replaced"))


def _make(session: Session, look: Look, name: str, given: Mapping[str, object]) -> None:
    sql = _worded(queries.text(f"{_FOLDER}/{name}"), look.words())
    named = set(_PARAMETER.findall(sql))
    session.make(name, sql, {key: value for key, value in given.items() if key in named})


def _worded(sql: str, words: Mapping[str, Sequence[str]]) -> str:
    """Name kinds and places in a query. Nothing is in a list of none, and null tells DuckDB so before it opens a file."""
    for place, kinds in words.items():
        sql = sql.replace(f"{{{place}}}", queries.literals(kinds) or "null")
    return sql.replace("{columns}", ", ".join(f"e.{name}" for name in TOUCH_COLUMNS))
