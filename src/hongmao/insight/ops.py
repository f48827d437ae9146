"""The ops page: is everything arriving, is anything refused, who has gone quiet. Counts and codes, no tenant's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.insight.contracts import (
    Freshness,
    HourCount,
    LeftOut,
    OpsPage,
    QuarantineRow,
    RefusedCount,
    ReturnCount,
)
from hongmao.insight.waking import wake_counts
from hongmao.kernel.time import DAY_MS, HOUR_MS, day_of

if TYPE_CHECKING:
    from hongmao.insight.contracts import WorkerHealth
    from hongmao.insight.queries import Queries

QUARANTINE_SHOWN = 50
WAKE_DAYS = 7


class _Hour(msgspec.Struct, frozen=True):
    hour_at_ms: int
    kind: str
    acts: int


class _Reason(msgspec.Struct, frozen=True):
    kind: str
    reason: str
    acts: int


class _Returned(msgspec.Struct, frozen=True):
    platform: str
    outcome: str
    reason: str | None
    acts: int


class _Refused(msgspec.Struct, frozen=True):
    platform: str
    reason: str
    acts: int


class _Kept(msgspec.Struct, frozen=True):
    event_id: str
    received_at_ms: int
    platform: str
    reason: str
    chars: int


class _Source(msgspec.Struct, frozen=True):
    source: str
    occurred_at_ms: int
    received_at_ms: int


def ops_page(queries: Queries, now_ms: int, health: WorkerHealth | None) -> OpsPage:
    """Put the page together for an instant."""
    # 24 whole hours up to the end of the one that is running, so that the first bar is no stump.
    until_ms = (now_ms // HOUR_MS + 1) * HOUR_MS
    span: dict[str, object] = {"since_ms": until_ms - DAY_MS, "until_ms": until_ms}
    return OpsPage(
        now_ms=now_ms,
        hours=tuple(
            HourCount(hour_at_ms=row.hour_at_ms, kind=row.kind, count=row.acts)
            for row in queries.read("hours", _Hour, **span)
        ),
        invalid=tuple(
            LeftOut(kind=row.kind, reason=row.reason, count=row.acts)
            for row in queries.read("invalid_since", _Reason, **span)
        ),
        returns=return_counts(queries),
        refused=tuple(
            RefusedCount(platform=row.platform, reason=row.reason, count=row.acts)
            for row in queries.read("refused", _Refused)
        ),
        quarantine=tuple(
            QuarantineRow(
                event_id=row.event_id,
                received_at_ms=row.received_at_ms,
                platform=row.platform,
                reason=row.reason,
                chars=row.chars,
            )
            for row in queries.read("quarantine", _Kept, limit=QUARANTINE_SHOWN)
        ),
        freshness=tuple(
            Freshness(
                source=row.source,
                last_occurred_at_ms=row.occurred_at_ms,
                last_received_at_ms=row.received_at_ms,
                age_ms=max(0, now_ms - row.received_at_ms),
            )
            for row in queries.read("freshness", _Source)
        ),
        wakeups=wake_counts(queries, from_day=day_of(now_ms - (WAKE_DAYS - 1) * DAY_MS), to_day=day_of(now_ms)),
        log_end=None if health is None else health.log_end,
        lag={} if health is None else dict(health.lag),
    )


def return_counts(
    queries: Queries, *, from_day: str | None = None, to_day: str | None = None
) -> tuple[ReturnCount, ...]:
    """Count every row that any shop has returned by what became of it."""
    return tuple(
        ReturnCount(platform=row.platform, outcome=row.outcome, reason=row.reason, count=row.acts)
        for row in queries.read("return_outcomes", _Returned, from_day=from_day, to_day=to_day)
    )
