"""Bad rows of a file of paths cost themselves and no other; every row and every journey is accounted for."""

from __future__ import annotations

import csv
import gzip
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from hongmao.cli.paths import paths

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "path;total_conversions;total_conversion_value;total_null"
GOOD = ("a > b;2;10.5;3", "b;1;4;0")


def typed(*args: str) -> Result:
    return CliRunner().invoke(paths, [*args, "--lang", "en"])


def answered(*args: str) -> dict[str, Any]:
    result = typed(*args, "--json")
    assert result.exit_code == 0, result.output
    parsed: dict[str, Any] = json.loads(result.stdout)
    return parsed


def write(folder: Path, *rows: str, header: str = HEADER, name: str = "p.csv") -> str:
    (folder / name).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8", newline="")
    return str(folder / name)


@pytest.mark.parametrize(
    ("broken", "code", "field"),
    [
        ("a > b;1;2", "columns_too_few", ""),
        ("a > b;1;2;3;4", "columns_too_many", ""),
        ('"a > b;1;2;3', "quote_unclosed", ""),
        ("a > > b;1;2;3", "path_step_empty", "path"),
        ("a >;1;2;3", "path_step_empty", "path"),
        ("a;;2;3", "conversions_missing", "total_conversions"),
        ("a;-1;2;3", "conversions_negative", "total_conversions"),
        ("a;one;2;3", "conversions_unreadable", "total_conversions"),
        ("a;1.5;2;3", "conversions_unreadable", "total_conversions"),
        ("a;1_000;2;3", "conversions_unreadable", "total_conversions"),
        ("a;1;2;", "nulls_missing", "total_null"),
        ("a;1;2;-3", "nulls_negative", "total_null"),
        ("a;1;2;x", "nulls_unreadable", "total_null"),
        ("a;1;two;3", "value_not_a_number", "total_conversion_value"),
        ("a;1;nan;3", "value_not_a_number", "total_conversion_value"),
        ("a;1;1e400;3", "value_not_a_number", "total_conversion_value"),
        ("zzz;0;2;3", "value_without_conversion", "total_conversion_value"),
    ],
)
def test_a_broken_row_in_the_middle_is_set_aside_alone(tmp_path: Path, broken: str, code: str, field: str) -> None:
    file = write(tmp_path, GOOD[0], broken, GOOD[1])
    answer = answered(file, "--models", "last,linear", "--out", str(tmp_path / "out"))
    assert {key: share["conversions"] for key, share in answer["models"]["last"].items()} == {"a": 0, "b": 3}
    inputs = answer["inputs"]
    assert (inputs["rows"], inputs["rows_good"], inputs["rows_quarantined"]) == (3, 2, 1)
    with (tmp_path / "out" / "quarantine.csv").open(newline="", encoding="utf-8") as opened:
        (aside,) = csv.DictReader(opened)
    assert (aside["role"], aside["file"], aside["row"], aside["field"], aside["code"], aside["raw"]) == (
        "paths", "p.csv", "3", field, code, broken,
    )  # fmt: skip


def test_numbers_are_exact_however_they_are_written(tmp_path: Path) -> None:
    rows = ("a;1;0.1;0", "a;1.0;+.2;0", "a;1;1e-5;0", "b;1;1.5E+3;0", " b ;1; 0.00450000000000006 ;0")
    answer = answered(write(tmp_path, *rows), "--models", "last")
    assert answer["models"]["last"]["a"] == {"conversions": 3, "value": 0.30001, "value_fen": 30}
    assert answer["models"]["last"]["b"] == {"conversions": 2, "value": 1500.0045, "value_fen": 150000}
    assert answer["inputs"]["value"] == 1500.30451


def test_fen_are_given_where_the_unit_is_money_we_know(tmp_path: Path) -> None:
    file = write(tmp_path, "a > b > c;3;1.00;0")
    fen = {
        unit: [share["value_fen"] for share in answered(file, "--models", "linear", "--unit", unit)["models"]["linear"].values()]
        for unit in ("yuan", "fen", "other")
    }  # fmt: skip
    assert fen == {"yuan": [34, 33, 33], "fen": [1, 0, 0], "other": [None, None, None]}


def test_a_refund_lowers_its_paths_value(tmp_path: Path) -> None:
    answer = answered(write(tmp_path, "a > b;2;100;0", "a > b;0;-30;0"), "--models", "linear,markov:1")
    for label in ("linear", "markov:1"):
        assert sum(share["value"] for share in answer["models"][label].values()) == pytest.approx(70)
        assert sum(share["value_fen"] for share in answer["models"][label].values()) == 7_000


def test_a_conversion_without_a_touch_is_kept_and_nobodys(tmp_path: Path) -> None:
    answer = answered(write(tmp_path, "a;1;5;1", ";4;7;2"), "--models", "first,linear,shapley,markov:1")
    for label in ("first", "linear", "shapley", "markov:1"):
        share = answer["models"][label]
        assert share["a"]["conversions"] == pytest.approx(1)
        assert share["(none)"]["conversions"] == 4
        assert share["(none)"]["value"] == 7
    assert (answer["inputs"]["conversions_without_touch"], answer["inputs"]["journeys"]) == (4, 8)


