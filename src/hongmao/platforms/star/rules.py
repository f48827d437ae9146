"""What a number of 小红星 may say: scaled only with its error, returned only from the second day on, measured only in its task.

A sampled count k is a draw from the N visitors there were, each told with the task's sample ratio r: k ~ Binomial(N, r), N
unknown. Its estimate N̂ = k / r is unbiased; Var(N̂) = N(1 - r)/r, and with N̂ for N the standard error is sqrt(k(1 - r))/r.
The interval is the score interval for N (Wilson 1927, turned from r to N) with continuity correction (Newcombe 1998): all N
with |k ± 1/2 - Nr| <= z sqrt(Nr(1 - r)), which is a quadratic in N and therefore closed:

    N = (2x + z²q ± z sqrt(q(4x + z²q))) / 2r     with q = 1 - r, and x = k - 1/2 below, k + 1/2 above

It covers N at least as often as it promises also where k is small, where k ± 1.96 errors would claim that 0 is certain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

Z: Final = Decimal("1.959963984540054")
"""Two-sided 95%."""
LAG_DAYS: Final = 2
"""T+2: the day after next is the first that tells a day."""
KEPT_DAYS: Final = 120
REPULL_DAYS: Final = 3
WINDOWS: Final = (15, 30)
_COUNT_MAX = 10**12
_HALF = Decimal("0.5")


class NoRatio(ValueError):
    """A count cannot be scaled: the ratio is not above 0 and at most 1, or the count is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaled:
    """放大值: a number made of a sampled count. It exists only with the ratio, the count, the error and the interval beside it.

    >>> uv = scale(120, Decimal("0.5"))
    >>> uv.value, round(uv.error, 2), uv.ratio
    (Decimal('240'), Decimal('15.49'), Decimal('0.5'))
    """

    value: Decimal
    error: Decimal
    """Standard error."""
    low: Decimal
    high: Decimal | None
    """95% interval; None where nothing bounds it from above: a cost of what may have been nobody."""
    ratio: Decimal
    count: int
    """What was seen."""

    def __post_init__(self) -> None:
        """Refuse a number that says less than it must."""
        _check(self.count, self.ratio)
        above = self.high is None or self.high >= self.value
        if self.error < 0 or self.low > self.value or not above:
            raise NoRatio("an interval holds its value")

    def __str__(self) -> str:
        """Write it as it may be shown: never without ratio and interval."""
        high = "—" if self.high is None else _shown(self.high)
        return f"{_shown(self.value)} ± {_shown(self.error)} [{_shown(self.low)}, {high}] (抽样 {self.ratio * 100:f}%)"


def scale(count: int, ratio: Decimal) -> Scaled:
    """Estimate how many there were of whom `count` were told (ATTR-8). The interval never lies below what was seen."""
    _check(count, ratio)
    low = max(Decimal(count), _bound(count - _HALF, ratio, -1)) if count else Decimal(0)
    error = (count * (1 - ratio)).sqrt() / ratio
    value = count / ratio
    # At a ratio of 1 there is nothing to estimate, and no correction to make.
    high = value if ratio == 1 else _bound(count + _HALF, ratio, 1)
    return Scaled(value=value, error=error, low=min(low, value), high=high, ratio=ratio, count=count)


def rate(visitors: Scaled, readers: int | None) -> Scaled | None:
    """站外转化率: scaled visitors per reader; None where nobody is known to have read."""
    if not readers or readers < 0:
        return None
    return Scaled(
        value=visitors.value / readers,
        error=visitors.error / readers,
        low=visitors.low / readers,
        high=None if visitors.high is None else visitors.high / readers,
        ratio=visitors.ratio,
        count=visitors.count,
    )


def cost(spend_fen: int | None, visitors: Scaled) -> Scaled | None:
    """站外转化成本 in fen: (spend / seen) * ratio, which is spend per scaled visitor; None where none was seen.

    The error is carried by the delta method; the interval is the visitors' turned over, so a cost has no upper end where
    their lower end is nobody.
    """
    if spend_fen is None or spend_fen < 0 or visitors.count == 0:
        return None
    spend = Decimal(spend_fen)
    value = spend / visitors.value
    return Scaled(
        value=value,
        error=value * visitors.error / visitors.value,
        low=value if visitors.high is None else spend / visitors.high,
        high=None if visitors.low == 0 else spend / visitors.low,
        ratio=visitors.ratio,
        count=visitors.count,
    )


class Maturity(StrEnum):
    """How far a day's numbers have come."""

    NOT_RETURNED = "not_returned"  # 未回传: before D+2; nothing is known, which is not zero
    GROWING = "growing"  # by spend, read or click day: the window is still open
    COMPLETE = "complete"

    @property
    def zh(self) -> str:
        """Say it in Chinese."""
        return {"not_returned": "未回传", "growing": "回传中", "complete": "已完整"}[self.value]


def maturity_by_event(day: date, today: date) -> Maturity:
    """Judge a cell by the day of the visit: complete at D+2 (ATTR-9)."""
    return Maturity.COMPLETE if today >= due_day(day) else Maturity.NOT_RETURNED


def maturity_by_spend(day: date, today: date, *, window_days: int) -> Maturity:
    """Judge a cell by the day of spend, read or click: complete at D + window + 2."""
    if today < due_day(day):
        return Maturity.NOT_RETURNED
    return Maturity.COMPLETE if today >= due_day(day) + timedelta(days=window_days) else Maturity.GROWING


def due_day(day: date) -> date:
    """Name the first day on which a day is told."""
    return day + timedelta(days=LAG_DAYS)


def is_too_old(day: date, today: date) -> bool:
    """Tell whether a day lies beyond the 120 days that are kept (ATTR-10)."""
    return (today - day).days > KEPT_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """星任务: what was agreed to be measured, from its first day to its last, both included. None is open."""

    task_id: str
    """淘宝任务ID (`thirdBriefId`), which is not `starTaskNo`."""
    start: date | None = None
    end: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether spend of a day is measured (任务期内). What lies outside is kept and marked, never lost."""
        return (self.start is None or day >= self.start) and (self.end is None or day <= self.end)

    def is_overdue(self, today: date) -> bool:
        """超期: tell whether the task ended before today; its last day still counts."""
        return self.end is not None and self.end < today


def _check(count: int, ratio: Decimal) -> None:
    if not (ratio.is_finite() and 0 < ratio <= 1):
        raise NoRatio("a ratio lies above 0 and at most at 1")
    if not 0 <= count <= _COUNT_MAX:
        raise NoRatio("a count is a whole number from 0 on")


def _bound(x: Decimal, ratio: Decimal, sign: int) -> Decimal:
    spread = Z * Z * (1 - ratio)
    return (2 * x + spread + sign * (spread * (4 * x + spread)).sqrt()) / (2 * ratio)


def _shown(number: Decimal) -> str:
    return f"{number.quantize(Decimal('0.01'), rounding=ROUND_HALF_UP):f}"
