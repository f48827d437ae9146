"""Intervals by the Poisson bootstrap, and how far a model moves when journeys are seen less well."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.paths.oracle import Row, paths_from, rows
from hongmao.attribution.paths import amounts, building, grouping, stability
from hongmao.attribution.paths.api import Settings, path_spec_named, solve
from hongmao.attribution.paths.errors import PathParameterRefused
from hongmao.attribution.paths.markov.resampled import Refit

if TYPE_CHECKING:
    from numpy.typing import NDArray

ESTIMATED = ("markov:1", "markov:2", "shapley", "shapley:ordered", "shapley:rate", "leave_one_out", "data_driven")
TABLE: list[Row] = [
    (("a", "b"), 300, 500, "4500.5"),
    (("b", "c", "a"), 200, 900, "1000"),
    (("c",), 50, 2_000, "800"),
    (("a", "d", "a"), 120, 60, "77.7"),
]


@pytest.mark.parametrize("model", ESTIMATED)
def test_an_interval_holds_its_estimate_and_repeats_with_its_seed(model: str) -> None:
    spec, paths = path_spec_named(model), paths_from(TABLE)
    result = solve(paths, spec, Settings(replicates=24, seed=1))
    for one in result.credits:
        for middle, interval in ((one.conversions, one.conversions_interval), (one.value, one.value_interval)):
            assert interval is not None
            assert interval.low <= float(middle or 0) <= interval.high
    assert "intervals_sampling" in {note.code for note in result.notes}
    # Rows in another order, and cut in two, are the same journeys: the same bits.
    cut: list[Row] = [(p, won - 7, lost, v) for p, won, lost, v in TABLE] + [
        (p, 7, 0, "0") for p, *_ in reversed(TABLE)
    ]
    again = solve(paths_from(reversed(cut)), spec, Settings(replicates=24, seed=1))
    assert [one.conversions_interval for one in again.credits] == [one.conversions_interval for one in result.credits]
    assert solve(paths, spec, Settings(replicates=24, seed=2)).credits != result.credits
    assert solve(paths, spec, Settings(seed=1)).credits[0].conversions == result.credits[0].conversions


def test_the_width_is_that_of_a_count() -> None:
    # A channel with paths of its own: its credit is a Poisson count of 10,000, plus and minus 1.96 x 100.
    paths = building.paths_of([["a"], ["b"]], conversions=[10_000, 5], nulls=[3, 3])
    one = solve(paths, path_spec_named("shapley"), Settings(replicates=4_000)).credits[0]
    assert one.conversions_interval is not None
    assert (one.conversions_interval.low - 10_000) / 100 == pytest.approx(-1.96, abs=0.12)
    assert (one.conversions_interval.high - 10_000) / 100 == pytest.approx(1.96, abs=0.12)


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    # A hundred and twenty worlds of one chain; the truth is what a very large world gives.
    luck = np.random.default_rng(8)
    paths = [["a", "b"], ["a"], ["b"], ["b", "a", "b"]]
    chances = luck.dirichlet(np.ones(8)).reshape(4, 2)
    spec = path_spec_named("markov:1")

    def share(conversions: NDArray[np.int64], nulls: NDArray[np.int64], replicates: int) -> tuple[float, float, float]:
        result = solve(
            building.paths_of(paths, conversions=conversions, nulls=nulls), spec, Settings(replicates=replicates)
        )
        a = result.credits[0]
        low, high = (a.conversions_interval.low, a.conversions_interval.high) if a.conversions_interval else (0.0, 0.0)
        return float(a.conversions), low, high

    large = np.rint(chances * 10**12).astype(np.int64)
    truth = share(large[:, 0], large[:, 1], 0)[0] / 10**12 * 800
    covered = 0
    for _ in range(120):
        drawn = luck.poisson(chances * 800)
        _, low, high = share(drawn[:, 0], drawn[:, 1], 80)
        covered += low <= truth <= high
    assert 0.88 <= covered / 120 <= 0.99


@given(rows(), st.sampled_from((1, 2, 3)))
def test_a_refit_with_the_rows_own_counts_is_the_fit(table: list[Row], order: int) -> None:
    paths = grouping.distinct(paths_from(table))
    assert paths.value is not None
    refit = Refit(paths, order)(paths.conversions.astype(float), paths.nulls.astype(float), amounts.floats(paths.value))
    fitted = solve(paths, path_spec_named(f"markov:{order}")).credits
    assert refit[0] == pytest.approx([float(one.conversions) for one in fitted], abs=1e-10)
    assert refit[1] == pytest.approx([float(one.value or 0) for one in fitted], abs=1e-10)


def test_too_many_channels_for_intervals_is_said() -> None:
    names = [f"n{number}" for number in range(20)]
    paths = building.paths_of([names], conversions=[2], nulls=[1])
    result = solve(paths, path_spec_named("shapley:rate"), Settings(replicates=2_000))
    assert result.credits[0].conversions_interval is None
    assert "intervals_costly" in {note.code for note in result.notes}


@given(rows(empty=True), st.sampled_from(["last_touches:2", "event_loss:0.4", "identity_loss:0.6", "event_loss:1"]))
def test_disturbed_journeys_keep_their_conversions(table: list[Row], disturbance: str) -> None:
    paths = replace(paths_from(table), value=None)
    disturbed = stability.disturbed(paths, disturbance, seed=3)
    building.check(disturbed)
    before, after = building.totals(paths), building.totals(disturbed)
    assert after.conversions == before.conversions
    if not disturbance.startswith("identity"):
        assert after.nulls == before.nulls


def test_what_each_disturbance_does() -> None:
    paths = replace(paths_from([(("a", "b", "c"), 40, 0, "0"), (("d",), 3, 3, "0")]), value=None)

    def texts(disturbance: str) -> set[tuple[str, int, int]]:
        found = grouping.distinct(stability.disturbed(paths, disturbance, seed=1))
        return {
            (
                "".join(found.channels[code] for code in found.flat[found.starts[row] : found.starts[row + 1]]),
                int(found.conversions[row]),
                int(found.nulls[row]),
            )
            for row in range(found.rows)
        }

    assert texts("last_touches:2") == {("bc", 40, 0), ("d", 3, 3)}
    assert texts("event_loss:0") == texts("identity_loss:0") == {("abc", 40, 0), ("d", 3, 3)}
    assert texts("event_loss:1") == {("", 43, 3)}
    cut = texts("identity_loss:1")
    # Cut after a or after b: the rest converts, what came before does not.
    assert {path for path, *_ in cut} == {"a", "bc", "ab", "c", "d"}
    assert {path: (won, lost) for path, won, lost in cut}["d"] == (3, 3)
    assert sum(won for path, won, _ in cut if path in {"bc", "c"}) == 40
    assert sum(lost for path, _, lost in cut if path in {"a", "ab"}) == 40


def test_stability_rows_say_how_much_moved() -> None:
    found = stability.stability(
        paths_from(TABLE),
        path_spec_named("linear"),
        Settings(seed=1),
        ["event_loss:0", "last_touches:1", "event_loss:1"],
    )
    still, last, nothing = found
    assert still.moved == pytest.approx(0, abs=1e-15)
    # Linear gives a 150 + 200/3 + 80, b 150 + 200/3, c 200/3 + 50, d 40; the last touch 320, 300, 50 and nothing.
    gained = (320 - 150 - 200 / 3 - 80) + (300 - 150 - 200 / 3)
    assert last.moved == pytest.approx(gained / 670)
    assert nothing.moved == pytest.approx(1)
    assert nothing.result.unattributed.conversions == 670


@pytest.mark.parametrize("given_name", ["event_loss", "event_loss:2", "event_loss:x", "last_touches:0", "window:3"])
def test_a_disturbance_that_is_none_is_refused(given_name: str) -> None:
    with pytest.raises(PathParameterRefused):
        stability.disturbed(paths_from(TABLE), given_name, seed=0)
