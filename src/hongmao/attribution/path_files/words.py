"""The words of a report on paths, in both languages, beside those that every report on files has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.attribution.files.words import say as say_of_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.kernel.errors import Lang

WORDS: Mapping[str, tuple[str, str]] = {
    "paths_title": ("路径归因报告", "Report on paths"),
    "conversions_table": ("各模型的转化", "Conversions by model"),
    "value_table": ("各模型的金额（{unit}）", "Value by model ({unit})"),
    "unit_yuan": ("元", "yuan"),
    "unit_fen": ("分", "fen"),
    "unit_other": ("文件中的单位", "the file's own unit"),
    "channel": ("渠道", "Channel"),
    "model": ("模型", "Model"),
    "formula": ("公式与说明", "Formula and notes"),
    "models": ("模型的含义", "What the models compute"),
    "estimates": ("估计量", "What was estimated"),
    "p_conv": ("转化概率（观测）", "P(conversion) (observed)"),
    "removal_effect": ("移除效应", "Removal effect"),
    "removal_effect_value": ("移除效应（金额）", "Removal effect by value"),
    "interval": ("转化区间", "Interval of conversions"),
    "standard_error": ("标准误", "Standard error"),
    "stability": ("稳定性：看得更少时移动的功劳", "Stability: credit that moves where less is seen"),
    "no_estimates": ("没有需要估计的模型。", "No model that estimates was asked for."),
    "lengths": ("路径长度", "Length of paths"),
    "length": ("触点数", "Touches"),
    "journeys": ("条旅程", "Journeys"),
    "converted": ("转化", "Converted"),
    "not_converted": ("未转化", "Not converted"),
    "share_of_each": ("各自最高值的占比", "Each as a share of its own highest"),
    "top_paths": ("转化最多的路径", "Paths that converted most"),
    "path": ("路径", "Path"),
    "paths": ("路径", "paths"),
    "rate": ("转化率", "Rate"),
    "value": ("金额", "Value"),
    "table_twin": ("表格", "Table"),
    "nothing": ("（无触点）", "(no touch)"),
    "counted": (
        "{paths} 条不同的路径，{channels} 个渠道，{journeys} 次旅程：{conversions} 次转化，{nulls} 次未转化。",
        "{paths} distinct paths over {channels} channels, {journeys} journeys: {conversions} converted, {nulls} did not.",
    ),
    "untouched": (
        "{count} 个转化之前没有触点，列在 {label} 下。",
        "{count} conversions had no touch and are under {label}.",
    ),
    "absent": ("文件没有列 {columns}。", "The file has no column {columns}."),
    "left_out": (
        "{touches} 个触点不在任何旅程中，{conversions} 个转化在首次转化之后，均未计入。",
        "{touches} touches stand in no journey and {conversions} conversions come after a reader's first: not counted.",
    ),
    "rounded": (
        "此处非整数保留两位；models.csv 与 --json 有全部数字。",
        "Figures that are not whole are rounded to two decimals here; models.csv and --json have all digits.",
    ),
    "more_channels": ("另有 {count} 个渠道，见 models.csv。", "{count} more channels stand in models.csv."),
}


def say(name: str, lang: Lang, **facts: object) -> str:
    """Give one of the report's words or sentences."""
    if name not in WORDS:
        return say_of_files(name, lang, **facts)
    zh, en = WORDS[name]
    return (zh if lang == "zh" else en).format(**facts)
