"""Rule models on paths: a whole-number weight for every touch; its credit is the weight over the row's sum."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths.building import lengths
from hongmao.attribution.paths.errors import PathsHaveNoTimes
from hongmao.attribution.paths.specs import spelled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hongmao.attribution.models import ModelSpec
    from hongmao.attribution.paths.contracts import Paths

DECAY_BITS = 40
"""Weights of decay by position are round(2^40 x 2^(-(n - i) / half-life))."""


def weights_of(paths: Paths, spec: ModelSpec, organic: frozenset[str]) -> NDArray[np.int64]:
    """Weigh every touch of `paths.flat` under a rule model; raises `PathsHaveNoTimes` where it needs times."""
    last = (paths.starts[1:] - 1)[lengths(paths) > 0]
    weight = np.zeros(paths.touches, np.int64)
    match spec.name:
        case "first":
            weight[paths.starts[:-1][lengths(paths) > 0]] = 1
        case "last":
            weight[last] = 1
        case "last_non_organic":
            weight[_last_non_organic(paths, last, organic)] = 1
        case "linear":
            weight[:] = 1
        case "position":
            weight = _position(paths, spec.whole("first"), spec.whole("middle"), spec.whole("last"))
        case "decay" if dict(spec.parameters).get("half_life_touches"):
            weight = _by_position(paths, spec.whole("half_life_touches"))
        case "custom" if "age_hours" not in _names(spec.text("weight")):
            weight = _custom(paths, spec, organic)
        case _:
            raise PathsHaveNoTimes(model=spelled(spec))
    return weight


def _last_non_organic(paths: Paths, last: NDArray[np.int64], organic: frozenset[str]) -> NDArray[np.int64]:
    """Choose each row's last touch that is not organic; of rows with organic touches only, their last."""
    paid = ~np.isin(paths.flat, [code for code, name in enumerate(paths.channels) if name in organic])
    latest = np.maximum.accumulate(np.where(paid, np.arange(paths.touches), -1))[last]
    first = paths.starts[:-1][lengths(paths) > 0]
    return np.where(latest >= first, latest, last)


def _position(paths: Paths, first: int, middle: int, last: int) -> NDArray[np.int64]:
    """Weigh by place: one touch earns all, two share by `first` and `last`, those between share `middle` evenly."""
    long = lengths(paths)
    filled = long > 0
    between = np.maximum(long - 2, 1)
    weight = np.full(paths.touches, middle, np.int64)
    # One touch is first and last at once; where both weigh nothing it would earn nothing, so last is written after.
    weight[paths.starts[:-1][filled]] = (first * between)[filled]
    weight[(paths.starts[1:] - 1)[filled]] = (last * between)[filled]
    weight[paths.starts[:-1][long == 1]] = 1
    return weight


def _by_position(paths: Paths, half_life: int) -> NDArray[np.int64]:
    """Weigh the i-th of n touches by 2^(-(n - i) / half-life), so that positions stand for time."""
    long = lengths(paths)
    behind = np.repeat(paths.starts[1:] - 1, long) - np.arange(paths.touches)
    # Powers of two of exact binary fractions of the half-life: the same whole numbers on every machine.
    table = np.array([_halved(step, half_life) for step in range(int(long.max(initial=0)))], np.int64)
    return table[behind] if len(table) else np.zeros(0, np.int64)


def _halved(steps: int, half_life: int) -> int:
    """Round 2^(DECAY_BITS - steps / half_life) to a whole number, from whole numbers alone."""
    whole, part = divmod(steps, half_life)
    if whole > DECAY_BITS:
        return 0
    # x = 2^(a / b) is the b-th root of 2^a; it is found with 16 spare bits and rounded.
    exponent = (DECAY_BITS - whole + 16) * half_life - part
    return (_root(exponent, half_life) + (1 << 15)) >> 16


def _root(exponent: int, degree: int) -> int:
    """Give floor(2^(exponent / degree)) by bisection on the bits."""
    root = 0
    for bit in range(exponent // degree, -1, -1):
        tried = root | (1 << bit)
        if tried**degree <= 1 << exponent:
            root = tried
    return root


def _custom(paths: Paths, spec: ModelSpec, organic: frozenset[str]) -> NDArray[np.int64]:
    from hongmao.attribution.journeys.weights import custom_weights  # noqa: PLC0415 - it brings the compiler

    return custom_weights(
        spec,
        inside=np.ones(paths.touches, np.bool_),
        starts=paths.starts,
        age_ms=np.zeros(paths.touches, np.int64),
        kind=paths.channels,
        kind_code=paths.flat.astype(np.int64),
        organic=np.isin(paths.flat, [code for code, name in enumerate(paths.channels) if name in organic]),
    )


def _names(expression: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(expression, mode="eval")) if isinstance(node, ast.Name)}
