"""The ends of the scale: no rows, nothing but journeys without a touch, nothing converted, channels nobody met."""

from __future__ import annotations

import pytest

from hongmao.attribution.paths import amounts, building
from hongmao.attribution.paths.api import Paths, Settings, path_spec_named, solve, stability
from hongmao.attribution.paths.errors import NoResponse

MODELS = (
    "first",
    "last",
    "last_non_organic",
    "linear",
    "position",
    "decay:position:2",
    "custom:1",
    "markov:1",
    "markov:4",
    "shapley",
    "shapley:ordered",
    "shapley:rate",
    "shapley:sampled",
    "leave_one_out",
    "data_driven",
)
CASES = {
    "no_rows": building.paths_of([], conversions=[], value=amounts.of_texts([])),
    "no_touch": building.paths_of([[], []], conversions=[2, 0], nulls=[0, 1], value=amounts.of_texts(["3", "0"])),
    "no_conversion": building.paths_of([["a"], ["b", "a"]], conversions=[0, 0], nulls=[3, 1]),
    "no_journey_in_a_row": building.paths_of([["a"], ["b", "a"]], conversions=[0, 1], nulls=[0, 0]),
    "nobody_met": building.paths_of([["a"]], conversions=[2], nulls=[1], channels=["a", "z"]),
    "all_converted": building.paths_of([["a"], ["b"]], conversions=[2, 1], value=amounts.of_texts(["1", "-4.5"])),
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("case", CASES)
def test_every_model_adds_up_at_the_ends_of_the_scale(case: str, model: str) -> None:
    paths, spec = CASES[case], path_spec_named(model)
    try:
        result = solve(paths, spec, Settings(replicates=5))
    except NoResponse:
        # Refused for what it is: one kind of journey only.
        totals = building.totals(paths)
        assert model == "data_driven"
        assert 0 in (totals.conversions, totals.nulls)
        return
    earned = sum((one.conversions for one in result.credits), start=0) + result.unattributed.conversions
    assert float(earned) == pytest.approx(result.totals.conversions, abs=1e-9)
    assert [one.channel for one in result.credits] == list(paths.channels)
    if paths.value is not None:
        value = sum((one.value or 0 for one in result.credits), start=0) + (result.unattributed.value or 0)
        assert float(value) == pytest.approx(float(result.totals.value or 0), abs=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_stability_can_be_asked_at_the_ends_of_the_scale(case: str) -> None:
    moved = [row.moved for row in stability(CASES[case], path_spec_named("markov:1"))]
    assert len(moved) == 6
    assert all(0 <= one <= 1 + 1e-12 for one in moved)


def test_names_of_every_channel_are_kept_in_their_order() -> None:
    paths: Paths = building.paths_of([["z"], ["a"]], conversions=[1, 2], channels=["z", "m", "a"])
    assert [one.channel for one in solve(paths, path_spec_named("shapley")).credits] == ["z", "m", "a"]
