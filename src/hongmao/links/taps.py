"""Taps that came a moment ago: which of a burst counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hongmao.kernel.time import SECOND_MS

REPEAT_TAP_MS: Final = 10 * SECOND_MS  # an impatient finger; whoever comes back later has looked again
WINDOW_MS_MAX: Final = 3_600 * SECOND_MS
TAPS_REMEMBERED_MAX: Final = 50_000
FIELDS: Final = ("link", "showing", "reader", "device")
"""What may make two taps the same, in this order: the link; which showing of it, here or elsewhere; whose pseudonym; or
whose hand, which is the reader where he is known and else his browser and network."""
Tap = tuple[str | bytes | None, ...]
"""What was chosen of a tap to know its repeats by."""
TapOf = Callable[[str, str | None, str | None, "str | bytes | None"], "Tap | None"]
"""Chooses, from a tap's `FIELDS` in order; None where nothing tells whose the tap is."""
_WINDOW: Final = re.compile(r"([1-9][0-9]{0,6})(ms|s|m)")
_UNIT_MS: Final = {"ms": 1, "s": SECOND_MS, "m": 60 * SECOND_MS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dedupe:
    """By what a repeat is known, and for how long after the first. A window of 0 knows none."""

    by: tuple[str, ...] = ("link", "showing", "reader")
    window_ms: int = REPEAT_TAP_MS


def read_dedupe(text: str) -> Dedupe | None:
    """Read `link,showing,reader;10s`, or `off`; empty is the default, None what is wrong.

    A key that names nobody (`link` alone) is wrong: it would call two people's taps one person's.
    """
    if text.strip() in {"", "off"}:
        return Dedupe(window_ms=0) if text.strip() else Dedupe()
    names, _, window = (part.strip() for part in text.partition(";"))
    by, found = tuple(name.strip() for name in names.split(",")), _WINDOW.fullmatch(window)
    if found is None or len(set(by)) != len(by) or not set(by) <= set(FIELDS) or set(by) == {"link"}:
        return None
    window_ms = int(found[1]) * _UNIT_MS[found[2]]
    return Dedupe(by=by, window_ms=window_ms) if window_ms <= WINDOW_MS_MAX else None


class Taps:
    """Remembers who tapped what a moment ago; bounded, so that a flood forgets the oldest and grows nothing."""

    def __init__(self, dedupe: Dedupe | None = None) -> None:
        """Know repeats by a key, within a window."""
        self._dedupe = dedupe or Dedupe()
        self.tap_of: TapOf = _chooser(self._dedupe)
        self._window_ms = self._dedupe.window_ms
        # The newer half and the older one: when the newer is full, it becomes the older, which is forgotten.
        # Kept by 64 bits that nobody outside can foresee: the texts would take four times as much, and two taps pass for one
        # with a chance of one in a hundred million million.
        self._new: dict[int, int] = {}
        self._old: dict[int, int] = {}

    def repeats(self, tap: Tap, at_ms: int) -> bool:
        """Note a tap, and tell whether the same one came within the window. The first of a burst counts, no other."""
        key = hash(tap)
        first = self._new.get(key)
        if first is None:
            first = self._old.get(key)
        if first is not None and 0 <= at_ms - first < self._window_ms:
            return True
        self._new[key] = at_ms
        if len(self._new) >= TAPS_REMEMBERED_MAX:
            self._old, self._new = self._new, {}
        return False

    def forget(self, tap: Tap) -> None:
        """Take back what was noted."""
        key = hash(tap)
        self._new.pop(key, None)
        self._old.pop(key, None)


def _chooser(dedupe: Dedupe) -> TapOf:
    if not dedupe.window_ms:
        return _nobody
    if dedupe.by == Dedupe().by:
        return _usual
    places = [FIELDS.index(name) for name in dedupe.by]

    def chosen(link: str, showing: str | None, reader: str | None, device: str | bytes | None) -> Tap | None:
        whole = (link, showing, reader, device)
        tap = tuple(whole[place] for place in places)
        return tap if any(one is not None for one, place in zip(tap, places, strict=True) if place) else None

    return chosen


def _usual(link: str, showing: str | None, reader: str | None, _device: str | bytes | None) -> Tap | None:
    """Choose as by default.

    Where neither showing nor reader is known, as behind an ad elsewhere whose macro nobody filled, two taps may be two
    people's, and none is a repeat.
    """
    return None if showing is None and reader is None else (link, showing, reader)


def _nobody(_link: str, _showing: str | None, _reader: str | None, _device: str | bytes | None) -> Tap | None:
    return None
