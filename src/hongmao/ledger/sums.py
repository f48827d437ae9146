"""Sums by day and hour, kept beside the entries, so that a balance of the past is a few rows and no scan.

    balance before t = balance − days from the first whole day on − hours before that day − entries of the hour t cuts

At every full hour the last term is nothing; at midnight (Asia/Shanghai) only days are left.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.kernel.time import DAY_MS, HOUR_MS, SHANGHAI_MS, day_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hongmao.ledger.contracts import Account, Batch

HOURS_PER_DAY: Final = 24
# Days and hours are numbered from 1970-01-01 00:00 in Shanghai, eight hours before the epoch.


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What counts at or after an instant, cut into whole days, whole hours before them, and the rest of one hour."""

    at_ms: int
    hour: int
    """First whole hour."""
    day: int
    """First whole day."""

    @property
    def rest_end_ms(self) -> int:
        """Where the cut hour ends: at the instant itself where it is a full hour, and then nothing has to be read."""
        return self.hour * HOUR_MS - SHANGHAI_MS

    @property
    def hours_end(self) -> int:
        """The hour with which the first whole day begins."""
        return self.day * HOURS_PER_DAY


def since(at_ms: int) -> Since:
    """Cut what follows an instant.

    >>> since(1_746_547_200_000)  # midnight in Shanghai
    Since(at_ms=1746547200000, hour=485160, day=20215)
    """
    hour = -(-(at_ms + SHANGHAI_MS) // HOUR_MS)
    return Since(at_ms=at_ms, hour=hour, day=-(-hour // HOURS_PER_DAY))


def midnight(day: int) -> int:
    """Give the instant with which a numbered day begins."""
    return day * DAY_MS - SHANGHAI_MS


def day_sums(batches: Iterable[Batch]) -> dict[tuple[Account, int, str], tuple[int, int]]:
    """Count and add up entries by account, day and why."""
    found: defaultdict[tuple[Account, int, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for batch in batches:
        day = day_number(batch.at_ms)
        for entry in batch.entries:
            entries, amount_fen = found[entry.account, day, batch.why]
            found[entry.account, day, batch.why] = (entries + 1, amount_fen + entry.amount_fen)
    return dict(found)


def hour_sums(batches: Iterable[Batch]) -> dict[tuple[Account, int], int]:
    """Add entries up by account and hour."""
    found: Counter[tuple[Account, int]] = Counter()
    for batch in batches:
        hour = (batch.at_ms + SHANGHAI_MS) // HOUR_MS
        for entry in batch.entries:
            found[entry.account, hour] += entry.amount_fen
    return dict(found)
