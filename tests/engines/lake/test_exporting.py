"""What is exported reads back as what was in the lake, and a file is there whole or not at all."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hongmao.engines.lake.exporting import export

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMA = pa.schema([("offset", pa.int64()), ("note", pa.string()), ("labelled", pa.bool_())])
ROWS: list[dict[str, Any]] = [
    {"offset": 1, "note": '红猫 "quoted", with\na new line', "labelled": True},
    {"offset": 2, "note": "", "labelled": None},
    {"offset": 9_007_199_254_740_993, "note": None, "labelled": False},
]


def batches() -> Iterator[Any]:
    yield pa.RecordBatch.from_pylist(ROWS[:2], SCHEMA)
    yield pa.RecordBatch.from_pylist(ROWS[2:], SCHEMA)


def test_parquet_reads_back(tmp_path: Path) -> None:
    assert export(batches(), SCHEMA, tmp_path / "events.parquet") == 3

    assert pq.read_table(tmp_path / "events.parquet").equals(pa.Table.from_pylist(ROWS, SCHEMA))


def test_csv_tells_unknown_from_empty(tmp_path: Path) -> None:
    export(batches(), SCHEMA, tmp_path / "events.CSV")

    with (tmp_path / "events.CSV").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["offset", "note", "labelled"],
            ["1", '红猫 "quoted", with\na new line', "true"],
            ["2", "", ""],
            ["9007199254740993", "", "false"],
        ]
    lines = (tmp_path / "events.CSV").read_text("utf-8").splitlines()
    assert lines[-2:] == ['2,"",', "9007199254740993,,false"]


def test_json_lines_leave_out_what_is_unknown(tmp_path: Path) -> None:
    export(batches(), SCHEMA, tmp_path / "events.jsonl")

    lines = (tmp_path / "events.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        {name: value for name, value in row.items() if value is not None} for row in ROWS
    ]


@pytest.mark.parametrize("name", ["events.parquet", "events.csv", "events.jsonl"])
def test_no_rows_make_a_whole_file(tmp_path: Path, name: str) -> None:
    assert export(iter([]), SCHEMA, tmp_path / name) == 0

    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["events.parquet", "events.csv", "events.jsonl"])
def test_damage_on_the_way_leaves_the_old_file_and_no_draft(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("of yesterday")

    def broken() -> Iterator[Any]:
        yield next(batches())
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        export(broken(), SCHEMA, tmp_path / name)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "of yesterday")]
