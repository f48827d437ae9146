from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.time import DAY_MS, SpanUnreadable, TimeUnreadable, Window, day_of, instant, iso, span_ms

MOMENTS = st.integers(min_value=0, max_value=4_102_444_800_000)


def test_ATTR_1_a_seven_day_window_closes_at_the_same_hour() -> None:
    # 7 May 10:00: she taps. 14 May 10:00: the window is shut.
    window = Window.after(instant("2025-05-07T10:00:00"), length_ms=span_ms("7d"))
    assert window.contains(instant("2025-05-07T10:00:00"))
    assert window.contains(instant("2025-05-14T09:59:59.999"))
    assert not window.contains(instant("2025-05-14T10:00:00"))


@given(MOMENTS)
def test_every_instant_falls_on_exactly_one_day(at_ms: int) -> None:
    day = day_of(at_ms)
    assert Window.of_day(day).contains(at_ms)
    assert not Window.of_day(day + timedelta(days=1)).contains(at_ms)
    assert not Window.of_day(day - timedelta(days=1)).contains(at_ms)


def test_days_turn_at_midnight_in_shanghai_not_in_greenwich() -> None:
    assert day_of(instant("2025-05-06T15:59:59.999+00:00")) == date(2025, 5, 6)
    assert day_of(instant("2025-05-06T16:00:00+00:00")) == date(2025, 5, 7)


@given(MOMENTS)
def test_written_instants_read_back(at_ms: int) -> None:
    assert instant(iso(at_ms)) == at_ms


def test_a_time_without_a_zone_is_shanghais() -> None:
    assert instant("2025-05-07T00:00:00") == Window.of_day(date(2025, 5, 7)).start_ms


@pytest.mark.parametrize("text", ["", "yesterday", "2025-13-01", "1746547200"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(TimeUnreadable):
        instant(text)


def test_lengths() -> None:
    assert (span_ms("24h"), span_ms("15d")) == (DAY_MS, 15 * DAY_MS)
    for text in ("", "0d", "-1h", "1.5d", "15", "d", "15 d"):
        with pytest.raises(SpanUnreadable):
            span_ms(text)
