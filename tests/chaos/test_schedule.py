"""A drill can be had again: the seed says which faults come when."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.chaos.schedule import NODE_ACTS, SERVERS, STEPS_MS, Act, Log, plan

CREW = ("edge", "worker")
MINUTES = st.floats(min_value=0.1, max_value=30.0)
SEEDS = st.integers(min_value=0, max_value=2**64)
LOGS = st.sampled_from(list(Log))


@given(seed=SEEDS, minutes=MINUTES, log=LOGS)
def test_one_seed_is_one_plan(seed: int, minutes: float, log: Log) -> None:
    first = plan(seed=seed, seconds=60 * minutes, log=log, crew=CREW)
    assert plan(seed=seed, seconds=60 * minutes, log=log, crew=CREW) == first


def test_another_seed_is_another_plan() -> None:
    plans = {plan(seed=seed, seconds=60.0, log=Log.EMBEDDED, crew=CREW) for seed in range(20)}
    assert len(plans) == 20


@given(seed=SEEDS, minutes=MINUTES, log=LOGS)
def test_every_kind_of_fault_comes_however_short_the_time(seed: int, minutes: float, log: Log) -> None:
    faults = plan(seed=seed, seconds=60 * minutes, log=log, crew=CREW)
    expected = {act.value for act in Act if act is not Act.KILL} | {"kill_edge", "kill_worker"}
    if log is Log.EMBEDDED:
        expected -= {act.value for act in NODE_ACTS}
    assert {fault.name for fault in faults} == expected


@given(seed=SEEDS, minutes=MINUTES, log=LOGS)
def test_faults_come_in_order_and_begin_within_the_time(seed: int, minutes: float, log: Log) -> None:
    faults = plan(seed=seed, seconds=60 * minutes, log=log, crew=CREW)
    begins = [fault.at_s for fault in faults]
    assert begins == sorted(begins)
    assert begins[0] > 0
    assert begins[-1] <= 60 * minutes * 0.9 + 1e-6


@given(seed=SEEDS)
def test_where_there_is_time_one_fault_is_over_before_the_next_begins(seed: int) -> None:
    faults = plan(seed=seed, seconds=300.0, log=Log.NATS, crew=CREW)
    assert len(faults) > 60
    assert all(one.at_s + one.for_s < next_.at_s for one, next_ in itertools.pairwise(faults))


@pytest.mark.parametrize(("act", "sign"), [(Act.CLOCK_FORWARD, 1), (Act.CLOCK_BACK, -1)])
def test_clocks_step_both_ways_and_by_all_distances(act: Act, sign: int) -> None:
    faults = [f for seed in range(20) for f in plan(seed=seed, seconds=60.0, log=Log.EMBEDDED, crew=CREW)]
    assert {sign * fault.size for fault in faults if fault.act is act} == set(STEPS_MS)


def test_every_server_is_hit() -> None:
    faults = [f for seed in range(20) for f in plan(seed=seed, seconds=60.0, log=Log.NATS, crew=CREW)]
    for act in NODE_ACTS:
        assert {fault.target for fault in faults if fault.act is act} == {str(one) for one in range(SERVERS)}
