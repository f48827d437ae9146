"""How numbers are written, as the trade writes them, from whole numbers only: no float, half up, unknown is —."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hongmao.definitions.contracts import MetricDefinition

UNKNOWN = "—"
_FEN_PER_YUAN = 100


def render_value(metric: MetricDefinition, numerator: int | None, denominator: int | None = None) -> str:
    """Write a metric's value: a measure takes its number, a ratio its two parts (counts, or fen).

    A part that is unknown, and a denominator that is zero, make an unknown value: —, never 0.
    """
    if numerator is None:
        return UNKNOWN
    if metric.ratio is None:
        return _decimals(numerator, _FEN_PER_YUAN) if metric.style == "yuan" else f"{numerator:,}"
    if not denominator:
        return UNKNOWN
    top = numerator * metric.ratio.per
    match metric.style:
        case "percent":
            return _decimals(top * 100, denominator) + "%"
        case "yuan":
            return _decimals(top, denominator * _FEN_PER_YUAN)
        case _:
            return _decimals(top, denominator)


def hundredths(numerator: int, denominator: int) -> int:
    """Divide into hundredths, half away from zero.

    >>> hundredths(1, 200), hundredths(-1, 200), hundredths(1, 3)
    (1, -1, 33)
    """
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    top, bottom = 200 * abs(numerator) + abs(denominator), 2 * abs(denominator)
    return sign * (top // bottom)


def _decimals(numerator: int, denominator: int) -> str:
    value = hundredths(numerator, denominator)
    whole, rest = divmod(abs(value), 100)
    return f"{'-' if value < 0 else ''}{whole:,}.{rest:02d}"
