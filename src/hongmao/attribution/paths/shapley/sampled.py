"""The rate game for any number of channels: antithetic permutations, a standard error, shares that add up and are not clipped.

Along one order of the channels the marginal rates add up to v(N) - v(nobody) by themselves, so every estimate does. An
order and its reverse make a pair whose errors partly cancel; the standard error is that of the mean over pairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths import building, compiled, grouping, notes
from hongmao.attribution.paths.contracts import Paths
from hongmao.attribution.paths.results import estimated, touched
from hongmao.attribution.paths.shapley.closed import by_set
from hongmao.attribution.paths.shapley.coalitions import journeys_of, measured

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hongmao.attribution.models import ModelSpec
    from hongmao.attribution.paths.contracts import PathResult, Settings


def solve(paths: Paths, spec: ModelSpec, settings: Settings) -> PathResult:
    """Estimate the rate game's Shapley value from `settings.permutations` orders drawn with `settings.seed`."""
    value, error = sampled_value(paths, np.random.default_rng(settings.seed), max(settings.permutations // 2, 2))
    scale = journeys_of(paths)
    return estimated(
        paths, spec, value * scale, errors=error * scale, notes=(notes.SHAPLEY_RATE, notes.SHAPLEY_SAMPLED)
    )


def sampled_value(
    paths: Paths, luck: np.random.Generator, pairs: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the mean over pairs of an order and its reverse, and its standard error; shape (measures, channels)."""
    played = sets_of(paths)
    brought, journeys = np.stack(measured(played)), (played.conversions + played.nulls).astype(np.float64)
    mean = np.zeros((len(brought), len(paths.channels)))
    scatter, there, back = np.zeros_like(mean), np.zeros_like(mean), np.zeros_like(mean)
    for drawn in range(1, pairs + 1):
        rank = luck.permutation(len(paths.channels))
        for order, marginal in ((rank, there), (len(paths.channels) - 1 - rank, back)):
            compiled.play_rate_game(order, played.flat, played.starts, brought, journeys, marginal)
        pair = (there + back) / 2
        # Welford's update: a mean and its scatter without keeping the pairs.
        off = pair - mean
        mean += off / drawn
        scatter += off * (pair - mean)
    return mean, np.sqrt(scatter / (pairs - 1) / pairs)


def sets_of(paths: Paths) -> Paths:
    """Put rows with the same set of channels together, each set in the channels' order; rows without a touch are left out."""
    rows = np.flatnonzero(touched(paths))
    kept = building.some(paths, rows)
    sets, set_starts = by_set(kept)
    row = np.repeat(np.arange(kept.rows), np.diff(set_starts))
    return grouping.distinct(
        Paths(
            channels=paths.channels,
            flat=sets[np.lexsort((sets, row))],
            starts=set_starts,
            conversions=kept.conversions,
            nulls=kept.nulls,
            value=kept.value,
        )
    )
