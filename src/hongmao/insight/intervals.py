"""Confidence intervals of shares, of their differences and ratios, and of sampled counts. Pure; every formula has its name.

One share: Wilson's score interval (Wilson 1927). Two shares are compared by the method of variance estimates recovery
(MOVER), which needs nothing but the two intervals: of the difference that is Newcombe's hybrid score interval (Newcombe
1998, method 10), of the ratio MOVER-R (Donner & Zou 2012). Both say the same of equality: the difference's interval holds 0
if and only if the ratio's holds 1. A sampled count is binomial with a known probability and an unknown size; its interval
is the score interval of the size with continuity correction, which keeps its promise where little was seen, and strata of
several ratios are added up by MOVER again (Zou & Donner 2008).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf, sqrt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

LEVEL: Final = 95
"""In percent."""
_Z: Final = 1.959963984540054  # the normal quantile of 97.5 %


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate between two bounds; `high` is infinite where nothing bounds it."""

    estimate: float
    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Tell whether a value lies inside, ends included."""
        return self.low <= value <= self.high


def wilson(successes: int, trials: int) -> Interval:
    """Bound a share.

    >>> found = wilson(15, 148)
    >>> round(found.low, 4), round(found.high, 4)
    (0.0624, 0.1605)
    """
    share = successes / trials
    middle = share + _Z * _Z / (2 * trials)
    spread = _Z * sqrt(share * (1 - share) / trials + _Z * _Z / (4 * trials * trials))
    whole = 1 + _Z * _Z / trials
    # At the ends the bound is the end itself, which rounding would miss by a hair.
    low = 0.0 if successes == 0 else (middle - spread) / whole
    high = 1.0 if successes == trials else (middle + spread) / whole
    return Interval(share, low, high)


def difference(after: Interval, before: Interval) -> Interval:
    """Bound the difference of two independent estimates: Newcombe's interval where they are shares.

    >>> found = difference(wilson(56, 70), wilson(48, 80))  # Newcombe 1998, example (a)
    >>> round(found.low, 4), round(found.high, 4)
    (0.0524, 0.3339)
    """
    estimate = after.estimate - before.estimate
    low = estimate - sqrt((after.estimate - after.low) ** 2 + (before.high - before.estimate) ** 2)
    high = estimate + sqrt((after.high - after.estimate) ** 2 + (before.estimate - before.low) ** 2)
    return Interval(estimate, low, high)


def quotient(after: Interval, before: Interval) -> Interval:
    """Bound the ratio of two independent estimates that are not below 0 (MOVER-R); infinite where `before` may be 0."""
    product = after.estimate * before.estimate
    low = _root(product, after.low, before.high, after.estimate, before.estimate, sign=-1)
    high = _root(product, after.high, before.low, after.estimate, before.estimate, sign=1) if before.low > 0 else inf
    return Interval(after.estimate / before.estimate, low, high)


def sampled(strata: Iterable[tuple[Fraction, int]]) -> Interval:
    """Bound what a sampled count stands for: `(sample ratio, seen)` of every stratum; a full sample has no error (ATTR-8).

    Of 120 seen at 1/2 the estimate is 240, and from 211 to 273 would show 120 in 95 of 100 samples.

    >>> found = sampled([(Fraction(1, 2), 120)])
    >>> found.estimate, round(found.low, 1), round(found.high, 1)
    (240.0, 210.6, 273.4)
    """
    bounds = [_size(float(ratio), seen) for ratio, seen in strata]
    estimate = sum(one.estimate for one in bounds)
    low = estimate - sqrt(sum((one.estimate - one.low) ** 2 for one in bounds))
    high = estimate + sqrt(sum((one.high - one.estimate) ** 2 for one in bounds))
    return Interval(estimate, low, high)


def scaled(strata: Iterable[tuple[Fraction, int]]) -> Fraction:
    """Say exactly what a sampled count stands for: seen divided by the ratio, over every stratum."""
    return sum((seen / ratio for ratio, seen in strata), Fraction(0))


def sampling_error(strata: Iterable[tuple[Fraction, int]]) -> float:
    """Give the standard error of a scaled count: of k seen at r it is sqrt(k (1 - r)) / r, over strata by their squares.

    >>> round(sampling_error([(Fraction(1, 2), 120)]), 2)
    15.49
    """
    return sqrt(sum(float(seen * (1 - ratio) / ratio**2) for ratio, seen in strata))


def _size(ratio: float, seen: int) -> Interval:
    """Bound the size n of a binomial by its count k: every n with |k ± 1/2 - n r| within z standard deviations."""
    if ratio == 1:
        return Interval(float(seen), float(seen), float(seen))
    # Nobody who was seen is not there.
    low = max(float(seen), _end(seen - 0.5, ratio, -1)) if seen else 0.0
    return Interval(seen / ratio, low, _end(seen + 0.5, ratio, 1))


def _end(count: float, ratio: float, sign: int) -> float:
    spread = _Z * _Z * (1 - ratio)
    return (2 * count + spread + sign * sqrt(spread * (4 * count + spread))) / (2 * ratio)


def _root(product: float, above: float, below: float, top: float, bottom: float, *, sign: int) -> float:
    """Give one end of MOVER-R: `above` and `below` are the bounds that make the ratio smallest or largest."""
    span = above * below * (2 * top - above) * (2 * bottom - below)
    return (product + sign * sqrt(max(0.0, product * product - span))) / (below * (2 * bottom - below))
