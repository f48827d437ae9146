"""The loops, compiled by Numba: whole numbers only, one conversion at a time, no lock held while they run.

Every function is plain Python over arrays and can be read, and tested, as such. Compiled code is kept on disk beside the
module (or where NUMBA_CACHE_DIR says), so that it is compiled once a machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import numba
import numpy as np

from hongmao.attribution.journeys.sharing import DRAWERS, divided, floors, raise_largest

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.attribution.journeys.contracts import Int16, Int32, Int64, Truth

LAST, FIRST, LAST_NON_ORGANIC, LINEAR, POSITION, DECAY, CUSTOM = range(7)
MILLION = 1_000_000
WEIGHT_BITS = 42
"""Weights of one conversion add up to less than 2^43, so that a million times their sum is a 64-bit number."""
STEP_BITS = 16
STEPS = 1 << STEP_BITS
PARAMETERS_MAX = 3
"""Of one model."""
_AGE_MAX = 1 << 46
_F = TypeVar("_F", bound="Callable[..., object]")


def _compiled(function: _F) -> _F:
    return cast("_F", numba.njit(cache=True, nogil=True)(function))


@_compiled
def _age_weights(age: Int64, count: int, half_life_ms: int, table: Int64, weight: Int64) -> None:
    """Write 2^-(age / half-life) of each touch against the youngest of them, in 2^-(42 - bits of count)."""
    spare = 0
    while (1 << spare) <= count:
        spare += 1
    youngest, inverse = age[count - 1], 1.0 / half_life_ms
    for place in range(count):
        older = min(age[place] - youngest, _AGE_MAX)
        # Nothing is left after so many halvings; below them quotients are small enough to be divided by an inverse.
        if older * inverse >= WEIGHT_BITS + 2:
            weight[place] = 0
            continue
        steps = divided(older << STEP_BITS, half_life_ms, inverse)
        rest = divided(((older << STEP_BITS) - steps * half_life_ms) << STEP_BITS, half_life_ms, inverse)
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
def _credit_evenly(
    count: int, base: int, where: Int64, group: Int32, millionths: Int32, picos: Int64, shares: Int64
) -> None:
    """Credit one conversion's touches alike, as weights of one would be: what is left over goes to the later ones."""
    share = MILLION // count
    later = count - (MILLION - share * count)
    for place in range(count):
        shares[place] = share + (place >= later)
        millionths[base + where[place]] = shares[place]
    if group.size:
        part = MILLION * MILLION // count
        for place in range(count):
            picos[group[where[place]]] += part
        picos[group[where[count - 1]]] += MILLION * MILLION - part * count


@_compiled
def _add_picos(shares: Int64, rest: Int64, count: int, total: int, where: Int64, group: Int32, picos: Int64) -> None:
    """Add one conversion to the totals: each touch's part in 10^-12, rounded down, and what is left to the last touch.

    `shares` are millionths rounded down and `rest` their remainders, of which another millionth's part is still whole.
    """
    left, part, inverse = np.int64(MILLION * MILLION), np.int64(0), 1.0 / total
    for place in range(count):
        if not place or rest[place] != rest[place - 1] or shares[place] != shares[place - 1]:
            part = shares[place] * MILLION + divided(rest[place] * MILLION, total, inverse)
        picos[group[where[place]]] += part
        left -= part
    picos[group[where[count - 1]]] += left


@_compiled
def _credit_by_weight(
    weight: Int64,
    count: int,
    total: int,
    base: int,
    where: Int64,
    group: Int32,
    millionths: Int32,
    picos: Int64,
    rest: Int64,
    shares: Int64,
    spare: Int64,
) -> None:
    """Credit one conversion's touches by weights that add up to `total` > 0; `shares` then hold their millionths."""
    left = floors(weight, count, total, MILLION, rest, shares)
    if group.size:
        _add_picos(shares, rest, count, total, where, group, picos)
    raise_largest(rest, left, total, shares, count, spare)
    for place in range(count):
        millionths[base + where[place]] = shares[place]


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
def _look_inside(
    reach_ms: Int64,
    lane_at_ms: Int64,
    lane_kind: Int16,
    lane_organic: Truth,
    first: int,
    end: int,
    at_ms: int,
    inside: Truth,
    age: Int64,
    paid: Truth,
    where: Int64,
) -> int:
    """Tell which touches of one conversion are inside the window, list them, and count them."""
    count = 0
    for touch in range(first, end):
        oldest = reach_ms[lane_kind[touch]]
        old = at_ms - lane_at_ms[touch]
        fits = oldest != 0 and old >= 0 and (oldest < 0 or old < oldest)
        inside[touch - first] = fits
        if fits:
            age[count] = old
            paid[count] = not lane_organic[touch]
            where[count] = touch
            count += 1
    return count


