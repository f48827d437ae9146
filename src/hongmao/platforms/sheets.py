"""Cells of exported tables, read as people and spreadsheets write them: `¥1,234.50`, `2025/5/7`, `12.0`. Exactly, or not at all."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final, TypeVar

from hongmao.kernel.ids import ID_PATTERN
from hongmao.kernel.money import AMOUNT_FEN_MAX
from hongmao.kernel.time import SECOND_MS, SHANGHAI
from hongmao.platforms.fields import QUANTITY_MAX, FieldFault, version_of
from hongmao.returns.contracts import RowProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

T = TypeVar("T")

APPROXIMATE: Final = "approximate"
_DAY: Final = re.compile(r"(?P<y>[0-9]{4})([-/.]?)(?P<m>[0-9]{1,2})\2(?P<d>[0-9]{1,2})")
_TIME: Final = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2}) ([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_COUNT: Final = re.compile(r"[0-9]{1,12}(\.0+)?")
_DECIMAL: Final = re.compile(r"[0-9]{1,13}(\.[0-9]{1,6})?")
_ID: Final = re.compile(ID_PATTERN.removesuffix("$"))
_TOTAL: Final = re.compile(r"合计|总计|汇总|共[0-9]+条")


class Cells:
    """One row of a table by field name. A blank cell is None; one that cannot be read is a `FieldFault`."""

    def __init__(self, row: Mapping[str, str]) -> None:
        """Read from text."""
        self._row = row

    @property
    def raw(self) -> str:
        """Give the row as text, for the quarantine."""
        return "\t".join(f"{name}={value}" for name, value in self._row.items())

    def is_total(self, *names: str) -> bool:
        """Tell whether the row is a total (`合计N条记录`), which no fact is made of."""
        return any(_TOTAL.match(self._row.get(name, "")) for name in names)

    def text(self, name: str) -> str | None:
        """Read text. A leading apostrophe or tab is how spreadsheets are told to leave a number alone."""
        return self._row.get(name, "").strip().lstrip("'\t").strip() or None

    def id(self, name: str) -> str | None:
        """Read an id."""
        text = self.text(name)
        if text is not None and _ID.fullmatch(text) is None:
            raise FieldFault("bad_value", name)
        return text

    def day(self, name: str) -> str:
        """Read a day, `2025-05-07`, `2025/5/7` or `20250507`."""
        text = self.text(name)
        match = _DAY.fullmatch(text or "")
        if match is None:
            raise FieldFault("bad_time" if text else "missing_field", name)
        try:
            return date(int(match["y"]), int(match["m"]), int(match["d"])).isoformat()
        except ValueError:
            raise FieldFault("bad_time", name) from None

    def beijing(self, name: str) -> int | None:
        """Read Beijing time to the second or the minute as epoch milliseconds."""
        text = self.text(name)
        if text is None:
            return None
        match = _TIME.fullmatch(text)
        if match is None:
            raise FieldFault("bad_time", name)
        try:
            moment = datetime(*(int(part or 0) for part in match.groups()), tzinfo=SHANGHAI)  # type: ignore[misc,arg-type]
        except ValueError:
            raise FieldFault("bad_time", name) from None
        return round(moment.timestamp()) * SECOND_MS

    def count(self, name: str) -> int | None:
        """Read a whole number."""
        plain = self._plain(name)
        if plain is None:
            return None
        if _COUNT.fullmatch(plain) is None:
            raise FieldFault("bad_value", name)
        return int(plain.partition(".")[0])

    def pieces(self, name: str) -> int | None:
        """Read how many pieces a line has; 0 is unknown."""
        value = self.count(name)
        if value is not None and value > QUANTITY_MAX:
            raise FieldFault("out_of_range", name)
        return value or None

    def decimal(self, name: str) -> Decimal | None:
        """Read a number."""
        plain = self._plain(name)
        if plain is None:
            return None
        if _DECIMAL.fullmatch(plain) is None:
            raise FieldFault("bad_value", name)
        return Decimal(plain)

    def fen(self, name: str) -> int | None:
        """Read an amount in yuan as whole fen."""
        yuan = self.decimal(name)
        if yuan is None:
            return None
        if yuan * 100 != (yuan * 100).to_integral_value():
            raise FieldFault("not_whole_fen", name)
        if yuan * 100 > AMOUNT_FEN_MAX:
            raise FieldFault("out_of_range", name)
        return int(yuan * 100)

    def figures(self, counts: Iterable[str], amounts: Iterable[str]) -> tuple[dict[str, int], tuple[str, ...]]:
        """Read what is there of a report's figures; a blank one is unknown and left out (ATTR-7).

        Where no GMV is given but a ROI and a spend are, the GMV is their product and the row is marked (ATTR-11).
        """
        found = {name: value for name in counts if (value := self.count(name)) is not None}
        found |= {f"{name}_fen": value for name in amounts if (value := self.fen(name)) is not None}
        roi = self.decimal("roi")
        if "gmv_fen" in found or roi is None or "spend_fen" not in found:
            return found, ()
        gmv = int((found["spend_fen"] * roi).quantize(Decimal(1), rounding=ROUND_HALF_UP))
        if gmv > AMOUNT_FEN_MAX:
            raise FieldFault("out_of_range", "roi")
        return found | {"gmv_fen": gmv}, (APPROXIMATE,)

    def _plain(self, name: str) -> str | None:
        text = self.text(name)
        if text is None:
            return None
        plain = text.removeprefix("¥").removeprefix("￥").replace(",", "")
        if plain.startswith("-"):
            raise FieldFault("below_zero", name)
        return plain


def read_cells(
    row: Mapping[str, str], read: Callable[[Cells], Iterable[T]], *, place: str, totals: Sequence[str] = ("day",)
) -> Sequence[T | RowProblem]:
    """Read one row of a report; what is wrong with it stands after what could still be read, with its place.

    A total row is nothing.
    """
    cells = Cells(row)
    if cells.is_total(*totals):
        return ()
    found: list[T | RowProblem] = []
    try:
        found.extend(read(cells))
    except FieldFault as fault:
        found.append(RowProblem(code=fault.code, place=f"{place}.{fault.place}", raw=cells.raw))
    return found


def snapshot_version(snapshot_ms: int) -> int:
    """Make a version of when a file was exported, so that the later export wins."""
    return version_of(snapshot_ms, "snapshot")
