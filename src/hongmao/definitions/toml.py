"""A TOML text into a struct, every complaint with its file and line. Used for definitions and for column maps alike."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, TypeVar

import msgspec

from hongmao.definitions.errors import (
    TomlFieldMissing,
    TomlFieldUnknown,
    TomlFieldWrong,
    TomlUnreadable,
)
from hongmao.definitions.lines import line_of

if TYPE_CHECKING:
    from hongmao.definitions.errors import TomlRefused

T = TypeVar("T")

_SYNTAX_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_UNKNOWN = re.compile(r"^Object contains unknown field `(?P<key>[^`]*)`")
_MISSING = re.compile(r"^Object missing required field `(?P<key>[^`]*)`")
_PATH = re.compile(r" - at `(?:key` in `)?\$(?P<path>[^`]*)`$")


def read(text: str, into: type[T], *, file: str) -> T:
    """Read TOML into a struct; raises a `TomlRefused` that names the file and the line."""
    data = _parse(text, file=file)
    try:
        return msgspec.convert(data, into, strict=True)
    except msgspec.ValidationError as fault:
        raise _explained(str(fault), text=text, file=file) from None


def keys_of(text: str, *, file: str) -> frozenset[str]:
    """Name the top keys of a TOML text."""
    return frozenset(_parse(text, file=file))


def _parse(text: str, *, file: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        last = len(text.splitlines()) or 1
        line = int(found[1]) if (found := _SYNTAX_LINE.search(str(fault))) else last
        raise TomlUnreadable(place=f"{file}:{line}", why=_SYNTAX_LINE.sub("", str(fault)).strip()) from None


def _explained(fault: str, *, text: str, file: str) -> TomlRefused:
    inside = _path_of(fault)
    if unknown := _UNKNOWN.match(fault):
        path = (*inside, unknown["key"])
        return TomlFieldUnknown(place=f"{file}:{line_of(text, path)}", key=".".join(path))
    if missing := _MISSING.match(fault):
        return TomlFieldMissing(
            place=f"{file}:{line_of(text, inside) if inside else 1}", key=".".join((*inside, missing["key"]))
        )
    place = f"{file}:{line_of(text, inside)}"
    return TomlFieldWrong(place=place, key=".".join(inside) or "?", why=_PATH.sub("", fault))


def _path_of(fault: str) -> tuple[str, ...]:
    """Read `$.ratio.per` or `$.windows[...]` out of a complaint; the top of the file is the empty path."""
    found = _PATH.search(fault)
    return tuple(part for part in re.split(r"[.\[]", found["path"]) if part and not part.endswith("]")) if found else ()