@_compiled
def credit_span(
    models: Int64,
    numbers: Int64,
    table: Int64,
    reaches: Int64,
    reach_of: Int64,
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
    conversions: Int64,
    touches: Int64,
    inside: Truth,
    millionths: Int32,
    value_fen: Int64,
    earned: Truth,
    picos: Int64,
    fen: Int64,
    from_conversion: int,
    to_conversion: int,
) -> None:
    """Credit conversions `from_conversion .. to_conversion` under every rule; everything is written into the arrays given.

    Rules are numbered by `models` (rules), `numbers` (rules, parameters), `given` (rules, pairs or 0) and `reach_of`, which
    names a row of `reaches` (reaches, kinds): what is inside (reaches, pairs) is found once for all that share one.
    `amount_fen` and `group` may be empty: then they are not looked at, nor is what they fill.
    """
    most = 1
    for conversion in range(from_conversion, to_conversion):
        most = max(most, end[conversion] - first[conversion])
    age, weight = np.empty(most, np.int64), np.empty(most, np.int64)
    rest, shares, where = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    spare = np.empty(DRAWERS + most, np.int64)
    told, paid = np.zeros(most, np.int64), np.empty(most, np.bool_)
    for conversion in range(from_conversion, to_conversion):
        low, base = out_start[conversion], out_start[conversion] - first[conversion]
        pairs = end[conversion] - first[conversion]
        for place in range(pairs):
            conversions[low + place] = conversion
            touches[low + place] = first[conversion] + place
        for reach in range(reaches.shape[0]):
            count = _look_inside(
                reaches[reach], lane_at_ms, lane_kind, lane_organic, first[conversion], end[conversion],
                at_ms[conversion], inside[reach, low:], age, paid, where,
            )  # fmt: skip
            for rule in range(models.size):
                if reach_of[rule] != reach:
                    continue
                mine = millionths[rule]
                for place in range(low, low + pairs):
                    mine[place] = 0
                earned[rule, conversion] = count > 0
                if count == 0:
                    continue
                chosen = _only_one(models[rule], paid, count)
                if chosen >= 0:
                    # One touch takes all: there are no weights and no shares.
                    mine[base + where[chosen]] = MILLION
                    if group.size:
                        picos[rule, group[where[chosen]]] += MILLION * MILLION
                    if amount_fen.size:
                        shares[0] = abs(amount_fen[conversion])
                        _book(
                            shares, 1, amount_fen[conversion], base, where[chosen:], group, value_fen[rule], fen[rule]
                        )
                    continue
                if models[rule] == LINEAR:
                    _credit_evenly(count, base, where, group, mine, picos[rule], shares)
                else:
                    if models[rule] == CUSTOM:
                        for place in range(count):
                            told[place] = given[rule, base + where[place]]
                    total = _weigh(models[rule], numbers[rule], table, age, told, count, weight)
                    earned[rule, conversion] = total > 0
                    if total == 0:
                        continue
                    _credit_by_weight(weight, count, total, base, where, group, mine, picos[rule], rest, shares, spare)
                if amount_fen.size:
                    for place in range(count):
                        weight[place] = shares[place]
                    left = floors(weight, count, MILLION, abs(amount_fen[conversion]), rest, shares)
                    raise_largest(rest, left, MILLION, shares, count, spare)
                    _book(shares, count, amount_fen[conversion], base, where, group, value_fen[rule], fen[rule])


@_compiled
def split_span(millionths: Int32, starts: Int64, amount_fen: Int64, value_fen: Int64) -> None:
    """Split each amount by the millionths of its span `starts[n]:starts[n + 1]`; a span that earned nothing gets nothing."""
    for place in range(amount_fen.size):
        first, count = starts[place], starts[place + 1] - starts[place]
        weight, rest, shares = np.empty(count, np.int64), np.empty(count, np.int64), np.zeros(count, np.int64)
        spare = np.empty(DRAWERS + count, np.int64)
        total = 0
        for touch in range(count):
            weight[touch] = millionths[first + touch]
            total += weight[touch]
        if total:
            left = floors(weight, count, total, abs(amount_fen[place]), rest, shares)
            raise_largest(rest, left, total, shares, count, spare)
        for touch in range(count):
            value_fen[first + touch] = shares[touch] if amount_fen[place] >= 0 else -shares[touch]
