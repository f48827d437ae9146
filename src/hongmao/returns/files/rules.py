"""What a table's headers and cells mean, whoever exported it: pure decisions before a format reads a row."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from hongmao.kernel.time import SHANGHAI
from hongmao.returns.files.errors import FormatAmbiguous, FormatUnknown, FormatUnrecognised, HeadersMissing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.returns.files.contracts import Headed

F = TypeVar("F", bound="Headed")

HEADER_ROWS_MAX: Final = 10
"""Exports may have a title and the range of days above their headers."""
_SPACES: Final = re.compile(r"\s+")
_BRACKETS: Final = str.maketrans("【〔[{】〕]}", "(((())))")
_BLANK: Final = frozenset({"", "—", "——", "–", "-", "--"})
_TOTAL: Final = re.compile(r"(合计|总计|汇总|小计)(共?[0-9,]+条(记录|数据)?)?:?|共[0-9,]+条(记录|数据)?")
_EXACT_MAX: Final = 2**53  # beyond it a spreadsheet's number has lost digits, and nobody can say which


@dataclass(frozen=True, slots=True)
class Columns(Generic[F]):
    """Which column of a table holds which field. `ignored` are headers that no field of the format goes by."""

    format: F
    places: Mapping[str, int]
    ignored: tuple[str, ...]
    width: int = 0
    """How many columns the table has."""

    def fields(self, cells: Sequence[str]) -> dict[str, str]:
        """Read a row by field name; cells that a short row does not have are blank."""
        return {name: cell_of(cells[place]) if place < len(cells) else "" for name, place in self.places.items()}


class InexactNumber(ValueError):
    """A number too long for a spreadsheet: its last digits are gone."""


def header_of(text: str) -> str:
    """Write a header without what differs between exports: width, kind of bracket, spaces, case.

    >>> header_of("行业商品GMV（30日)") == header_of(" 行业商品 gmv(30日）")
    True
    """
    return _SPACES.sub("", unicodedata.normalize("NFKC", text).lstrip("\ufeff")).translate(_BRACKETS).casefold()


def cell_of(text: str) -> str:
    """Write a cell without what surrounds it; a dash is how exports write nothing."""
    stripped = text.strip()
    return "" if stripped in _BLANK else stripped


def is_total(cells: Sequence[str]) -> bool:
    """Tell whether a row sums up others: `合计146条记录`, 总计, ... in its first cell that is not blank.

    >>> is_total(["", "合计 146 条记录", "1"]), is_total(["合计划", "1"])
    (True, False)
    """
    first = next((cell for cell in cells if cell_of(cell)), "")
    return _TOTAL.fullmatch(_SPACES.sub("", unicodedata.normalize("NFKC", first))) is not None


def text_of(value: object) -> str:
    """Write what a spreadsheet or Parquet holds as the text that a person would see. Raises `InexactNumber`."""
    match value:
        case None:
            text = ""
        case float() if not abs(value) < _EXACT_MAX:  # also what is no number at all
            raise InexactNumber
        case float():
            text = str(int(value)) if value.is_integer() else repr(value)
        case datetime():
            local = value.astimezone(SHANGHAI) if value.tzinfo is not None else value
            text = local.strftime("%Y-%m-%d %H:%M:%S")
        case date():
            text = value.isoformat()
        case bytes():
            text = value.decode("utf-8", errors="replace")
        case _:
            text = str(value)
    return text


def named(formats: Sequence[F], name: str, *, platform: str) -> F:
    """Find a format by its name."""
    for one in formats:
        if one.name == name:
            return one
    raise FormatUnknown(platform=platform, id=name[:64], known=_names(formats))


def columns_of(format: F, headers: Sequence[str]) -> Columns[F]:  # noqa: A002 - the word of the trade
    """Match headers with a format. Where two columns could be one field, the alias that stands first decides."""
    found: dict[str, int] = {}
    for place, header in enumerate(headers):
        found.setdefault(header_of(header), place)
    places: dict[str, int] = {}
    for name, aliases in format.aliases.items():
        for alias in (*aliases, name):
            here = found.get(header_of(alias))
            if here is not None:
                places[name] = here
                break
    used = set(places.values())
    ignored = tuple(header.strip() for place, header in enumerate(headers) if place not in used and header.strip())
    return Columns(format, places, ignored)


def missing_of(columns: Columns[F]) -> tuple[str, ...]:
    """List the fields that the format must have and the table has not."""
    return tuple(name for name in columns.format.required if name not in columns.places)


def recognised(
    head: Sequence[Sequence[str]], formats: Sequence[F], *, platform: str, place: str, told: bool
) -> tuple[int, Columns[F]]:
    """Find which of the first rows is the header, and of which format. `told` says that the one format was named."""
    for index, row in enumerate(head):
        fits = [columns for one in formats if not missing_of(columns := columns_of(one, row))]
        if len(fits) > 1:
            raise FormatAmbiguous(place=place, fits=_names([one.format for one in fits]))
        if fits:
            return index, fits[0]
    if told:
        best = max((columns_of(formats[0], row) for row in head), key=lambda one: len(one.places), default=None)
        missing = formats[0].required if best is None else missing_of(best)
        shown = ", ".join("/".join([*formats[0].aliases.get(name, ()), name][:2]) for name in missing)
        raise HeadersMissing(place=place, format=formats[0].name, missing=shown)
    raise FormatUnrecognised(place=place, platform=platform, known=_names(formats))


def _names(formats: Sequence[F]) -> str:
    return ", ".join(one.name for one in formats) or "—"
