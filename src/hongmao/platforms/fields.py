"""Reading single fields of a platform's rows: exactly, or not at all. A mapping makes a `RowProblem` of a `FieldFault`."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import TYPE_CHECKING, ClassVar, Final, Self, TypeVar

import msgspec

from hongmao.kernel.ids import ID_PATTERN
from hongmao.kernel.money import AMOUNT_FEN_MAX
from hongmao.kernel.time import SECOND_MS, SHANGHAI, instant
from hongmao.platforms.answers import json_exact
from hongmao.returns.contracts import RowProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hongmao.returns.contracts import Row

T = TypeVar("T")

EMPTY_MD5: Final = "d41d8cd98f00b204e9800998ecf8427e"
VERSION_EPOCH_S: Final = instant("2020-01-01T00:00:00+08:00") // SECOND_MS
SECONDS_MAX: Final = 2**30 - 1  # 2054: twice of it is still a version
QUANTITY_MAX: Final = 10**6
_ID: Final = re.compile(ID_PATTERN.removesuffix("$"))
_DIGITS: Final = re.compile(r"-?[0-9]{1,18}")
_MACRO: Final = re.compile(r"__[A-Za-z0-9_]*__|\$?\{[^{}]*\}|%7B[A-Za-z0-9_.]+%7D")
_ZEROS: Final = re.compile(r"[0-]+")
_EXACT: Final = Context(prec=40, traps=[InvalidOperation, Overflow, Inexact])


class FieldFault(Exception):
    """A field that cannot be read: a stable code and the field's name, and nothing of its value."""

    def __init__(self, code: str, place: str) -> None:
        """Keep both."""
        super().__init__(code, place)
        self.code = code
        self.place = place


class Fields:
    """One row, read field by field. What is absent or blank is None; what is there and wrong is a `FieldFault`.

    A platform that writes nothing or its times otherwise says so in a class of its own.
    """

    NOTHING: ClassVar[frozenset[str]] = frozenset({""})
    """What is written for nothing."""
    TIME: ClassVar[re.Pattern[str]] = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")

    def __init__(self, row: Mapping[str, object]) -> None:
        """Read from a decoded row, whose amounts are text, whole numbers or `Decimal`."""
        self._row = row

    @classmethod
    def of(cls, raw: bytes) -> Self:
        """Decode a JSON object; no amount in it becomes a float on the way."""
        try:
            row = json_exact(raw)
        except msgspec.DecodeError:
            raise FieldFault("not_json", "") from None
        if not isinstance(row, dict):
            raise FieldFault("not_an_object", "")
        return cls(row)

    def text(self, name: str) -> str | None:
        """Read text; a whole number is its digits."""
        value = self._row.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise FieldFault("bad_value", name)
        text = str(value).strip()
        return None if text in self.NOTHING else text

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
        value = None if self._is_nothing(name) else self._signed(name)
        if value is not None and value < 0:
            raise FieldFault("below_zero", name)
        return value

    def pieces(self, name: str) -> int | None:
        """Read how many pieces a line has; 0 is unknown."""
        value = self.whole(name)
        if value is not None and value > QUANTITY_MAX:
            raise FieldFault("out_of_range", name)
        return value or None

    def state(self, name: str) -> int:
        """Read a state, which must be there; platforms write some of them below zero."""
        return needed(self._signed(name), name)

    def flag(self, name: str) -> bool | None:
        """Read 0 or 1."""
        value = self.whole(name)
        if value not in {None, 0, 1}:
            raise FieldFault("bad_value", name)
        return None if value is None else value == 1

    def fen(self, name: str) -> int | None:
        """Read an amount in whole fen (分)."""
        fen = self.whole(name)
        if fen is not None and fen > AMOUNT_FEN_MAX:
            raise FieldFault("out_of_range", name)
        return fen

    def yuan(self, name: str) -> int | None:
        """Read an amount in yuan, such as "18.00", as whole fen; half a fen is not rounded but refused."""
        value = self._row.get(name)
        if value is None or self._is_nothing(name):
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise FieldFault("bad_value", name)
        return _fen_of(value, name)

    def beijing(self, name: str) -> int | None:
        """Read Beijing time, `2025-05-07 10:00:00`, as epoch milliseconds."""
        text = self.text(name)
        if text is None:
            return None
        if self.TIME.fullmatch(text) is None:
            raise FieldFault("bad_time", name)
        try:
            moment = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
        except ValueError:
            raise FieldFault("bad_time", name) from None
        return round(moment.timestamp() * SECOND_MS)

    def epoch_s(self, name: str) -> int | None:
        """Read epoch seconds as epoch milliseconds; 0 is no time."""
        return self._epoch(name, SECOND_MS)

    def epoch_ms(self, name: str) -> int | None:
        """Read epoch milliseconds; 0 is no time."""
        return self._epoch(name, 1)

    def rows(self, name: str) -> list[Self]:
        """Read a list of objects; nothing there is an empty list."""
        value = self._row.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise FieldFault("bad_value", name)
        return [type(self)(one) for one in value]

    def _is_nothing(self, name: str) -> bool:
        value = self._row.get(name)
        return isinstance(value, str) and value.strip() in self.NOTHING

    def _epoch(self, name: str, unit_ms: int) -> int | None:
        value = self._signed(name)
        if value is None or value == 0:
            return None
        if not 0 < value * unit_ms // SECOND_MS - VERSION_EPOCH_S <= SECONDS_MAX:
            # Seconds where milliseconds were agreed lie in 1970, milliseconds as seconds far beyond any calendar.
            raise FieldFault("bad_time", name)
        return value * unit_ms

    def _signed(self, name: str) -> int | None:
        value = self._row.get(name)
        if isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int | None):
            raise FieldFault("bad_value", name)
        return value


def needed(value: T | None, name: str) -> T:
    """Insist on a field."""
    if value is None:
        raise FieldFault("missing_field", name)
    return value


def made_id(text: str, name: str) -> str:
    """Check an id that was put together of several fields; where it is none, the one that `name` names is at fault."""
    if _ID.fullmatch(text) is None:
        raise FieldFault("bad_value", name)
    return text


def version_of(at_ms: int, name: str) -> int:
    """Make a version of an instant: seconds since 2020 in Beijing, so that a later one is higher."""
    seconds = at_ms // SECOND_MS - VERSION_EPOCH_S
    if not 1 <= seconds <= SECONDS_MAX:
        raise FieldFault("bad_time", name)
    return seconds


def click_of(text: str | None) -> tuple[str | None, str | None]:
    """Give a click id, or why a text that was there is none.

    >>> click_of("AQKJ"), click_of("__CLICK_ID__"), click_of("0000-0000"), click_of(None)
    (('AQKJ', None), (None, 'macro_unresolved'), (None, 'click_id_zero'), (None, None))
    """
    if text is None:
        return None, None
    if _MACRO.fullmatch(text):
        return None, "macro_unresolved"
    if _ZEROS.fullmatch(text):
        return None, "click_id_zero"
    return (None, "click_id_of_nothing") if text.lower() == EMPTY_MD5 else (text, None)


def facts_of(
    raw: bytes, read: Callable[[Fields, str], Iterator[Row]], fields: type[Fields] = Fields
) -> list[Row | RowProblem]:
    """Read the facts of one JSON row; what is wrong with it stands after those that could still be read."""
    text = raw.decode(errors="replace")
    found: list[Row | RowProblem] = []
    try:
        found.extend(read(fields.of(raw), text))
    except FieldFault as fault:
        found.append(RowProblem(code=fault.code, place=fault.place, raw=text))
    return found


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
