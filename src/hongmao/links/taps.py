"""Taps that came a moment ago: which of a burst counts."""

from __future__ import annotations

from typing import Final

from hongmao.kernel.time import SECOND_MS

REPEAT_TAP_MS: Final = 10 * SECOND_MS  # an impatient finger; whoever comes back later has looked again
TAPS_REMEMBERED_MAX: Final = 50_000
Tap = tuple[str | None, str | None, str | None]
"""Link; which showing of it, here or elsewhere; reader."""


class Taps:
    """Remembers who tapped what a moment ago; bounded, so that a flood forgets the oldest and grows nothing."""

    def __init__(self, window_ms: int = REPEAT_TAP_MS) -> None:
        """Call a tap a repeat within so many milliseconds of the first."""
        self._window_ms = window_ms
        # The newer half and the older one: when the newer is full, it becomes the older, which is forgotten.
        self._new: dict[Tap, int] = {}
        self._old: dict[Tap, int] = {}

    def repeats(self, tap: Tap, at_ms: int) -> bool:
        """Note a tap, and tell whether the same one came within the window. The first of a burst counts, no other.

        Where neither showing nor reader is known, as behind an ad elsewhere whose macro nobody filled, two taps may be two
        people's, and none is a repeat.
        """
        if tap[1] is None and tap[2] is None:
            return False
        first = self._new.get(tap)
        if first is None:
            first = self._old.get(tap)
        if first is not None and 0 <= at_ms - first < self._window_ms:
            return True
        self._new[tap] = at_ms
        if len(self._new) >= TAPS_REMEMBERED_MAX:
            self._old, self._new = self._new, {}
        return False

    def forget(self, tap: Tap) -> None:
        """Take back what was noted."""
        self._new.pop(tap, None)
        self._old.pop(tap, None)
