"""`import hongmao`: files, tables and data frames in, Arrow out; the same figures as the commands."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.csv
import pytest
from click.testing import CliRunner

import hongmao
from hongmao.bootstrap.python import CHANNELS, SHARES
from hongmao.cli.attribute import attribute
from hongmao.cli.paths import paths
from hongmao.kernel.errors import HongmaoError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TOUCHES = (
    "reader,time,key\nr1,2025-05-07 10:00,a\nr1,2025-05-08 10:00,b\nr2,2025-05-07 10:00,a\n"
    "r3,2025-05-07 10:00,b\n,2025-05-07,a\n"
)
ORDERS = "reader,time,id,paid\nr1,2025-05-09 10:00,o1,12.34\nr2,2025-05-09 10:00,o2,1\nr9,2025-05-09 10:00,o3,\n"
MAP = {"touches": {"time": "time"}, "conversions": {"time": "time", "id": "id", "value": "paid"}}
PATHS = "path;total_conversions;total_conversion_value;total_null\na > b;2;10;3\nb;1;4;5\n;1;1;0\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.csv").write_text(TOUCHES)
    (tmp_path / "c.csv").write_text(ORDERS)
    (tmp_path / "p.csv").write_text(PATHS)
    return tmp_path


def told(table: Any) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(table.schema.metadata[b"hongmao"])
    return parsed


def test_importing_hongmao_loads_nothing_heavy() -> None:
    code = "import hongmao, sys; print(sorted({'numpy', 'pyarrow', 'duckdb', 'numba', 'scipy', 'starlette'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"
    with pytest.raises(AttributeError):
        hongmao.nothing  # noqa: B018 - that is what is tried


def test_attribute_gives_what_the_command_prints(folder: Path) -> None:
    models = ["first", "linear", "decay:7d", "markov:1"]
    table = hongmao.attribute(folder / "t.csv", str(folder / "c.csv"), models=models, window="15d", column_map=MAP)
    assert table.schema.equals(SHARES)
    printed = CliRunner().invoke(
        attribute,
        [str(folder / "t.csv"), str(folder / "c.csv"), "--conversion-id", "id", "--conversion-value", "paid",
         "--models", ",".join(models), "--window", "15d", "--json"],
    )  # fmt: skip
    known = json.loads(printed.stdout)
    found: dict[str, dict[str, Any]] = {label: {} for label in models}
    for row in table.to_pylist():
        found[row["model"]][row["key"] or "(none)"] = (row["conversions"], row["value_fen"])
    assert found == {
        label: {key: (pytest.approx(one["conversions"], abs=1e-6), one["value_fen"]) for key, one in shares.items()}
        for label, shares in known["models"].items()
    }
    assert told(table)["inputs"] == known["inputs"]
    assert told(table)["inputs"]["touches_quarantined"] == 1


def as_table(path: Path) -> Any:
    return pyarrow.csv.read_csv(path)


def as_stream(path: Path) -> Any:
    class Foreign:
        """A table of a library nobody here knows."""

        def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
            return as_table(path).__arrow_c_stream__(requested_schema)

    return Foreign()


def as_relation(path: Path) -> Any:
    return duckdb.read_csv(str(path))


@pytest.mark.parametrize("given", [as_table, as_stream, as_relation])
def test_tables_are_taken_as_they_are(folder: Path, given: Callable[[Path], Any]) -> None:
    expected = hongmao.attribute(folder / "t.csv", folder / "c.csv", models=["linear"], column_map=MAP)
    found = hongmao.attribute(given(folder / "t.csv"), given(folder / "c.csv"), models=["linear"], column_map=MAP)
    assert found.to_pylist() == expected.to_pylist()


def test_single_credits_add_up_and_bad_rows_are_named(folder: Path) -> None:
    table = hongmao.attribute(
        folder / "t.csv", folder / "c.csv", models=["linear"], column_map=MAP, single_credits=True,
        quarantine=folder / "q.csv",
    )  # fmt: skip
    assert sum(table["credit:linear"].to_pylist()) == 3_000_000
    with (folder / "q.csv").open(newline="") as file:
        assert [(row["file"], row["row"], row["code"]) for row in csv.DictReader(file)] == [
            ("t.csv", "6", "reader_missing")
        ]


def test_paths_give_what_the_command_prints(folder: Path) -> None:
    table = hongmao.paths(folder / "p.csv", models=["last", "markov:1"], replicates=20)
    assert table.schema.equals(CHANNELS)
    printed = CliRunner().invoke(
        paths, [str(folder / "p.csv"), "--models", "last,markov:1", "--replicates", "20", "--json"]
    )
    known = json.loads(printed.stdout)
    for row in table.to_pylist():
        one = known["models"][row["model"]][row["channel"] or "(none)"]
        assert (row["conversions"], row["value"], row["value_fen"]) == (
            one["conversions"], one["value"], one["value_fen"],
        )  # fmt: skip
        if row["channel"] and row["model"] == "markov:1":
            told_there = known["details"]["markov:1"]
            assert row["removal_effect"] == told_there["removal_effect"][row["channel"]]
            assert [row["conversions_low"], row["conversions_high"]] == told_there["conversions_interval"][
                row["channel"]
            ]
    assert told(table)["manifest"] == known["manifest"]


def test_paths_may_be_lists_and_may_be_cut_out_of_events(folder: Path) -> None:
    lists = pa.table({"path": [["a", "b"], ["b"]], "total_conversions": [2, 1]})
    grouped = hongmao.paths(lists, models=["first"])
    assert {row["channel"]: row["conversions"] for row in grouped.to_pylist()} == {"a": 2, "b": 1}
    events = hongmao.paths(folder / "t.csv", folder / "c.csv", models=["first"], column_map=MAP, window="30d")
    assert {row["channel"]: row["conversions"] for row in events.to_pylist()} == {"a": 2, "b": 0, None: 1}


def test_a_map_may_be_a_file(folder: Path) -> None:
    (folder / "m.toml").write_text('[paths]\nconversions = "conv"\n')
    (folder / "q.csv").write_text("path,conv\na,3\n")
    table = hongmao.paths(folder / "q.csv", models=["last"], column_map=folder / "m.toml")
    assert table["conversions"].to_pylist() == [3]
    with pytest.raises(TypeError):
        hongmao.attribute(folder / "t.csv", folder / "c.csv", column_map=folder / "m.toml")


def test_what_is_wrong_is_raised_as_a_named_sentence(folder: Path) -> None:
    with pytest.raises(HongmaoError, match="no attribution model"):
        hongmao.paths(folder / "p.csv", models=["nonsense"])
    (folder / "empty.csv").write_text("path;total_conversions\n")
    with pytest.raises(HongmaoError, match="no usable conversion"):
        hongmao.paths(folder / "empty.csv")
