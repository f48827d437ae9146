"""No test is judged by how fast a machine is: what would take the house's word back is found here."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from shared import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOO_SLOW = "HealthCheck.too_slow"


def taken_back(path: Path) -> Iterator[str]:
    """List where a test's own settings replace the house's: examples that are drawn slowly would then be a failure."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        for word in node.keywords:
            told = ast.unparse(word.value)
            if word.arg == "suppress_health_check" and TOO_SLOW not in told:
                yield f"{path.name}:{node.lineno} suppresses {told} alone"
            if word.arg == "deadline" and ast.unparse(node.func).rpartition(".")[2] == "settings" and told != "None":
                yield f"{path.name}:{node.lineno} has a deadline of {told}"


def test_no_test_holds_examples_to_a_time() -> None:
    paths = [path for room in ("tests", "examples", "contracts") for path in sorted((ROOT / room).rglob("*.py"))]
    assert len(paths) > 100
    assert [found for path in paths for found in taken_back(path)] == []


def test_who_takes_it_back_is_found(tmp_path: Path) -> None:
    path = tmp_path / "test_hasty.py"
    path.write_text(
        "@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])\n"
        "def test_one(): ...\n"
        "@settings(deadline=200)\n"
        "def test_two(): ...\n"
        "@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])\n"
        "def test_three(): ...\n"
    )
    assert list(taken_back(path)) == [
        "test_hasty.py:1 suppresses [HealthCheck.function_scoped_fixture] alone",
        "test_hasty.py:3 has a deadline of 200",
    ]
