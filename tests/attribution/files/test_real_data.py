"""Data nobody here made up, against published and independently computed figures."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from hongmao.cli.attribute import attribute
from shared import ROOT, shared_path


def printed(*args: str) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    result = CliRunner().invoke(attribute, [*args, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    parsed: dict[str, dict[str, dict[str, dict[str, float]]]] = json.loads(result.stdout)
    return parsed


@pytest.mark.parametrize(("by", "golden_part"), [("touch_day", "credit_by_touch_day"), ("key", "credit_by_campaign")])
def test_criteo_first_and_last_touch_to_the_last_conversion(by: str, golden_part: str) -> None:
    folder = shared_path("data/criteo_attribution")
    golden = json.loads(shared_path("golden/criteo_attribution.json").read_text())
    answer = printed(
        "--map", str(ROOT / "examples/criteo.toml"), str(folder), "--models", "first,last", "--by", by
    )  # fmt: skip
    for model in ("first", "last"):
        found = {key: share["conversions"] for key, share in answer["models"][model].items()}
        assert found == golden[golden_part][model]
    inputs = answer["inputs"]
    assert inputs["touches"] == inputs["touch_rows"] == golden["touchpoints"]
    assert inputs["readers"] == inputs["conversion_rows"] == golden["journeys"]
    assert inputs["conversions"] == inputs["conversions_at_last_touch"] == golden["conversions"]


def test_taobao_purchases_that_were_never_viewed_do_not_vanish() -> None:
    folder = shared_path("data/taobao_userbehavior")
    golden = json.loads(shared_path("golden/taobao_userbehavior.json").read_text())
    chart = str(ROOT / "examples/taobao.toml")
    answer = printed("--map", chart, str(folder), "--by", "touch_day")
    assert answer["inputs"]["touches"] == golden["behavior"]["pv"]
    assert answer["inputs"]["conversions"] == golden["behavior"]["buy"]
    shares = answer["models"]["last"]
    viewed = sum(share["conversions"] for day, share in shares.items() if day != "(none)")
    assert viewed == golden["buys_with_same_item_pv_within"]["all"]
    assert viewed + shares["(none)"]["conversions"] == golden["behavior"]["buy"]
    # Days are Shanghai's, and so are the published window's edges.
    assert set(shares) - {"(none)"} == set(golden["by_day"])
    within_a_day = printed("--map", chart, str(folder), "--window", "1d")["models"]["last"]
    seen = sum(share["conversions"] for key, share in within_a_day.items() if key != "(none)")
    assert seen == golden["buys_with_same_item_pv_within"]["1d"]