def test_columns_that_may_be_absent_are_said_to_be(tmp_path: Path) -> None:
    result = typed(write(tmp_path, "a;1", header="path;total_conversions"), "--models", "last")
    assert result.exit_code == 0
    assert "The file has no column total_conversion_value, total_null." in result.stderr
    answer = answered(write(tmp_path, "a;1", header="path;total_conversions"), "--models", "last")
    assert answer["models"]["last"]["a"] == {"conversions": 1, "value": None, "value_fen": None}
    assert answer["inputs"]["nulls"] == 0
    # A column that somebody named must be there.
    refused = typed(write(tmp_path, "a;1", header="path;total_conversions"), "--value-column", "worth")
    assert refused.exit_code == 2
    assert "p.csv has no column worth; it has path, total_conversions" in refused.stderr


def test_an_unknown_value_is_no_zero(tmp_path: Path) -> None:
    answer = answered(write(tmp_path, "a;2;;0", "a;1;4;0"), "--models", "last")
    assert answer["inputs"]["conversions_without_value"] == 2
    assert answer["models"]["last"]["a"]["value"] == 4


@pytest.mark.parametrize("name", ["p.csv", "p.tsv", "p.csv.gz", "p.tsv.zst", "p.parquet", "lists.parquet"])
def test_the_same_rows_in_every_dress(tmp_path: Path, name: str) -> None:
    delimiter = "\t" if ".tsv" in name else ","
    text = "\n".join([HEADER, *GOOD]).replace(";", delimiter) + "\n"
    table = {
        "path": [["a", "b"], ["b"]] if "lists" in name else ["a > b", "b"],
        "total_conversions": [2, 1],
        "total_conversion_value": [10.5, 4.0],
        "total_null": [3, 0],
    }
    file = tmp_path / name
    match name.rpartition(".")[2]:
        case "parquet":
            pq.write_table(pa.table(table), file)
        case "gz":
            file.write_bytes(gzip.compress(text.encode()))
        case "zst":
            with pa.CompressedOutputStream(str(file), "zstd") as packed:
                packed.write(text.encode())
        case _:
            file.write_text(text)
    answer = answered(str(file), "--models", "linear")
    assert answer["models"]["linear"] == {
        "a": {"conversions": 1, "value": 5.25, "value_fen": 525},
        "b": {"conversions": 2, "value": 9.25, "value_fen": 925},
    }


def test_a_bad_row_of_parquet_is_shown(tmp_path: Path) -> None:
    pq.write_table(pa.table({"path": ["a", "b"], "total_conversions": [1, -2]}), tmp_path / "p.parquet")
    answered(str(tmp_path / "p.parquet"), "--models", "last", "--out", str(tmp_path / "out"))
    with (tmp_path / "out" / "quarantine.csv").open(newline="", encoding="utf-8") as opened:
        (aside,) = csv.DictReader(opened)
    assert (aside["row"], aside["code"]) == ("2", "conversions_negative")
    assert '"total_conversions":-2' in aside["raw"]


@pytest.mark.parametrize(
    ("content", "exit_code", "says"),
    [
        ("", 2, "The file p.csv is empty"),
        ("\n\n", 2, "The file p.csv is empty"),
        ("who;what\na;1\n", 2, "p.csv has no column path, total_conversions; it has who, what"),
        ("path;path;total_conversions\na;b;1\n", 2, "p.csv has two columns called 'path'"),
        (HEADER + "\n", 1, "There is no usable conversion"),
        (HEADER + "\na;0;0;0\n", 1, "There is no usable conversion"),
        (HEADER + "\na;x;0;0\n", 1, "of 1 rows, 1 are quarantined"),
    ],
)
def test_what_is_wrong_with_a_file_is_a_sentence(tmp_path: Path, content: str, exit_code: int, says: str) -> None:
    (tmp_path / "p.csv").write_text(content)
    result = typed(str(tmp_path / "p.csv"), "--models", "last,markov:1,shapley")
    assert result.exit_code == exit_code, result.output
    assert says in result.stderr


def test_a_file_without_a_header_is_named_by_the_map(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text('[paths]\nfile = "p.csv"\ncolumns = ["path", "total_conversions"]\n')
    write(tmp_path, "b;2", header="a;1")
    answer = answered("--map", str(tmp_path / "m.toml"), str(tmp_path), "--models", "last")
    assert {key: share["conversions"] for key, share in answer["models"]["last"].items()} == {"a": 1, "b": 2}


def test_a_path_of_a_hundred_thousand_touches_is_one_path(tmp_path: Path) -> None:
    long = " > ".join(["a", "b"] * 50_000)
    answer = answered(write(tmp_path, f"{long};1;1;0", "a;1;1;0"), "--models", "first,linear,shapley,markov:1,markov:2")
    assert answer["inputs"]["path_len_max"] == 100_000
    assert answer["models"]["linear"]["a"]["conversions"] == 1.5
