"""A file of scores, as platforms export them: read to the character, and every fault with its row and column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from hongmao.kernel.time import instant
from hongmao.platforms.errors import ScoreColumnsMissing
from hongmao.platforms.scores import ScoreRow, read_score_file
from hongmao.returns.api import FileProblem

if TYPE_CHECKING:
    from pathlib import Path

NOW = instant("2025-05-07T10:00:00+08:00")
WIDE = "店铺ID,店铺名称,综合体验星级,宝贝质量,物流,服务,更新时间\n"
LONG = "shop,score,value,observed_at\n"


def read(
    tmp_path: Path, text: str, *, encoding: str = "utf-8", name: str = "scores.csv"
) -> list[ScoreRow | FileProblem]:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return list(read_score_file(path, name=name, source="file", now_ms=NOW))


def told(rows: list[ScoreRow | FileProblem]) -> list[tuple[str, str, str]]:
    return [(one.platform_shop_id, one.told.name, one.told.value) for one in rows if isinstance(one, ScoreRow)]


def problems(rows: list[ScoreRow | FileProblem]) -> list[tuple[int, str, str]]:
    return [(one.row, one.field, one.code) for one in rows if isinstance(one, FileProblem)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_wide_row_is_a_shop_with_each_of_its_scores_and_a_blank_is_not_told(tmp_path: Path, encoding: str) -> None:
    text = f"{WIDE}7,初晴,4.4,4.5,4.60,,2025-05-06 09:00\n8,小鹿,5,-,4.6,4.7,2025-05-06\n合计2条,,,,,,\n"
    rows = read(tmp_path, text, encoding=encoding)
    assert told(rows) == [
        ("7", "composite_star", "4.4"), ("7", "goods", "4.5"), ("7", "logistics", "4.60"),
        ("8", "composite_star", "5"), ("8", "logistics", "4.6"), ("8", "service", "4.7"),
    ]  # fmt: skip
    assert problems(rows) == []
    first = rows[0]
    assert isinstance(first, ScoreRow)
    assert (first.told.observed_at_ms, first.told.source) == (instant("2025-05-06T09:00:00+08:00"), "file")
    assert first.told.evidence == "scores.csv row 2"


def test_a_long_row_is_one_score_by_its_name_in_either_language(tmp_path: Path) -> None:
    rows = read(tmp_path, f"{LONG}7,experience,4.5,2025-05-06\n7,店铺体验分,4.6,2025-05-05\n")
    assert told(rows) == [("7", "experience", "4.5"), ("7", "experience", "4.6")]


AT_FAULT = [
    ("7,goods,4.5 ,2025-05-06", "value", "bad_value"),
    ("7,goods,４．５,2025-05-06", "value", "bad_value"),
    ("7,goods,4.49999999999,2025-05-06", "value", "bad_value"),
    ("7,goods,NaN,2025-05-06", "value", "bad_value"),
    ("7,goods,5.1,2025-05-06", "value", "bad_value"),
    ("7,goods,,2025-05-06", "value", "missing_field"),
    ("7,goodness,4.5,2025-05-06", "score", "bad_value"),
    (",goods,4.5,2025-05-06", "shop", "missing_field"),
    ("7,goods,4.5,", "observed_at", "missing_field"),
    ("7,goods,4.5,yesterday", "observed_at", "bad_time"),
    ("7,goods,4.5,2025-05-07 10:00:01", "observed_at", "in_future"),
]


@pytest.mark.parametrize(("row", "field", "code"), AT_FAULT)
def test_what_is_no_score_is_named_with_its_row_and_column(tmp_path: Path, row: str, field: str, code: str) -> None:
    rows = read(tmp_path, f"{LONG}7,goods,4.5,2025-05-06\n{row}\n")
    assert (told(rows), problems(rows)) == ([("7", "goods", "4.5")], [(3, field, code)])


@pytest.mark.parametrize("head", ["", "店铺ID,更新时间\n", "综合体验星级,更新时间\n", "店铺ID,综合体验星级\n", "a,b\n"])
def test_a_table_without_shop_time_or_scores_is_refused(tmp_path: Path, head: str) -> None:
    with pytest.raises(ScoreColumnsMissing):
        read(tmp_path, head or "\n")


def test_a_sheet_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "scores.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for at, cells in enumerate([WIDE.strip().split(","), ["7", "初晴", 4.4, "4.5", 4.49999999999, 5, "2025-05-06"]]):
        sheet.write_row(at, 0, cells)
    book.close()
    rows = list(read_score_file(path, name="scores.xlsx", source="page", now_ms=NOW))
    assert told(rows) == [("7", "composite_star", "4.4"), ("7", "goods", "4.5"), ("7", "service", "5")]
    assert problems(rows) == [(2, "logistics", "bad_value")]
