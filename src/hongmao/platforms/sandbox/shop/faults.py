"""What goes wrong on the way, by command: late, repeated, reordered, garbage, down.

Every draw is a pure function of (seed, event_no, what is asked): the same city meets the same faults, in whatever order
its acts happen to be served and whatever the wall clock says.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from hongmao.kernel.time import DAY_MS, MINUTE_MS, SECOND_MS

_DRAWS = 2**64
LATE_MS_MAX = 60 * DAY_MS
# A reordered event is held back up to five minutes, so it falls behind others of its own batch and of later ones.
REORDER_MS = (SECOND_MS, 5 * MINUTE_MS)
# Shops of this trade repeat a delivery after up to half an hour of silence.
REPEAT_MS = (SECOND_MS, 30 * MINUTE_MS)

Garbage = Literal["broken_row", "not_json", "bad_signature"]
GARBAGE: tuple[Garbage, ...] = ("broken_row", "not_json", "bad_signature")

_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
_Late = Annotated[int, msgspec.Meta(ge=0, le=LATE_MS_MAX)]


class Faults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The faults in force; what is not named is off. Shares are of all events."""

    late_ms: tuple[_Late, _Late] = (0, 0)
    """Every event waits this long, drawn evenly between the two."""
    repeat_share: _Share = 0.0
    reorder_share: _Share = 0.0
    garbage_share: _Share = 0.0
    down_until_ms: int | None = None
    """Pages answer 503 and nothing is sent before this instant."""

    def __post_init__(self) -> None:
        """Refuse a range that ends before it begins."""
        if self.late_ms[0] > self.late_ms[1]:
            raise ValueError("late_ms is [least, most]")

    def down(self, now_ms: int) -> bool:
        """Tell whether the shop is down."""
        return self.down_until_ms is not None and now_ms < self.down_until_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What will happen to one event on its way. Delays count from the moment it happened."""

    delay_ms: int
    repeat_delay_ms: int | None
    garbage: Garbage | None


def fate(faults: Faults, *, seed: int, event_no: str) -> Fate:
    """Draw an event's fate."""
    dice = Dice(seed, event_no)
    delay = dice.between(faults.late_ms, "late")
    if dice.happens(faults.reorder_share, "reorder"):
        delay += dice.between(REORDER_MS, "reorder by")
    repeated = dice.happens(faults.repeat_share, "repeat")
    garbage = dice.happens(faults.garbage_share, "garbage")
    return Fate(
        delay_ms=delay,
        repeat_delay_ms=delay + dice.between(REPEAT_MS, "repeat after") if repeated else None,
        garbage=GARBAGE[dice.below(len(GARBAGE), "garbage kind")] if garbage else None,
    )


class Dice:
    """Draws for one event: the same question always gets the same answer."""

    def __init__(self, seed: int, event_no: str) -> None:
        """Bind the draws to a city and an event."""
        self._salt = f"{seed}\n{event_no}\n"

    def below(self, count: int, about: str) -> int:
        """Draw from 0 to count - 1."""
        return self._draw(about) * count // _DRAWS

    def between(self, least_most: tuple[int, int], about: str) -> int:
        """Draw from least to most, both included."""
        least, most = least_most
        return least + self.below(most - least + 1, about)

    def happens(self, share: float, about: str) -> bool:
        """Tell whether something happens to this event that happens to a share of all."""
        return self._draw(about) / _DRAWS < share

    def _draw(self, about: str) -> int:
        return int.from_bytes(hashlib.blake2b((self._salt + about).encode(), digest_size=8).digest(), "big")
