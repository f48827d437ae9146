"""Exact Markov of order 1 and closed Shapley from raw touches, against counting neighbours in the same array, nothing more."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths import building
from hongmao.attribution.paths.api import path_spec_named, solve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.attribution.paths.contracts import Paths

BASELINE = "one numpy.bincount of (touch, next touch) over the same touches, journeys not told apart"
UNIT = "touches/s"
JOURNEYS, CHANNELS = 1_000_000, 12
MODELS = ("markov:1", "markov:4", "shapley:closed")


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours, all three models, and the baseline in turn over the same journeys."""
    paths = _journeys()
    for model in MODELS:
        solve(building.some(paths, np.arange(100)), path_spec_named(model))  # what is compiled is loaded before
    for _ in range(count):
        yield _ours(paths), _pairs(paths)


def _ours(paths: Paths) -> float:
    """Count, solve and credit under each model; the credit must add up."""
    began = time.perf_counter()
    results = [solve(paths, path_spec_named(model)) for model in MODELS]
    took = time.perf_counter() - began
    for result in results:
        if abs(sum(float(one.conversions) for one in result.credits) - result.totals.conversions) > 1e-6:
            raise AssertionError(result.model)
    return len(MODELS) * paths.touches / took


def _pairs(paths: Paths) -> float:
    began = time.perf_counter()
    counted = np.bincount(paths.flat[:-1].astype(np.int64) * CHANNELS + paths.flat[1:], minlength=CHANNELS**2)
    took = time.perf_counter() - began
    if counted.sum() != paths.touches - 1:
        raise AssertionError(counted)
    return paths.touches / took


def _journeys() -> Paths:
    """Draw journeys of one to twenty touches; channels differ in how often they are met and in what they bring."""
    luck = np.random.default_rng(7)
    lengths = np.minimum(luck.geometric(0.25, JOURNEYS), 20)
    flat = luck.choice(CHANNELS, int(lengths.sum()), p=luck.dirichlet(np.ones(CHANNELS)))
    chance = luck.uniform(0.02, 0.3, CHANNELS)[flat[np.cumsum(lengths) - 1]]
    converted = (luck.random(JOURNEYS) < chance).astype(np.int64)
    return building.paths_of_codes(
        channels=[f"c{number}" for number in range(CHANNELS)],
        flat=flat,
        lengths=lengths,
        conversions=converted,
        nulls=1 - converted,
    )
