"""Reports of hongmao attribute and hongmao paths in a browser: read on a phone, drawn without a script, nothing outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from hongmao.cli.attribute import attribute
from hongmao.cli.paths import paths
from shared import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from browser.conftest import PageAt

pytestmark = pytest.mark.browser
EVENTS = str(ROOT / "tests" / "attribution" / "path_files" / "exports" / "ga4-events.jsonl")
MAP = ("--map", str(ROOT / "examples" / "ga4.toml"))
MODELS = "first,last,linear,position,markov:1,shapley"


@pytest.fixture(scope="module", params=["attribute", "paths"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    command, files = (attribute, (EVENTS, EVENTS)) if request.param == "attribute" else (paths, (EVENTS,))
    result = CliRunner().invoke(command, [*MAP, *files, "--models", MODELS, "--out", str(folder), "--lang", "zh"])
    assert result.exit_code == 0, result.output
    return folder / "report.html"


@pytest.mark.parametrize("width", [390, 1440])
def test_a_report_is_read_at_any_width(report: Path, page_at: PageAt, width: int) -> None:
    page = page_at(width, javascript=False)
    page.goto(report.as_uri())
    root = page.locator("html")
    assert root.evaluate("page => page.scrollWidth") <= width
    charts = page.locator("svg[role=img]")
    assert charts.count() >= len(MODELS.split(","))
    for place in range(charts.count()):
        chart = charts.nth(place)
        box = chart.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width
        # 12 px as drawn: what is scaled down below nine is read by nobody.
        assert chart.locator("text").first.evaluate("text => text.getBoundingClientRect().height") >= 9
        assert chart.get_attribute("aria-label")


def test_what_a_report_draws_it_also_says_in_a_table(report: Path, page_at: PageAt) -> None:
    page = page_at(390, javascript=False)
    page.goto(report.as_uri())
    figures = set(page.locator("svg[role=img] text[x='272']").all_text_contents())
    assert figures
    assert figures <= set(page.locator("td").all_text_contents())
