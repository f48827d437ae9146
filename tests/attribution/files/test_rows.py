"""Bad rows cost themselves and no other; every row is accounted for."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from attribution.files.desk import column_map, credit, run
from hongmao.attribution.files.faults import FAULTS, fault_in_words

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "reader,time,key\n"
GOOD = "r1,100,a\nr2,200,b\n"
CONVERSIONS = "reader,time\nr1,1000\nr2,1000\nr3,1000\n"


@pytest.mark.parametrize(
    ("broken", "code", "field"),
    [
        ("r9,150\n", "columns_too_few", ""),
        ("r9,150,x,y\n", "columns_too_many", ""),
        ('r9,150,"x\n', "quote_unclosed", ""),
        ('r9,150,"x"y\n', "quote_misplaced", ""),
        ("r9,soon,x\n", "time_unreadable", "time"),
        ("r9,1_000,x\n", "time_unreadable", "time"),
        ("r9,1e5,x\n", "time_unreadable", "time"),
        ("r9,2025-02-30,x\n", "time_unreadable", "time"),
        ("r9,-5,x\n", "time_negative", "time"),
        ("r9,1969-12-31,x\n", "time_negative", "time"),
        ("r9,999999999999999,x\n", "time_out_of_range", "time"),
        ("r9,,x\n", "time_missing", "time"),
        (",150,x\n", "reader_missing", "reader"),
        (" \t,150,x\n", "reader_missing", "reader"),
        ("r9,150,\n", "key_missing", "key"),
        ("r9,150,x\u001f\x00<b>\n", None, ""),
    ],
)
def test_a_broken_row_in_the_middle_is_set_aside_alone(
    tmp_path: Path, broken: str, code: str | None, field: str
) -> None:
    touches, conversions = tmp_path / "t.csv", tmp_path / "c.csv"
    touches.write_text(HEADER + "r1,100,a\n" + broken + "r2,200,b\n", encoding="utf-8", newline="")
    conversions.write_text(CONVERSIONS)
    result, aside = run(touches, conversions, column_map())
    assert credit(result) == {"a": 1, "b": 1, None: 1}
    read = result.inputs.touches
    assert (read.rows, read.good + read.quarantined) == (3, 3)
    assert [(one.file, one.row, one.field, one.code) for one in aside] == ([("t.csv", 3, field, code)] if code else [])
    assert [one.raw for one in aside] == ([broken.rstrip("\n")] if code else [])


def test_what_is_no_text_is_set_aside_and_what_is_gb18030_can_be_read(tmp_path: Path) -> None:
    touches, conversions = tmp_path / "t.csv", tmp_path / "c.csv"
    touches.write_bytes(HEADER.encode() + "r1,100,小红书\n".encode("gb18030") + b"r2,200,b\n")
    conversions.write_text(CONVERSIONS)
    result, aside = run(touches, conversions, column_map())
    assert (credit(result), [one.code for one in aside]) == ({"b": 1, None: 2}, ["not_decodable"])
    result, aside = run(touches, conversions, column_map(format={"encoding": "gb18030"}))
    assert (credit(result), aside) == ({"小红书": 1, "b": 1, None: 1}, [])


def test_a_line_that_never_ends_costs_itself(tmp_path: Path) -> None:
    touches, conversions = tmp_path / "t.csv", tmp_path / "c.csv"
    touches.write_text(HEADER + "r1,100,a\n" + "x" * 9_000_000 + "\nr2,200,b\n")
    conversions.write_text(CONVERSIONS)
    result, (one,) = run(touches, conversions, column_map())
    assert credit(result) == {"a": 1, "b": 1, None: 1}
    assert (one.row, one.code) == (3, "row_too_long")
    assert len(one.raw) < 1_000_000


def test_quoted_fields_may_hold_anything_and_blank_lines_are_no_rows(tmp_path: Path) -> None:
    touches, conversions = tmp_path / "t.csv", tmp_path / "c.csv"
    rows = [("r1", "100", 'a "quoted", key'), ("r2", "200", "two\nlines"), ("r3", "300", "plain")]
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([("reader", "time", "key"), *rows])
    touches.write_text("\ufeff" + text.getvalue() + "\r\n\r\n", encoding="utf-8", newline="")
    conversions.write_text(CONVERSIONS)
    result, aside = run(touches, conversions, column_map())
    assert credit(result) == {'a "quoted", key': 1, "two\nlines": 1, "plain": 1}
    assert (aside, result.inputs.touches.rows, result.inputs.touches.blank_lines) == ([], 3, 2)


def test_the_same_id_twice_counts_once_whichever_comes_first(tmp_path: Path) -> None:
    rows = ["o1,r1,1000,12.34", "o2,r2,1000,1", "o1,r1,1000,12.34"]
    (tmp_path / "t.csv").write_text(HEADER + GOOD)
    chart = column_map(conversions={"id": "id", "value": "value"})
    for order in (rows, rows[::-1]):
        (tmp_path / "c.csv").write_text("id,reader,time,value\n" + "\n".join(order))
        result, aside = run(tmp_path / "t.csv", tmp_path / "c.csv", chart)
        assert credit(result) == {"a": 1, "b": 1}
        assert [(one.field, one.code, one.row) for one in aside] == [("id", "id_twice", 4)]
        assert [share.value_fen for share in result.shares["last"]] == [1_234, 100]


def test_of_unlike_rows_with_one_id_the_same_one_counts_in_any_order(tmp_path: Path) -> None:
    touched = ["t1,r1,100,a", "t1,r1,50,b", "t2,r2,100,c"]
    paid = ["o1,r1,1000,9", "o1,r1,1000,5", "o2,r2,1000,1"]
    chart = column_map(touches={"id": "id"}, conversions={"id": "id", "value": "value"})
    for turn in (1, -1):
        (tmp_path / "t.csv").write_text("id,reader,time,key\n" + "\n".join(touched[::turn]))
        (tmp_path / "c.csv").write_text("id,reader,time,value\n" + "\n".join(paid[::turn]))
        result, aside = run(tmp_path / "t.csv", tmp_path / "c.csv", chart)
        assert {(share.key, share.value_fen) for share in result.shares["last"]} == {("b", 500), ("c", 100)}
        assert sorted((one.role, one.raw) for one in aside) == [("conversions", paid[0]), ("touches", touched[0])]


@pytest.mark.parametrize(
    ("unit", "value", "fen", "code"),
    [
        ("yuan", "299", 29_900, None),
        ("yuan", "299.9", 29_990, None),
        ("yuan", "12.3400", 1_234, None),
        ("fen", "1234", 1_234, None),
        ("yuan", "0", 0, None),
        ("yuan", "", None, None),
        ("yuan", "12.345", None, "value_unreadable"),
        ("yuan", "¥12", None, "value_unreadable"),
        ("fen", "12.5", None, "value_unreadable"),
        ("yuan", "-3", None, "value_negative"),
    ],
)
def test_values_are_exact_or_refused(tmp_path: Path, unit: str, value: str, fen: int | None, code: str | None) -> None:
    (tmp_path / "t.csv").write_text(HEADER + GOOD)
    (tmp_path / "c.csv").write_text(f"reader,time,value\nr1,1000,{value}\nr2,1000,1\n")
    chart = column_map(conversions={"value": "value", "value_unit": unit})
    result, aside = run(tmp_path / "t.csv", tmp_path / "c.csv", chart)
    assert [(one.code, one.field) for one in aside] == ([(code, "value")] if code else [])
    if code is None:
        assert {share.key: share.value_fen for share in result.shares["last"]}["a"] == fen
        assert result.inputs.without_value == int(fen is None)


def test_every_fault_has_its_words() -> None:
    assert all(fault_in_words(code, "zh") != fault_in_words(code, "en") for code in FAULTS)
