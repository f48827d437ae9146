"""The page of benchmarks says what the results say, and each curve shows every run that was kept."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from hongmao.cli.bench_results import Measured, keep
from make_trend import PAGE, files, outdated

if TYPE_CHECKING:
    from pathlib import Path

SVG = "{http://www.w3.org/2000/svg}"


def measured(*runs: tuple[float, float], goal: float | None = 0.5) -> Measured:
    """One run whose middle round is its median."""
    ratios = sorted(ours / base for ours, base in runs)
    return Measured(
        name="jump", ratio=ratios[len(ratios) // 2], baseline="nginx", runs=runs, unit="requests/s", goal=goal,
        extra={"p99_ms": [2.0, 4.0, 9.0]},
    )  # fmt: skip


def test_the_page_is_as_the_results_are() -> None:
    assert outdated() == [], "run make docs"


def test_the_page_tells_the_newest_ratio_its_range_and_what_is_wanted(tmp_path: Path) -> None:
    keep(measured((9.0, 10.0)), tmp_path)
    keep(measured((1.0, 10.0), (4.0, 10.0), (6.0, 10.0)), tmp_path)
    page = files(tmp_path)[PAGE]
    assert "| [jump](#jump) | 0.400 [0.100–0.600] | 0.50 | nginx |" in page
    rows = [line for line in page.splitlines() if re.match(r"\| `|\| —", line)]
    assert ["0.400 [0.100–0.600] | 3 |" in rows[0], "0.900 [0.900–0.900] | 1 |" in rows[1]] == [True, True]
    assert "p99_ms 4.00" in rows[0]


def test_a_curve_has_a_point_and_a_range_for_every_run_and_higher_is_faster(tmp_path: Path) -> None:
    for ours in (2.0, 8.0, 4.0):
        keep(measured((ours - 1, 10.0), (ours, 10.0), (ours + 1, 10.0)), tmp_path)
    curve = ET.fromstring(files(tmp_path)["benchmarks/jump.svg"])  # noqa: S314 - our own text
    heights = [float(dot.attrib["cy"]) for dot in curve.iter(f"{SVG}circle")]
    assert heights[1] < heights[2] < heights[0]
    kinds = [line.attrib["class"] for line in curve.iter(f"{SVG}line")]
    assert [kinds.count(kind) for kind in ("axis", "goal", "range")] == [1, 1, 3]
    assert "0.400" in [text.text for text in curve.iter(f"{SVG}text")]


@pytest.mark.parametrize("goal", [None, 0.5])
def test_one_run_without_a_goal_is_drawn_too(tmp_path: Path, goal: float | None) -> None:
    keep(measured((3.0, 10.0), goal=goal), tmp_path)
    assert len(list(ET.fromstring(files(tmp_path)["benchmarks/jump.svg"]).iter(f"{SVG}circle"))) == 1  # noqa: S314 - our own text


def test_what_the_results_left_behind_is_named(tmp_path: Path) -> None:
    results, reference = tmp_path / "results", tmp_path / "reference"
    keep(measured((3.0, 10.0)), results)
    (reference / "benchmarks").mkdir(parents=True)
    (reference / "benchmarks" / "gone.svg").write_text("<svg/>")
    assert outdated(results, reference) == [PAGE, "benchmarks/jump.svg", "benchmarks/gone.svg"]


def test_a_result_file_is_whole_json_with_the_shape_of_the_command_on_top(tmp_path: Path) -> None:
    told = json.loads(keep(measured((3.0, 10.0)), tmp_path).read_text(encoding="utf-8"))
    assert list(told)[:4] == ["name", "ratio", "baseline", "runs"]
