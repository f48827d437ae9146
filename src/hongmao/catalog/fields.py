"""What may stand in a field: every fault is named with its place before anything reaches a query or a page.

Texts are kept as they came, to the character: whoever shows them escapes them. What is refused is what no page could
show as it is (control characters, halves of characters) and what does not fit.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

from hongmao.catalog.errors import (
    ChoiceUnknown,
    LoginMalformed,
    NumberBeyond,
    PasswordWeak,
    TextBlank,
    TextOverlong,
    TextUnprintable,
    UrlMalformed,
)
from hongmao.kernel.money import AMOUNT_FEN_MAX

E = TypeVar("E", bound=StrEnum)

NAME_CHARS_MAX = 64
TITLE_CHARS_MAX = 100
BODY_CHARS_MAX = 5_000
URL_CHARS_MAX = 2_048
PASSWORD_CHARS_MIN = 8
PASSWORD_CHARS_MAX = 128
AT_MS_MAX = 4_102_444_800_000  # the year 2100
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")
_LINES = frozenset("\n\t")


def name(text: str, place: str) -> str:
    """Let a name through: one line of 1 to 64 characters."""
    return _text(text, place, NAME_CHARS_MAX)


def title(text: str, place: str) -> str:
    """Let a title through: one line of 1 to 100 characters."""
    return _text(text, place, TITLE_CHARS_MAX)


def body(text: str, place: str) -> str:
    """Let a text of several lines through, which may be empty; at most 5,000 characters."""
    return _text(text, place, BODY_CHARS_MAX, blank=True, free=_LINES)


def url(text: str, place: str) -> str:
    """Let an http or https address through. Where it may lead is decided by whoever leads somebody there."""
    if len(text) > URL_CHARS_MAX or any(char.isspace() or char in '\\<>"' for char in text):
        raise UrlMalformed(place=place, chars_max=URL_CHARS_MAX)
    _text(text, place, URL_CHARS_MAX, blank=True)
    try:
        parts = urlsplit(text)
        reaches = parts.hostname and parts.port != 0
    except ValueError:
        reaches = None
    if not reaches or parts.scheme not in {"http", "https"} or parts.username is not None:
        raise UrlMalformed(place=place, chars_max=URL_CHARS_MAX)
    return text


def price_fen(value: int, place: str) -> int:
    """Let an amount of whole fen through, 0 included."""
    return whole(value, place, 0, AMOUNT_FEN_MAX)


def at_ms(value: int, place: str) -> int:
    """Let an instant between 1970 and 2100 through."""
    return whole(value, place, 0, AT_MS_MAX)


def whole(value: int, place: str, low: int, high: int) -> int:
    """Let a whole number through; True and 1.0 are none."""
    if type(value) is not int or not low <= value <= high:
        raise NumberBeyond(place=place, low=low, high=high)
    return value


def login(text: str, place: str) -> str:
    """Let a login through, as it is kept: in small letters."""
    if not is_login(text):
        raise LoginMalformed(place=place)
    return text


def is_login(text: str) -> bool:
    """Tell whether anybody could have this login."""
    return _LOGIN.fullmatch(text) is not None


def password(text: str, place: str) -> str:
    """Let a password through: length is what counts, not which characters."""
    if not PASSWORD_CHARS_MIN <= len(text) <= PASSWORD_CHARS_MAX:
        raise PasswordWeak(place=place, chars_min=PASSWORD_CHARS_MIN, chars_max=PASSWORD_CHARS_MAX)
    return _text(text, place, PASSWORD_CHARS_MAX)


def choice(value: str, kind: type[E], place: str) -> E:
    """Read one of an enum's words."""
    try:
        return kind(value)
    except ValueError:
        raise ChoiceUnknown(place=place, choices=", ".join(member.value for member in kind)) from None


def _text(text: str, place: str, chars_max: int, *, blank: bool = False, free: frozenset[str] = frozenset()) -> str:
    if not blank and not text.strip():
        raise TextBlank(place=place)
    if len(text) > chars_max:
        raise TextOverlong(place=place, chars=len(text), chars_max=chars_max)
    for at, char in enumerate(text, start=1):
        if unicodedata.category(char) in {"Cc", "Cs"} and char not in free:
            raise TextUnprintable(place=place, at=at)
    return text
