"""Sharing and sorting against one plain line each, where the loops take another way for many touches than for few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hongmao.attribution.journeys.api import CreditRule, joined, lane_of
from hongmao.attribution.journeys.api import credit as credit_all
from hongmao.attribution.journeys.sharing import DRAWERS, divided, floors, raise_largest
from hongmao.attribution.models import spec_named

if TYPE_CHECKING:
    import random

MANY = (1, 2, 3, 8, 9, 24, 25, 64, 65, 400)
"""Lengths on both sides of every turn in the loops."""


def shared(weights: list[int], whole: int) -> list[int]:
    """Share by largest remainder, of equal ones the later first: the oracle."""
    total = sum(weights)
    shares = [weight * whole // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (weights[place] * whole % total, place), reverse=True)
    for place in order[: whole - sum(shares)]:
        shares[place] += 1
    return shares


@settings(max_examples=400, deadline=None)
@given(
    count=st.sampled_from(MANY),
    largest=st.sampled_from([1, 2, 3, 1_000, 2**33]),
    whole=st.sampled_from([1, 99, 1_000_000, 9_000_000_001]),
    alike=st.booleans(),
    luck=st.randoms(use_true_random=False),
)
def test_a_whole_is_shared_as_by_hand(
    *, count: int, largest: int, whole: int, alike: bool, luck: random.Random
) -> None:
    largest = min(largest, 2**62 // whole // count)
    weights = [luck.randint(0, largest) for _ in range(count)]
    if alike:
        # What position weights look like: all between the ends are one.
        weights[1:-1] = [luck.randint(0, largest)] * len(weights[1:-1])
    weights[luck.randrange(count)] += 1
    rest, shares = np.empty(count, np.int64), np.empty(count, np.int64)
    left = floors(np.array(weights, np.int64), count, sum(weights), whole, rest, shares)
    raise_largest(rest, left, sum(weights), shares, count, np.empty(DRAWERS + count, np.int64))
    assert shares.tolist() == shared(weights, whole)


@settings(max_examples=400, deadline=None)
@given(
    quotient=st.integers(0, 2**50 - 1),
    divisor=st.integers(1, 2**43),
    off=st.sampled_from([-1, 0, 1]),
)
def test_division_is_exact_beside_every_multiple(quotient: int, divisor: int, off: int) -> None:
    dividend = quotient * divisor + off
    if 0 <= dividend < 2**63 and dividend // divisor < 2**50:
        assert divided(dividend, divisor, 1.0 / divisor) == dividend // divisor


@settings(max_examples=200, deadline=None)
@given(
    count=st.sampled_from(MANY),
    instants=st.sampled_from([1, 3, 1_000_000, 2**62]),
    ties=st.sampled_from([1, 5, 2**62]),
    threads=st.integers(1, 3),
    luck=st.randoms(use_true_random=False),
)
def test_touches_stand_by_reader_instant_tie_and_place(
    *, count: int, instants: int, ties: int, threads: int, luck: random.Random
) -> None:
    rows = [(luck.randrange(2), luck.randrange(instants), luck.randrange(ties)) for _ in range(count)]
    reader, at_ms, tie = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    lane, starts = lane_of(reader=reader, readers=3, at_ms=at_ms, tie=tie, threads=threads)
    by_hand = sorted(range(count), key=lambda place: (*rows[place], place))
    assert lane.source.tolist() == by_hand
    assert lane.at_ms.tolist() == [rows[place][1] for place in by_hand]
    assert starts.tolist() == [0, *(sum(row[0] <= code for row in rows) for code in range(3))]


@pytest.mark.parametrize("count", MANY)
def test_rules_asked_together_give_what_each_gives_alone(count: int) -> None:
    at_ms = np.arange(count, dtype=np.int64) * 3_600_000
    kind = (np.arange(count) % 2).astype(np.int16)
    lane, spans = joined(
        starts=np.array([0, count // 2, count]),
        conversion_at_ms=np.array([count * 3_600_000, count * 3_600_000 + 7]),
        at_ms=at_ms,
        kind=kind,
        organic=kind == 0,
    )
    names = ("last", "decay:7d", "linear", "custom:position", "last_non_organic", "position", "first")
    reaches = ((-1, -1), (0, 40 * 3_600_000), (-1, -1), (1, 1), (0, 40 * 3_600_000), (7_200_000, -1), (-1, 0))
    rules = [CreditRule(spec=spec_named(name), reach_ms=reach) for name, reach in zip(names, reaches, strict=True)]
    fen = np.array([12_345, -678], np.int64)
    together = credit_all(lane, spans, rules, amount_fen=fen, kinds=("read", "click"))
    for place, rule in enumerate(rules):
        alone = credit_all(lane, spans, [rule], amount_fen=fen, kinds=("read", "click"))
        assert together.millionths[place].tolist() == alone.millionths[0].tolist()
        assert together.value_fen[place].tolist() == alone.value_fen[0].tolist()
        assert together.inside[place].tolist() == alone.inside[0].tolist()
        assert together.earned[place].tolist() == alone.earned[0].tolist()
