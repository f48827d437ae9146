"""How values read on a page: yuan, counts, instants and lengths of time, in the reader's language. Unknown is `—`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from hongmao.insight.contracts import DASH
from hongmao.kernel.money import Money
from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, SHANGHAI, iso

if TYPE_CHECKING:
    from hongmao.kernel.errors import Lang

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MILLION = 1_000_000
_SPANS: tuple[tuple[int, str, str], ...] = (
    (DAY_MS, "天", "d"),
    (HOUR_MS, "小时", "h"),
    (MINUTE_MS, "分", "min"),
    (SECOND_MS, "秒", "s"),
)


@dataclass(frozen=True, slots=True)
class Formats:
    """Writes values for one language. Digits and the yuan sign are the same in both."""

    lang: Lang

    def count(self, value: int | None) -> str:
        """Write a whole number with thousands separated."""
        return DASH if value is None else f"{value:,}"

    def yuan(self, fen: int | None, *, signed: bool = False) -> str:
        """Write an amount in yuan; a difference (`signed`) shows its plus too."""
        if fen is None:
            return DASH
        yuan, _, rest = str(Money(abs(fen))).partition(".")
        return f"{_sign(fen, plus=signed)}¥{int(yuan):,}.{rest}"

    def credit(self, millionths: int | None, *, signed: bool = False) -> str:
        """Write a number of conversions: whole ones plainly, shares of one to two decimals, `3`, `3.50`, `+0.33`."""
        if millionths is None:
            return DASH
        hundredths = (abs(millionths) + _MILLION // 200) // (_MILLION // 100)
        whole, rest = divmod(hundredths, 100)
        sign = _sign(millionths if hundredths else 0, plus=signed)
        return f"{sign}{whole:,}" if millionths % _MILLION == 0 else f"{sign}{whole:,}.{rest:02d}"

    def day(self, day: date | None) -> str:
        """Write a day as people say it: `5月7日`, `7 May`."""
        if day is None:
            return DASH
        return f"{day.month}月{day.day}日" if self.lang == "zh" else f"{day.day} {_MONTHS[day.month - 1]}"

    def moment(self, at_ms: int | None) -> str:
        """Write an instant of Asia/Shanghai to the second: `2025-05-07 10:00:00`."""
        return DASH if at_ms is None else _shanghai(at_ms).strftime("%Y-%m-%d %H:%M:%S")

    def minute(self, at_ms: int | None) -> str:
        """Write an instant of Asia/Shanghai shortly: `05-07 10:00`."""
        return DASH if at_ms is None else _shanghai(at_ms).strftime("%m-%d %H:%M")

    def stamp(self, at_ms: int) -> str:
        """Write an instant for machines, as `<time datetime>` wants it."""
        return iso(at_ms)

    def span(self, length_ms: int | None) -> str:
        """Write a length of time by its two largest parts: `2 小时 5 分`, `2 h 5 min`."""
        if length_ms is None:
            return DASH
        parts: list[tuple[int, str]] = []
        rest = abs(length_ms)
        for unit_ms, zh, en in _SPANS:
            whole, rest = divmod(rest, unit_ms)
            if whole or (parts and len(parts) < 2):  # noqa: PLR2004 - two parts are as much as anybody reads
                parts.append((whole, zh if self.lang == "zh" else en))
        said = " ".join(f"{whole} {unit}" for whole, unit in parts[:2] if whole)
        return said or ("不到 1 秒" if self.lang == "zh" else "under 1 s")

    def ratio(self, millionths: int) -> str:
        """Write a declared ratio exactly: `100%`, `98.5%`."""
        return f"{millionths / 10_000:g}%"

    def share(self, part: int | None, whole: int | None) -> str:
        """Write a part of a whole as a percentage; unknown where there is no whole."""
        return DASH if part is None or not whole else f"{part / whole:.2%}"


def _sign(value: int, *, plus: bool) -> str:
    return "-" if value < 0 else "+" if plus and value > 0 else ""


def _shanghai(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / SECOND_MS, UTC).astimezone(SHANGHAI)
