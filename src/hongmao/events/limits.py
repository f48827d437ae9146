"""What one field may hold, whatever it is called: a fixed shape, free text, a whole number in a range, true or false."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hongmao.events.errors import FieldMalformed, NumberOutOfRange, TextTooLong, clipped

if TYPE_CHECKING:
    import re

    from hongmao.kernel.errors import BadInput


class Limit(Protocol):
    """What one field may hold."""

    def fault(self, value: object, *, place: str) -> BadInput | None:
        """Name what is wrong with a value; None where nothing is."""
        ...


@dataclass(frozen=True, slots=True)
class Pattern:
    """Short text of a fixed shape; `expected` is the word for it in `FieldMalformed`."""

    expected: str
    pattern: re.Pattern[str]

    def fault(self, value: object, *, place: str) -> BadInput | None:
        """Refuse other types and other shapes."""
        if isinstance(value, str) and self.pattern.fullmatch(value) is not None:
            return None
        return FieldMalformed(place=place, expected=self.expected, got=clipped(str(value)))


@dataclass(frozen=True, slots=True)
class Text:
    """Free text up to a length. Whoever shows it escapes it; here it must only be writable."""

    limit: int

    def fault(self, value: object, *, place: str) -> BadInput | None:
        """Refuse other types, too much of it, and half characters that no file can hold."""
        if not isinstance(value, str):
            return FieldMalformed(place=place, expected="str", got=clipped(str(value)))
        if len(value) > self.limit:
            return TextTooLong(place=place, got=len(value), limit=self.limit)
        return None if _writable(value) else FieldMalformed(place=place, expected="utf8", got=clipped(ascii(value)))


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number in a range, both ends in."""

    low: int
    high: int
    error: type[NumberOutOfRange] = NumberOutOfRange

    def fault(self, value: object, *, place: str) -> BadInput | None:
        """Refuse other types (True is no number) and what lies outside."""
        if type(value) is not int:
            return FieldMalformed(place=place, expected="int", got=clipped(str(value)))
        if self.low <= value <= self.high:
            return None
        return self.error(place=place, low=self.low, high=self.high, got=clipped(str(value)).strip('"'))


@dataclass(frozen=True, slots=True)
class Truth:
    """True or false."""

    def fault(self, value: object, *, place: str) -> BadInput | None:
        """Refuse everything else, 0 and 1 included."""
        return (
            None if isinstance(value, bool) else FieldMalformed(place=place, expected="bool", got=clipped(str(value)))
        )


def _writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
