"""Which column means what: a small TOML file, or flags, or both (flags win)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from hongmao.attribution.files.errors import FileMissing, MapIncomplete
from hongmao.definitions.api import read_toml

if TYPE_CHECKING:
    from pathlib import Path

Column = Annotated[str, msgspec.Meta(min_length=1)]
Columns = Column | Annotated[tuple[Column, ...], msgspec.Meta(min_length=1)]
Cell = str | int | bool
Zone = Annotated[str, msgspec.Meta(pattern=r"^[+-](0\d|1[0-4]):[0-5]\d$")]


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One of the two files: where it is, and which of its columns say what."""

    file: str | None = None
    """Its name below the folder given on the command line."""
    columns: tuple[Column, ...] = ()
    """Names of the columns, for a text file whose first row is already data."""
    reader: Columns = "reader"
    """Who acted: the column, or the columns together, that touches and conversions share."""
    time: Column | None = None
    id: Column | None = None
    """What counts once: a second row of the same id is set aside. Without it every row counts."""
    where: dict[str, Cell | tuple[Cell, ...]] = {}
    """Which rows are meant: a column equals a value, or one of several. All conditions must hold."""


class Channel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """渠道规则: a touch whose columns all fit goes to `name`. The first rule that holds decides."""

    name: Annotated[str, msgspec.Meta(min_length=1)]
    where: dict[str, Cell | tuple[Cell, ...]] = {}
    """A column equals a value, or one of several; an empty value means that the cell is empty."""
    matching: dict[str, str] = {}
    """A column, from its first letter to its last, fits a regular expression (RE2)."""


class Touches(Source, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """触点: what may earn credit. `key` names what the credit goes to; `order` decides between touches of one instant."""

    key: Column = "key"
    key_of: tuple[Column, ...] = ()
    """Columns that together make the key, joined by ` / `, in place of `key`; empty ones are left out."""
    channels: tuple[Channel, ...] = ()
    """Rules that name a key; where none holds, `key_of` or `key` does."""
    order: Column | None = None
    kind: Column | None = None
    """What sort of touch it was, for definitions that close some kinds sooner and for custom weights."""
    organic: tuple[str, ...] = ()
    """Keys that nobody paid for, such as `(direct)`: `last_non_organic` passes over them."""

    @property
    def made_of(self) -> tuple[str, ...]:
        """Name the columns that a key is made of where it is not simply a column."""
        if not self.key_of and not self.channels:
            return ()
        ruled = (name for rule in self.channels for name in (*rule.where, *rule.matching))
        return tuple(dict.fromkeys([*ruled, *(self.key_of or (self.key,))]))


class Conversions(Source, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """转化: what is credited, with its value where there is one."""

    value: Column | None = None
    value_unit: Literal["yuan", "fen"] = "yuan"
    missing_time: Literal["refuse", "last_touch"] = "refuse"
    """What a conversion without a time is: a bad row, or one that happened at its reader's last touch."""


class Refunds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """退款: value that goes back to whoever bought, of either sign. It takes no conversion back, only value."""

    file: str | None = None
    """Its name beside the file of conversions; without one, refunds stand in that file itself."""
    columns: tuple[Column, ...] = ()
    conversion: Column
    """The id of the conversion whose value goes back."""
    value: Column
    value_unit: Literal["yuan", "fen"] = "yuan"
    id: Column | None = None
    """What counts once. Without it every row counts."""
    where: dict[str, Cell | tuple[Cell, ...]] = {}


class Times(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How times are written. `auto` looks at the numbers; `relative` counts from a start nobody knows."""

    unit: Literal["auto", "s", "ms", "us", "iso"] = "auto"
    kind: Literal["auto", "epoch", "relative"] = "auto"
    zone: Zone = "+08:00"
    """Where the clock stood that wrote times without a zone."""


class Format(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How text files are written. Compression and Parquet are recognised by their first bytes."""

    encoding: Literal["utf-8", "gb18030"] = "utf-8"
    delimiter: Literal["auto", ",", "\t", ";", "|"] = "auto"


class ColumnMap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """列映射: everything `hongmao attribute` must know about two files that nobody here made up."""

    name: str = ""
    source: str = ""
    """Where the data comes from and under which licence; for people."""
    touches: Touches = Touches()
    conversions: Conversions = Conversions()
    refunds: Refunds | None = None
    time: Times = Times()
    format: Format = Format()


PLAIN = ColumnMap(touches=Touches(time="time"), conversions=Conversions(time="time"))
"""What is taken where nobody says: columns that are called what they are, `reader`, `time` and `key`."""


def load_map(path: Path) -> ColumnMap:
    """Read a map; raises `TomlRefused` with file and line, or `FileMissing`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise FileMissing(place=str(path), why=getattr(fault, "strerror", None) or "not UTF-8") from None
    return read_toml(text, ColumnMap, file=path.name)


def columns_of(name: Columns) -> tuple[str, ...]:
    """Give one or several columns as several."""
    return (name,) if isinstance(name, str) else name


def check_map(column_map: ColumnMap) -> None:
    """Make sure that a map can be used: touches have a time, conversions have one or say what stands in for it."""
    if column_map.touches.time is None:
        raise MapIncomplete(place="touches.time", flag="--touch-time")
    if column_map.conversions.time is None and column_map.conversions.missing_time == "refuse":
        raise MapIncomplete(place="conversions.time", flag="--conversion-time")
    if column_map.refunds is not None:
        for entry in ("id", "value"):
            if getattr(column_map.conversions, entry) is None:
                raise MapIncomplete(place=f"conversions.{entry}", flag=f"--conversion-{entry}")
    if len(columns_of(column_map.touches.reader)) != len(columns_of(column_map.conversions.reader)):
        raise MapIncomplete(place="conversions.reader", flag="--conversion-reader")
