"""What a number of 小红星 may say: the article's rows with their dates, and the interval against an exact oracle."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal
from math import exp, lgamma, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.platforms.star.rules import (
    Maturity,
    NoRatio,
    Scaled,
    Task,
    cost,
    due_day,
    is_too_old,
    maturity_by_event,
    maturity_by_spend,
    rate,
    scale,
)

HALF = Decimal("0.5")


def test_ATTR_8_twelve_thousand_readers_and_120_seen_at_a_half() -> None:
    """Row 4 of the article: 240 visitors, 2.00% of the readers, 40.00 yuan each at 9,600 spent."""
    uv = scale(120, HALF)
    assert uv.value == 240
    assert round(uv.error, 2) == Decimal("15.49")
    of_readers, of_spend = rate(uv, 12_000), cost(960_000, uv)
    assert of_readers is not None
    assert of_spend is not None
    assert of_readers.value * 100 == 2
    assert of_spend.value == 4_000
    assert {uv.ratio, of_readers.ratio, of_spend.ratio} == {HALF}
    assert {uv.count, of_readers.count, of_spend.count} == {120}
    assert str(uv) == f"240.00 ± 15.49 [{uv.low:.2f}, {uv.high:.2f}] (抽样 50.0%)"


def test_ATTR_8_no_scaled_number_exists_without_ratio_and_error() -> None:
    assert {one.name for one in dataclasses.fields(Scaled) if one.default is not dataclasses.MISSING} == set()
    uv = scale(120, HALF)
    for name in ("value", "ratio", "error", "count"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(uv, name, Decimal(1))
    bad: list[dict[str, Decimal | int]] = [
        {"error": Decimal(-1)},
        {"low": Decimal(241)},
        {"high": Decimal(239)},
        {"ratio": Decimal(0)},
        {"count": -1},
    ]
    for change in bad:
        with pytest.raises(NoRatio):
            dataclasses.replace(uv, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize("ratio", ["0", "-0.5", "1.01", "NaN", "Infinity"])
def test_ATTR_8_a_count_is_not_scaled_by_what_is_no_ratio(ratio: str) -> None:
    with pytest.raises(NoRatio):
        scale(120, Decimal(ratio))


def test_ATTR_7_an_unknown_denominator_gives_nothing_and_never_zero() -> None:
    uv = scale(120, HALF)
    assert rate(uv, None) is None
    assert rate(uv, 0) is None
    assert cost(None, uv) is None
    assert cost(960_000, scale(0, HALF)) is None


def test_a_cost_of_few_has_no_upper_end_that_could_be_known() -> None:
    one = scale(1, Decimal("0.1"))
    assert one.low >= 1
    of_one = cost(1_000, one)
    assert of_one is not None
    assert of_one.high is not None
    assert of_one.low < of_one.value < of_one.high


def test_a_full_count_has_no_error() -> None:
    uv = scale(120, Decimal(1))
    assert [uv.value, uv.error, uv.low, uv.high] == [Decimal(120), Decimal(0), Decimal(120), Decimal(120)]


def test_nobody_seen_is_not_nobody_there() -> None:
    uv = scale(0, Decimal("0.1"))
    assert [uv.value, uv.low] == [Decimal(0), Decimal(0)]
    assert uv.high is not None
    # (1 - r)^N is the chance to see none of N: at the upper end it is below 2.5%.
    assert Decimal("0.9") ** int(uv.high + 1) < Decimal("0.025")


def chance(seen: int, there: int, ratio: float) -> float:
    """The exact binomial probability."""
    if ratio == 1:
        return float(seen == there)
    logs = lgamma(there + 1) - lgamma(seen + 1) - lgamma(there - seen + 1)
    return exp(logs + seen * log(ratio) + (there - seen) * log(1 - ratio))


def coverage(there: int, ratio: Decimal) -> float:
    covered = 0.0
    for seen in range(there + 1):
        told = scale(seen, ratio)
        if told.low <= there and told.high is not None and there <= told.high:
            covered += chance(seen, there, float(ratio))
    return covered


@given(st.integers(0, 400), st.integers(1, 100))
def test_ATTR_8_the_interval_covers_as_often_as_it_promises(there: int, percent: int) -> None:
    assert coverage(there, Decimal(percent) / 100) >= 0.949


@pytest.mark.parametrize(("there", "percent"), [(1, 5), (2, 20), (10, 30), (40, 50), (400, 7), (1_000, 1), (90, 99)])
def test_ATTR_8_the_interval_covers_at_the_hard_places(there: int, percent: int) -> None:
    assert 0.949 <= coverage(there, Decimal(percent) / 100) <= 1.0000001


def test_the_interval_is_not_wide_for_nothing() -> None:
    """With many seen it comes down to two errors either way."""
    uv = scale(10_000, HALF)
    assert uv.high is not None
    assert abs((uv.high - uv.low) / (2 * uv.error) - Decimal("1.96")) < Decimal("0.02")


@given(st.integers(0, 10**9), st.integers(1, 10_000))
def test_ATTR_8_the_estimate_is_unbiased_and_in_its_interval(seen: int, myriad: int) -> None:
    ratio = Decimal(myriad) / 10_000
    uv = scale(seen, ratio)
    assert abs(uv.value * ratio - seen) < Decimal("1e-9")
    assert uv.high is not None
    assert uv.low <= uv.value <= uv.high
    assert uv.low >= seen or seen == 0
    assert abs(uv.error**2 * ratio**2 - seen * (1 - ratio)) <= Decimal("1e-12") * (seen + 1)


def test_a_day_is_told_on_the_day_after_next() -> None:
    """Row 12 of the article: until then it reads 未回传, not 0."""
    day = date(2025, 5, 7)
    assert due_day(day) == date(2025, 5, 9)
    assert maturity_by_event(day, date(2025, 5, 8)).zh == "未回传"
    assert maturity_by_event(day, date(2025, 5, 9)) is Maturity.COMPLETE


def test_ATTR_9_a_day_of_spend_grows_until_its_window_and_two_days_are_over() -> None:
    day = date(2025, 5, 7)
    assert maturity_by_spend(day, date(2025, 5, 8), window_days=30) is Maturity.NOT_RETURNED
    assert maturity_by_spend(day, date(2025, 6, 7), window_days=30) is Maturity.GROWING
    assert maturity_by_spend(day, date(2025, 6, 8), window_days=30) is Maturity.COMPLETE
    assert maturity_by_spend(day, date(2025, 5, 24), window_days=15) is Maturity.COMPLETE
    assert [one.zh for one in Maturity] == ["未回传", "回传中", "已完整"]


def test_ATTR_10_a_hundred_and_twenty_days_are_kept() -> None:
    today = date(2025, 9, 4)
    assert not is_too_old(today - timedelta(days=120), today)
    assert is_too_old(today - timedelta(days=121), today)


def test_a_task_whose_end_has_passed_is_overdue() -> None:
    """Row 20 of the article: an expired task shows as 超期; on its last day it does not."""
    task = Task(task_id="700012345", start=date(2025, 5, 1), end=date(2025, 5, 20))
    assert not task.is_overdue(date(2025, 5, 20))
    assert task.is_overdue(date(2025, 5, 21))
    assert not Task(task_id="700012345").is_overdue(date(2125, 1, 1))


@pytest.mark.parametrize(
    ("day", "where"), [("04-30", "outside"), ("05-01", "within"), ("05-20", "within"), ("05-21", "outside")]
)
def test_spend_is_measured_from_a_tasks_first_day_to_its_last(day: str, where: str) -> None:
    task = Task(task_id="700012345", start=date(2025, 5, 1), end=date(2025, 5, 20))
    assert task.covers(date.fromisoformat(f"2025-{day}")) is (where == "within")
