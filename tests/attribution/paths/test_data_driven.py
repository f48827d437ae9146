"""The data-driven model in worlds whose truth is known, and what must hold of it in any."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from hongmao.attribution.paths import amounts, building
from hongmao.attribution.paths.api import PathResult, Paths, Settings, path_spec_named, solve
from hongmao.attribution.paths.data_driven import increments
from hongmao.attribution.paths.data_driven.bags import bags_of
from hongmao.attribution.paths.data_driven.responses import Additive, learner_named
from hongmao.attribution.paths.errors import NoResponse

# In this world two readers in a hundred buy anyway; search and store meet buyers and add nothing, note adds.
BASE, NOTE, VIDEO = 0.02, 1.2, 0.5


def world(journeys: int = 400_000, seed: int = 11) -> tuple[Paths, float]:
    """Simulate journeys; gives them and the true number of conversions that touches added."""
    luck = np.random.default_rng(seed)
    met = luck.random((journeys, 3)) < (0.4, 0.3, 0.5)  # note, video, search
    odds = np.log(BASE / (1 - BASE))
    chance = 1 / (1 + np.exp(-(odds + met @ np.array([NOTE, VIDEO, 0.0]))))
    converted = luck.random(journeys) < chance
    code = met @ (1, 2, 4)
    sets = [[name for bit, name in enumerate(("note", "video", "search")) if mask >> bit & 1] for mask in range(8)]
    paths = building.paths_of(
        sets,
        conversions=np.bincount(code[converted], minlength=8),
        nulls=np.bincount(code[~converted], minlength=8),
        channels=["note", "video", "search"],
    )
    return paths, float((chance - BASE).sum())


def solved(paths: Paths, model: str = "data_driven", **settings: int) -> PathResult:
    return solve(paths, path_spec_named(model), Settings(**settings))  # type: ignore[arg-type]


@pytest.mark.parametrize("model", ["data_driven", "data_driven:boosting"])
def test_what_adds_nothing_earns_nothing_and_the_baseline_stays_nobodys(model: str) -> None:
    paths, added = world()
    result = solved(paths, model)
    earned = {one.channel: float(one.conversions) for one in result.credits}
    assert sum(earned.values()) == pytest.approx(added, rel=0.05)
    assert abs(earned["search"]) < 0.04 * added
    assert earned["note"] > 2.5 * earned["video"] > 0
    assert float(result.unattributed.conversions) == pytest.approx(BASE * 400_000, rel=0.05)
    # Every shared-out model gives search a share all the same: what it is here for.
    shapley = {one.channel: float(one.conversions) for one in solve(paths, path_spec_named("shapley")).credits}
    assert shapley["search"] > 0.2 * sum(shapley.values())
    assert "baseline_extrapolated" not in {note.code for note in result.notes}


def test_credit_and_baseline_add_up_and_the_same_seed_gives_the_same_bits() -> None:
    paths, _ = world(20_000)
    first, again, other = solved(paths, seed=4), solved(paths, seed=4), solved(paths, seed=5)
    assert first == again
    assert first != other
    for result in (first, other):
        credited = sum(float(one.conversions) for one in result.credits) + float(result.unattributed.conversions)
        assert credited == pytest.approx(result.totals.conversions, rel=1e-12)


def test_intervals_hold_the_estimate_and_shrink_with_more_journeys() -> None:
    widths = []
    for journeys in (20_000, 320_000):
        result = solved(world(journeys)[0], replicates=40)
        note = result.by_channel()["note"]
        assert note.conversions_interval is not None
        assert note.conversions_interval.low < note.conversions < note.conversions_interval.high
        assert result.unattributed.conversions_interval is not None
        widths.append((note.conversions_interval.high - note.conversions_interval.low) / float(note.conversions))
    # Sixteen times the journeys, a quarter of the width.
    assert widths[0] / widths[1] == pytest.approx(4, rel=0.4)


def test_value_goes_with_the_conversions_of_its_paths() -> None:
    paths, _ = world(50_000)
    doubled = replace(paths, value=amounts.of_whole(2 * paths.conversions))
    for one in solved(doubled).credits:
        assert one.value == pytest.approx(2 * float(one.conversions), rel=1e-12)


def test_without_journeys_of_both_kinds_there_is_no_response() -> None:
    with pytest.raises(NoResponse) as refused:
        solved(building.paths_of([["a"]], conversions=[3]))
    assert refused.value.params == {"conversions": 3, "nulls": 0}


def test_a_baseline_nobody_saw_is_said_to_be_extrapolated() -> None:
    result = solved(building.paths_of([["a"], ["b"]], conversions=[30, 10], nulls=[70, 90]))
    assert "baseline_extrapolated" in {note.code for note in result.notes}


def test_increments_are_shapley_values_of_the_response() -> None:
    paths = building.paths_of([["a", "b", "b", "c"], ["b"], []], conversions=[1, 1, 1], nulls=[1, 1, 1])
    bags = bags_of(paths)
    response = Additive(-2.0, np.array([1.0, -0.5, 0.25]), np.array([0.0, 0.75, 0.0]))
    earned, baseline = increments.fractions(bags, response, seed=0)

    def chance(members: frozenset[int], times: dict[int, int]) -> float:
        log_odds = -2.0 + sum(response.met[c] + response.more[c] * np.log(times[c]) for c in members)
        return float(1 / (1 + np.exp(-log_odds)))

    for bag in range(bags.count):
        entries = range(bags.starts[bag], bags.starts[bag + 1])
        times = {int(bags.channel[entry]): int(bags.times[entry]) for entry in entries}
        whole = chance(frozenset(times), times)
        orders = list(permutations(times))
        for entry in entries:
            channel = int(bags.channel[entry])
            adds = [
                chance(frozenset(order[: order.index(channel) + 1]), times)
                - chance(frozenset(order[: order.index(channel)]), times)
                for order in orders
            ]
            assert earned[entry] == pytest.approx(sum(adds) / len(orders) / whole, abs=1e-14)
        assert baseline[bag] == pytest.approx(chance(frozenset(), times) / whole, abs=1e-14)


def test_bags_too_large_for_all_parts_still_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"n{number}" for number in range(6)]
    paths = building.paths_of([names, names[:3]], conversions=[1, 1], nulls=[1, 1], channels=names)
    bags, response = bags_of(paths), Additive(-1.0, np.linspace(-1, 1.5, 6), np.zeros(6))
    exact, baseline = increments.fractions(bags, response, seed=0)
    monkeypatch.setattr(increments, "EXACT_MAX", 2)
    monkeypatch.setattr(increments, "ORDERS", 2_000)
    drawn, same = increments.fractions(bags, response, seed=0)
    assert drawn == pytest.approx(exact, abs=0.01)
    assert same == pytest.approx(baseline, abs=1e-14)
    assert drawn.sum() + same.sum() == pytest.approx(2, abs=1e-12)


def test_the_logistic_fit_is_the_one_its_gradient_says() -> None:
    # At the optimum of the penalised likelihood: sum of residuals 0, and residuals x feature = ridge x coefficient.
    paths, _ = world(30_000)
    bags = bags_of(paths)
    converted, lost = bags.summed(paths.conversions.astype(float)), bags.summed(paths.nulls.astype(float))
    response = learner_named("logistic", bags, 0).fit(converted, lost)
    assert isinstance(response, Additive)
    met = np.zeros((bags.count, 3))
    met[np.repeat(np.arange(bags.count), bags.sizes), bags.channel] = 1
    chance = 1 / (1 + np.exp(-(response.intercept + met @ response.met)))
    residual = converted - (converted + lost) * chance
    assert residual.sum() == pytest.approx(0, abs=1e-3)
    assert residual @ met == pytest.approx(response.met, abs=1e-3)
