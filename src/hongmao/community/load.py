"""How much of a reader's session may be bought (CREAT-5): a share of all cards, and no creator twice close together.

A session is a feed and the pages that follow it. Its count travels in the cursor, so that no server remembers a reader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_NEAR: Final = re.compile(r"([0-9]{1,2})-([0-9a-f]{8})")
CURSOR_PART: Final = r"(?P<shown>[0-9]{1,6})\.(?P<bought>[0-9]{1,6})(?P<near>(?:\.[0-9]{1,2}-[0-9a-f]{8}){0,99})"
"""How a load stands in a cursor: cards shown, cards bought, and who was bought how many cards ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadLimits:
    """At most `share` of the cards are bought, as two whole numbers; a creator is bought once in `creator_cards` cards."""

    share: tuple[int, int] = (1, 1)
    creator_cards: int = 1


NO_LIMITS: Final = LoadLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class AdLoad:
    """What a session was shown so far. `near` are the creators bought lately, as drawn numbers, and how many cards ago."""

    shown: int = 0
    bought: int = 0
    near: tuple[tuple[int, int], ...] = ()

    def has_room(self, limits: LoadLimits) -> bool:
        """Tell whether the next card may be bought."""
        part, whole = limits.share
        return (self.bought + 1) * whole <= (self.shown + 1) * part

    def is_near(self, creator: int, limits: LoadLimits) -> bool:
        """Tell whether a creator was bought within the cards that the next one is counted with."""
        return any(one == creator and ago < limits.creator_cards for ago, one in self.near)

    def after(self, creator: int | None, limits: LoadLimits) -> AdLoad:
        """Count one more card; `creator` is whose bought card it was, None for an organic one."""
        near = [*self.near, *([] if creator is None else [(0, creator)])]
        return AdLoad(
            shown=self.shown + 1,
            bought=self.bought + (creator is not None),
            near=tuple((ago + 1, one) for ago, one in near if ago + 1 < limits.creator_cards),
        )

    def written(self) -> str:
        """Write it as a part of a cursor."""
        return ".".join([str(self.shown), str(self.bought), *(f"{ago}-{one:08x}" for ago, one in self.near)])


def read_load(shown: str | None, bought: str | None, near: str | None) -> AdLoad:
    """Read the part of a cursor; a cursor without one begins to count."""
    if shown is None or bought is None:
        return AdLoad()
    return AdLoad(shown=int(shown), bought=int(bought), near=_near(_NEAR.findall(near or "")))


def _near(found: Sequence[tuple[str, str]]) -> tuple[tuple[int, int], ...]:
    return tuple((int(ago), int(one, 16)) for ago, one in found)
