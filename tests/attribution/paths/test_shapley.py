"""Shapley's value by its definition, over every order in which channels may join, against each game's fast way."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.paths.oracle import CHANNELS, Row, paths_from, rows, shapley_value
from hongmao.attribution.paths import building
from hongmao.attribution.paths.api import Settings, path_spec_named, solve
from hongmao.attribution.paths.errors import NotShapley, TooManyChannels
from hongmao.attribution.paths.shapley import closed, coalitions


def inside(table: list[Row], column: int, coalition: frozenset[str]) -> Fraction:
    touched = [row for row in table if row[0] and set(row[0]) <= coalition]
    return sum((Fraction(cast("int | str", row[column])) for row in touched), Fraction(0))


def rate(table: list[Row], column: int, coalition: frozenset[str]) -> Fraction:
    journeys = inside(table, 1, coalition) + inside(table, 2, coalition)
    return inside(table, column, coalition) / journeys if journeys else Fraction(0)


def test_a_case_worked_by_hand() -> None:
    # a>b>a brings 3, b alone 1: a earns half of 3, b the other half and its own.
    result = solve(building.paths_of([["a", "b", "a"], ["b"]], conversions=[3, 1]), path_spec_named("shapley:ordered"))
    a, b = result.credits
    assert (a.conversions, b.conversions) == (Fraction(3, 2), Fraction(5, 2))
    assert a.by_position == (Fraction(3, 4), Fraction(0), Fraction(3, 4))
    assert b.by_position == (Fraction(1), Fraction(3, 2))


@given(rows(empty=True))
def test_the_closed_game_is_exact(table: list[Row]) -> None:
    result = solve(paths_from(table), path_spec_named("shapley"))
    for column, measure in ((1, "conversions"), (3, "value")):
        expected = shapley_value(partial(inside, table, column), CHANNELS)
        assert {one.channel: getattr(one, measure) for one in result.credits} == expected
    assert result.unattributed.conversions == sum(row[1] for row in table if not row[0])


@given(rows())
def test_by_coalition_and_by_path_agree(table: list[Row]) -> None:
    paths = paths_from(table)
    by_path = [float(share[0]) for share in closed.shares_of(paths)]
    assert coalitions.shapley_value(coalitions.closed_game(paths)) == pytest.approx(by_path, abs=1e-12)


@given(rows(empty=True))
def test_ordered_totals_are_the_closed_games_and_positions_add_up(table: list[Row]) -> None:
    plain, ordered = (solve(paths_from(table), path_spec_named(name)) for name in ("shapley", "shapley:ordered"))
    for one, other in zip(plain.credits, ordered.credits, strict=True):
        assert (one.conversions, one.value) == (other.conversions, other.value)
        assert sum(other.by_position, Fraction(0)) == one.conversions
        for place, share in enumerate(other.by_position):
            at_place = [row for row in table if row[1] and len(row[0]) > place and row[0][place] == one.channel]
            assert share == sum(Fraction(r[1], len(set(r[0])) * r[0].count(one.channel)) for r in at_place)


@given(rows(empty=True))
def test_the_rate_game_by_its_definition(table: list[Row]) -> None:
    result = solve(paths_from(table), path_spec_named("shapley:rate"))
    journeys = sum(row[1] + row[2] for row in table if row[0])
    for column, measure in ((1, "conversions"), (3, "value")):
        expected = shapley_value(partial(rate, table, column), CHANNELS)
        for one in result.credits:
            assert getattr(one, measure) == pytest.approx(float(expected[one.channel] * journeys), abs=1e-9)
    earned = sum(float(one.conversions) for one in result.credits)
    assert earned == pytest.approx(sum(row[1] for row in table if row[0]), abs=1e-9)


def test_a_channel_that_drives_readers_away_earns_less_than_nothing() -> None:
    # Alone a converts always; with b it never does. Clipping would hide that.
    paths = building.paths_of([["a"], ["a", "b"]], conversions=[4, 0], nulls=[0, 4])
    a, b = solve(paths, path_spec_named("shapley:rate")).credits
    assert [float(one.conversions) for one in (a, b)] == pytest.approx([6, -2])


@given(rows(), st.integers(0, 3))
def test_sampling_adds_up_exactly_and_states_its_error(table: list[Row], seed: int) -> None:
    exact = solve(paths_from(table), path_spec_named("shapley:rate"))
    sampled = solve(paths_from(table), path_spec_named("shapley:sampled"), Settings(seed=seed, permutations=400))
    converted = sum(row[1] for row in table)
    assert sum(float(one.conversions) for one in sampled.credits) == pytest.approx(converted, abs=1e-9)
    for one, other in zip(exact.credits, sampled.credits, strict=True):
        assert other.standard_error is not None
        # Six standard errors; a game of few orders may be hit exactly.
        assert abs(float(one.conversions) - float(other.conversions)) <= 6 * other.standard_error + 1e-9


def test_sampling_serves_more_channels_than_can_be_listed() -> None:
    luck = np.random.default_rng(3)
    paths = building.paths_of_codes(
        channels=[f"n{number}" for number in range(40)],
        flat=luck.integers(0, 40, 3_000),
        lengths=np.full(1_000, 3),
        conversions=luck.integers(0, 3, 1_000),
        nulls=luck.integers(0, 5, 1_000),
    )
    with pytest.raises(TooManyChannels):
        solve(paths, path_spec_named("shapley:rate"))
    first, again = (solve(paths, path_spec_named("shapley:sampled"), Settings(seed=9)) for _ in range(2))
    assert first == again
    assert sum(float(one.conversions) for one in first.credits) == pytest.approx(float(paths.conversions.sum()))
    more = solve(paths, path_spec_named("shapley:sampled"), Settings(seed=9, permutations=8_000))
    ratios = [
        (one.standard_error or 0) / (o.standard_error or 1) for one, o in zip(first.credits, more.credits, strict=True)
    ]
    assert np.median(ratios) == pytest.approx(2, rel=0.15)


@given(st.lists(st.integers(-9, 9), min_size=8, max_size=8))
def test_any_value_function_over_three_players(values: list[int]) -> None:
    def worth(coalition: frozenset[str]) -> Fraction:
        return Fraction(values[sum(1 << "abc".index(player) for player in coalition)])

    expected = shapley_value(worth, "abc")
    found = coalitions.shapley_value(np.array(values, np.float64))
    assert found.tolist() == pytest.approx([float(expected[player]) for player in "abc"], abs=1e-12)


@given(rows(empty=True), st.integers(1, 4))
def test_sums_of_shards_are_the_sums(table: list[Row], shards: int) -> None:
    whole = closed.merged([closed.sums_of(paths_from(table))])
    parts = closed.merged([closed.sums_of(paths_from(table[place::shards])) for place in range(shards)])
    assert np.array_equal(parts.cells, whole.cells)
    assert np.array_equal(parts.sums, whole.sums)


@given(rows())
def test_sums_in_a_table_and_by_sorting_are_one(table: list[Row]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(closed, "DENSE_CELLS_MAX", 0)
        by_sorting = closed.shares_of(paths_from(table))
    assert by_sorting == closed.shares_of(paths_from(table))


def test_leave_one_out_goes_by_its_own_name_only() -> None:
    paths = building.paths_of([["a", "b"], ["a"]], conversions=[1, 1])
    a, b = solve(paths, path_spec_named("leave_one_out")).credits
    # Closing a loses both conversions, closing b one: 2 to 1, scaled to the two there are.
    assert [float(one.conversions) for one in (a, b)] == pytest.approx([4 / 3, 2 / 3])
    for name in ("shapley:leave_one_out", "shapley:loo", "shapley:leave-one-out"):
        with pytest.raises(NotShapley):
            path_spec_named(name)
