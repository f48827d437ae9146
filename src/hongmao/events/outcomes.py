"""What became of each event that was told: values, one per event, in the order they came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hongmao.kernel.errors import BadInput


@dataclass(frozen=True, slots=True)
class Accepted:
    """Kept for ever at `offset`; said only when it is on disk."""

    event_id: str
    offset: int


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An event of this id was there before, at `offset`; the first one stays as it is."""

    event_id: str
    offset: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """Not kept. `errors` names every fault; `event_id` is None where not even that could be read."""

    event_id: str | None
    errors: tuple[BadInput, ...]

    @property
    def error(self) -> BadInput:
        """Give the first fault, for those who can show only one."""
        return self.errors[0]


Outcome = Accepted | Duplicate | Rejected
