"""Which column of a file of paths means what: the customary names, a small TOML file, flags, or all three (flags win)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from hongmao.attribution.files.column_map import Column, ColumnMap, Format
from hongmao.attribution.files.errors import FileMissing
from hongmao.definitions.api import read_toml

if TYPE_CHECKING:
    from pathlib import Path

Unit = Literal["yuan", "fen", "other"]

CONVERSIONS = "total_conversions"
VALUE = "total_conversion_value"
NULLS = "total_null"
OPTIONAL = frozenset({VALUE, NULLS})
"""Customary columns that a file may lack where nobody named them: then there is no value, or no journey without end."""


class GroupedPaths(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """路径: one row per path, with how often it ended in a conversion, for how much, and how often in nothing."""

    file: str | None = None
    """Its name below the folder given on the command line."""
    columns: tuple[Column, ...] = ()
    """Names of the columns, for a text file whose first row is already data."""
    path: Column = "path"
    conversions: Column = CONVERSIONS
    value: Column | None = VALUE
    nulls: Column | None = NULLS
    separator: Annotated[str, msgspec.Meta(min_length=1)] = " > "
    """What stands between two touches. Blanks around it do not count, so `a>b` and `a > b` are one path."""
    unit: Unit = "yuan"
    """What `value` is counted in. Fen are computed for yuan and fen; any other unit stays as it is."""
    organic: tuple[str, ...] = ()
    """Channels that nobody paid for, such as `(direct)`: `last_non_organic` passes over them."""


class PathMap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """列映射 of a file of paths: everything `hongmao paths` must know about it."""

    name: str = ""
    source: str = ""
    """Where the data comes from and under which licence; for people."""
    paths: GroupedPaths = GroupedPaths()
    format: Format = Format()


PLAIN_PATHS = PathMap()
"""What is taken where nobody says: `path;total_conversions;total_conversion_value;total_null`."""


class _EitherMap(msgspec.Struct, frozen=True):
    """Just enough of a map to see which of the two it is."""

    paths: dict[str, object] | None = None
    touches: dict[str, object] | None = None


def load_either_map(path: Path) -> PathMap | ColumnMap:
    """Read a map of paths (it has `[paths]`) or of events (`[touches]`); raises `TomlRefused` or `FileMissing`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise FileMissing(place=str(path), why=getattr(fault, "strerror", None) or "not UTF-8") from None
    if read_toml(text, _EitherMap, file=path.name).touches is not None:
        return read_toml(text, ColumnMap, file=path.name)
    return read_toml(text, PathMap, file=path.name)
