"""Data nobody here made up, against independently computed figures, to the last digit given."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from hongmao.cli.paths import paths
from shared import ROOT, shared_path

RULES = "first,last,linear,position,decay"


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    file = shared_path("data/channelattribution/Data.csv.gz")
    result = CliRunner().invoke(
        paths, [str(file), "--models", f"{RULES},markov:1,markov:2,shapley", "--json"], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    parsed: dict[str, Any] = json.loads(result.stdout)
    return parsed


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(shared_path("golden/channelattribution.json").read_text())
    return parsed


def told(answer: dict[str, Any], label: str, what: str) -> dict[str, float]:
    return {channel: share[what] for channel, share in answer["models"][label].items()}


@pytest.mark.parametrize("model", ["first", "last", "linear"])
@pytest.mark.parametrize("what", ["conversions", "value"])
def test_rule_models_are_equal_to_the_last_digit(
    answer: dict[str, Any], golden: dict[str, Any], model: str, what: str
) -> None:
    assert told(answer, model, what) == golden[model][what]


def test_shapley_is_equal_to_the_last_digit(answer: dict[str, Any], golden: dict[str, Any]) -> None:
    assert told(answer, "shapley", "conversions") == golden["shapley_conversions"]


def test_markov_and_its_removal_effects_agree_to_a_billionth(answer: dict[str, Any], golden: dict[str, Any]) -> None:
    known = golden["markov_order1_exact"]
    assert told(answer, "markov:1", "conversions") == pytest.approx(known["attribution"], rel=1e-11)
    found = answer["details"]["markov:1"]
    assert found["removal_effect"] == pytest.approx(known["removal_effect"], rel=1e-11)
    assert found["p_conv"] == pytest.approx(known["p_conv"], rel=1e-14)


def test_the_input_is_counted_and_every_model_adds_up(answer: dict[str, Any], golden: dict[str, Any]) -> None:
    inputs = answer["inputs"]
    assert (inputs["rows"], inputs["rows_good"], inputs["rows_quarantined"]) == (golden["rows"], golden["rows"], 0)
    assert (inputs["conversions"], inputs["nulls"]) == (golden["conversions"], golden["nulls"])
    assert (inputs["channels"], inputs["path_len_max"]) == (len(golden["channels"]), golden["path_len_max"])
    assert inputs["value"] == round(golden["value"], 6)
    assert list(answer["models"]) == [*RULES.split(","), "markov:1", "markov:2", "shapley"]
    for label in answer["models"]:
        assert list(answer["models"][label]) == golden["channels"]
        assert sum(told(answer, label, "conversions").values()) == pytest.approx(golden["conversions"], abs=1e-4)
        assert sum(told(answer, label, "value").values()) == pytest.approx(golden["value"], abs=1e-4)
        # Fen are shared by largest remainder: they add up to the last one.
        assert sum(told(answer, label, "value_fen").values()) == round(golden["value"] * 100)


def test_a_file_of_other_names_is_read_by_flags_and_by_map() -> None:
    file = shared_path("data/criteo_attribution/campaign_paths.csv.gz")
    flags = ("--conversions-column", "conv", "--nulls-column", "null", "--models", "first,markov:1", "--json")
    by_flags = CliRunner().invoke(paths, [str(file), *flags], catch_exceptions=False)
    by_map = CliRunner().invoke(
        paths,
        ["--map", str(ROOT / "examples/criteo_paths.toml"), str(file.parent), "--models", "first,markov:1", "--json"],
        catch_exceptions=False,
    )
    found = json.loads(by_flags.stdout)
    assert found["models"] == json.loads(by_map.stdout)["models"]
    # The file tells no value, and none is invented.
    assert found["inputs"]["value"] is None
    assert {share["value"] for share in found["models"]["first"].values()} == {None}
    golden = json.loads(shared_path("golden/criteo_attribution.json").read_text())
    assert found["inputs"]["conversions"] == golden["conversions"]
    assert found["inputs"]["journeys"] == golden["journeys"]
