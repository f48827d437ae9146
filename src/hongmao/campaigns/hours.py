"""推广时段 as people choose it: days and hours in slots, the market's bitmaps from them and back, and some named choices.

Mon-Fri 9-18, Sat 10-12   ⇄   mon … fri 000000000111111111000000, sat 000000000011000000000000, sun 0…0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.campaigns.contracts import TimePeriod
from hongmao.campaigns.rules import DAYS, refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HOURS: Final = 24
_WORKDAYS: Final = DAYS[:5]
_WEEKEND: Final = DAYS[5:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The same hours on some days: from the first one to before the one after."""

    days: tuple[str, ...]
    first: int
    after: int


PRESETS: Final[Mapping[str, tuple[Slot, ...]]] = {
    "work": (Slot(days=_WORKDAYS, first=9, after=18),),
    "evening": (Slot(days=DAYS, first=18, after=HOURS),),
    "leisure": (
        Slot(days=_WORKDAYS, first=12, after=14),
        Slot(days=_WORKDAYS, first=19, after=HOURS),
        Slot(days=_WEEKEND, first=9, after=HOURS),
    ),
    "waking": (Slot(days=DAYS, first=7, after=HOURS),),
}
"""Choices that have a name; all day has no slot."""


def period_of(slots: Sequence[Slot], place: str = "time_period") -> TimePeriod:
    """Write slots as bitmaps; a slot without days or hours, and an hour that two slots hold, is refused by its number.

    >>> period_of([Slot(days=("mon",), first=8, after=10)]).mon
    '000000001100000000000000'
    """
    owners: dict[tuple[str, int], int] = {}
    for at, slot in enumerate(slots):
        here = f"{place}[{at}]"
        if not slot.days:
            raise refused(here, "请勾选至少一天", "tick one day at least")
        if not 0 <= slot.first < slot.after <= HOURS:
            raise refused(here, "结束时间须晚于开始时间", "it should end after it begins")
        for day in slot.days:
            for hour in range(slot.first, slot.after):
                other = owners.setdefault((day, hour), at)
                if other != at:
                    raise refused(
                        here,
                        f"与第 {other + 1} 段在{_ZH[day]} {hour}:00 重叠",
                        f"it overlaps with slot {other + 1} on {_EN[day]} at {hour}:00",
                    )
    return TimePeriod(**{day: "".join("01"[(day, hour) in owners] for hour in range(HOURS)) for day in DAYS})


def slots_of(period: TimePeriod) -> tuple[Slot, ...]:
    """Read bitmaps as slots, those with the same hours together, in the order in which a week meets them.

    >>> slots_of(TimePeriod(mon="0" * 24, tues="0" * 22 + "11", wed="0" * 22 + "11", thu="0" * 24, fri="0" * 24,
    ...                     sat="0" * 24, sun="0" * 24))
    (Slot(days=('tues', 'wed'), first=22, after=24),)
    """
    found: dict[tuple[int, int], list[str]] = {}
    for day in DAYS:
        bits: str = getattr(period, day) or "1" * HOURS
        for hours in _runs(bits):
            found.setdefault(hours, []).append(day)
    return tuple(Slot(days=tuple(days), first=first, after=after) for (first, after), days in found.items())


def whole_week(period: TimePeriod) -> TimePeriod:
    """Fill in the days that were left out: they serve all day."""
    return TimePeriod(**{day: getattr(period, day) or "1" * HOURS for day in DAYS})


def preset_of(period: TimePeriod) -> str | None:
    """Name the choice that some bitmaps are, where they are one of those that have a name."""
    whole = whole_week(period)
    return next((name for name, slots in PRESETS.items() if period_of(slots) == whole), None)


def _runs(bits: str) -> list[tuple[int, int]]:
    edges = [
        hour for hour in range(HOURS + 1) if (bits[hour : hour + 1] == "1") != (hour > 0 and bits[hour - 1] == "1")
    ]
    return list(zip(edges[::2], edges[1::2], strict=True))


_ZH: Final = dict(zip(DAYS, ("周一", "周二", "周三", "周四", "周五", "周六", "周日"), strict=True))
_EN: Final = dict(
    zip(DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)
