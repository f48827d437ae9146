"""Paths as they are made, checked, cut and put together; values as they are written."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.paths.oracle import CHANNELS, Row, paths_from, rows
from hongmao.attribution.paths import amounts, building, compiled, grouping
from hongmao.attribution.paths.errors import PathsMalformed, ValueUnreadable

if TYPE_CHECKING:
    from decimal import Decimal
    from random import Random

    from numpy.typing import NDArray

    from hongmao.attribution.paths.contracts import Paths

DECIMALS = st.decimals(min_value=-(10**14), max_value=10**14, places=12) | st.decimals(-5, 5, places=18)


def listed(paths: Paths) -> list[tuple[tuple[str, ...], int, int, Fraction]]:
    """Read paths back as a table."""
    assert paths.value is not None
    return [
        (
            tuple(paths.channels[code] for code in paths.flat[paths.starts[row] : paths.starts[row + 1]]),
            int(paths.conversions[row]),
            int(paths.nulls[row]),
            amounts.exact(paths.value[:, row]),
        )
        for row in range(paths.rows)
    ]


@given(st.lists(DECIMALS, max_size=30))
def test_decimals_add_up_exactly_in_any_order(values: list[Decimal]) -> None:
    limbs = amounts.of_texts(map(str, values))
    assert amounts.total(limbs) == sum(map(Fraction, values), Fraction(0))
    assert amounts.total(limbs[:, ::-1]) == amounts.total(limbs)
    assert amounts.floats(limbs) == pytest.approx([float(value) for value in values], rel=1e-15, abs=1e-18)


def test_a_float_is_taken_as_it_would_be_written() -> None:
    assert amounts.exact(amounts.of_floats(np.array([0.1]))[:, 0]) == Fraction(1, 10)
    assert amounts.exact(amounts.of_fen(np.array([-1999]))[:, 0]) == Fraction(-1999, 100)
    assert amounts.exact(amounts.of_whole(np.array([7]))[:, 0]) == 7
    # Seventeen digits of a float and an exponent are a decimal like any other; the 19th place is rounded half to even.
    assert amounts.total(amounts.of_texts(["7.4802971587210E+4", " 1e-18 ", "2.5e-18"])) == Fraction(
        "74802.97158721"
    ) + 3 * (Fraction(1, 10**18))


@pytest.mark.parametrize("text", ["", "abc", "nan", "inf", "-Infinity", "1e15", "1,5", "¥3"])
def test_what_is_no_value_is_refused_with_its_row(text: str) -> None:
    with pytest.raises(ValueUnreadable) as refused:
        amounts.of_texts(["1", text])
    assert refused.value.params == {"place": 2, "value": text}


GOOD = building.paths_of_codes(
    channels=["a", "b"],
    flat=[0, 1, 1],
    lengths=[2, 1],
    conversions=[1, 0],
    nulls=[0, 2],
    value=amounts.of_texts(["5", "0"]),
)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (replace(GOOD, channels=("a", "a")), "—"),
        (replace(GOOD, nulls=np.array([1])), "—"),
        (replace(GOOD, value=np.zeros((2, 2), np.int64)), "—"),
        (replace(GOOD, starts=np.array([0, 2, 2])), "—"),
        (replace(GOOD, starts=np.array([0, 4, 3])), 2),
        (replace(GOOD, conversions=np.array([1, -1])), 2),
        (replace(GOOD, nulls=np.array([10**16, 0])), 1),
        (replace(GOOD, flat=np.array([0, 1, 2], np.int32)), 2),
        (replace(GOOD, flat=np.array([-1, 1, 1], np.int32)), 1),
        (replace(GOOD, conversions=np.array([0, 1])), 1),
    ],
)
def test_what_does_not_fit_together_is_refused_with_its_row(wrong: Paths, place: object) -> None:
    building.check(GOOD)
    with pytest.raises(PathsMalformed) as refused:
        building.check(wrong)
    assert refused.value.params["place"] == place


@given(rows(empty=True), st.integers(1, 4))
def test_parts_put_together_are_the_whole(table: list[Row], shards: int) -> None:
    parts = [paths_from(table[place::shards]) for place in range(shards)]
    whole = building.together(parts)
    assert sorted(listed(whole)) == sorted(listed(paths_from(table)))
    with pytest.raises(PathsMalformed):
        building.together([parts[0], replace(parts[0], channels=tuple(reversed(CHANNELS)))])


@given(rows(empty=True), st.randoms(use_true_random=False))
def test_equal_paths_are_one_row_and_only_the_paths_decide_the_order(table: list[Row], luck: Random) -> None:
    sums: dict[tuple[str, ...], tuple[int, int, Fraction]] = {}
    for path, won, lost, value in table:
        before = sums.get(path, (0, 0, Fraction(0)))
        if won + lost:  # a row that nobody travelled is no path
            sums[path] = (before[0] + won, before[1] + lost, before[2] + Fraction(value))
    found = listed(grouping.distinct(paths_from(table)))
    assert {path: tuple(rest) for path, *rest in found} == sums
    assert len(found) == len(sums)
    shuffled = sorted(table, key=lambda _: luck.random())
    assert listed(grouping.distinct(paths_from(shuffled))) == found


@given(rows(empty=True), st.randoms(use_true_random=False))
def test_paths_whose_hashes_meet_are_told_apart(table: list[Row], luck: Random) -> None:
    def one_for_all(_: NDArray[np.int32], starts: NDArray[np.int64]) -> NDArray[np.uint64]:
        return np.zeros(len(starts) - 1, np.uint64)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "hash_rows", one_for_all)
        found = listed(grouping.distinct(paths_from(table)))
        shuffled = sorted(table, key=lambda _: luck.random())
        assert listed(grouping.distinct(paths_from(shuffled))) == found
    travelled = {row[0] for row in table if row[1] + row[2]}
    assert {path for path, *_ in found} == travelled
    assert len(found) == len(travelled)


@given(rows(empty=True))
def test_the_loops_mean_what_they_say_as_plain_python(table: list[Row]) -> None:
    # `py_func` is the function before it was compiled: both must give the same numbers.
    paths = paths_from(table)
    chosen = paths.conversions > 0
    plain = cast("Any", compiled.distinct).py_func(paths.flat, paths.starts, chosen, len(CHANNELS))
    sets, starts = compiled.distinct(paths.flat, paths.starts, chosen, len(CHANNELS))
    assert (plain[0].tolist(), plain[1].tolist()) == (sets.tolist(), starts.tolist())
    named = [[CHANNELS[code] for code in sets[starts[row] : starts[row + 1]]] for row in range(paths.rows)]
    assert named == [list(dict.fromkeys(row[0])) if row[1] else [] for row in table]
