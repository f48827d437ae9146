"""The report's own words, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.kernel.errors import Lang

WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("归因报告", "Attribution report"),
    "source": ("数据来源", "Source of the data"),
    "inputs": ("输入", "Inputs"),
    "file": ("文件", "File"),
    "role": ("用途", "Role"),
    "touches": ("触点", "touches"),
    "conversions": ("转化", "conversions"),
    "refunds": ("退款", "refunds"),
    "net": ("金额已扣除 {count} 笔退款。", "Values are net of {count} refunds."),
    "rows": ("行数", "Rows"),
    "good": ("可用", "Good"),
    "not_selected": ("不符合条件", "Not selected"),
    "quarantined": ("隔离", "Quarantined"),
    "blank_lines": ("空行", "Blank lines"),
    "unused": ("未使用的列", "Columns not used"),
    "reconciled": (
        "每个文件：行数 = 可用 + 不符合条件 + 隔离。",
        "For each file: rows = good + not selected + quarantined.",
    ),
    "at_last_touch": (
        "{count} 个转化没有时间，取其读者最后一个触点的时间。",
        "{count} conversions have no time and take that of their reader's last touch.",
    ),
    "without_value": (
        "{count} 个转化的金额未知，金额合计只含已知部分。",
        "The value of {count} conversions is unknown; sums cover what is known.",
    ),
    "results": ("结果", "Results"),
    "by_key": ("触点", "Key"),
    "by_touch_day": ("触点日", "Day of touch"),
    "conversions_of": ("{label} 转化", "{label} conversions"),
    "value_of": ("{label} 金额（元）", "{label} value (yuan)"),
    "total": ("合计", "Total"),
    "partial": ("* 部分金额未知", "* partly unknown"),
    "more": ("另有 {count} 行，见 credits.parquet。", "{count} more rows stand in credits.parquet."),
    "definitions": ("口径", "Definitions"),
    "label": ("名称", "Label"),
    "definition": ("口径版本", "Definition"),
    "fingerprint": ("指纹", "Fingerprint"),
    "window": ("窗口", "Window"),
    "no_window": ("不限", "none"),
    "quarantine": ("被隔离的行", "Rows set aside"),
    "quarantine_none": ("没有。", "None."),
    "quarantine_all": ("全部见 quarantine.csv。", "All of them stand in quarantine.csv."),
    "code": ("代码", "Code"),
    "reason": ("原因", "Reason"),
    "count": ("数量", "Count"),
    "row": ("行号", "Row"),
    "field": ("列", "Column"),
    "raw": ("原文", "Text"),
    "made_by": ("由 {code} 生成，引擎 {engine}。", "Made by {code} on {engine}."),
}


def say(name: str, lang: Lang, **facts: object) -> str:
    """Give one of the report's words or sentences."""
    zh, en = WORDS[name]
    return (zh if lang == "zh" else en).format(**facts)
