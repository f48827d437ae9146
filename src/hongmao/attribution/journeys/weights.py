"""What the loops need to know of a model: its number, its whole-number parameters, its table, its custom weights."""

from __future__ import annotations

from functools import cache
from math import isqrt
from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution import expression
from hongmao.attribution.errors import ExpressionRefused
from hongmao.attribution.journeys import compiled, ordering
from hongmao.kernel.time import HOUR_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.attribution.journeys.contracts import Int64, Truth
    from hongmao.attribution.models import ModelSpec

_NUMBERS = {
    "last": compiled.LAST,
    "first": compiled.FIRST,
    "last_non_organic": compiled.LAST_NON_ORGANIC,
    "linear": compiled.LINEAR,
    "position": compiled.POSITION,
    "decay": compiled.DECAY,
    "custom": compiled.CUSTOM,
}
_GUARD_BITS = 160
_HALF = 8


def number_of(spec: ModelSpec) -> int:
    """Give the number by which the loops know a rule model."""
    return _NUMBERS[spec.name]


def parameters_of(spec: ModelSpec) -> Int64:
    """Give a rule model's whole-number parameters in the order in which the loops read them."""
    match spec.name:
        case "position":
            return np.array([spec.whole("first"), spec.whole("middle"), spec.whole("last")], np.int64)
        case "decay":
            return np.array([spec.whole("half_life_ms")], np.int64)
        case _:
            return np.zeros(1, np.int64)


@cache
def halving_table() -> Int64:
    """Give round(2^42 x 2^(-i / 65536)) for i = 0 .. 65536, from whole numbers alone: the same on every machine.

    2^(-1/65536) is found by sixteen square roots of 1/2 at 160 bits; an entry is the product of two of 256 powers.
    """
    root = 1 << (_GUARD_BITS - 1)
    for _ in range(compiled.STEP_BITS):
        root = isqrt(root << _GUARD_BITS)
    fine = [1 << _GUARD_BITS]
    while len(fine) <= 1 << _HALF:
        fine.append(fine[-1] * root >> _GUARD_BITS)
    coarse = [1 << _GUARD_BITS]
    while len(coarse) <= 1 << _HALF:
        coarse.append(coarse[-1] * fine[1 << _HALF] >> _GUARD_BITS)
    shift = 2 * _GUARD_BITS - compiled.WEIGHT_BITS
    rounding = 1 << (shift - 1)
    entries = [(coarse[i >> _HALF] * fine[i & 255] + rounding) >> shift for i in range(compiled.STEPS)]
    return np.array([*entries, 1 << (compiled.WEIGHT_BITS - 1)], np.int64)


def custom_weights(
    spec: ModelSpec,
    *,
    inside: Truth,
    starts: Int64,
    age_ms: Int64,
    kind: Sequence[str],
    kind_code: Int64,
    organic: Truth,
) -> Int64:
    """Compute a custom model's weight of every pair, as whole numbers that the loops can add up.

    Each span's weights are written against its largest. Raises `ExpressionRefused` where one is negative or no number.
    """
    position, count = np.zeros(inside.size, np.int64), np.zeros(inside.size, np.int64)
    ordering.places_inside(inside, starts, position, count)
    values = {
        "position": position.astype(np.float64),
        "count": count.astype(np.float64),
        "age_hours": age_ms / HOUR_MS,
        "kind": np.array([*kind, ""])[kind_code],
        "first": position == 1,
        "last": position == count,
        "organic": organic,
    }
    text = spec.text("weight")
    weight = np.broadcast_to(np.asarray(expression.evaluate(text, values), dtype=np.float64), inside.shape)
    weight = np.where(inside, weight, 0.0)
    wrong = ~np.isfinite(weight) | (weight < 0)
    if wrong.any():
        at = int(np.argmax(wrong))
        facts = f"position={position[at]} count={count[at]} age_hours={age_ms[at] / HOUR_MS:g}"
        raise ExpressionRefused(place=text, why=f"{weight[at]:g} ({facts})")
    return _whole(weight, starts)


def _whole(weight: np.ndarray[tuple[int, ...], np.dtype[np.float64]], starts: Int64) -> Int64:
    lengths = np.diff(starts)
    if weight.size == 0:
        return np.zeros(0, np.int64)
    filled = lengths > 0
    largest = np.zeros(lengths.size)
    largest[filled] = np.maximum.reduceat(weight, starts[:-1][filled])
    # A power of two divides without rounding, so a span's weights keep their proportions to the last bit.
    _, exponent = np.frexp(np.repeat(largest, lengths))
    _, spare = np.frexp(np.repeat(lengths, lengths))
    whole: Int64 = np.rint(np.ldexp(weight, compiled.WEIGHT_BITS - spare - exponent)).astype(np.int64)
    return whole
