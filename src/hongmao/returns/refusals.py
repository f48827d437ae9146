"""Deliveries that were not let in, written down: each by itself, and a flood as one sum per minute and reason."""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.events.contracts import Event, Kind
from hongmao.kernel.time import MINUTE_MS
from hongmao.returns.contracts import RefusalReason, RefusalRecord

if TYPE_CHECKING:
    from hongmao.events.api import EventLog
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import IdMaker

PER_MINUTE_MAX = 60  # enough to see who it is; a flood must not fill the log that clicks need
_PLATFORM: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_ACCOUNT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
UNKNOWN: Final = "unknown"


@dataclass(slots=True)
class _Sum:
    count: int
    from_ms: int
    to_ms: int


_Sums = dict[tuple[str, RefusalReason], _Sum]
"""By platform and reason."""


class Refusals:
    """The book of refusals. Nothing is silent: what is not written down singly is counted and written down later."""

    def __init__(self, log: EventLog, clock: Clock, ids: IdMaker, *, per_minute_max: int = PER_MINUTE_MAX) -> None:
        """Write to a log."""
        self._log = log
        self._clock = clock
        self._ids = ids
        self._per_minute_max = per_minute_max
        self._minute = -1
        self._written = 0
        self._sums: _Sums = {}
        self._due: _Sums = {}

    async def note(self, platform: str, reason: RefusalReason, *, account: str | None, body: bytes | None) -> None:
        """Write a refusal down, durable on return unless this minute has seen too many; `body` is None where not read."""
        await self.flush()
        now_ms, platform = self._clock.now_ms(), platform if _PLATFORM.fullmatch(platform) else UNKNOWN
        if self._written >= self._per_minute_max:
            _pour({(platform, reason): _Sum(1, now_ms, now_ms)}, self._sums)
            return
        self._written += 1
        record = RefusalRecord(
            reason=reason,
            account=account if account and _ACCOUNT.fullmatch(account) else None,
            bytes=None if body is None else len(body),
            body_sha256=None if body is None else hashlib.sha256(body).hexdigest(),
        )
        await self._append([self._event(platform, record, now_ms)])

    async def flush(self, *, now: bool = False) -> None:
        """Write down what the minutes before have counted; with `now`, this minute's as well (on the way out)."""
        minute = self._clock.now_ms() // MINUTE_MS
        if minute != self._minute or now:
            self._written = 0 if minute != self._minute else self._written
            self._minute = minute
            _pour(self._sums, self._due)
        if not self._due:
            return
        due = dict(self._due)
        self._due.clear()
        try:
            await self._append([self._summary(*key, total) for key, total in due.items()])
        except Exception:
            _pour(due, self._due)
            raise

    def _summary(self, platform: str, reason: RefusalReason, total: _Sum) -> Event:
        record = RefusalRecord(reason=reason, count=total.count, from_ms=total.from_ms, to_ms=total.to_ms)
        return self._event(platform, record, self._clock.now_ms())

    def _event(self, platform: str, record: RefusalRecord, now_ms: int) -> Event:
        return Event(
            event_id=self._ids.mint("rtr:evt"),
            kind=Kind.RETURN_REFUSED,
            occurred_at_ms=now_ms,
            received_at_ms=now_ms,
            source="desk",
            platform=platform,
            outcome=record.reason,
            detail=msgspec.json.encode(record).decode(),
        )

    async def _append(self, events: list[Event]) -> None:
        await asyncio.shield(asyncio.wrap_future(self._log.append(events)))


def _pour(source: _Sums, into: _Sums) -> None:
    """Add sums to others and leave nothing behind."""
    for key, more in source.items():
        total = into.setdefault(key, _Sum(0, more.from_ms, more.to_ms))
        total.count += more.count
        total.from_ms, total.to_ms = min(total.from_ms, more.from_ms), max(total.to_ms, more.to_ms)
    source.clear()
