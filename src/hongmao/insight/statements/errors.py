"""What can be wrong with the form a statement is asked in."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput


class StatementFormatUnknown(BadInput):
    """There is no such format."""

    code = "statement_format_unknown"
    zh = "{place} 应为 text、csv、xlsx、pdf 或 json"
    en = "{place} is text, csv, xlsx, pdf or json"
    hint_zh = "交给财务存档用 pdf，继续计算用 xlsx 或 csv"
    hint_en = "Take pdf for the file, xlsx or csv to go on calculating"


class StatementTooLong(BadInput):
    """More pages than anybody reads."""

    code = "statement_too_long"
    zh = "账单共 {rows} 行，{place} 为 pdf 时最多 {limit} 行"
    en = "The statement has {rows} rows, and with {place} pdf at most {limit}"
    hint_zh = "请改用 xlsx 或 csv"
    hint_en = "Take xlsx or csv"
