"""How a whole number is shared out by weights, exactly: largest remainder, of equal ones the later touches first.

Called from other compiled loops. Compiled code on disk does not notice that a callee in another module has changed: whoever
edits this one saves its callers too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.attribution.journeys.contracts import Int64

DRAWERS = 128
_DRAWN_FROM, _DRAWN_FINELY = 8, 64
_WITH_MIDDLE = 3
_FEW = 24
_F = TypeVar("_F", bound="Callable[..., object]")


def _compiled(function: _F) -> _F:
    return cast("_F", numba.njit(cache=True, nogil=True)(function))


@_compiled
def divided(dividend: int, divisor: int, inverse: float) -> np.int64:
    """Divide exactly numbers that are not negative and whose quotient is below 2^50; `inverse` is 1 / divisor.

    A processor multiplies floats several times faster than it divides whole numbers. The product is off by less than one,
    so that one comparison of whole numbers puts it right.
    """
    guess = np.int64(dividend * inverse)
    rest = dividend - guess * divisor
    if rest < 0:
        guess -= 1
    elif rest >= divisor:
        guess += 1
    return guess


@_compiled
def floors(weight: Int64, count: int, total: int, whole: int, rest: Int64, shares: Int64) -> int:
    """Share a whole number by weights that add up to `total` > 0, rounded down; write the remainders, and give what is left."""
    left, inverse = whole, 1.0 / total
    for place in range(count):
        # Neighbours are often alike: evenly shared, or all but the ends.
        if place and weight[place] == weight[place - 1]:
            shares[place], rest[place] = shares[place - 1], rest[place - 1]
        else:
            product = weight[place] * whole
            shares[place] = divided(product, total, inverse)
            rest[place] = product - shares[place] * total
        left -= shares[place]
    return left


@_compiled
def _alike_between(numbers: Int64, count: int) -> bool:
    """Tell whether all numbers but the first and the last are equal: so they are under most rules."""
    different = 0
    for place in range(2, count - 1):
        different += numbers[place] != numbers[1]
    return different == 0


@_compiled
def _raise_alike(rest: Int64, left: int, shares: Int64, count: int) -> None:
    """Give `left` units more to the largest remainders, all of which between the ends are equal."""
    last, middle = count - 1, rest[1]
    later = 1 if rest[0] > rest[last] else 0
    # The ends, the larger first; of equal ones the later. One that is behind the middle waits until all of that has its part.
    for turn in range(2):
        end = last if turn == later else 0
        before = rest[end] > middle or (end == last and rest[end] == middle)
        if left and before:
            shares[end] += 1
            left -= 1
    for back in range(min(left, count - 2)):
        shares[last - 1 - back] += 1
    left -= min(left, count - 2)
    for turn in range(2):
        end = last if turn == later else 0
        before = rest[end] > middle or (end == last and rest[end] == middle)
        if left and not before:
            shares[end] += 1
            left -= 1


@_compiled
def _raise_one_by_one(rest: Int64, left: int, shares: Int64, count: int) -> None:
    for _ in range(left):
        best = 0
        for place in range(1, count):
            if rest[place] >= rest[best]:
                best = place
        shares[best] += 1
        rest[best] = -1


@_compiled
def _raise_in_drawer(rest: Int64, left: int, shares: Int64, inside: Int64, count: int) -> None:
    """Give `left` units more to the largest remainders among the places `inside`, which rise."""
    if count > _FEW:
        cut = np.sort(rest[inside[:count]])[count - left]
        for place in range(count):
            if rest[inside[place]] > cut:
                shares[inside[place]] += 1
                left -= 1
        for back in range(count):
            if left and rest[inside[count - 1 - back]] == cut:
                shares[inside[count - 1 - back]] += 1
                left -= 1
        return
    for _ in range(left):
        best = 0
        for place in range(1, count):
            if rest[inside[place]] >= rest[inside[best]]:
                best = place
        shares[inside[best]] += 1
        rest[inside[best]] = -1


@_compiled
def _raise_by_drawers(rest: Int64, left: int, total: int, shares: Int64, count: int, spare: Int64) -> None:
    """Sort remainders into drawers by size: whole drawers are raised, and only the one that holds the cut is looked through."""
    many = 16 if count <= _DRAWN_FINELY else DRAWERS
    scale = many / total
    filled, inside = spare[:DRAWERS], spare[DRAWERS:]
    filled[:many] = 0
    for place in range(count):
        filled[np.int64(rest[place] * scale)] += 1
    drawer = many - 1
    while filled[drawer] < left:
        left -= filled[drawer]
        drawer -= 1
    found = 0
    for place in range(count):
        mine = np.int64(rest[place] * scale)
        if mine > drawer:
            shares[place] += 1
        elif mine == drawer:
            inside[found] = place
            found += 1
    _raise_in_drawer(rest, left, shares, inside, found)


@_compiled
def raise_largest(rest: Int64, left: int, total: int, shares: Int64, count: int, spare: Int64) -> None:
    """Give `left` units more to the largest remainders, all below `total`; of equal ones the later touches come first.

    `spare` is room to work in, for `count` places and the drawers.
    """
    if left <= 0:
        return
    if count >= _WITH_MIDDLE and _alike_between(rest, count):
        _raise_alike(rest, left, shares, count)
    elif count <= _DRAWN_FROM:
        _raise_one_by_one(rest, left, shares, count)
    else:
        _raise_by_drawers(rest, left, total, shares, count, spare)
