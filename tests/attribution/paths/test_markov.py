"""Markov removal effects against exact fractions, and what must hold of them whatever the data."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.paths.oracle import CHANNELS, Row, conversions_of, paths_from, removal_effects, rows, value_of
from hongmao.attribution.paths import building
from hongmao.attribution.paths.api import Settings, path_spec_named, solve
from hongmao.attribution.paths.errors import TooManyStates
from hongmao.attribution.paths.markov import counts, removal
from hongmao.attribution.paths.markov.chain import chain_of

if TYPE_CHECKING:
    from random import Random

ORDERS = (1, 2, 3, 4)


def solved(table: list[Row], order: int, **settings: object) -> dict[str, tuple[float, float]]:
    result = solve(paths_from(table), path_spec_named(f"markov:{order}"), Settings(**settings))  # type: ignore[arg-type]
    return {one.channel: (float(one.conversions), float(one.value or 0)) for one in result.credits}


def same(left: counts.ChainCounts, right: counts.ChainCounts) -> bool:
    fields = ("states", "ends", "keys", "moves", "untouched")
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in fields)


def test_a_case_worked_by_hand() -> None:
    # Two of four journeys convert: a>b yes, a no, b yes, b no. From a half go on to b; b converts two times of three.
    # P = 1/2 (start a) x 1/2 x 2/3 + 1/2 (start b) x 2/3 = 1/2. Without a: 1/3. Without b: 0.
    result = solve(
        building.paths_of([["a", "b"], ["a"], ["b"]], conversions=[1, 0, 1], nulls=[0, 1, 1]), path_spec_named("markov")
    )
    a, b = result.credits
    assert result.p_conv == pytest.approx(1 / 2, rel=1e-15)
    assert [one.removal_effect for one in (a, b)] == pytest.approx([1 / 3, 1], rel=1e-14)
    assert [float(one.conversions) for one in (a, b)] == pytest.approx([1 / 2, 3 / 2], rel=1e-14)
    assert (a.value, result.states, result.totals.journeys) == (None, 2, 4)


@given(rows(empty=True), st.sampled_from(ORDERS))
def test_effects_are_those_of_an_exact_solve_with_loops_kept(table: list[Row], order: int) -> None:
    result = solve(paths_from(table), path_spec_named(f"markov:{order}"))
    expected = removal_effects(table, order, conversions_of)
    by_value = removal_effects(table, order, value_of)
    earned = sum(row[1] for row in table if row[0])
    for one in result.credits:
        assert one.removal_effect == pytest.approx(float(expected[one.channel]), abs=1e-13)
        assert 0 <= (one.removal_effect or 0) <= 1 + 1e-12
        assert one.removal_effect_value == pytest.approx(float(by_value[one.channel]), abs=1e-13)
        share = expected[one.channel] / sum(expected.values()) if earned else 0
        assert one.conversions == pytest.approx(float(share * earned), abs=1e-11)
    assert result.p_conv == pytest.approx(result.p_conv_observed, rel=1e-12)


@given(rows(empty=True), st.sampled_from(ORDERS))
def test_credit_adds_up_to_conversions_and_value(table: list[Row], order: int) -> None:
    result = solve(paths_from(table), path_spec_named(f"markov:{order}"))
    assert result.totals.value is not None
    conversions = sum(float(one.conversions) for one in result.credits) + result.unattributed.conversions
    value = sum(float(one.value or 0) for one in result.credits) + (result.unattributed.value or 0)
    assert conversions == pytest.approx(result.totals.conversions, rel=1e-12)
    assert value == pytest.approx(float(result.totals.value), rel=1e-12)


@given(rows(), st.sampled_from(ORDERS))
def test_three_ways_to_solve_agree(table: list[Row], order: int) -> None:
    chain = chain_of(counts.count(paths_from(table), order))
    slow = removal.by_elimination(chain)
    for fast in (removal.by_losses(chain), removal.by_inverse(chain) if order == 1 else slow):
        assert fast is not None
        assert fast.removed == pytest.approx(slow.removed, abs=1e-12)
        assert fast.whole == pytest.approx(slow.whole, rel=1e-12)


@given(rows(), st.lists(st.integers(1, 4), min_size=6, max_size=6))
def test_staying_on_a_channel_changes_nothing_at_order_one(table: list[Row], stays: list[int]) -> None:
    once: list[Row] = [(tuple(c for c, _ in groupby(path)), won, lost, v) for path, won, lost, v in table]
    again: list[Row] = [
        (tuple(c for i, c in enumerate(path) for _ in range(stays[i])), won, lost, v) for path, won, lost, v in once
    ]
    for one, other in zip(solved(once, 1).values(), solved(again, 1).values(), strict=True):
        assert one == pytest.approx(other, abs=1e-11)


@given(rows(longest=4))
def test_an_order_as_long_as_the_paths_gives_the_share_of_any_touch(table: list[Row]) -> None:
    result = solve(paths_from(table), path_spec_named("markov:4"))
    converted = sum(row[1] for row in table)
    for one in result.credits:
        holding = sum(row[1] for row in table if one.channel in row[0])
        assert one.removal_effect == pytest.approx(holding / converted, abs=1e-13)


@given(rows(empty=True), st.randoms(use_true_random=False), st.sampled_from(ORDERS))
def test_rows_may_stand_in_any_order_and_be_cut_in_any_way(table: list[Row], luck: Random, order: int) -> None:
    # Every row as single journeys, shuffled, counted in three shards: bit for bit what the table gives.
    singles: list[Row] = [(p, 1, 0, v) for p, won, _, v in table for v in _parted(v, won)]
    singles += [(p, 0, 1, "0") for p, _, lost, _ in table for _ in range(lost)]
    luck.shuffle(singles)
    parts = [paths_from(singles[place::3]) for place in range(3)]
    whole = counts.count(paths_from(table), order)
    assert same(counts.merged([counts.count(part, order) for part in parts]), whole)
    assert same(counts.count(building.together(parts), order), whole)


def _parted(value: str, conversions: int) -> list[str]:
    """Give a row's whole value to its first conversion: parts add up, however they were cut."""
    return [value, *["0"] * (conversions - 1)] if conversions else []


