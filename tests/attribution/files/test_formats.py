"""The same rows in every dress give the same answer."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from attribution.files.desk import column_map, credit, run
from hongmao.attribution.files.errors import ColumnsMissing, ColumnTwice, FileBroken, FileEmpty, HeaderUnreadable
from hongmao.kernel.time import instant

if TYPE_CHECKING:
    from pathlib import Path

START = instant("2025-05-07T10:00:00+08:00") // 1000
ROWS = [("r1", START, "a"), ("r1", START + 60, "b"), ("r2", START + 120, "a"), ("r3", START + 999, "c")]
CONVERTED = [("r1", START + 90), ("r2", START + 120), ("r3", START + 500), ("r4", START)]
EXPECTED: dict[str | None, int] = {"a": 1, "b": 1, None: 2}


def text(rows: list[tuple[Any, ...]], header: str, delimiter: str = ",") -> str:
    lines = [header.replace(",", delimiter), *(delimiter.join(map(str, row)) for row in rows)]
    return "\n".join(lines) + "\n"


def write(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    data = content.encode()
    match path.suffix:
        case ".gz":
            path.write_bytes(gzip.compress(data[: len(data) // 2]) + gzip.compress(data[len(data) // 2 :]))
        case ".zst":
            with pa.CompressedOutputStream(str(path), "zstd") as out:
                out.write(data)
        case _:
            path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.csv.gz", "x.tsv.zst", "x.txt"])
def test_text_plain_and_packed(tmp_path: Path, name: str) -> None:
    delimiter = "\t" if ".tsv" in name else ";" if name == "x.txt" else ","
    touches = write(tmp_path, f"t-{name}", text(ROWS, "reader,time,key", delimiter))
    conversions = write(tmp_path, f"c-{name}", text(CONVERTED, "reader,time", delimiter))
    result, aside = run(touches, conversions, column_map())
    assert (credit(result), aside) == (EXPECTED, [])
    assert result.inputs.touches.rows == 4


@pytest.mark.parametrize("stamp", ["s", "ms", "us", "naive", "zoned", "double"])
def test_parquet_with_numbers_and_timestamps(tmp_path: Path, stamp: str) -> None:
    def times(seconds: list[int]) -> pa.Array:
        moments = [datetime.fromtimestamp(second, UTC) for second in seconds]
        match stamp:
            case "s":
                return pa.array(seconds)
            case "ms":
                return pa.array([second * 1000 for second in seconds])
            case "us":
                return pa.array(moments, pa.timestamp("us", tz="Asia/Shanghai"))
            case "naive":  # a wall clock in Shanghai
                return pa.array([second + 8 * 3600 for second in seconds], pa.timestamp("s"))
            case "zoned":
                return pa.array(moments, pa.timestamp("ns", tz="UTC"))
            case _:
                return pa.array([float(second) for second in seconds])

    touches, conversions = tmp_path / "t.parquet", tmp_path / "c.parquet"
    readers = pa.array([int(row[0][1:]) for row in ROWS], pa.int32())
    pq.write_table(
        pa.table(
            {
                "reader": readers,
                "time": times([row[1] for row in ROWS]),
                "key": [row[2] for row in ROWS],
                "x": [["nested"]] * 4,
            }
        ),
        touches,
    )
    ids = pa.array([int(row[0][1:]) for row in CONVERTED] + [None])
    when = times([row[1] for row in CONVERTED] + [START])
    pq.write_table(pa.table({"reader": ids, "time": when}), conversions)
    result, (one,) = run(touches, conversions, column_map(time={"unit": "auto", "kind": "auto"}))
    assert credit(result) == EXPECTED
    assert result.inputs.touches.unused_columns == ("x",)
    # The row that names nobody is told by number and content.
    assert (one.row, one.code) == (5, "reader_missing")
    assert '"reader":null' in one.raw


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2025-05-07T23:30:00+08:00", "2025-05-07"),
        ("2025-05-07T16:30:00Z", "2025-05-08"),
        ("2025-05-07 16:30:00.250 +00:00", "2025-05-08"),
        ("2025-05-07 23:59", "2025-05-07"),
        ("2025/5/7 9:03", "2025-05-07"),
        ("2025-05-07", "2025-05-07"),
        ("1746633600", "2025-05-08"),
        ("1746633599.5", "2025-05-07"),
        ("1746633600000", "2025-05-08"),
        # The hour that New York skips or repeats is told by its own offset.
        ("2025-03-09T03:00:00-04:00", "2025-03-09"),
        ("2025-11-02T01:30:00-05:00", "2025-11-02"),
    ],
)
def test_times_are_read_as_they_are_written(tmp_path: Path, written: str, day: str) -> None:
    touches = write(tmp_path, "t.csv", f"reader,time,key\nr1,{written},a\n")
    conversions = write(tmp_path, "c.csv", "reader,time\nr1,2026-01-01\n")
    result, aside = run(touches, conversions, column_map(time={"unit": "auto", "kind": "auto"}), by="touch_day")
    assert (credit(result), aside) == ({day: 1}, [])


def test_times_from_an_unknown_start_give_day_numbers(tmp_path: Path) -> None:
    touches = write(tmp_path, "t.csv", "reader,time,key\nr1,86399,a\nr2,86400,a\n")
    conversions = write(tmp_path, "c.csv", "reader,time\nr1,90000\nr2,90000\n")
    result, _ = run(touches, conversions, column_map(time={"unit": "auto", "kind": "auto"}), by="touch_day")
    assert result.inputs.time_kind == "relative"
    assert credit(result) == {"0": 1, "1": 1}


def test_a_file_without_a_header_is_named_by_the_map(tmp_path: Path) -> None:
    touches = write(tmp_path, "t.csv", "r1,100,a\nr2,200,b\n")
    conversions = write(tmp_path, "c.csv", "reader,time\nr1,1000\n")
    result, _ = run(touches, conversions, column_map(touches={"columns": ["reader", "time", "key"]}))
    assert (credit(result), result.inputs.touches.rows) == ({"a": 1}, 2)


def test_rows_are_chosen_by_the_map(tmp_path: Path) -> None:
    touches = write(tmp_path, "t.csv", "reader,time,key,kind\nr1,100,a,pv\nr1,200,b,cart\nr1,300,c,buy\nr1,400,d,\n")
    conversions = write(tmp_path, "c.csv", "reader,time\nr1,1000\n")
    result, _ = run(touches, conversions, column_map(touches={"where": {"kind": ["pv", "cart"]}}))
    assert credit(result) == {"b": 1}
    read = result.inputs.touches
    assert (read.rows, read.good, read.not_selected, read.quarantined) == (4, 2, 2, 0)


def test_what_is_wrong_with_a_file_is_a_sentence(tmp_path: Path) -> None:
    good = write(tmp_path, "c.csv", text(CONVERTED, "reader,time"))
    with pytest.raises(FileEmpty):
        run(write(tmp_path, "t.csv", ""), good, column_map())
    with pytest.raises(FileEmpty):
        run(write(tmp_path, "t.csv", "\n\n"), good, column_map())
    with pytest.raises(ColumnsMissing) as missing:
        run(write(tmp_path, "t.csv", "user,ts,campaign\n1,2,3\n"), good, column_map())
    for lang in ("zh", "en"):
        assert "user, ts, campaign" in missing.value.message(lang)
        assert "reader, time, key" in missing.value.message(lang)
    with pytest.raises(ColumnTwice):
        run(write(tmp_path, "t.csv", "reader,time,key,key\nr,1,a,b\n"), good, column_map())
    (tmp_path / "gb.csv").write_bytes("读者,时间\n".encode("gb18030"))
    with pytest.raises(HeaderUnreadable):
        run(tmp_path / "gb.csv", good, column_map())
    cut = write(tmp_path, "t.csv.gz", text(ROWS * 1_000, "reader,time,key"))
    cut.write_bytes(cut.read_bytes()[:-20])
    with pytest.raises(FileBroken):
        run(cut, good, column_map())
    (tmp_path / "t.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(FileBroken):
        run(tmp_path / "t.parquet", good, column_map())
