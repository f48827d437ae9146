"""Reference results that nobody here computed, and the same data by a second route where none are given."""

from __future__ import annotations

import csv
import gzip
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from hongmao.attribution.paths import amounts, building
from hongmao.attribution.paths.api import path_spec_named, solve
from hongmao.attribution.paths.markov.chain import chain_of
from hongmao.attribution.paths.markov.counts import count
from hongmao.attribution.paths.markov.removal import by_elimination, effects_of
from shared import shared_path

if TYPE_CHECKING:
    from hongmao.attribution.paths.contracts import PathResult, Paths


@pytest.fixture(scope="module")
def paths() -> Paths:
    with gzip.open(shared_path("data/channelattribution/Data.csv.gz"), "rt") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return building.paths_of(
        [row["path"].split(" > ") for row in rows],
        conversions=[int(row["total_conversions"]) for row in rows],
        nulls=[int(row["total_null"]) for row in rows],
        value=amounts.of_texts([row["total_conversion_value"] for row in rows]),
    )


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shared_path("golden/channelattribution.json").read_text())
    return found


def solved(paths: Paths, model: str) -> PathResult:
    return solve(paths, path_spec_named(model))


def test_the_totals_are_exact_to_the_last_digit(paths: Paths, golden: dict[str, Any]) -> None:
    totals = building.totals(paths)
    assert totals.value is not None
    assert float(totals.value) == golden["value"]
    assert (totals.rows, totals.conversions, totals.nulls) == (golden["rows"], golden["conversions"], golden["nulls"])
    assert (list(paths.channels), totals.path_len_max) == (golden["channels"], golden["path_len_max"])


@pytest.mark.parametrize("model", ["first", "last", "linear"])
def test_rule_models_to_the_last_digit(paths: Paths, golden: dict[str, Any], model: str) -> None:
    earned = solved(paths, model).by_channel()
    assert {name: round(float(one.conversions), 6) for name, one in earned.items()} == golden[model]["conversions"]
    assert {name: round(float(one.value or 0), 6) for name, one in earned.items()} == golden[model]["value"]


def test_shapley_to_the_last_digit(paths: Paths, golden: dict[str, Any]) -> None:
    earned = solved(paths, "shapley").by_channel()
    assert {name: round(float(one.conversions), 6) for name, one in earned.items()} == golden["shapley_conversions"]


def test_markov_of_order_one_as_an_exact_solver_has_it(paths: Paths, golden: dict[str, Any]) -> None:
    result, expected = solved(paths, "markov:1"), golden["markov_order1_exact"]
    assert result.p_conv == pytest.approx(expected["p_conv"], rel=1e-14)
    for name, one in result.by_channel().items():
        assert one.removal_effect == pytest.approx(expected["removal_effect"][name], rel=1e-11)
        assert one.conversions == pytest.approx(expected["attribution"][name], rel=1e-11)
    assert sum(one.conversions for one in result.credits) == pytest.approx(expected["total"], rel=1e-14)


@pytest.mark.parametrize("order", [2, 3, 4])
def test_higher_orders_agree_with_a_masked_solve_for_every_channel(paths: Paths, order: int) -> None:
    chain = chain_of(count(paths, order))
    fast, slow = effects_of(chain), by_elimination(chain)
    assert np.abs(fast.removed - slow.removed).max() < 1e-12
    assert slow.whole[0] == pytest.approx(19_785 / 88_387, rel=1e-12)
    assert slow.whole[1] == pytest.approx(74_802.97158721084 / 88_387, rel=1e-12)


def test_criteo_campaigns_where_no_converting_journey_spans_two() -> None:
    golden = json.loads(shared_path("golden/criteo_attribution.json").read_text())
    with gzip.open(shared_path("data/criteo_attribution/campaign_paths.csv.gz"), "rt") as file:
        rows = list(csv.DictReader(file))
    paths = building.paths_of(
        [row["path"].split(" > ") for row in rows],
        conversions=[int(row["conv"]) for row in rows],
        nulls=[int(row["null"]) for row in rows],
    )
    totals = building.totals(paths)
    assert (totals.conversions, totals.journeys) == (golden["conversions"], golden["journeys"])
    expected = {f"c{campaign}": credit for campaign, credit in golden["credit_by_campaign"]["first"].items()}
    # Whatever shares conversions inside their journeys must agree here.
    for model in ("first", "last", "linear", "position", "decay:position:2", "shapley", "shapley:ordered"):
        earned = solved(paths, model).by_channel()
        assert {name: float(one.conversions) for name, one in earned.items()} == expected, model
        assert all(one.value is None for one in earned.values())
    for order in (1, 2, 3, 4):
        result = solved(paths, f"markov:{order}")
        assert result.p_conv == pytest.approx(golden["conversions"] / golden["journeys"], rel=1e-13)
