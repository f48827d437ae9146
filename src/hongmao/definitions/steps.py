"""The steps of a change: computed before anything is touched, then told (`explain`) or done (`apply`). One list for both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    from hongmao.definitions.acts import Act
    from hongmao.definitions.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class AddVersion:
    """A version joins the deployment's definitions."""

    definition: str
    """Its key, such as `last_click.v2`."""
    fingerprint: str
    effective: date
    state: State
    """Where it stands on the day of the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supersede:
    """The version before is in force until the day before `on`."""

    definition: str
    by: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """A version leaves the deployment's definitions; what it was stays in the record."""

    definition: str
    fingerprint: str
    effective: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """The version before is in force again from a day on."""

    definition: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RecomputeCredits:
    """Credits are computed under a version that had none; days are those on which they are booked by event time."""

    definition: str
    first_day: date
    last_day: date
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DropCredits:
    """The credits of a version go."""

    definition: str
    first_day: date
    last_day: date
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A figure as a report prints it, with its parts; None where unknown."""

    text: str
    numerator: int | None
    denominator: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveFigure:
    """A figure of the past will read otherwise: of one day, or of all days (`day` is None); of all notes, or of one.

    Read as reports do unless asked otherwise: the default window of the day, by billing time, the line CID.
    """

    metric: str
    day: date | None
    note: str | None
    before: Reading
    after: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepReport:
    """Reports that end on or before a day keep speaking by this version and print as before, byte for byte."""

    definition: str
    fingerprint: str
    until: date


Step = AddVersion | Supersede | Withdraw | Restore | RecomputeCredits | DropCredits | MoveFigure | KeepReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a change of the definitions does to what is derived from events."""

    credits: tuple[RecomputeCredits | DropCredits, ...] = ()
    figures: tuple[MoveFigure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A change that was worked out against the definitions as they were at `revision`, and not done yet."""

    act: Literal["apply", "revert"]
    acts: tuple[Act, ...]
    """What will be kept; `who`, `why` and `at_ms` are filled in when it is done."""
    steps: tuple[Step, ...]
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done: the acts as they are kept, and whether credits must be computed anew."""

    acts: tuple[Act, ...]
    recompute: bool
