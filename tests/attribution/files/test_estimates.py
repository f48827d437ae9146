"""Estimated models of `hongmao attribute`: the same journeys as its rule models, the same answer as `hongmao paths`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from hongmao.cli.attribute import attribute
from hongmao.cli.paths import paths

if TYPE_CHECKING:
    from pathlib import Path

ESTIMATED = "markov:1,markov:2,shapley,data_driven"


@pytest.fixture
def pair(tmp_path: Path) -> list[str]:
    """Make two weeks of readers: thirty journeys over three notes, two of five with an order."""
    touches, orders = ["reader,time,key"], ["reader,time,id,value"]
    for reader in range(30):
        for step in range(reader % 4):
            day = 1 + (reader + 3 * step) % 14
            touches.append(f"r{reader},2025-05-{day:02d} 10:{step:02d},{'abc'[(reader + step) % 3]}")
        if reader % 5 < 2:
            orders.append(f"r{reader},2025-05-{9 + reader % 6:02d} 12:00,o{reader},{10 + reader}.05")
    (tmp_path / "t.csv").write_text("\n".join(touches))
    (tmp_path / "c.csv").write_text("\n".join(orders))
    return [str(tmp_path / "t.csv"), str(tmp_path / "c.csv"), "--conversion-id", "id", "--conversion-value", "value"]


def typed(*args: str) -> Result:
    return CliRunner().invoke(attribute, [*args, "--lang", "en"])


def answered(*args: str) -> dict[str, Any]:
    result = typed(*args, "--json")
    assert result.exit_code == 0, result.output
    parsed: dict[str, Any] = json.loads(result.stdout)
    return parsed


@pytest.mark.parametrize("window", [(), ("--window", "7d")])
def test_estimates_are_those_of_the_paths_that_rule_models_see(pair: list[str], window: tuple[str, ...]) -> None:
    models = f"linear,first,{ESTIMATED}"
    here = answered(*pair, "--models", models, *window)
    there = json.loads(
        CliRunner().invoke(paths, [*pair, "--models", models, "--cut", "window", *window, "--json"]).stdout
    )
    for label in models.split(","):
        found = {key: share["conversions"] for key, share in here["models"][label].items() if share["conversions"]}
        known = {key: share["conversions"] for key, share in there["models"][label].items() if share["conversions"]}
        assert found == pytest.approx(known, abs=1e-5 if label in ("linear", "first") else 1e-12), label
    assert here["details"]["markov:1"] == there["details"]["markov:1"]
    assert "linear" not in here["details"]


def test_every_estimate_adds_up_to_all_conversions_and_all_fen(pair: list[str]) -> None:
    answer = answered(*pair, "--models", f"last,{ESTIMATED}")
    whole = sum(share["value_fen"] for share in answer["models"]["last"].values())
    for label in ESTIMATED.split(","):
        shares = answer["models"][label].values()
        assert sum(share["conversions"] for share in shares) == pytest.approx(answer["inputs"]["conversions"])
        assert sum(share["value_fen"] for share in shares) == whole


def test_the_report_shows_them_beside_the_rules_and_credits_hold_the_rules(pair: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert typed(*pair, "--models", "last,markov:1", "--out", str(out)).exit_code == 0
    assert (out / "credits.parquet").exists()
    report = (out / "report.md").read_text()
    assert "markov:1 conversions" in report
    # Without a rule there is no credit of single touches to write.
    alone = tmp_path / "alone"
    assert typed(*pair, "--models", "markov:1", "--out", str(alone)).exit_code == 0
    assert not (alone / "credits.parquet").exists()


def test_days_of_touch_have_no_estimate(pair: list[str]) -> None:
    result = typed(*pair, "--models", "markov:1", "--by", "touch_day")
    assert (result.exit_code, "cannot be added up by the day of touch" in result.stderr) == (2, True)
