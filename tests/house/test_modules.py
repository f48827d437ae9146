"""Modules hold one idea each, say what it is, and take neither time nor luck by themselves."""

from __future__ import annotations

import ast
import re
import statistics
from typing import TYPE_CHECKING

from house.reading import SOURCE, calls, dotted, modules, tree
from shared import ROOT

if TYPE_CHECKING:
    from pathlib import Path

MEDIAN_LINES_MAX = 150
LINES_MAX = 400
# What takes time or luck instead of being given a clock or a seeded generator.
TAKEN = re.compile(
    r"^(time\.(time|time_ns)|datetime\.datetime\.(now|utcnow|today)|datetime\.date\.today"
    r"|random\.(?!Random$|SystemRandom$)\w+|uuid\.uuid[14])$"
)
GIVERS = ("hongmao.bootstrap",)


def test_every_public_module_says_what_it_is_for() -> None:
    silent = [
        dotted(path) for path in modules() if not path.name.startswith("_") and ast.get_docstring(tree(path)) is None
    ]
    packages = [
        dotted(path) for path in modules() if path.name == "__init__.py" and ast.get_docstring(tree(path)) is None
    ]
    assert silent + packages == []


def test_a_module_fits_in_the_head() -> None:
    lines = {dotted(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: count for name, count in lines.items() if count > LINES_MAX} == {}
    # An empty package says nothing about how long ideas are here.
    assert statistics.median(count for count in lines.values() if count > 1) < MEDIAN_LINES_MAX


def test_annotations_are_lazy_everywhere() -> None:
    eager = [
        dotted(path)
        for path in modules()
        if any(isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) for node in tree(path).body)
        and "from __future__ import annotations" not in path.read_text(encoding="utf-8")
    ]
    assert eager == []


def test_only_the_commands_speak_to_a_terminal() -> None:
    speaking = [
        f"{dotted(path)}:{line}"
        for path in modules()
        if not dotted(path).startswith("hongmao.cli")
        for line, name in calls(path)
        if name == "print"
    ]
    assert speaking == []


def test_time_and_luck_are_given_never_taken() -> None:
    taking = [
        f"{dotted(path)}:{line} calls {name}"
        for path in modules()
        if not dotted(path).startswith(GIVERS)
        for line, name in calls(path)
        if TAKEN.match(name)
    ]
    assert taking == []


def test_a_call_is_known_by_where_its_name_comes_from(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(
        "import time, random as luck\nfrom datetime import datetime, date as day\n"
        "time.time(); luck.random(); datetime.now(); day.today()\n"
        "luck.Random(7); time.monotonic(); datetime.fromisoformat('')\n"
        "def roll(random, time): return random.random(), self.time.time()\n"
    )
    assert sorted(name for _, name in calls(file) if TAKEN.match(name)) == [
        "datetime.date.today",
        "datetime.datetime.now",
        "random.random",
        "time.time",
    ]


def test_every_query_states_its_grain() -> None:
    # A schema holds tables, each with rows of its own; a query answers one question and says what a row of it is.
    queries = [path for path in sorted((SOURCE / "hongmao").rglob("*.sql")) if path.name != "schema.sql"]
    silent = [str(path.relative_to(ROOT)) for path in queries if not path.read_text("utf-8").startswith("-- grain:")]
    assert silent == []
