"""Why a row of a file was put aside, in both languages: for whoever must correct the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hongmao.kernel.errors import Lang

_SENTENCES: Final = {
    "missing_field": ("缺少内容", "is blank"),
    "bad_value": ("内容无法识别", "cannot be read"),
    "bad_time": ("不是日期或时间", "is no day or time"),
    "day_outside_period": ("不在账单的月份内", "lies outside the bill's month"),
    "below_zero": ("不能小于 0", "is below zero"),
    "out_of_range": ("超出允许范围", "is out of range"),
    "not_whole_fen": ("金额不足一分", "is no whole number of fen"),
    "shop_unknown": ("店铺未登记或不属于该账号", "the shop is unknown or none of this account's"),
    "too_old": ("早于 120 天", "is older than 120 days"),
    "in_future": ("时间在未来", "lies in the future"),
    "number_inexact": ("数字过长，表格已丢失末几位，请以文本格式导出", "a number has lost digits: export it as text"),
    "too_many_cells": ("列数多于表头", "there are more cells than headers"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProblem:
    """One row that was put aside. `field` is "" where the whole row is at fault."""

    file: str
    row: int
    field: str
    code: str

    def message(self, lang: Lang = "en") -> str:
        """Say where it is and what is wrong with it."""
        zh, en = _SENTENCES.get(self.code, (f"无法使用（{self.code}）", f"cannot be used ({self.code})"))
        if lang == "zh":
            return f"{self.file} 第 {self.row} 行{f' {self.field}' if self.field else ''}：{zh}"
        return f"{self.file} row {self.row}{f', {self.field}' if self.field else ''}: {en}"
