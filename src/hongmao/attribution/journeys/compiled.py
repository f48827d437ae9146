"""The loops, compiled by Numba: whole numbers only, one conversion at a time, no lock held while they run.

Every function is plain Python over arrays and can be read, and tested, as such. Compiled code is kept on disk beside the
module (or where NUMBA_CACHE_DIR says), so that it is compiled once a machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.attribution.journeys.contracts import Int16, Int32, Int64, Truth

LAST, FIRST, LAST_NON_ORGANIC, LINEAR, POSITION, DECAY, CUSTOM = range(7)
MILLION = 1_000_000
WEIGHT_BITS = 42
"""Weights of one conversion add up to less than 2^43, so that a million times their sum is a 64-bit number."""
STEP_BITS = 16
STEPS = 1 << STEP_BITS
_FEW = 24  # up to here a plain insertion sort beats the library's
_AGE_MAX = 1 << 46
_F = TypeVar("_F", bound="Callable[..., object]")


def _compiled(function: _F) -> _F:
    return cast("_F", numba.njit(cache=True, nogil=True)(function))


@_compiled
def count_starts(reader: Int64, readers: int) -> Int64:
    """Give where each reader's touches begin once they stand side by side: length readers + 1."""
    starts = np.zeros(readers + 1, np.int64)
    for code in reader:
        starts[code + 1] += 1
    for code in range(readers):
        starts[code + 1] += starts[code]
    return starts


@_compiled
def gather(reader: Int64, starts: Int64) -> Int64:
    """Give the places of touches, reader by reader, in the order of the input within each."""
    free = starts[:-1].copy()
    places = np.empty(reader.size, np.int64)
    for place in range(reader.size):
        code = reader[place]
        places[free[code]] = place
        free[code] += 1
    return places


@_compiled
def _sort_few(places: Int64, first: int, end: int, at_ms: Int64, tie: Int64, instant: Int64) -> None:
    """Sort some neighbours by insertion, their instants copied side by side; ties are looked up only where there are any."""
    for place in range(first, end):
        moving = places[place]
        when = at_ms[moving]
        hole = place
        while hole > first and (
            instant[hole - 1 - first] > when
            or (instant[hole - 1 - first] == when and tie[places[hole - 1]] > tie[moving])
        ):
            places[hole] = places[hole - 1]
            instant[hole - first] = instant[hole - 1 - first]
            hole -= 1
        places[hole] = moving
        instant[hole - first] = when


@_compiled
def sort_each(places: Int64, starts: Int64, at_ms: Int64, tie: Int64, from_reader: int, to_reader: int) -> None:
    """Sort each reader's touches by instant, tie and place, in `places` itself: places rise within a reader at first."""
    instant = np.empty(_FEW, np.int64)
    for reader in range(from_reader, to_reader):
        first, end = starts[reader], starts[reader + 1]
        if end - first <= _FEW:
            _sort_few(places, first, end, at_ms, tie, instant)
            continue
        # Two stable sorts order by instant, then tie, then place.
        mine = places[first:end]
        mine = mine[np.argsort(tie[mine], kind="mergesort")]
        places[first:end] = mine[np.argsort(at_ms[mine], kind="mergesort")]


@_compiled
def find_spans(
    starts: Int64, at_ms: Int64, conversion_reader: Int64, conversion_at_ms: Int64, reach_ms: int
) -> tuple[Int64, Int64]:
    """Find each conversion's touches: at or before it, and younger than `reach_ms` (negative: however old)."""
    first = np.empty(conversion_reader.size, np.int64)
    end = np.empty(conversion_reader.size, np.int64)
    for place in range(conversion_reader.size):
        reader = conversion_reader[place]
        if reader < 0:
            first[place] = end[place] = 0
            continue
        begin, stop = starts[reader], starts[reader + 1]
        low, high = begin, stop
        while low < high:
            middle = (low + high) // 2
            if at_ms[middle] <= conversion_at_ms[place]:
                low = middle + 1
            else:
                high = middle
        end[place] = low
        low, high = begin, end[place]
        if reach_ms >= 0:
            oldest = conversion_at_ms[place] - reach_ms
            while low < high:
                middle = (low + high) // 2
                if at_ms[middle] <= oldest:
                    low = middle + 1
                else:
                    high = middle
        first[place] = low
    return first, end


