"""Values that add up exactly: a decimal as three whole numbers, its units, billionths, and billionths of billionths.

A file's values are decimals, often a float's seventeen digits; adding them as floats would make the total depend on the
order of the rows. Limbs add up as 64-bit integers, one by one, in any order and over any number of shards.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths.contracts import VALUE_LIMBS
from hongmao.attribution.paths.errors import ValueUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

BILLION = 10**9
UNITS_MAX = 10**15
"""Ten thousand rows of this, or ten trillion of a hundred, still fit a 64-bit sum."""
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
_PLACES = Decimal(1).scaleb(-2 * 9)
_FEN = 100


def of_texts(texts: Iterable[str]) -> NDArray[np.int64]:
    """Read decimals as they are written; what stands beyond the 18th place is rounded, half to even.

    Raises `ValueUnreadable` with the row, counted from 1.
    """
    return _limbs([_scaled(text, row) for row, text in enumerate(texts, 1)])


def of_floats(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Read floats as the shortest decimals that stand for them: what a file's author wrote, not the float's own tail."""
    return of_texts(map(repr, values.tolist()))


def of_fen(fen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Read whole fen as yuan."""
    sign = np.sign(fen)
    units, rest = np.divmod(np.abs(fen.astype(np.int64, copy=False)), _FEN)
    return np.stack([sign * units, sign * rest * (BILLION // _FEN), np.zeros_like(units)])


def of_whole(units: NDArray[np.int64]) -> NDArray[np.int64]:
    """Take whole units of whatever is counted."""
    whole = units.astype(np.int64, copy=False)
    return np.stack([whole, np.zeros_like(whole), np.zeros_like(whole)])


def exact(limbs: Sequence[int] | NDArray[np.int64]) -> Fraction:
    """Put limbs together again: `limbs[0] + limbs[1] / 10^9 + limbs[2] / 10^18`."""
    units, billionths, rest = (int(limb) for limb in limbs)
    return Fraction(units * BILLION**2 + billionths * BILLION + rest, BILLION**2)


def total(limbs: NDArray[np.int64]) -> Fraction:
    """Add up all rows."""
    return exact(limbs.sum(axis=1))


def floats(limbs: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give the nearest floats, or ones a unit in the last place away, for what is estimated anyway."""
    parts = limbs.astype(np.float64)
    summed: NDArray[np.float64] = parts[0] + (parts[1] + parts[2] / BILLION) / BILLION
    return summed


def _scaled(text: str, row: int) -> int:
    try:
        value = Decimal(text.strip())
        fits = value.is_finite() and abs(value) < UNITS_MAX
    except InvalidOperation:
        fits = False
    if not fits:
        raise ValueUnreadable(place=row, value=text)
    return int(value.quantize(_PLACES, context=_EXACT).scaleb(18, context=_EXACT))


def _limbs(scaled: list[int]) -> NDArray[np.int64]:
    limbs = np.empty((VALUE_LIMBS, len(scaled)), np.int64)
    for row, value in enumerate(scaled):
        # All limbs of a value have its sign, so that a small one keeps its digits as a float.
        sign = -1 if value < 0 else 1
        rest, last = divmod(abs(value), BILLION)
        first, middle = divmod(rest, BILLION)
        limbs[:, row] = sign * first, sign * middle, sign * last
    return limbs
