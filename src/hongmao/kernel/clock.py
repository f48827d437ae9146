"""The clock port. Time is given, never taken: rules get instants, services get a `Clock`, adapters supply one."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Whatever can tell what time it is."""

    def now_ms(self) -> int:
        """Give the present instant in epoch milliseconds UTC."""
        ...


class SetClock:
    """A clock that stands still until it is set: tests, replays and stories with dates."""

    def __init__(self, at_ms: int) -> None:
        """Start at an instant."""
        self._at_ms = at_ms

    def now_ms(self) -> int:
        """Give the instant that was set last."""
        return self._at_ms

    def set(self, at_ms: int) -> None:
        """Move to an instant, forwards or backwards."""
        self._at_ms = at_ms

    def advance(self, by_ms: int) -> None:
        """Move by a length."""
        self._at_ms += by_ms
