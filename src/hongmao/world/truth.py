"""What only the city knows: who would have bought anyway. Attribution is judged against this, never against itself."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hongmao.world.spec import Citizen, Good

_SHARE_BITS = 52
BASE_WISH = 0.010
"""Chance that a reader with full taste and a full purse buys an item without ever meeting a note."""
NOTE_LIFT = 0.12
"""What a jump from a note adds to that chance."""


def share(*words: object) -> float:
    """Draw a number in [0, 1) that depends on these words alone: not on order, clock or what else happened."""
    digest = hashlib.blake2b("/".join(map(str, words)).encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> (64 - _SHARE_BITS)) / (1 << _SHARE_BITS)


@dataclass(frozen=True, slots=True)
class Wish:
    """One reader and one item: a hidden threshold against the chance without and with a note.

    Both outcomes come from one draw, so the effect of a note on this reader is known, which no real city can know.
    """

    threshold: float
    without_note: float
    with_note: float

    @property
    def anyway(self) -> bool:
        """Tell whether the reader buys even if no note is ever met."""
        return self.threshold < self.without_note

    @property
    def after_note(self) -> bool:
        """Tell whether the reader buys after a jump from a note."""
        return self.threshold < self.with_note


def wish(seed: int, citizen: Citizen, good: Good) -> Wish:
    """Know what a reader would do about an item, with and without a note."""
    pull = citizen.taste[good.brand] * (0.4 + citizen.purse)
    without = min(0.9, BASE_WISH * pull)
    return Wish(share("wish", seed, citizen.id, good.id), without, min(0.95, without + NOTE_LIFT * pull))


class Tap(Enum):
    """What sort of tap it was, which is nobody's to know but the city's."""

    FIRST = "first"
    AGAIN = "again"
    CRAWLED = "crawled"


@dataclass(slots=True)
class Truth:
    """The city's own count, kept while it lives."""

    orders_after_note: int = 0
    """Orders paid by readers who had jumped from a note to that item."""
    orders_anyway: int = 0
    """Of these, orders that would have come without any note: what last click claims and no note earned."""
    orders_without_note: int = 0
    """Orders by readers who came to the shop by themselves."""
    bought_elsewhere: int = 0
    """Purchases of a wanted thing in a shop that returns nothing: lost to every attribution."""
    orders_faked: int = 0
    """Orders after a note by buyers who are paid to order (刷单): the clicks behind them are given back once found out."""
    orders_anyway_ids: list[str] = field(default_factory=list)
    orders_faked_ids: list[str] = field(default_factory=list)
    taps: int = 0
    """Taps on components by readers, the first for each showing: what merchants pay for."""
    taps_fen: int = 0
    """What these cost by the agreed prices."""
    taps_again: int = 0
    """Second taps on the same showing: nobody pays for them."""
    taps_crawled: int = 0
    """Links that crawlers followed: nobody pays for them either."""
    tapped: Counter[tuple[str, Tap]] = field(default_factory=Counter)
    """The same by note."""

    def count_tap(self, note: str, tap: Tap, price_fen: int) -> None:
        """Count a tap of one sort."""
        self.tapped[note, tap] += 1
        match tap:
            case Tap.FIRST:
                self.taps += 1
                self.taps_fen += price_fen
            case Tap.AGAIN:
                self.taps_again += 1
            case Tap.CRAWLED:
                self.taps_crawled += 1

    @property
    def incremental_orders(self) -> int:
        """Count the orders that the notes really earned."""
        return self.orders_after_note - self.orders_anyway

    def summary(self) -> dict[str, int]:
        """Give the counts for a report."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        counts = {name: value for name, value in values.items() if isinstance(value, int)}
        return {**counts, "incremental_orders": self.incremental_orders}
