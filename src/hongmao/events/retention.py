"""Retention: when the log may let go of its beginning, and the last look at it before it does.

A segment goes when everybody who follows the log has taken it, when its newest event is older than what is to be kept, and
when the lake, read from its files, gives back every event of it exactly as the log does. Ids stay known for good.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from hongmao.events.keeping_errors import LakeDamaged
from hongmao.kernel.time import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hongmao.events.contracts import Logged
    from hongmao.events.store import Past
    from hongmao.kernel.clock import Clock

PAGE_ROWS: Final = 5_000  # compared in one turn, a tenth of a second's work: others turn on the same axle
FAILED_MS: Final = HOUR_MS  # before a lake that differs is looked at again
_log = logging.getLogger("hongmao.events")


class Trimmable(Protocol):
    """A log whose beginning can be removed, segment by segment."""

    def read(self, *, after: int, limit: int) -> Sequence[Logged]:
        """Read up to `limit` events with offsets above `after`, in order."""
        ...

    def sealed(self) -> Sequence[tuple[int, int]]:
        """Give the first and the last offset of each segment that is no longer written to, in order."""
        ...

    def trim(self, below: int) -> int:
        """Remove whole segments of events below an offset; give the first offset that is left."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TrimReport:
    """One segment that has gone."""

    first: int
    last: int
    newest_ms: int
    """When the last event of it came in."""


@dataclass(slots=True)
class _Look:
    """The oldest segment: up to where it has been compared, and its newest event so far."""

    first: int
    last: int
    at: int
    newest_ms: int


class Retention:
    """Lets go of old segments, one bounded turn after the other."""

    def __init__(self, log: Trimmable, past: Past, *, floor: Callable[[], int], clock: Clock, keep_days: int) -> None:
        """Keep at least `keep_days` days; `floor` is the offset up to which all who follow the log have taken it."""
        self._log = log
        self._past = past
        self._floor = floor
        self._clock = clock
        self._keep_ms = keep_days * DAY_MS
        self._look: _Look | None = None
        self._not_before_ms = 0

    def turn(self) -> int:
        """Compare a page of the oldest segment; give how many events have left the log, which is most often none.

        `LakeDamaged` says that the lake does not give back what the log has: nothing goes then.
        """
        report = self.step()
        return 0 if report is None else report.last - report.first + 1

    def step(self) -> TrimReport | None:
        """Do the work of one turn; tell what has gone."""
        now_ms = self._clock.now_ms()
        look = self._oldest()
        if look is None or now_ms < self._not_before_ms or self._floor() < look.last:
            return None
        if self._old_enough(look, now_ms):
            if look.at < look.last:
                self._compare(look, now_ms)
            if look.at == look.last and self._old_enough(look, now_ms):
                return self._let_go(look)
        return None

    def _oldest(self) -> _Look | None:
        sealed = self._log.sealed()
        if not sealed:
            return None
        first, last = sealed[0]
        if self._look is None or (self._look.first, self._look.last) != (first, last):
            # The newest event is most often the last: where that is too young, the others need not be read.
            (end,) = self._log.read(after=last - 1, limit=1)
            self._look, self._not_before_ms = _Look(first, last, first - 1, end.event.received_at_ms), 0
        return self._look

    def _old_enough(self, look: _Look, now_ms: int) -> bool:
        self._not_before_ms = look.newest_ms + self._keep_ms
        return now_ms >= self._not_before_ms

    def _compare(self, look: _Look, now_ms: int) -> None:
        """Hold a page of the log against the lake."""
        page = self._log.read(after=look.at, limit=min(PAGE_ROWS, look.last - look.at))
        try:
            copy = self._past.read(after=look.at, limit=len(page), until=look.last)
            for kept, found in zip(page, copy, strict=False):
                if kept != found:
                    raise LakeDamaged(path=kept.event.event_id, why=f"event {kept.offset} is not what the log has")
            if len(copy) < len(page):
                raise LakeDamaged(path="events", why=f"event {look.at + len(copy) + 1} of the log is not in it")
        except LakeDamaged:
            self._not_before_ms = now_ms + FAILED_MS
            raise
        look.at = page[-1].offset
        look.newest_ms = max(look.newest_ms, *(logged.event.received_at_ms for logged in page))

    def _let_go(self, look: _Look) -> TrimReport:
        left = self._log.trim(look.last + 1)
        self._look = None
        _log.info(
            "the log let go of %d events, which the lake has; it begins at %d now", look.last - look.first + 1, left
        )
        return TrimReport(first=look.first, last=look.last, newest_ms=look.newest_ms)