@_compiled
def _all_equal(numbers: Int64, count: int) -> bool:
    different = 0
    for place in range(1, count):
        different += numbers[place] != numbers[0]
    return different == 0


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
def _raise_above_cut(rest: Int64, left: int, shares: Int64, count: int) -> None:
    cut = np.sort(rest[:count])[count - left]
    raised = 0
    for place in range(count):
        if rest[place] > cut:
            shares[place] += 1
            raised += 1
    place = count - 1
    while raised < left:
        if rest[place] == cut:
            shares[place] += 1
            raised += 1
        place -= 1


@_compiled
def _raise_largest(rest: Int64, left: int, shares: Int64, count: int) -> None:
    """Give `left` units more to the largest remainders; of equal ones the later touches are served first."""
    if left <= 0:
        return
    if _all_equal(rest, count):
        for place in range(count - left, count):
            shares[place] += 1
    elif count <= _FEW:
        _raise_one_by_one(rest, left, shares, count)
    else:
        _raise_above_cut(rest, left, shares, count)


@_compiled
def _divided(dividend: int, divisor: int) -> np.int64:
    """Divide numbers that are not negative, without the care that Python takes of those that are."""
    return np.int64(np.uint64(dividend) // np.uint64(divisor))


@_compiled
def _age_weights(age: Int64, count: int, half_life_ms: int, table: Int64, weight: Int64) -> None:
    """Write 2^-(age / half-life) of each touch against the youngest of them, in 2^-(42 - bits of count)."""
    spare = 0
    while (1 << spare) <= count:
        spare += 1
    youngest = age[count - 1]
    for place in range(count):
        older = min(age[place] - youngest, _AGE_MAX)
        steps = _divided(older << STEP_BITS, half_life_ms)
        rest = _divided(((older << STEP_BITS) - steps * half_life_ms) << STEP_BITS, half_life_ms)
        halvings, step = steps >> STEP_BITS, steps & (STEPS - 1)
        if halvings + spare > WEIGHT_BITS:
            weight[place] = 0
            continue
        exact = table[step] - (((table[step] - table[step + 1]) * rest) >> STEP_BITS)
        weight[place] = exact >> (halvings + spare)


@_compiled
def _last_paid(paid: Truth, count: int) -> int:
    """Find the last touch that somebody paid for, or the last of all."""
    for back in range(count):
        if paid[count - 1 - back]:
            return count - 1 - back
    return count - 1


@_compiled
def _position_weights(numbers: Int64, count: int, weight: Int64) -> None:
    """Write first : middle : last, the middle shared evenly; of two touches each has its end, one has it all."""
    if count == 1:
        weight[0] = 1
        return
    scale = max(count - 2, 1)
    for place in range(1, count - 1):
        weight[place] = numbers[1]
    weight[0], weight[count - 1] = numbers[0] * scale, numbers[2] * scale


@_compiled
def _weigh(model: int, numbers: Int64, table: Int64, age: Int64, given: Int64, count: int, weight: Int64) -> int:
    """Write the weights of one conversion's touches inside the window, oldest first, and give their sum."""
    if model == POSITION:
        _position_weights(numbers, count, weight)
    elif model == DECAY:
        _age_weights(age, count, numbers[0], table, weight)
    else:
        for place in range(count):
            weight[place] = given[place] if model == CUSTOM else 1
    total = 0
    for place in range(count):
        total += weight[place]
    return total


@_compiled
def _share(weight: Int64, count: int, whole: int, rest: Int64, shares: Int64) -> None:
    """Share a whole number by weights: largest remainder. Weights add up to more than 0."""
    total = 0
    for place in range(count):
        total += weight[place]
    left = whole
    for place in range(count):
        # Neighbours are often alike: evenly shared, or all but the ends.
        if place and weight[place] == weight[place - 1]:
            shares[place], rest[place] = shares[place - 1], rest[place - 1]
        else:
            product = weight[place] * whole
            shares[place] = _divided(product, total)
            rest[place] = product - shares[place] * total
        left -= shares[place]
    _raise_largest(rest, left, shares, count)


@_compiled
def _add_picos(weight: Int64, count: int, total: int, where: Int64, group: Int32, picos: Int64) -> None:
    """Add one conversion to the totals: each touch's part in 10^-12, rounded down, and what is left to the last touch."""
    left, part = np.int64(MILLION * MILLION), np.int64(0)
    for place in range(count):
        if not place or weight[place] != weight[place - 1]:
            product = weight[place] * MILLION
            millions = _divided(product, total)
            part = millions * MILLION + _divided((product - millions * total) * MILLION, total)
        picos[group[where[place]]] += part
        left -= part
    picos[group[where[count - 1]]] += left


@_compiled
def _only_one(model: int, paid: Truth, count: int) -> int:
    """Find the touch that takes everything, or -1 under a model that shares."""
    if model == FIRST:
        return 0
    if model == LAST:
        return count - 1
    return _last_paid(paid, count) if model == LAST_NON_ORGANIC else -1


@_compiled
def _book(
    shares: Int64, count: int, amount: int, base: int, where: Int64, group: Int32, value_fen: Int64, fen: Int64
) -> None:
    """Write one conversion's money, signed as its amount is, and add it to the totals."""
    for place in range(count):
        part = shares[place] if amount >= 0 else -shares[place]
        value_fen[base + where[place]] = part
        if group.size:
            fen[group[where[place]]] += part


@_compiled
def credit_span(
    model: int,
    numbers: Int64,
    table: Int64,
    reach_ms: Int64,
    lane_at_ms: Int64,
    lane_kind: Int16,
    lane_organic: Truth,
    first: Int64,
    end: Int64,
    at_ms: Int64,
    out_start: Int64,
    given: Int64,
    amount_fen: Int64,
    group: Int32,
    inside: Truth,
    millionths: Int32,
    value_fen: Int64,
    earned: Truth,
    picos: Int64,
    fen: Int64,
    from_conversion: int,
    to_conversion: int,
) -> None:
    """Credit conversions `from_conversion .. to_conversion` under one rule; everything is written into the arrays given.

    `given` (custom weights), `amount_fen` and `group` may be empty: then they are not looked at, nor is what they fill.
    """
    most = 0
    for conversion in range(from_conversion, to_conversion):
        most = max(most, end[conversion] - first[conversion])
    age, weight = np.empty(most, np.int64), np.empty(most, np.int64)
    rest, shares, where = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    told, paid = np.zeros(most, np.int64), np.empty(most, np.bool_)
    for conversion in range(from_conversion, to_conversion):
        base = out_start[conversion] - first[conversion]
        count = 0
        for touch in range(first[conversion], end[conversion]):
            reach = reach_ms[lane_kind[touch]]
            old = at_ms[conversion] - lane_at_ms[touch]
            fits = reach != 0 and old >= 0 and (reach < 0 or old < reach)
            inside[base + touch] = fits
            millionths[base + touch] = 0
            if fits:
                age[count] = old
                paid[count] = not lane_organic[touch]
                where[count] = touch
                if given.size:
                    told[count] = given[base + touch]
                count += 1
        earned[conversion] = count > 0
        if count == 0:
            continue
        chosen = _only_one(model, paid, count)
        if chosen >= 0:
            where[0], shares[0], weight[0], count = where[chosen], MILLION, 1, 1
            total = 1
        else:
            total = _weigh(model, numbers, table, age, told, count, weight)
            earned[conversion] = total > 0
            if total == 0:
                continue
            _share(weight, count, MILLION, rest, shares)
        for place in range(count):
            millionths[base + where[place]] = shares[place]
        if group.size:
            _add_picos(weight, count, total, where, group, picos)
        if amount_fen.size:
            for place in range(count):
                weight[place] = shares[place]
            _share(weight, count, abs(amount_fen[conversion]), rest, shares)
            _book(shares, count, amount_fen[conversion], base, where, group, value_fen, fen)


@_compiled
def split_span(millionths: Int32, starts: Int64, amount_fen: Int64, value_fen: Int64) -> None:
    """Split each amount by the millionths of its span `starts[n]:starts[n + 1]`; a span that earned nothing gets nothing."""
    for place in range(amount_fen.size):
        first, count = starts[place], starts[place + 1] - starts[place]
        weight, rest, shares = np.empty(count, np.int64), np.empty(count, np.int64), np.zeros(count, np.int64)
        total = 0
        for touch in range(count):
            weight[touch] = millionths[first + touch]
            total += weight[touch]
        if total:
            _share(weight, count, abs(amount_fen[place]), rest, shares)
        for touch in range(count):
            value_fen[first + touch] = shares[touch] if amount_fen[place] >= 0 else -shares[touch]


@_compiled
def places_inside(inside: Truth, starts: Int64, position: Int64, count: Int64) -> None:
    """Number the touches inside each span from 1, and say of each how many its span has; 0 outside."""
    for place in range(starts.size - 1):
        number = 0
        for touch in range(starts[place], starts[place + 1]):
            if inside[touch]:
                number += 1
                position[touch] = number
        for touch in range(starts[place], starts[place + 1]):
            count[touch] = number
