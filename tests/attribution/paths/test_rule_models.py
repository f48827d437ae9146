"""Rule models on aggregated paths, in exact fractions, by cases worked by hand and by what must always hold."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.paths.oracle import Row, paths_from, rows
from hongmao.attribution.errors import ExpressionRefused, ModelUnknown, ParameterRefused
from hongmao.attribution.paths import building, exact
from hongmao.attribution.paths.api import PathResult, Settings, path_spec_named, solve, spelled
from hongmao.attribution.paths.errors import PathParameterRefused, PathsHaveNoTimes

if TYPE_CHECKING:
    from random import Random

MODELS = (
    "first",
    "last",
    "last_non_organic",
    "linear",
    "position",
    "position:1-0-3",
    "decay:position:2",
    "custom:1/position",
)


def shared(model: str, *path: str, organic: str = "") -> dict[str, Fraction | float]:
    """Share one conversion of one path."""
    paths = building.paths_of([path], conversions=[1])
    result = solve(paths, path_spec_named(model), Settings(organic=frozenset(organic)))
    return {one.channel: one.conversions for one in result.credits if one.conversions}


@pytest.mark.parametrize(
    ("model", "path", "expected"),
    [
        ("first", "abca", {"a": 1}),
        ("last", "abcb", {"b": 1}),
        ("linear", "aab", {"a": Fraction(2, 3), "b": Fraction(1, 3)}),
        ("position", "a", {"a": 1}),
        ("position", "ab", {"a": Fraction(1, 2), "b": Fraction(1, 2)}),
        ("position", "abc", {"a": Fraction(2, 5), "b": Fraction(1, 5), "c": Fraction(2, 5)}),
        ("position", "abbcd", {"a": Fraction(2, 5), "b": Fraction(2, 15), "c": Fraction(1, 15), "d": Fraction(2, 5)}),
        ("position:30-20-10", "ab", {"a": Fraction(3, 4), "b": Fraction(1, 4)}),
        ("position:0-1-1", "a", {"a": 1}),
        ("position:0-1-1", "abc", {"b": Fraction(1, 2), "c": Fraction(1, 2)}),
        ("decay:position:1", "abc", {"a": Fraction(1, 7), "b": Fraction(2, 7), "c": Fraction(4, 7)}),
        ("custom:1/position", "abc", {"a": Fraction(6, 11), "b": Fraction(3, 11), "c": Fraction(2, 11)}),
        ("custom:2 if kind == 'b' else 1", "ab", {"a": Fraction(1, 3), "b": Fraction(2, 3)}),
    ],
)
def test_one_path(model: str, path: str, expected: dict[str, Fraction]) -> None:
    found = shared(model, *path)
    assert found.keys() == expected.keys()
    # Custom weights are rounded to 42 bits, all others are exact.
    assert found == (pytest.approx(expected, rel=1e-11) if model.startswith("custom") else expected)


@pytest.mark.parametrize(
    ("path", "organic", "winner"), [("abc", "c", "b"), ("abc", "bc", "a"), ("abc", "abc", "c"), ("abc", "", "c")]
)
def test_the_last_touch_that_was_paid_for_and_of_organic_ones_the_last(path: str, organic: str, winner: str) -> None:
    assert shared("last_non_organic", *path, organic=organic) == {winner: 1}


def test_half_lives_need_not_be_whole_powers() -> None:
    # Half-life of three touches: the first of four weighs half of the last, those between 2^(-2/3) and 2^(-1/3).
    found = shared("decay:position:3", *"abcd")
    weights = [2 ** (-behind / 3) for behind in (3, 2, 1, 0)]
    assert [float(found[name]) for name in "abcd"] == pytest.approx([w / sum(weights) for w in weights], rel=1e-11)
    assert found["a"] * 2 == found["d"]


@given(rows(empty=True), st.sampled_from(MODELS))
def test_every_conversion_and_every_cent_is_somebodys_or_nobodys(table: list[Row], model: str) -> None:
    result = solve(paths_from(table), path_spec_named(model))
    untouched = [row for row in table if not row[0]]
    assert result.unattributed.conversions == sum(row[1] for row in untouched)
    assert result.unattributed.value == sum((Fraction(row[3]) for row in untouched), Fraction(0))
    assert sum(one.conversions for one in result.credits) + result.unattributed.conversions == result.totals.conversions
    assert sum(one.value or 0 for one in result.credits) + (result.unattributed.value or 0) == result.totals.value


@given(rows(), st.randoms(use_true_random=False), st.sampled_from(MODELS))
def test_rows_may_stand_in_any_order_and_be_cut(table: list[Row], luck: Random, model: str) -> None:
    shuffled: list[Row] = [(path, 1, 0, "0") for path, won, _, _ in table for _ in range(won - 1)]
    shuffled += [(path, min(won, 1), lost, value) for path, won, lost, value in table]
    luck.shuffle(shuffled)
    # Value stays with one conversion of its row: what a path brought is what its rows brought.
    whole, cut = (solve(paths_from(one), path_spec_named(model)) for one in (table, shuffled))
    assert (cut.credits, cut.unattributed) == (whole.credits, whole.unattributed)


def test_too_many_denominators_are_rounded_finely_and_still_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    table: list[Row] = [(("a", "b", "c"), 5, 0, "7.1"), (("a", "b", "b", "c", "d"), 3, 0, "1"), (("b", "a"), 1, 0, "2")]

    def linear() -> PathResult:
        return solve(paths_from(table), path_spec_named("linear"))

    fine = linear()
    monkeypatch.setattr(exact, "COMMON_BITS_MAX", 2)
    rounded = linear()
    assert sum(one.conversions for one in rounded.credits) == 9
    for one, other in zip(fine.credits, rounded.credits, strict=True):
        assert abs(Fraction(one.conversions) - Fraction(other.conversions)) < Fraction(1, 2**250)


def test_paths_have_no_times() -> None:
    for model in ("decay", "decay:24h", "custom:1 / (1 + age_hours)"):
        with pytest.raises(PathsHaveNoTimes) as refused:
            shared(model, "a")
        assert spelled(path_spec_named(model)) in str(refused.value)
        assert "decay:position:3" in refused.value.hint()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("nonsense", ModelUnknown),
        ("markov:5", ParameterRefused),
        ("position:0-1-0", ParameterRefused),
        ("decay:position", PathParameterRefused),
        ("decay:position:0", PathParameterRefused),
        ("decay:position:1001", PathParameterRefused),
        ("data_driven:oracle", PathParameterRefused),
        ("leave_one_out:x", PathParameterRefused),
        ("custom:__import__('os')", ExpressionRefused),
    ],
)
def test_names_that_mean_nothing_are_refused(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        path_spec_named(text)


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("markov", "markov:1"),
        ("shapley", "shapley:closed"),
        ("position", "position:40-20-40"),
        ("decay:position:3", "decay:position:3"),
        ("data-driven", "data_driven:logistic"),
        ("leave-one-out", "leave_one_out"),
        (" last ", "last"),
    ],
)
def test_a_model_has_one_spelling(text: str, spelling: str) -> None:
    assert spelled(path_spec_named(text)) == spelling
    assert path_spec_named(spelling) == path_spec_named(text)
