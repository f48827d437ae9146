"""Reading single fields of Taobao's rows: exactly, or not at all. `FieldFault` stays within this folder."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from hongmao.platforms.api import AMOUNT_FEN_MAX, SECOND_MS, SHANGHAI, instant
from hongmao.platforms.taobao.client import decode_any

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?")
_MACRO: Final = re.compile(r"__[A-Za-z0-9_]*__|\$?\{[^{}]*\}")
_ZEROS: Final = re.compile(r"[0-]+")
_NOTHING: Final = frozenset({"", "--", "null"})
QUANTITY_MAX: Final = 10**6  # what an event can hold
EMPTY_MD5: Final = "d41d8cd98f00b204e9800998ecf8427e"
_EXACT: Final = Context(prec=40, traps=[InvalidOperation, Overflow, Inexact])
VERSION_MAX: Final = 2**30 - 1
"""In January 2054: a version fits into 31 bits even where it is doubled."""
_YEAR_2020_S: Final = instant("2020-01-01T00:00:00+08:00") // SECOND_MS


class FieldFault(Exception):
    """A field that cannot be read: a stable code and the field's name, and nothing of its value.

    It never leaves this folder: the mapping makes a `RowProblem` of it.
    """

    def __init__(self, code: str, place: str) -> None:
        """Keep both."""
        super().__init__(code, place)
        self.code = code
        self.place = place


class Fields:
    """One row, read field by field. What is absent is None; what is there and wrong is a `FieldFault`."""

    def __init__(self, row: Mapping[str, object]) -> None:
        """Read from a decoded row."""
        self._row = row

    @classmethod
    def of(cls, raw: bytes) -> Fields:
        """Decode a row."""
        try:
            row = decode_any(raw)
        except msgspec.DecodeError:
            raise FieldFault("not_json", "") from None
        if not isinstance(row, dict):
            raise FieldFault("not_an_object", "")
        return cls(row)

    def text(self, name: str) -> str | None:
        """Read text; a number is its digits, and what Taobao writes for nothing is None."""
        value = self._row.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise FieldFault("bad_value", name)
        text = str(value).strip()
        return None if text in _NOTHING else text

    def id(self, name: str) -> str | None:
        """Read an id: a number, or text of an id's shape. 0 names nothing."""
        text = self.text(name)
        if text is None or text == "0":
            return None
        if _ID.fullmatch(text) is None:
            raise FieldFault("bad_value", name)
        return text

    def whole(self, name: str) -> int | None:
        """Read a whole number that is not below zero, written as a number or as digits."""
        value = self._row.get(name)
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value.strip()):
            value = int(value)
        if value is None or (isinstance(value, str) and value.strip() in _NOTHING):
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise FieldFault("bad_value", name)
        if value < 0:
            raise FieldFault("below_zero", name)
        return value

    def count(self, name: str) -> int | None:
        """Read how many; 0 says nothing."""
        number = self.whole(name)
        if number is not None and number > QUANTITY_MAX:
            raise FieldFault("out_of_range", name)
        return number or None

    def fen(self, name: str) -> int | None:
        """Read an amount in whole fen (分)."""
        return _in_range(self.whole(name), name)

    def yuan(self, name: str) -> int | None:
        """Read an amount in yuan, such as "18.0000", as whole fen; half a fen is not rounded but refused."""
        value = self._row.get(name)
        if value is None or (isinstance(value, str) and value.strip() in _NOTHING):
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise FieldFault("bad_value", name)
        return _in_range(_fen_of(value, name), name)

    def at(self, name: str) -> int | None:
        """Read Beijing time, to the second or the millisecond, as epoch milliseconds."""
        text = self.text(name)
        if text is None:
            return None
        if _TIME.fullmatch(text) is None:
            raise FieldFault("bad_time", name)
        try:
            moment = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
        except ValueError:
            raise FieldFault("bad_time", name) from None
        return round(moment.timestamp() * SECOND_MS)

    def flag(self, name: str) -> bool | None:
        """Read 0 or 1."""
        value = self.whole(name)
        if value not in {None, 0, 1}:
            raise FieldFault("bad_value", name)
        return None if value is None else value == 1


def needed(value: T | None, name: str) -> T:
    """Insist on a field."""
    if value is None:
        raise FieldFault("missing_field", name)
    return value


def version_of(at_ms: int, name: str) -> int:
    """Make a version of an instant: seconds since 2020 in Beijing, so that a later one is higher."""
    seconds = at_ms // SECOND_MS - _YEAR_2020_S
    if not 1 <= seconds <= VERSION_MAX:
        raise FieldFault("bad_time", name)
    return seconds


def click_problem(text: str) -> str | None:
    """Say why a text is no click id, or None where it may be one.

    >>> click_problem("__CLICK_ID__"), click_problem("0000-0000"), click_problem("AQKJ")
    ('macro_unresolved', 'click_id_zero', None)
    """
    if _MACRO.fullmatch(text):
        return "macro_unresolved"
    if _ZEROS.fullmatch(text):
        return "click_id_zero"
    return "click_id_of_nothing" if text.lower() == EMPTY_MD5 else None


def _fen_of(value: str | int | Decimal, name: str) -> int:
    try:
        yuan = Decimal(value.strip() if isinstance(value, str) else value)
        if not yuan.is_finite():
            raise FieldFault("bad_value", name)
        fen = _EXACT.multiply(yuan, Decimal(100))
    except InvalidOperation:
        raise FieldFault("bad_value", name) from None
    except Overflow:
        raise FieldFault("out_of_range", name) from None
    except Inexact:  # more digits than any amount has: it must not become whole by being rounded
        raise FieldFault("not_whole_fen", name) from None
    if fen < 0:
        raise FieldFault("below_zero", name)
    if fen > AMOUNT_FEN_MAX:  # before it becomes a number of as many digits as its exponent says
        raise FieldFault("out_of_range", name)
    if fen != fen.to_integral_value():
        raise FieldFault("not_whole_fen", name)
    return int(fen)


def _in_range(fen: int | None, name: str) -> int | None:
    if fen is not None and fen > AMOUNT_FEN_MAX:
        raise FieldFault("out_of_range", name)
    return fen
