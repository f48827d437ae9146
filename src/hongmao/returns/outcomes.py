"""What a shop is answered: values, closed by `assert_never` wherever they are told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from hongmao.returns.contracts import Outcome

if TYPE_CHECKING:
    from hongmao.kernel.errors import HongmaoError


@dataclass(frozen=True, slots=True)
class Accepted:
    """Kept, and tied to a click of ours. `reason` notes what was tolerated, such as an item nobody knows."""

    index: int
    event_id: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same event of the same sub-order in the same version was kept before."""

    index: int
    event_id: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Late:
    """Kept and tied to a click, more than a day after it happened."""

    index: int
    event_id: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Kept, and tied to no click of ours."""

    index: int
    event_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Not usable as an event; kept as it came, with the reason."""

    index: int
    event_id: str
    reason: str


RowOutcome = Accepted | Duplicate | Late | Unmatched | Quarantined


@dataclass(frozen=True, slots=True)
class Delivered:
    """200: every row has its outcome, and all of it is on disk."""

    outcomes: tuple[RowOutcome, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Not taken: 401, 409, 413 or 422 with `error`. A signed body that could not be read is kept in quarantine."""

    error: HongmaoError


Answer = Delivered | Refused


def name_of(outcome: RowOutcome) -> Outcome:
    """Give an outcome's word on the wire."""
    match outcome:
        case Accepted():
            return Outcome.ACCEPTED
        case Duplicate():
            return Outcome.DUPLICATE
        case Late():
            return Outcome.LATE
        case Unmatched():
            return Outcome.UNMATCHED
        case Quarantined():
            return Outcome.QUARANTINED
        case _:
            assert_never(outcome)
