"""Intervals against published examples, against each other, and against what they promise."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import comb, isinf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.insight.intervals import Interval, difference, quotient, sampled, sampling_error, scaled, wilson
from hongmao.platforms.star import rules as star

shares = st.integers(1, 400).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))


def ends(interval: Interval, digits: int = 4) -> tuple[float, float]:
    return round(interval.low, digits), round(interval.high, digits)


@pytest.mark.parametrize(
    ("successes", "trials", "bounds"),
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)), (1, 29, (0.0061, 0.1718))],
)
def test_wilson_is_as_published(successes: int, trials: int, bounds: tuple[float, float]) -> None:
    """Newcombe 1998 (two-sided intervals for the single proportion), table I, method 3."""
    assert ends(wilson(successes, trials)) == bounds


@pytest.mark.parametrize(
    ("after", "before", "bounds"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((10, 10), (0, 20), (0.6791, 1.0)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
    ],
)
def test_the_difference_is_as_newcombe_published(
    after: tuple[int, int], before: tuple[int, int], bounds: tuple[float, float]
) -> None:
    """Newcombe 1998 (interval estimation for the difference between independent proportions), table II, method 10."""
    assert ends(difference(wilson(*after), wilson(*before))) == bounds


@given(shares, shares)
def test_the_difference_holds_0_if_and_only_if_the_ratio_holds_1(
    after: tuple[int, int], before: tuple[int, int]
) -> None:
    one, other = wilson(*after), wilson(*before)
    points = difference(one, other)
    assert points.low <= points.estimate <= points.high
    if not other.estimate:
        return
    relative = quotient(one, other)
    assert relative.low <= relative.estimate <= relative.high or isinf(relative.high)
    edge = min(abs(points.low), abs(points.high)) < 1e-9  # an end that is 0 up to rounding
    assert edge or points.holds(0) == relative.holds(1)


def test_a_ratio_over_what_may_be_nothing_has_no_upper_end() -> None:
    assert isinf(quotient(wilson(3, 10), Interval(0.1, 0.0, 0.3)).high)


@given(st.integers(0, 100_000), st.integers(1, 1_000))
def test_ATTR_8_one_stratum_is_what_the_platform_of_samples_says(seen: int, thousandths: int) -> None:
    ratio = Fraction(thousandths, 1_000)
    told = star.scale(seen, Decimal(thousandths) / 1_000)
    ours = sampled([(ratio, seen)])
    assert told.high is not None
    for mine, theirs in ((ours.estimate, told.value), (ours.low, told.low), (ours.high, told.high)):
        assert mine == pytest.approx(float(theirs), rel=1e-9, abs=1e-9)
    assert sampling_error([(ratio, seen)]) == pytest.approx(float(told.error), rel=1e-9, abs=1e-9)
    assert scaled([(ratio, seen)]) == seen / ratio


@pytest.mark.parametrize(("size", "ratio"), [(40, Fraction(1, 2)), (200, Fraction(1, 10)), (15, Fraction(3, 10))])
def test_ATTR_8_a_sampled_count_is_bounded_as_often_as_promised(size: int, ratio: Fraction) -> None:
    # Every count that could be seen, weighed by how often it is: no simulation, no luck.
    chance = float(ratio)
    covered = sum(
        comb(size, seen) * chance**seen * (1 - chance) ** (size - seen)
        for seen in range(size + 1)
        if sampled([(ratio, seen)]).holds(size)
    )
    assert covered >= 0.95


def test_ATTR_8_strata_of_two_ratios_are_added_up_and_a_full_count_adds_no_error() -> None:
    half, full = (Fraction(1, 2), 120), (Fraction(1), 60)
    alone, both = sampled([half]), sampled([half, full])
    assert (both.estimate, both.low, both.high) == (300.0, alone.low + 60, alone.high + 60)
    two = sampled([half, (Fraction(1, 4), 30)])
    assert two.estimate == scaled([half, (Fraction(1, 4), 30)]) == 360
    assert two.high - two.estimate > max(alone.high - alone.estimate, 0)
    assert sampled([]) == Interval(0, 0, 0)
