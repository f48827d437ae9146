"""What definitions ask of the events: equal questions are asked once, whatever their models and windows.

A `Question` gives the statements of `attribution/sql/platform` in their order: `STEPS` are kept as tables, `MEETING` joins
conversions to touches, `CREDITING` turns the kernel's millionths (`credited`) and the rules into rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.attribution import queries
from hongmao.kernel.time import span_ms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.definitions.contracts import AttributionDefinition

_PARAMETER = re.compile(r"\$(\w+)")
FOLDER = "platform"
STEPS = (
    "latest",
    "deposits",
    "conversions",
    "brought",
    "named",
    "followed",
    "matched",
    "opened",
    "acts",
    "touches",
)
MEETING = ("met", "candidates")
CREDITING = ("payments", "refunds", "entries", "valued")
_OTHER_RECORDS = ("order", "receive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A select of ours and the parameters that it names, since DuckDB refuses any other."""

    sql: str
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What definitions that differ by model and window alone ask of the events alike."""

    touches: tuple[str, ...]
    conversions: tuple[str, ...]
    opens_at_impression: tuple[str, ...]
    valid_touches_only: bool
    anchor_at_deposit: bool
    with_refunds: bool
    any_record: bool
    by_note: bool
    with_organic: bool
    deepest: bool

    @property
    def records(self) -> tuple[str, ...]:
        """Name the kinds of returned events that are read: what converts, and what tells of it."""
        others = _OTHER_RECORDS if self.any_record else ()
        return tuple(dict.fromkeys((*self.conversions, "presale_deposit", "refund", *others)))

    def step(self, name: str, given: Mapping[str, object]) -> Statement:
        """Write one step that stands on tables of those before it."""
        return self._statement(queries.text(self._file(name)), given)

    def chained(self, steps: Sequence[str], final: str, given: Mapping[str, object]) -> Statement:
        """Write a select on steps that are not kept."""
        files = {name: self._file(name) for name in steps}
        select = queries.text(self._file(final))
        return self._statement(queries.chain(files, select) if files else select, given)

    def _file(self, name: str) -> str:
        if name == "candidates":
            name = "candidates_deepest" if self.deepest else "candidates_every"
        return f"{FOLDER}/{name}"

    def _statement(self, sql: str, given: Mapping[str, object]) -> Statement:
        for place, words in (
            ("{touch_kinds}", self.touches),
            ("{conversion_kinds}", self.conversions),
            ("{record_kinds}", self.records),
            ("{opening_placements}", self.opens_at_impression),
        ):
            sql = sql.replace(place, queries.literals(words) or "''")
        named = set(_PARAMETER.findall(sql))
        known = self._parameters() | dict(given)
        return Statement(sql=sql, parameters={name: known[name] for name in sorted(named)})

    def _parameters(self) -> dict[str, object]:
        return {
            "valid_touches_only": self.valid_touches_only,
            "anchor_at_deposit": self.anchor_at_deposit,
            "with_refunds": self.with_refunds,
            "any_record": self.any_record,
            "by_note": self.by_note,
            "with_organic": self.with_organic,
            "opens_at_impression": bool(self.opens_at_impression),
        }


def questions_of(definitions: Sequence[AttributionDefinition]) -> dict[Question, list[AttributionDefinition]]:
    """Put definitions that ask the events alike together, in the order in which they come."""
    groups: dict[Question, list[AttributionDefinition]] = {}
    for one in definitions:
        groups.setdefault(_question(one), []).append(one)
    return groups


def reach_ms(definitions: Sequence[AttributionDefinition]) -> int:
    """Give the longest window of all: no touch older than it is read."""
    return max((span_ms(window) for one in definitions for window in one.windows), default=0)


def _question(one: AttributionDefinition) -> Question:
    return Question(
        touches=tuple(sorted(one.touches)),
        conversions=tuple(sorted(one.conversions)),
        opens_at_impression=tuple(sorted(one.opens_at_impression)),
        valid_touches_only=one.valid_touches_only,
        anchor_at_deposit=one.presale == "deposit_time",
        with_refunds=one.refunds == "inherit_touch",
        any_record=one.matching == "any_record",
        by_note=one.unmatched == "note",
        with_organic=one.organic,
        deepest=one.showing == "deepest_act",
    )
