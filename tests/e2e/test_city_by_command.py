"""What a user does first: a city by one command, the same figures twice, and reports that survive a rebuild."""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hongmao.bus.embedded import EmbeddedLog
from hongmao.world.stage import clear_home

if TYPE_CHECKING:
    from pathlib import Path

CITY = ("demo", "--days", "1", "--readers", "120", "--seed", "5", "--no-serve", "--json")


def hongmao(home: Path, *words: str) -> str:
    environ = {**os.environ, "HONGMAO_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-m", "hongmao", *words], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    return done.stdout


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("city") / "home"


@pytest.fixture(scope="module")
def report(home: Path) -> dict[str, object]:
    found = json.loads(hongmao(home, *CITY))
    assert isinstance(found, dict)
    return found


def test_the_report_is_one_object_with_figures_that_hang_together(report: dict[str, object]) -> None:
    figures = {name: report[name] for name in ("impressions", "clicks", "visits", "orders", "refunds", "spend_fen")}
    assert all(type(value) is int for value in figures.values())
    assert report["ledger_balanced"] is True
    assert report["gmv_net_fen"] <= report["gmv_fen"]  # type: ignore[operator]
    assert report["impressions"] > report["clicks"] > 0  # type: ignore[operator]
    platforms = report["platforms"]
    assert isinstance(platforms, dict)
    assert sum(one["visits"] for one in platforms.values()) == report["visits"]


def test_the_money_is_what_readers_tapped_for(report: dict[str, object]) -> None:
    money, truth = report["money"], report["truth"]
    assert isinstance(money, dict)
    assert isinstance(truth, dict)
    charged = {line: figures["charged_fen"] for line, figures in money["lines"].items()}
    assert set(charged) == {"cid", "ud"}
    assert sum(charged.values()) == truth["taps_fen"] > 0
    assert charged["cid"] == report["spend_fen"]
    assert money["verified"] is True


@pytest.mark.slow  # one city more; tests/world/test_city_money.py holds every posting of two against one another
def test_the_same_seed_prints_the_same_figures_twice(report: dict[str, object], tmp_path: Path) -> None:
    assert json.loads(hongmao(tmp_path / "again", *CITY)) == report


def test_promise_5_reports_are_equal_byte_for_byte_after_everything_derived_was_deleted(
    home: Path, report: dict[str, object], tmp_path: Path
) -> None:
    assert report["seed"] == 5
    hongmao(home, "report", "--out", str(tmp_path / "before"))
    verified = hongmao(home, "ledger", "verify", "--json")
    shutil.rmtree(home / "lake")
    done = json.loads(hongmao(home, "rebuild", "--json"))
    assert done["events"] > 0
    hongmao(home, "report", "--out", str(tmp_path / "after"))
    _assert_equal_folders(tmp_path / "before", tmp_path / "after")
    assert hongmao(home, "ledger", "verify", "--json") == verified


def test_a_real_instance_is_never_emptied_by_a_demo(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("orders")
    environ = {**os.environ, "HONGMAO_HOME": str(tmp_path), "HONGMAO_LANG": "zh"}
    done = subprocess.run(
        [sys.executable, "-m", "hongmao", *CITY], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "真实的实例" in done.stderr
    assert (tmp_path / "precious.txt").read_text() == "orders"


def test_a_city_that_is_being_served_is_not_emptied_under_its_readers(tmp_path: Path) -> None:
    home = tmp_path / "home"
    clear_home(home, {"seed": 5})
    environ = {**os.environ, "HONGMAO_HOME": str(home), "HONGMAO_LANG": "zh"}
    with EmbeddedLog(home / "log"):
        done = subprocess.run(
            [sys.executable, "-m", "hongmao", *CITY], env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 3
        assert str(os.getpid()) in done.stderr
        assert (home / "log").exists()


def _assert_equal_folders(one: Path, two: Path) -> None:
    names = sorted(str(path.relative_to(one)) for path in one.rglob("*") if path.is_file())
    assert names == sorted(str(path.relative_to(two)) for path in two.rglob("*") if path.is_file())
    assert len(names) > 2
    assert filecmp.cmpfiles(one, two, names, shallow=False) == (names, [], [])
