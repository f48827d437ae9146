"""What can be wrong with a row. The row is set aside with its number, field and text; the rows around it go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.kernel.errors import Lang

FAULTS: Mapping[str, tuple[str, str]] = {
    "columns_too_few": ("列数少于表头", "fewer columns than the header"),
    "columns_too_many": ("列数多于表头", "more columns than the header"),
    "quote_unclosed": ("引号没有闭合", "a quote is never closed"),
    "quote_misplaced": ("引号后有多余的字符", "text stands after a closing quote"),
    "not_decodable": ("不是所选编码的文本", "not text in the encoding chosen"),
    "not_json": ("不是 JSON 对象", "not a JSON object"),
    "row_too_long": ("行过长", "the row is too long"),
    "reader_missing": ("缺少读者", "the reader is missing"),
    "key_missing": ("缺少触点名称", "the key is missing"),
    "id_missing": ("缺少编号", "the id is missing"),
    "id_twice": ("编号重复，只计一次", "the id occurs again and counts once"),
    "time_missing": ("缺少时间", "the time is missing"),
    "time_negative": ("时间为负", "the time is negative"),
    "time_unreadable": ("时间无法识别", "the time cannot be read"),
    "time_out_of_range": ("时间超出公元 9999 年", "the time lies beyond the year 9999"),
    "value_unreadable": (
        "金额无法识别（元最多两位小数，分为整数）",
        "the value is no amount (yuan with two decimals, or whole fen)",
    ),
    "value_negative": (
        "金额为负：退款请用映射的 refunds 说明",
        "the value is negative: refunds are told by `refunds` in the map",
    ),
    "value_missing": ("缺少金额", "the value is missing"),
    "refund_of_nothing": ("退款所指的转化不存在或不可用", "the conversion that it names is not there or not good"),
    "value_not_a_number": ("金额不是数字", "the value is no number"),
    "value_without_conversion": ("有金额而路径没有转化", "it has a value, and its path has no conversion"),
    "path_step_empty": ("路径中有空的触点", "a touch of the path is empty"),
    "conversions_missing": ("缺少转化数", "the count of conversions is missing"),
    "conversions_unreadable": ("转化数不是整数", "the count of conversions is no whole number"),
    "conversions_negative": ("转化数为负", "the count of conversions is negative"),
    "nulls_missing": ("缺少未转化数", "the count of journeys without a conversion is missing"),
    "nulls_unreadable": ("未转化数不是整数", "the count of journeys without a conversion is no whole number"),
    "nulls_negative": ("未转化数为负", "the count of journeys without a conversion is negative"),
}


def fault_in_words(code: str, lang: Lang) -> str:
    """Say what is wrong with a row."""
    zh, en = FAULTS[code]
    return zh if lang == "zh" else en
