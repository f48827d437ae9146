"""What stands after the question mark, read with its place named where it cannot be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hongmao.kernel.errors import BadInput
from hongmao.kernel.time import instant

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE_ROWS = 200
PAGE_ROWS_MAX = 1_000
_DIGITS = re.compile(r"[0-9]{1,15}")


class QueryMissing(BadInput):
    """A parameter that the question cannot do without."""

    code = "query_missing"
    zh = "缺少参数 {place}"
    en = "The parameter {place} is missing"
    hint_zh = "请在地址中补上该参数"
    hint_en = "Add it to the address"


class QueryWrong(BadInput):
    """A parameter that is no number, or too large a one."""

    code = "query_wrong"
    zh = "参数 {place} 应为 1 到 {high} 的整数"
    en = "The parameter {place} should be a whole number from 1 to {high}"
    hint_zh = "请更正该参数"
    hint_en = "Correct the parameter"


class Query:
    """The parameters of one address."""

    def __init__(self, params: Mapping[str, str]) -> None:
        """Read nothing yet."""
        self._params = params

    def text(self, name: str) -> str | None:
        """Give a parameter as it stands; None where it is absent or empty."""
        return self._params.get(name) or None

    def must(self, name: str) -> str:
        """Give a parameter that has to be there."""
        value = self.text(name)
        if value is None:
            raise QueryMissing(place=name)
        return value

    def after(self) -> str:
        """Say after which id a page begins."""
        return self.text("after") or ""

    def limit(self) -> int:
        """Say how many rows a page has: 200 unless asked otherwise."""
        text = self.text("limit") or str(PAGE_ROWS)
        value = int(text) if _DIGITS.fullmatch(text) else 0
        if not 1 <= value <= PAGE_ROWS_MAX:
            raise QueryWrong(place="limit", high=PAGE_ROWS_MAX)
        return value

    def instant(self, name: str) -> int:
        """Read an instant: epoch milliseconds, or ISO-8601, Asia/Shanghai where it names no zone."""
        text = self.must(name)
        return int(text) if _DIGITS.fullmatch(text) else instant(text)
