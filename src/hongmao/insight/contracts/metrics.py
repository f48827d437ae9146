"""One metric asked by its name: its figure, its rows by a grain, and how it moved against another range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hongmao.insight.contracts.figures import DefinitionRef, Figure, ReportQuery
    from hongmao.insight.contracts.lift import Beside


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricRow:
    """One cell of a metric by the grain that was asked for."""

    key: str
    """The day (`2025-05-07`), or the id of the note, link or platform."""
    figure: Figure
    """The metric there. People are counted again for every grain, so rows of people may exceed the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a comparison, with all that must be the same on both for it to mean anything."""

    figure: Figure
    """The metric over the range."""
    query: ReportQuery
    """The range, with window, clock and scope."""
    cohort: str
    """Whose rows: `*` for the whole deployment, else tenant and merchant."""
    numerator: tuple[DefinitionRef, ...]
    """What the numerator is counted by: measures, those of a total taken apart."""
    denominator: tuple[DefinitionRef, ...]
    """What the denominator is counted by; empty for what divides by nothing."""
    credited_by: DefinitionRef | None
    """归因口径 of the credits it reads; None where it reads none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A confidence interval, written as the change itself is."""

    low: str
    """Lower end, `+15.7%`."""
    high: str
    """Upper end; `—` where nothing bounds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How a metric moved: the base, the value, and the change in the trade's style, `+20% (+1.0pp)`."""

    base: Side
    """What is compared against."""
    value: Side
    """What is compared."""
    text: str
    """The relative change, and for shares the change in percentage points; `—` where the base is unknown or 0."""
    relative: Bounds | None
    """Interval of 95 % of the relative change; None for what is no share of its denominator."""
    points: Bounds | None
    """Interval of 95 % of the change in percentage points."""
    method: str | None
    """The formula of the intervals; None where there are none."""
    mature: bool
    """Whether both sides are complete; a change of a growing cell is no verdict (ATTR-9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricAnswer:
    """A metric over a range."""

    query: ReportQuery
    """What was asked."""
    by: str
    """What the rows are kept apart by: `nothing`, `day`, `note`, `link` or `platform`."""
    figure: Figure
    """The metric over the whole range, made from its parts and never from the rows' values (ATTR-6)."""
    rows: tuple[MetricRow, ...]
    """By the grain, in order of key; empty for `nothing`."""
    change: Change | None
    """Against another range, where one was named."""
    beside: Beside | None
    """What a lift test says of the same, where one was given."""
