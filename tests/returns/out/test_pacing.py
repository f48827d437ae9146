"""The throttle is a leaky bucket in one number, the breaker asks once at a time, and no wait outlives its deadline."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS
from hongmao.returns.out.contracts import Gate, Rate
from hongmao.returns.out.pacing import (
    FAILURES_OPEN,
    PROBE_MS,
    SHUT_MS_MAX,
    WAIT_MS_MAX,
    WAIT_MS_MIN,
    admit,
    answered,
    conforms,
    failed,
    interval_us,
    luck,
    wait_ms,
)

RATES = st.builds(Rate, per_minute=st.integers(1, 100_000), burst=st.integers(1, 50))
GAPS_US = st.lists(st.integers(0, 90_000_000), max_size=60)


def bucket(rate: Rate, arrivals_us: list[int]) -> list[bool]:
    """The oracle: a bucket that holds `burst` calls and leaks one every interval."""
    level, before, let_through = Fraction(0), 0, []
    for at in arrivals_us:
        level = max(Fraction(0), level - Fraction(at - before, interval_us(rate)))
        before = at
        fits = level + 1 <= rate.burst
        level += fits
        let_through.append(fits)
    return let_through


@given(rate=RATES, gaps=GAPS_US)
def test_the_throttle_lets_through_exactly_what_a_leaky_bucket_would(rate: Rate, gaps: list[int]) -> None:
    tat_us, at, let_through, arrivals = 0, 0, [], []
    for gap in gaps:
        at += gap
        arrivals.append(at)
        then = conforms(tat_us, at, rate)
        let_through.append(then is not None)
        tat_us = then if then is not None else tat_us
    assert let_through == bucket(rate, arrivals)


@given(rate=RATES, gaps=GAPS_US, start=st.integers(0, 59), length_us=st.integers(0, 10**9))
def test_in_no_stretch_of_time_are_there_more_calls_than_burst_and_rate_allow(
    rate: Rate, gaps: list[int], start: int, length_us: int
) -> None:
    tat_us, at, sent = 0, 0, []
    for gap in gaps:
        at += gap
        if (then := conforms(tat_us, at, rate)) is not None:
            tat_us = then
            sent.append(at)
    first = sent[min(start, len(sent) - 1)] if sent else 0
    within = [one for one in sent if first <= one <= first + length_us]
    assert len(within) <= rate.burst + length_us * rate.per_minute / 60_000_000


def test_a_burst_goes_at_once_and_the_next_call_waits_an_interval() -> None:
    rate, gate, now_ms = Rate(per_minute=60, burst=2), Gate(), 1_000_000
    for expected in (True, True, False):
        admission = admit(gate, rate, most=50, now_ms=now_ms)
        assert (admission is not None) is expected
        if admission is not None:
            assert admission.most == 50
            gate = admission.gate
    assert admit(gate, rate, most=50, now_ms=now_ms + 999) is None
    assert admit(gate, rate, most=50, now_ms=now_ms + 1_000) is not None


FAST = Rate(per_minute=60_000, burst=1_000)


def test_three_failures_shut_the_gate_and_then_one_probe_at_a_time_may_ask() -> None:
    # 10:00: three requests in a row come to nothing.
    gate = Gate()
    for second in range(FAILURES_OPEN):
        assert admit(gate, FAST, most=50, now_ms=second * 1_000) is not None
        gate = failed(gate, "a1", now_ms=second * 1_000)
    assert gate.unreachable_since_ms == 0
    assert admit(gate, FAST, most=50, now_ms=2_000) is None
    # A moment later one delivery goes as a probe, and while it is on its way nothing else does.
    probe = admit(gate, FAST, most=50, now_ms=gate.open_at_ms)
    assert probe is not None
    assert probe.most == 1
    assert admit(probe.gate, FAST, most=50, now_ms=gate.open_at_ms + 1) is None
    assert admit(probe.gate, FAST, most=50, now_ms=gate.open_at_ms + PROBE_MS) is not None
    # It is answered: everything may go again.
    healed = answered(probe.gate)
    again = admit(healed, FAST, most=50, now_ms=gate.open_at_ms + 2)
    assert again is not None
    assert again.most == 50
    assert healed.unreachable_since_ms is None


@given(failures=st.integers(1, 200), now_ms=st.integers(0, 2**45), name=st.text(max_size=8))
def test_a_dead_target_is_asked_again_within_a_minute_however_long_it_was_dead(
    failures: int, now_ms: int, name: str
) -> None:
    gate = failed(Gate(failures=failures - 1), name, now_ms=now_ms)
    assert now_ms <= gate.open_at_ms <= now_ms + SHUT_MS_MAX
    assert (gate.open_at_ms > now_ms) is (failures >= FAILURES_OPEN)


def test_a_target_that_asks_us_to_stay_away_is_left_alone_that_long() -> None:
    gate = failed(Gate(), "a1", now_ms=0, asked_ms=90_000)
    assert admit(gate, FAST, most=1, now_ms=89_999) is None
    assert admit(gate, FAST, most=1, now_ms=90_000) is not None


@given(attempt=st.integers(1, 1_000), left_ms=st.integers(0, 7 * DAY_MS), name=st.text(max_size=8))
def test_a_wait_is_jittered_bounded_and_shorter_the_nearer_the_deadline(attempt: int, left_ms: int, name: str) -> None:
    waited = wait_ms(name, attempt, left_ms=left_ms)
    assert WAIT_MS_MIN <= waited <= max(WAIT_MS_MIN, min(WAIT_MS_MAX, 5_000 * 2 ** min(attempt, 12), left_ms // 8))
    assert waited == wait_ms(name, attempt, left_ms=left_ms)  # the same luck on every machine
    assert wait_ms(name, attempt, left_ms=left_ms, asked_ms=20 * MINUTE_MS) == 20 * MINUTE_MS


def test_jitter_is_full_spread_over_the_whole_wait_and_differs_by_delivery_and_attempt() -> None:
    drawn = [luck(f"out:{number}", 3) for number in range(10_000)]
    assert 0 <= min(drawn) < 0.01
    assert 0.99 < max(drawn) < 1
    assert abs(sum(drawn) / len(drawn) - 0.5) < 0.01
    assert len({wait_ms("out:1", attempt, left_ms=DAY_MS) for attempt in range(8, 40)}) > 20


def test_an_hour_of_attempts_stays_far_below_the_budget() -> None:
    now_ms, attempt = 0, 0
    while now_ms < HOUR_MS:
        attempt += 1
        now_ms += wait_ms("out:1", attempt, left_ms=HOUR_MS - now_ms)
    assert 20 < attempt < 300
