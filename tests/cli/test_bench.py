"""Benchmarks: each offers what the command needs, and the command prints what a machine can read. Speed is not judged here."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from hongmao.cli.bench import BenchMissing, bench, load, names


@pytest.mark.parametrize("name", names())
def test_every_benchmark_names_its_baseline_and_unit(name: str) -> None:
    found = load(name)
    assert found.BASELINE
    assert found.UNIT.endswith("/s")
    assert callable(found.rounds)


def test_the_list_leaves_out_what_is_part_of_another() -> None:
    assert {"attribution", "collect", "jump", "lake", "ledger", "log"} <= set(names())
    assert [name for name in names() if name.startswith("_")] == []


def test_a_run_prints_one_line_of_json() -> None:
    done = CliRunner().invoke(bench, ["log", "--rounds", "1", "--json"], catch_exceptions=False)
    (line,) = done.output.splitlines()
    told = json.loads(line)
    assert {"name", "ratio", "baseline", "runs"} <= told.keys()
    assert (told["name"], told["baseline"]) == ("log", load("log").BASELINE)
    ((ours, base),) = told["runs"]
    assert told["ratio"] == pytest.approx(ours / base, abs=1e-4)


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(BenchMissing, match="jump"):
        CliRunner().invoke(bench, ["nothing"], catch_exceptions=False)
