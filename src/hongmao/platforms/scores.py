"""Scores of shops in a file that a platform exported: CSV in the encodings of the trade, or XLSX.

A row is a shop at an instant. Scores stand in columns of their own, as platforms export them, or one a row with its name:

    店铺ID, 综合体验星级, 宝贝质量, 物流, 服务, 更新时间          店铺ID, 指标, 分数, 更新时间

A cell is compared as it stands, to the character: a full-width digit or a fifth decimal is a problem and no score. A blank one
is a score that nobody has told. Rows that sum up others are counted and left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.eligibility.api import ScoreName, ScoreTold, ScoreUnreadable, read_score
from hongmao.kernel.time import TimeUnreadable, instant
from hongmao.platforms.errors import ScoreColumnsMissing
from hongmao.returns.api import FileProblem, Line, cell_of, header_of, is_total, scan_table, table_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_SHOP: Final = "shop"
_AT: Final = "observed_at"
_NAME: Final = "score"
_VALUE: Final = "value"
_HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    _SHOP: ("shop", "platform_shop_id", "店铺id", "店铺编号"),
    _AT: ("observed_at", "更新时间", "统计时间", "日期"),
    _NAME: ("score", "name", "指标", "评分项"),
    _VALUE: ("value", "分数", "分值", "得分"),
    ScoreName.EXPERIENCE: ("experience", "店铺体验分", "体验分"),
    ScoreName.COMPOSITE_STAR: ("composite_star", "综合体验星级", "店铺星级"),
    ScoreName.GOODS: ("goods", "宝贝质量", "商品评分", "商品描述"),
    ScoreName.LOGISTICS: ("logistics", "物流", "物流评分", "物流速度"),
    ScoreName.SERVICE: ("service", "服务", "服务评分", "服务态度"),
}
_MEANS: Final = {header_of(text): field for field, texts in _HEADERS.items() for text in texts}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """A score of a file: of which of the platform's shops, and what was told."""

    platform_shop_id: str
    told: ScoreTold
    file: str
    row: int


def read_score_file(path: Path, *, name: str, source: str, now_ms: int) -> Iterator[ScoreRow | FileProblem]:
    """Read a file cell by cell; what cannot be read is a problem with its row and column. Raises for no table at all."""
    body = table_lines(path, scan_table(path, name=name), name=name)
    head = next(body, None)
    columns = {} if head is None else _columns(head.cells)
    named = [str(score) for score in ScoreName if score in columns]
    if _SHOP not in columns or _AT not in columns or not (named or {_NAME, _VALUE} <= columns.keys()):
        raise ScoreColumnsMissing(place=name)
    for line in body:
        if not is_total(line.cells):
            yield from _row(_Cells(line, columns, name), named, source=source, now_ms=now_ms)


def unknown_shop(row: ScoreRow) -> FileProblem:
    """Say that nobody knows a row's shop."""
    return FileProblem(file=row.file, row=row.row, field=_SHOP, code="shop_unknown")


def _columns(headers: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, text in enumerate(headers):
        if (field := _MEANS.get(header_of(text))) is not None:
            found.setdefault(str(field), place)
    return found


@dataclass(frozen=True, slots=True)
class _Cells:
    """A row, by what its columns mean."""

    line: Line
    columns: Mapping[str, int]
    file: str

    def of(self, field: str) -> str:
        """Give a cell as it stands; a row may be shorter than its headers."""
        place = self.columns[field]
        return self.line.cells[place] if place < len(self.line.cells) else ""

    def problem(self, field: str, code: str) -> FileProblem:
        """Say what is wrong with a cell, or with the whole row."""
        return FileProblem(file=self.file, row=self.line.number, field=field, code=code)


def _row(cells: _Cells, named: Sequence[str], *, source: str, now_ms: int) -> Iterator[ScoreRow | FileProblem]:
    at_ms = _instant(cells, now_ms)
    if isinstance(at_ms, FileProblem):
        yield at_ms
        return
    # Every blank score of a wide row is one that was not told; of a long row the score is the row.
    wide = [(score, score, cells.of(score)) for score in named if cell_of(cells.of(score))]
    for field, score, value in wide if named else [_pair(cells)]:
        if (code := _fault_of(value)) is not None:
            yield cells.problem(field, code)
        elif score not in set(ScoreName):
            yield cells.problem(_NAME, "bad_value")
        else:
            evidence = f"{cells.file} row {cells.line.number}"
            told = ScoreTold(name=score, value=value, source=source, observed_at_ms=at_ms, evidence=evidence)
            shop = cell_of(cells.of(_SHOP))
            yield ScoreRow(platform_shop_id=shop, told=told, file=cells.file, row=cells.line.number)


def _instant(cells: _Cells, now_ms: int) -> int | FileProblem:
    """Read when a row was observed, or say why the whole row cannot be used."""
    if cells.line.fault:
        return cells.problem("", cells.line.fault)
    for field in (_SHOP, _AT):
        if not cell_of(cells.of(field)):
            return cells.problem(field, "missing_field")
    try:
        at_ms = instant(cell_of(cells.of(_AT)))
    except TimeUnreadable:
        return cells.problem(_AT, "bad_time")
    return at_ms if at_ms <= now_ms else cells.problem(_AT, "in_future")


def _pair(cells: _Cells) -> tuple[str, str, str]:
    """Read the name of a long row's score in either language."""
    name = cell_of(cells.of(_NAME))
    return _VALUE, str(_MEANS.get(header_of(name), name)), cells.of(_VALUE)


def _fault_of(value: str) -> str | None:
    if not cell_of(value):
        return "missing_field"
    try:
        read_score(value, place="")
    except ScoreUnreadable:
        return "bad_value"
    return None
