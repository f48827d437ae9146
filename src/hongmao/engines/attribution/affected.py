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
    touches: tuple[str, ...]
    clicks: tuple[str, ...]
    """Kinds that may carry a click id; they are looked at however old they are."""
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
        touches=tuple(sorted(touches)),
        clicks=tuple(sorted(touches & CLICKS)),
        acts={reach: tuple(kinds) for reach, kinds in acts.items()},
        reach_ms=reach_ms(definitions),
        any_record=any(question.any_record for question in groups),
        openings=tuple(sorted({place for question in groups for place in question.opens_at_impression})),
        organic=tuple(sorted({kind for question in groups if question.with_organic for kind in question.touches})),
    )


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
    given = {"after": after, "any_record": look.any_record}
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
    for name in ("asked_records", "asked_readers", "asked_clicks"):
        _make(session, look, name, {})
    session.drop("asked_touches")
    session.run("alter table asked_clicks rename to asked_touches")
    for reach, kinds in look.acts.items():
        _add_stretches(session, look, "asked_acts", reach, {"kinds": kinds})
    if look.openings:
        _add_stretches(session, look, "asked_openings", look.reach_ms, {})
        _add(session, look, "asked_showings", {})
    if look.organic:
        _add(session, look, "asked_leads", {})


def _add_stretches(session: Session, look: Look, name: str, reach: int, words: Mapping[str, Sequence[str]]) -> None:
    _make(session, look, "asked_spans", {"reach_ms": reach})
    (span,) = session.table("select min(from_ms) as low, max(to_ms) as high from asked_spans").to_pylist()
    if span["low"] is not None:
        days = {"from_day": day_of(max(span["low"], 0)).isoformat(), "to_day": day_of(span["high"]).isoformat()}
        _add(session, look, name, days, words)


def _add(
    session: Session,
    look: Look,
    name: str,
    given: Mapping[str, object],
    words: Mapping[str, Sequence[str]] | None = None,
) -> None:
    sql = _worded(queries.text(f"{_FOLDER}/{name}"), look.words() | dict(words or {}))
    session.run(f"insert into asked_touches by name {sql}", given)


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
    for place, kinds in words.items():
        sql = sql.replace(f"{{{place}}}", queries.literals(kinds) or "''")
    return sql.replace("{columns}", ", ".join(f"e.{name}" for name in TOUCH_COLUMNS))
