"""What makes a feed complete, partial or late. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from hongmao.kernel.time import DAY_MS
from hongmao.returns.feed.contracts import Alert, Came, Completeness, FeedHealth

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE_LAG_MS_MAX: Final = 4 * DAY_MS
"""A daily export at T+2: the day after the last one told of ends two days, and is complete four days, after that one began."""
FAILURES_MAX: Final = 3
_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How a pulled feed stands: what the puller knows of it."""

    watermark_ms: int | None
    """None where nothing was ever read."""
    lag_ms_max: int
    missing: int
    owed_spans: int
    failures: int
    refused: bool
    last_error: str
    last_ok_ms: int | None = None
    """None where no pull ever ended well."""
    rows_new: int = 0
    repeats: int = 0


def of_pull(came: Came, stand: Stand, *, now_ms: int) -> FeedHealth:
    """Judge a feed that is pulled: a feed that never told anything is late, whatever the reason."""
    lag_ms = None if stand.watermark_ms is None else max(0, now_ms - stand.watermark_ms)
    late = lag_ms is None or lag_ms > stand.lag_ms_max
    partial = stand.refused or stand.owed_spans > 0
    alerts = {
        Alert.LATE: late,
        Alert.PARTIAL: stand.owed_spans > 0,
        Alert.REFUSED: stand.refused,
        Alert.FAILING: stand.failures >= FAILURES_MAX,
    }
    return _health(
        came,
        lag_ms=lag_ms,
        lag_ms_max=stand.lag_ms_max,
        missing=stand.missing,
        completeness=_completeness(late=late, partial=partial),
        alerts=tuple(alert for alert, stands in alerts.items() if stands),
        last_error=stand.last_error,
        last_good_ms=stand.last_ok_ms,
        rows_new=stand.rows_new,
        repeats=stand.repeats,
        owed_spans=stand.owed_spans,
    )


def of_file(came: Came, *, now_ms: int) -> FeedHealth:
    """Judge reports that come as files, by the last day that they tell of; without one, by when they came."""
    told_ms = came.last_at_ms if came.told_until_ms is None else came.told_until_ms
    lag_ms = max(0, now_ms - told_ms)
    late = lag_ms > FILE_LAG_MS_MAX
    return _health(
        came,
        lag_ms=lag_ms,
        lag_ms_max=FILE_LAG_MS_MAX,
        completeness=_completeness(late=late, partial=False),
        alerts=(Alert.LATE,) if late else (),
        last_good_ms=came.last_at_ms,
    )


def of_webhook(came: Came, *, now_ms: int) -> FeedHealth:
    """Tell how long a shop has been silent. Silence proves nothing, so it is never late; reconciliation tells what lacks."""
    lag_ms = max(0, now_ms - came.last_at_ms)
    return _health(
        came,
        lag_ms=lag_ms,
        lag_ms_max=None,
        completeness=Completeness.COMPLETE,
        alerts=(),
        last_good_ms=came.last_at_ms,
    )


def coverage_of(matched: int, rows: int, missing: int) -> Fraction | None:
    """Give the share of what should be there that can be used; None of nothing.

    >>> coverage_of(20, 20, 126), coverage_of(0, 0, 0)
    (Fraction(10, 73), None)
    """
    expected = rows + missing
    return None if not expected else Fraction(matched, expected)


def percent_of(share: Fraction | None) -> str:
    """Write a share for people.

    >>> percent_of(Fraction(20, 146)), percent_of(None)
    ('13.7%', '—')
    """
    if share is None:
        return "—"
    return f"{(Decimal(share.numerator * 100) / share.denominator).quantize(_TENTH, rounding=ROUND_HALF_UP)}%"


def lines_of(feeds: list[FeedHealth]) -> Iterator[str]:
    """Write feeds as a table for a terminal."""
    yield f"{'feed':<44} {'lag':>9} {'coverage':>9} {'ratio':>6}  state"
    for one in feeds:
        name = " ".join(part for part in (one.platform, one.account, one.way, one.feed) if part)
        told = ", ".join([one.completeness.value, *(alert.value for alert in one.alerts)])
        yield f"{name:<44} {_hours(one.lag_ms):>9} {percent_of(one.coverage):>9} {one.ratio or '—':>6}  {told}"


def _hours(lag_ms: int | None) -> str:
    return "—" if lag_ms is None else f"{Decimal(lag_ms) / 3_600_000:.1f} h"


def _completeness(*, late: bool, partial: bool) -> Completeness:
    if late:
        return Completeness.LATE
    return Completeness.PARTIAL if partial else Completeness.COMPLETE


def _health(
    came: Came,
    *,
    lag_ms: int | None,
    lag_ms_max: int | None,
    completeness: Completeness,
    alerts: tuple[Alert, ...],
    last_good_ms: int | None,
    missing: int = 0,
    last_error: str = "",
    rows_new: int | None = None,
    repeats: int | None = None,
    owed_spans: int | None = None,
) -> FeedHealth:
    return FeedHealth(
        platform=came.platform,
        account=came.account,
        tenant=came.tenant,
        way=came.way,
        feed=came.feed,
        lag_ms=lag_ms,
        lag_ms_max=lag_ms_max,
        rows=came.rows,
        matched=came.matched,
        missing=missing,
        coverage=coverage_of(came.matched, came.rows, missing),
        ratio=came.ratio,
        completeness=completeness,
        alerts=alerts,
        last_error=last_error,
        last_good_ms=last_good_ms,
        rows_new=rows_new,
        repeats=repeats,
        owed_spans=owed_spans,
    )
