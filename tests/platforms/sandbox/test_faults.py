"""Faults depend on seed and event number alone, and happen about as often as was asked."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from hongmao.platforms.sandbox.mapping import RowProblem, read_row
from hongmao.platforms.sandbox.shop import garbage
from hongmao.platforms.sandbox.shop.faults import REORDER_MS, REPEAT_MS, Dice, Faults, fate
from hongmao.platforms.sandbox.shop.wire import WireEvent

FAULTS = Faults(late_ms=(1_000, 60_000), repeat_share=0.3, reorder_share=0.2, garbage_share=0.1)
NUMBERS = [f"v-{n:04d}" for n in range(2_000)]


@given(st.permutations(NUMBERS[:50]), st.integers(0, 2**32))
def test_draws_do_not_depend_on_their_order(shuffled: list[str], seed: int) -> None:
    straight = {number: fate(FAULTS, seed=seed, event_no=number) for number in sorted(shuffled)}
    assert {number: fate(FAULTS, seed=seed, event_no=number) for number in shuffled} == straight


@given(st.integers(0, 2**32), st.floats(0, 1), st.floats(0, 1))
def test_more_of_one_fault_leaves_the_others_as_they_were(seed: int, repeats: float, garbage_share: float) -> None:
    quiet = fate(FAULTS, seed=seed, event_no="v-0001")
    loud = fate(
        Faults(late_ms=(1_000, 60_000), repeat_share=repeats, reorder_share=0.2, garbage_share=garbage_share),
        seed=seed,
        event_no="v-0001",
    )
    assert loud.delay_ms == quiet.delay_ms
    if loud.repeat_delay_ms is not None and quiet.repeat_delay_ms is not None:
        assert loud.repeat_delay_ms == quiet.repeat_delay_ms


def test_a_fault_happens_to_about_its_share() -> None:
    fates = [fate(FAULTS, seed=7, event_no=number) for number in NUMBERS]
    assert 0.25 < sum(drawn.repeat_delay_ms is not None for drawn in fates) / len(fates) < 0.35
    assert 0.07 < sum(drawn.garbage is not None for drawn in fates) / len(fates) < 0.13
    assert {drawn.garbage for drawn in fates} == {None, "broken_row", "not_json", "bad_signature"}


def test_delays_stay_within_their_limits() -> None:
    for drawn in (fate(FAULTS, seed=7, event_no=number) for number in NUMBERS):
        assert 1_000 <= drawn.delay_ms <= 60_000 + REORDER_MS[1]
        if drawn.repeat_delay_ms is not None:
            assert REPEAT_MS[0] <= drawn.repeat_delay_ms - drawn.delay_ms <= REPEAT_MS[1]


def test_all_or_nothing_is_exact() -> None:
    everything = Faults(repeat_share=1, garbage_share=1)
    for number in NUMBERS:
        drawn = fate(everything, seed=7, event_no=number)
        assert drawn.repeat_delay_ms is not None
        assert drawn.garbage is not None
        nothing = fate(Faults(), seed=7, event_no=number)
        assert (nothing.delay_ms, nothing.repeat_delay_ms, nothing.garbage) == (0, None, None)


def test_another_seed_is_another_city() -> None:
    assert [fate(FAULTS, seed=7, event_no=n) for n in NUMBERS] != [fate(FAULTS, seed=8, event_no=n) for n in NUMBERS]


def test_no_broken_row_can_be_read_and_none_bears_a_real_number() -> None:
    for number in NUMBERS[:300]:
        event = WireEvent(
            event_no=number, type="open", occurred_at_ms=1, click_id="c", shop_id="shop-1", item_id="item-1"
        )
        row = json.loads(garbage.make("broken_row", like=event, dice=Dice(7, number)))
        assert isinstance(read_row(row), RowProblem)
        assert not (isinstance(row, dict) and row["event_no"] == number)


def test_a_forged_row_would_be_believed_but_for_its_signature() -> None:
    event = WireEvent(event_no="v-0001", type="open", occurred_at_ms=1, click_id="c", shop_id="shop-1")
    forged = read_row(json.loads(garbage.make("bad_signature", like=event, dice=Dice(7, "v-0001"))))
    assert not isinstance(forged, RowProblem)
    assert forged.event_no == "x-v-0001"
