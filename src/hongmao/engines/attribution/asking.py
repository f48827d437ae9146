"""What definitions ask of the events: all of it is read once, and equal questions are asked once, whatever their models.

`STEPS` are tables for all questions together; for each question `MEETING` joins its touches to its conversions; `CREDITING`
turns the kernel's millionths (`credited`) and the rules of all into rows. The statements are `attribution/sql/platform`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from hongmao.attribution import queries
from hongmao.kernel.time import span_ms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.definitions.contracts import AttributionDefinition

FOLDER = "platform"
STEPS = ("latest", "deposits", "conversions", "brought", "named", "followed", "matched", "opened", "acts")
MEETING = ("touches", "met", "candidates")
CREDITING = ("payments", "refunds", "entries", "valued")
ASKS_SCHEMA = pa.schema(
    [
        ("ask", pa.int64()),
        ("any_record", pa.bool_()),
        ("by_note", pa.bool_()),
        ("anchor_at_deposit", pa.bool_()),
        ("valid_touches_only", pa.bool_()),
    ]
)
"""What differs between questions about what was returned; a question's number is its place."""
ASK_CONVERSIONS_SCHEMA = pa.schema([("ask", pa.int64()), ("kind", pa.string())])
_PARAMETER = re.compile(r"\$(\w+)")
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

    def meeting(self, final: str, given: Mapping[str, object]) -> Statement:
        """Write a select on the touches and candidates of this question alone."""
        files = {name: _file(name, deepest=self.deepest) for name in MEETING}
        sql = queries.chain(files, queries.text(f"{FOLDER}/{final}"))
        about = {"valid_touches_only": self.valid_touches_only, "with_organic": self.with_organic}
        return _statement(sql, (self,), about | dict(given))


def step(name: str, questions: Sequence[Question], given: Mapping[str, object]) -> Statement:
    """Write one step for all questions together; it stands on tables of those before it."""
    about = {"with_organic": any(one.with_organic for one in questions)}
    return _statement(queries.text(f"{FOLDER}/{name}"), questions, about | dict(given))


def chained(steps: Sequence[str], final: str, given: Mapping[str, object]) -> Statement:
    """Write a select on steps that are not kept."""
    select = queries.text(f"{FOLDER}/{final}")
    return _statement(
        queries.chain({name: f"{FOLDER}/{name}" for name in steps}, select) if steps else select, (), given
    )


def asks_table(questions: Sequence[Question]) -> Any:
    """Write questions as the table that the steps join."""
    rows = [
        {
            "ask": number,
            "any_record": one.any_record,
            "by_note": one.by_note,
            "anchor_at_deposit": one.anchor_at_deposit,
            "valid_touches_only": one.valid_touches_only,
        }
        for number, one in enumerate(questions)
    ]
    return pa.Table.from_pylist(rows, schema=ASKS_SCHEMA)


def ask_conversions_table(questions: Sequence[Question]) -> Any:
    """Write which kinds of events convert for which question."""
    rows = [{"ask": number, "kind": kind} for number, one in enumerate(questions) for kind in one.conversions]
    return pa.Table.from_pylist(rows, schema=ASK_CONVERSIONS_SCHEMA)


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


def _file(name: str, *, deepest: bool) -> str:
    if name == "candidates":
        name = "candidates_deepest" if deepest else "candidates_every"
    return f"{FOLDER}/{name}"


def _statement(sql: str, questions: Sequence[Question], given: Mapping[str, object]) -> Statement:
    placements = {placement for one in questions for placement in one.opens_at_impression}
    for place, words in (
        ("{touch_kinds}", {kind for one in questions for kind in one.touches}),
        ("{record_kinds}", {kind for one in questions for kind in one.records}),
        ("{opening_placements}", placements),
    ):
        sql = sql.replace(place, queries.literals(sorted(words)) or "''")
    known = {"opening": bool(placements)} | dict(given)
    return Statement(sql=sql, parameters={name: known[name] for name in sorted(set(_PARAMETER.findall(sql)))})
