"""推广时段 in a form: a named choice, or slots of days and hours, as many as are filled in and one more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.campaigns.api import DAYS, PRESETS, Slot, TimePeriod, period_of, preset_of, slots_of
from hongmao.kernel.errors import HongmaoError

if TYPE_CHECKING:
    from hongmao.campaigns.api import CampaignTerms
    from hongmao.web.pages.console.placing.sheet import Sheet

ALL, CHOSEN = "all", "chosen"
CHOICES: Final = (ALL, *PRESETS, CHOSEN)
SLOTS_MIN: Final = 3
SLOTS_MAX: Final = 84
"""Every second hour of every day, each day otherwise: no bitmap needs more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotFields:
    """The fields of one slot."""

    number: int
    days: str
    first: str
    after: str
    fault: str


def read_hours(sheet: Sheet) -> tuple[int | None, TimePeriod | None]:
    """Read `time_peroid_type` and the bitmaps; what is wrong stands at its slot."""
    choice = sheet.value("hours") or ALL
    if choice == ALL:
        return 0, None
    if choice in PRESETS:
        return 1, period_of(PRESETS[choice])
    slots, numbers = _slots(sheet)
    try:
        return 1, period_of(slots) if slots else TimePeriod(**dict.fromkeys(DAYS, "0" * 24))
    except HongmaoError as fault:
        at = int(str(fault.params["place"]).partition("[")[2].rstrip("]"))
        sheet.refuse(fault, f"slot-{numbers[at]}")
        return None, None


def values_of(terms: CampaignTerms) -> dict[str, object]:
    """Fill in the fields with the hours that a campaign has."""
    period = terms.time_period if terms.time_peroid_type else None
    if period is None:
        return {"hours": ALL}
    values: dict[str, object] = {"hours": preset_of(period) or CHOSEN}
    for number, slot in enumerate(slots_of(period)):
        values |= {
            f"slot-{number}-days": list(slot.days),
            f"slot-{number}-first": slot.first,
            f"slot-{number}-after": slot.after,
        }
    return values


def slot_fields(sheet: Sheet) -> tuple[SlotFields, ...]:
    """Say which slots the form shows: those that are filled in, one that is empty, and three at least."""
    used = [number for number in range(SLOTS_MAX) if _is_used(sheet, number)]
    shown = min(SLOTS_MAX, max(SLOTS_MIN, (used[-1] if used else -1) + 2))
    return tuple(
        SlotFields(
            number=number,
            days=f"slot-{number}-days",
            first=f"slot-{number}-first",
            after=f"slot-{number}-after",
            fault=f"slot-{number}",
        )
        for number in range(shown)
    )


def _slots(sheet: Sheet) -> tuple[list[Slot], list[int]]:
    numbers = [number for number in range(SLOTS_MAX) if _is_used(sheet, number)]
    return [
        Slot(
            days=tuple(day for day in DAYS if sheet.has(f"slot-{number}-days", day)),
            first=_hour(sheet.value(f"slot-{number}-first")),
            after=_hour(sheet.value(f"slot-{number}-after")),
        )
        for number in numbers
    ], numbers


def _is_used(sheet: Sheet, number: int) -> bool:
    parts = (sheet.value(f"slot-{number}-{part}") for part in ("days", "first", "after"))
    return any(parts)


def _hour(text: str) -> int:
    """Read an hour; what is none fits no slot."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("24") else -1
