"""Reading single fields of Ark's answers: exactly, or not at all. `FieldFault` stays within this folder."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeVar

from hongmao.platforms.api import AMOUNT_FEN_MAX, SECOND_MS, instant

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_CLICK: Final = re.compile(r"[A-Za-z0-9_.~-]{1,64}")
_MACRO: Final = re.compile(r"__[A-Za-z0-9_]*__|\$?\{[^{}]*\}")
_ZEROS: Final = re.compile(r"[0-]+")
_EMPTY_MD5: Final = "d41d8cd98f00b204e9800998ecf8427e"
_YEAR_2020_S: Final = instant("2020-01-01T00:00:00+08:00") // SECOND_MS
_COUNT_MAX: Final = 1_000_000
_MS_FROM: Final = 1_577_808_000_000  # 2020 in milliseconds; the same number of seconds is the year 51,969
_MS_TO: Final = 4_102_416_000_000  # 2100


class FieldFault(Exception):  # never leaves this folder: mapping makes a RowProblem of it
    """A field that cannot be read: a stable code and the field's name, and nothing of its value."""

    def __init__(self, code: str, place: str) -> None:
        """Keep both."""
        super().__init__(code, place)
        self.code = code
        self.place = place


class Fields:
    """One object, read field by field. What is absent is None; what is there and wrong is a `FieldFault`."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        """Read from a decoded object."""
        self._told = told

    def text(self, name: str) -> str | None:
        """Read text; empty text is none."""
        value = self._told.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise FieldFault("bad_value", name)
        return value

    def id(self, name: str) -> str | None:
        """Read an id: text of an id's shape, or a number's digits."""
        value = self._told.get(name)
        if value is None or value == "":
            return None
        text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if _ID.fullmatch(text) is None:
            raise FieldFault("bad_value", name)
        return text

    def whole(self, name: str) -> int | None:
        """Read a whole number that is not below zero."""
        value = self._told.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise FieldFault("bad_value", name)
        if value < 0:
            raise FieldFault("below_zero", name)
        return value

    def count(self, name: str) -> int | None:
        """Read how many there are: one at least."""
        value = self.whole(name)
        if value is not None and not 1 <= value <= _COUNT_MAX:
            raise FieldFault("out_of_range", name)
        return value

    def fen(self, name: str) -> int | None:
        """Read an amount in whole fen (分)."""
        return _in_range(self.whole(name), name)

    def yuan(self, name: str) -> int | None:
        """Read an amount in yuan as whole fen; half a fen is not rounded but refused."""
        value = self._told.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise FieldFault("bad_value", name)
        return _in_range(_fen_of(value, name), name)

    def at(self, name: str) -> int | None:
        """Read an instant in milliseconds; Ark writes 0 for one that has not come."""
        value = self.whole(name)
        if value in {None, 0}:
            return None
        if not _MS_FROM <= (value or 0) < _MS_TO:
            raise FieldFault("bad_time", name)
        return value

    def at_either(self, name: str) -> int | None:
        """Read an instant whose unit the documents leave open; between 2020 and 2100 no number is both.

        >>> Fields({"t": 1_746_583_200}).at_either("t") == Fields({"t": 1_746_583_200_000}).at_either("t")
        True
        """
        value = self.whole(name)
        if value is not None and _MS_FROM <= value * SECOND_MS < _MS_TO:
            return value * SECOND_MS
        return self.at(name)

    def flag(self, name: str) -> bool | None:
        """Read a truth."""
        value = self._told.get(name)
        if value is not None and not isinstance(value, bool):
            raise FieldFault("bad_value", name)
        return value

    def objects(self, name: str) -> list[Fields]:
        """Read a list of objects; an absent one is empty."""
        value = self._told.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise FieldFault("bad_value", name)
        return [Fields(one) for one in value]

    def object(self, name: str) -> Fields:
        """Read an object that must be there."""
        value = self._told.get(name)
        if not isinstance(value, dict):
            raise FieldFault("missing_field" if value is None else "bad_value", name)
        return Fields(value)

    def click(self, name: str) -> tuple[str | None, str | None]:
        """Read a click id, or why what stands there is none."""
        text = self.text(name)
        if text is None:
            return None, None
        if _MACRO.fullmatch(text):
            return None, "macro_unresolved"
        if _ZEROS.fullmatch(text):
            return None, "click_id_zero"
        if text.lower() == _EMPTY_MD5:
            return None, "click_id_of_nothing"
        return (text, None) if _CLICK.fullmatch(text) else (None, "click_id_malformed")


def needed(value: T | None, name: str) -> T:
    """Insist on a field."""
    if value is None:
        raise FieldFault("missing_field", name)
    return value


def version_of(at_ms: int, name: str) -> int:
    """Make a version of an instant: seconds since 2020 in Beijing, so that a later one is higher."""
    seconds = at_ms // SECOND_MS - _YEAR_2020_S
    if seconds < 1:
        raise FieldFault("bad_time", name)
    return seconds


def _fen_of(value: str | int | Decimal, name: str) -> int:
    try:
        fen = Decimal(value.strip() if isinstance(value, str) else value) * 100
        if not fen.is_finite():
            raise FieldFault("bad_value", name)
        whole = fen.to_integral_value()
    except ArithmeticError:
        raise FieldFault("bad_value", name) from None
    if whole != fen:
        raise FieldFault("not_whole_fen", name)
    if whole < 0:
        raise FieldFault("below_zero", name)
    if whole > AMOUNT_FEN_MAX:
        raise FieldFault("out_of_range", name)
    return int(whole)


def _in_range(fen: int | None, name: str) -> int | None:
    if fen is not None and fen > AMOUNT_FEN_MAX:
        raise FieldFault("out_of_range", name)
    return fen
