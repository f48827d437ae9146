"""The market's enums, read from a dated data file: number -> Chinese word."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Final

from hongmao.campaigns.errors import TermUnknown

if TYPE_CHECKING:
    from collections.abc import Mapping

NEWEST: Final = "juguang-2024-08.toml"


class Vocabulary:
    """One edition of the enums."""

    def __init__(self, enums: Mapping[str, Mapping[int, str]]) -> None:
        """Hold enums by field name."""
        self._enums = enums

    def check(self, enum: str, value: int | None, *, place: str | None = None) -> None:
        """Let a known number through, and none at all."""
        known = self._enums[enum]
        if value is not None and value not in known:
            listed = "、".join(f"{number} {word}" for number, word in known.items())
            raise TermUnknown(place=place or enum, got=value, known=listed)

    def word(self, enum: str, value: int) -> str:
        """Give the Chinese word of a number."""
        return self._enums[enum][value]

    def numbers(self, enum: str) -> frozenset[int]:
        """List the numbers of an enum."""
        return frozenset(self._enums[enum])


@functools.cache
def load(file: str = NEWEST) -> Vocabulary:
    """Read an edition."""
    book = tomllib.loads(resources.files("hongmao.campaigns").joinpath("data", file).read_text("utf-8"))
    tables = {name: table for name, table in book.items() if isinstance(table, dict)}
    return Vocabulary({name: {int(number): word for number, word in table.items()} for name, table in tables.items()})