@given(rows(empty=True), st.sampled_from(ORDERS))
def test_counting_in_a_table_and_by_hash_is_one(table: list[Row], order: int) -> None:
    paths = paths_from(table)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counts, "DENSE_CELLS_MAX", 0)
        hashed = counts.count(paths, order)
    assert same(hashed, counts.count(paths, order))


def test_journeys_that_hardly_ever_end_are_solved_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    table: list[Row] = [(("a", "b") * 40 + ("c",), 3, 1, "9"), (("c", "a", "d"), 1, 4, "2")]
    followed = solved(table, 2)
    monkeypatch.setattr(removal, "SWEEPS_MAX", 1)
    assert removal.by_losses(chain_of(counts.count(paths_from(table), 2))) is None
    for one, other in zip(followed.values(), solved(table, 2).values(), strict=True):
        assert one == pytest.approx(other, rel=1e-10)


def test_many_channels_are_closed_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    luck = np.random.default_rng(5)
    names = [f"n{number:03}" for number in range(150)]
    paths = building.paths_of_codes(
        channels=names,
        flat=luck.integers(0, 150, 4_000),
        lengths=np.full(1_000, 4),
        conversions=luck.integers(0, 2, 1_000),
        nulls=np.ones(1_000, np.int64),
    )
    inverted = solve(paths, path_spec_named("markov"))
    monkeypatch.setattr(removal, "DENSE_STATES_MAX", 10)
    blocks = solve(paths, path_spec_named("markov"))
    for one, other in zip(inverted.credits, blocks.credits, strict=True):
        assert one.removal_effect == pytest.approx(other.removal_effect, rel=1e-10)


def test_nothing_converted_leaves_effects_unknown() -> None:
    result = solve(
        building.paths_of([["a", "b"], ["a"]], conversions=[0, 0], nulls=[2, 1]), path_spec_named("markov:2")
    )
    assert [(one.removal_effect, one.conversions) for one in result.credits] == [(None, 0.0), (None, 0.0)]
    assert (result.p_conv, "nothing_converted" in [note.code for note in result.notes]) == (0.0, True)


def test_a_channel_that_no_converting_path_holds_earns_nothing() -> None:
    earned = solved([(("a", "b"), 3, 1, "6"), (("c",), 0, 7, "0")], 1)
    assert (earned["c"], earned["d"]) == ((0.0, 0.0), (0.0, 0.0))


def test_values_that_add_up_to_nothing_follow_conversions() -> None:
    table: list[Row] = [(("a",), 1, 0, "5"), (("b",), 1, 0, "-5")]
    result = solve(paths_from(table), path_spec_named("markov"))
    assert [one.removal_effect_value for one in result.credits] == [None] * len(CHANNELS)
    assert [one.value for one in result.credits] == [0.0] * len(CHANNELS)
    assert {"no_value_to_remove", "negative_values"} <= {note.code for note in result.notes}


def test_conversions_without_a_touch_stay_and_belong_to_nobody() -> None:
    result = solve(paths_from([((), 2, 1, "30"), (("a",), 1, 0, "10")]), path_spec_named("markov"))
    assert (result.unattributed.conversions, result.unattributed.value) == (2, 30)
    assert result.by_channel()["a"].conversions == pytest.approx(1)
    # Of four journeys three convert, two of them without any channel: closing a loses one in three.
    assert result.p_conv == pytest.approx(3 / 4)
    assert result.by_channel()["a"].removal_effect == pytest.approx(1 / 3)


def test_an_order_that_cannot_be_numbered_is_refused() -> None:
    names = [str(number) for number in range(5_000)]
    paths = building.paths_of_codes(channels=names, flat=[0], lengths=[1], conversions=[1])
    with pytest.raises(TooManyStates) as refused:
        solve(paths, path_spec_named("markov:4"))
    assert refused.value.params == {"channels": 5_000, "order": 4, "most": 4_095}


def test_groups_are_solved_as_if_they_were_the_channels() -> None:
    table: list[Row] = [(("a", "b", "c"), 2, 3, "5"), (("d", "a"), 1, 1, "2"), (("b", "d"), 4, 2, "7.5")]
    groups = {"a": "left", "b": "left", "c": "right"}  # d is in none: a group of its own
    grouped = solved(table, 2, groups=groups)
    renamed: list[Row] = [(tuple(groups.get(c, c) for c in path), won, lost, v) for path, won, lost, v in table]
    plain = solve(paths_from(renamed, ("left", "right", "d")), path_spec_named("markov:2")).by_channel()
    for measure in (0, 1):
        left = grouped["a"][measure] + grouped["b"][measure]
        expected = plain["left"].conversions if measure == 0 else plain["left"].value
        assert left == pytest.approx(expected)
    # Inside the group by equal split: a earns 2/3 + 1/2, b 2/3 + 4/2.
    assert grouped["a"][0] / grouped["b"][0] == pytest.approx((2 / 3 + 1 / 2) / (2 / 3 + 2))
    for one, other in zip(
        solved(table, 2, groups={c: c for c in CHANNELS}).values(), solved(table, 2).values(), strict=True
    ):
        assert one == pytest.approx(other)
