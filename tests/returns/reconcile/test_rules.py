"""What reconciled figures mean."""

from __future__ import annotations

from fractions import Fraction

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.time import DAY_MS, HOUR_MS, Window, day_of, instant
from hongmao.returns.pull.contracts import PullLimits
from hongmao.returns.pull.rules import spans_of
from hongmao.returns.reconcile.contracts import DayLine
from hongmao.returns.reconcile.rules import judge

NONE = DayLine(platform="p", day="2025-05-07", line="cid", **dict.fromkeys(DayLine.__struct_fields__[3:], 0))
LIMITS = PullLimits(span_ms_max=3 * HOUR_MS, overlap_ms=0, every_ms=1, per_minute_max=1, lag_ms_max=1)


def line(**counts: int) -> DayLine:
    return msgspec.structs.replace(NONE, **counts)


def test_a_line_on_which_nobody_says_anything_is_unknown_and_never_zero() -> None:
    verdict = judge([NONE])
    assert (verdict.reconciled, verdict.row_drift_pp, verdict.value_drift_pp, verdict.alerts) == (None, None, None, ())


def test_shares_come_from_sums_and_are_never_averaged() -> None:
    days = [line(pulled=1, returned=0, missing=1), line(pulled=99, returned=99, same=99)]
    assert judge(days).reconciled == Fraction(99, 100)


def test_ABUSE_7_a_drift_above_five_points_alerts_and_five_do_not() -> None:
    assert judge([line(pulled=100, returned=95, same=95, missing=5)]).alerts == ()
    assert judge([line(pulled=100, returned=94, same=94, missing=6)]).alerts == ("row_drift",)


def test_ABUSE_7_a_declared_ratio_is_no_drift_and_another_share_is() -> None:
    half = line(pulled=100, returned=50, same=50, missing=50)
    assert judge([half], ratio_millionths=500_000).alerts == ()
    assert judge([half], ratio_millionths=600_000).alerts == ("row_drift",)


def test_ABUSE_7_returning_only_the_dear_orders_shows_in_the_value_of_each() -> None:
    shaved = line(pulled=100, returned=97, same=97, missing=3, pulled_fen=1_000_000, returned_fen=1_100_000)
    assert judge([shaved]).alerts == ("value_drift",)


@given(st.integers(0, 30 * 24), st.integers(1, 80), st.integers(1, 30), st.booleans())
def test_spans_cover_a_stretch_once_each_within_what_the_platform_lets(
    start_h: int,
    hours: int,
    max_h: int,
    same_day: bool,  # noqa: FBT001 - drawn
) -> None:
    start_ms = instant("2025-05-07T00:30:00+08:00") + start_h * HOUR_MS
    whole = Window(start_ms, start_ms + hours * HOUR_MS)
    limits = PullLimits(
        span_ms_max=max_h * HOUR_MS, same_day=same_day, overlap_ms=0, every_ms=1, per_minute_max=1, lag_ms_max=1
    )
    spans = list(spans_of(whole, limits))
    assert [spans[0].start_ms, *(one.end_ms for one in spans)] == [*(one.start_ms for one in spans), whole.end_ms]
    assert all(0 < one.end_ms - one.start_ms <= limits.span_ms_max for one in spans)
    if same_day:
        assert all(day_of(one.start_ms) == day_of(one.end_ms - 1) for one in spans)
    assert len(spans) <= hours * HOUR_MS // min(limits.span_ms_max, DAY_MS) + 1 + hours // 24 + 1
