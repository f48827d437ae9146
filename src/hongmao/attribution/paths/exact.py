"""Exact shares: whole measures of many rows, each times a fraction, added up by channel as rationals.

Equal fractions of a channel are added up as 64-bit integers first, so that Python's long integers see each of them once.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths import amounts, compiled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from hongmao.attribution.paths.contracts import Paths

COMMON_BITS_MAX = 8_192
"""Above this a common denominator costs more than it tells."""
FINE_BITS = 256
"""Then every term is rounded to 2^-256, and what that leaves goes to the largest share: sums stay exact."""


def measures(paths: Paths) -> NDArray[np.int64]:
    """Lay out what is shared, a column each: conversions and, where there is a value, its limbs."""
    columns = [paths.conversions] if paths.value is None else [paths.conversions, *paths.value]
    return np.column_stack(columns)


def add_up(
    key: NDArray[np.int64],
    numerator: NDArray[np.int64],
    denominator: NDArray[np.int64],
    row: NDArray[np.int64],
    amount: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Add `amount[row]` of the terms up that share a key and a fraction.

    Gives `(cells, sums)`: cells are rows of (key, numerator, denominator) in lowest terms, sorted; sums go with them.
    """
    pair, pairs = _numbered(numerator, denominator)
    cell, cells = _numbered(key, pair)
    sums = np.zeros((len(cells), amount.shape[1]), np.int64)
    compiled.add_rows(cell, row, amount, sums)
    terms = np.column_stack([key[cells], numerator[pairs][pair[cells]], denominator[pairs][pair[cells]]])
    divisor = np.gcd(terms[:, 1], terms[:, 2])
    terms[:, 1] //= divisor
    terms[:, 2] //= divisor
    return merge(terms, sums)


def merge(cells: NDArray[np.int64], sums: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sort cells and add equal ones up."""
    if not len(cells):
        return cells, sums
    order = np.lexsort(cells.T[::-1])
    ordered = cells[order]
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    first = np.flatnonzero(fresh)
    return ordered[first], np.add.reduceat(sums[order], first, axis=0)


def _numbered(left: NDArray[np.int64], right: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number equal pairs alike; gives every place's number, and a place of each number."""
    number, first = np.empty(len(left), np.int64), np.empty(len(left), np.int64)
    table = np.full(1 << (2 * len(left) + 1).bit_length(), -1, np.int64)
    return number, first[: compiled.number_pairs(left, right, table, number, first)]


def by_key(cells: NDArray[np.int64], sums: NDArray[np.int64], keys: int) -> list[tuple[Fraction, Fraction | None]]:
    """Work out each key's conversions and value (None without limbs) from what `add_up` gave."""
    common = _common(cells[:, 2])
    parts: list[list[int]] = [[0, 0] for _ in range(keys)]
    valued = sums.shape[1] > 1
    for (key, numerator, denominator), amount in zip(cells.tolist(), sums.tolist(), strict=True):
        parts[key][0] += amount[0] * numerator * common // denominator
        if valued:
            parts[key][1] += _whole(amount) * numerator * common // denominator
    scale = amounts.BILLION**2
    return [
        (Fraction(conversions, common), Fraction(value, common * scale) if valued else None)
        for conversions, value in parts
    ]


def settle(shares: Sequence[Fraction], whole: Fraction) -> list[Fraction]:
    """Give the largest share what rounding has left over, if any, so that shares add up to the whole."""
    settled = list(shares)
    left = whole - sum(settled, Fraction(0))
    if left and settled:
        largest = max(range(len(settled)), key=lambda place: abs(settled[place]))
        settled[largest] += left
    return settled


def _common(denominators: Iterable[int]) -> int:
    common = 1
    for denominator in sorted(set(map(int, denominators))):
        common = lcm(common, denominator)
        if common.bit_length() > COMMON_BITS_MAX:
            return 1 << FINE_BITS
    return common


def _whole(amount: list[int]) -> int:
    """Put the limbs of a value together, in billionths of billionths."""
    units, billionths, rest = amount[1:]
    return (units * amounts.BILLION + billionths) * amounts.BILLION + rest
