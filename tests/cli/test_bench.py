"""Benchmarks: each offers what the command needs, and the command keeps and prints what a machine can read. Speed is not judged."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from hongmao.cli import bench as command
from hongmao.cli.bench import BenchMissing, bench, load, names
from hongmao.cli.main import EXIT_REFUSED, EXIT_UNAVAILABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

KNOWN = """
BASELINE = "the other way"
UNIT = "things/s"
GOAL = 0.5
EXTRA = {}


def rounds(count):
    EXTRA["p99_ms"] = [1.5] * count
    for ours in (10.0, 60.0, 20.0)[:count]:
        yield ours, 40.0
"""
UNPROVED = """
BASELINE = "the other way"
UNIT = "things/s"


def rounds(count):
    raise AssertionError("7 were answered and 6 kept")
"""
TOOLLESS = """
from hongmao.cli.bench import ToolMissing

BASELINE = "a program"
UNIT = "things/s"


def rounds(count):
    raise ToolMissing(id="wrk", package="wrk")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of benchmarks of our own; the checkout's are out of sight."""
    own = tmp_path / "benches"
    own.mkdir()
    monkeypatch.setattr(command, "FOLDER", own)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield own
    for module in [module for module in sys.modules if module.partition(".")[0] == "benches"]:
        del sys.modules[module]


def ask(*words: str) -> Result:
    return CliRunner().invoke(bench, words, catch_exceptions=False)


@pytest.mark.parametrize("name", names())
def test_every_benchmark_names_its_baseline_and_unit(name: str) -> None:
    found = load(name)
    assert found.BASELINE
    assert "/" in found.UNIT
    assert callable(found.rounds)


def test_the_list_leaves_out_what_is_part_of_another() -> None:
    assert {"attribution", "collect", "jump", "lake", "ledger", "log", "log_sqlite"} <= set(names())
    assert [name for name in names() if name.startswith("_")] == []


def test_a_run_prints_one_line_of_json_with_the_median_of_its_rounds(folder: Path) -> None:
    (folder / "known.py").write_text(KNOWN)
    (line,) = ask("known", "--rounds", "3", "--json").stdout.splitlines()
    assert json.loads(line) == {
        "name": "known",
        "ratio": 0.5,
        "baseline": "the other way",
        "runs": [[10.0, 40.0], [60.0, 40.0], [20.0, 40.0]],
        "unit": "things/s",
        "goal": 0.5,
        "extra": {"p99_ms": [1.5, 1.5, 1.5]},
    }


def test_a_run_in_words_tells_the_range_the_goal_and_every_round(folder: Path) -> None:
    (folder / "known.py").write_text(KNOWN)
    told = ask("known", "--rounds", "3").stdout
    assert "0.500 [0.250-1.500] of the other way" in told
    assert "wanted: 0.500" in told
    assert [line.split(": ")[1] for line in told.splitlines() if "round" in line] == [
        "10 against 40 things/s",
        "60 against 40 things/s",
        "20 against 40 things/s",
    ]


def test_every_run_is_kept_and_the_newest_stands_on_top(folder: Path) -> None:
    (folder / "known.py").write_text(KNOWN)
    for rounds in ("1", "3"):
        ask("known", "--rounds", rounds)
    kept = json.loads((folder / "results" / "known.json").read_text())
    assert (kept["name"], kept["ratio"], kept["baseline"]) == ("known", 0.5, "the other way")
    assert [(run["ratio"], len(run["runs"])) for run in kept["history"]] == [(0.25, 1), (0.5, 3)]
    assert all({"commit", "committed_at", "changed", "cores", "machine"} <= run.keys() for run in kept["history"])


def test_results_go_where_somebody_wants_them(folder: Path, tmp_path: Path) -> None:
    (folder / "known.py").write_text(KNOWN)
    ask("known", "--rounds", "1", "--results", str(tmp_path / "mine"))
    assert (tmp_path / "mine" / "known.json").exists()
    assert not (folder / "results").exists()


def test_one_that_lacks_a_program_says_which_and_the_others_go_on(folder: Path) -> None:
    (folder / "known.py").write_text(KNOWN)
    (folder / "absent.py").write_text(TOOLLESS)
    done = ask("all", "--rounds", "1", "--json")
    assert [json.loads(line)["name"] for line in done.stdout.splitlines()] == ["known"]
    assert "wrk" in done.stderr
    assert done.exit_code == EXIT_UNAVAILABLE


def test_a_round_that_did_not_do_its_work_is_told_and_not_kept(folder: Path) -> None:
    (folder / "unproved.py").write_text(UNPROVED)
    done = ask("unproved")
    assert "7 were answered and 6 kept" in done.stderr
    assert done.exit_code == EXIT_REFUSED
    assert not (folder / "results").exists()


def test_a_name_brings_those_that_go_on_after_it(folder: Path) -> None:
    for name in ("known", "known_two", "other"):
        (folder / f"{name}.py").write_text(KNOWN)
    told = [json.loads(line)["name"] for line in ask("known", "--rounds", "1", "--json").stdout.splitlines()]
    assert told == ["known", "known_two"]


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(BenchMissing, match="jump"):
        ask("nothing")
