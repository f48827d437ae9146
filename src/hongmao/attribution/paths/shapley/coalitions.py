"""Games over all coalitions: any value function as an array indexed by bitmask, and its Shapley value.

Bit c of an index says that channel c is in. The rate game asks what share of the journeys that stay inside a coalition
converts; it is not additive over paths, may fall when a channel joins, and its shares are never clipped.
"""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths import amounts, grouping, notes
from hongmao.attribution.paths.errors import TooManyChannels
from hongmao.attribution.paths.replicates import intervals
from hongmao.attribution.paths.results import estimated, touched

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hongmao.attribution.models import ModelSpec
    from hongmao.attribution.paths.contracts import PathResult, Paths, Settings
    from hongmao.attribution.paths.replicates import Floats

CHANNELS_MAX = 22
"""2^22 coalitions are 32 MiB an array; sampling is for more."""
REPLICATED_MAX = 1 << 28
"""Intervals are given while replicates x coalitions stay below this: about half a minute."""


def solve(paths: Paths, spec: ModelSpec, settings: Settings) -> PathResult:
    """Solve the rate game exactly; raises `TooManyChannels`."""
    whole = RateGame(paths)
    value = None if paths.value is None else amounts.floats(paths.value)
    credit = whole(paths.conversions.astype(np.float64), paths.nulls.astype(np.float64), value)
    said, ranges = [notes.SHAPLEY_RATE], None
    if settings.replicates << len(paths.channels) > REPLICATED_MAX:
        said.append(notes.INTERVALS_COSTLY)
    elif settings.replicates:
        rows = grouping.distinct(paths)
        ranges = intervals(rows, settings, RateGame(rows))
    return estimated(paths, spec, credit, ranges=ranges, notes=tuple(said))


class RateGame:
    """The rate game from weighted rows: v(S) = conversions / journeys of the paths inside S, 0 where there are none.

    Shares are scaled by all journeys, so that they are conversions (and value) and add up to what is credited.
    """

    def __init__(self, paths: Paths) -> None:
        """Find each row's set; raises `TooManyChannels`."""
        self._mask, self._channels = masks(paths), len(paths.channels)

    def __call__(self, conversions: Floats, nulls: Floats, value: Floats | None) -> Floats:
        """Give each channel's share of conversions and value."""
        journeys = at_sets(self._mask, conversions + nulls, self._channels)
        inside, every = zeta(journeys), float(journeys.sum())
        credit = []
        for one in (conversions, value):
            if one is not None:
                brought = zeta(at_sets(self._mask, one, self._channels))
                rate = np.divide(brought, inside, out=np.zeros_like(brought), where=inside > 0)
                credit.append(shapley_value(rate) * every)
        return np.stack(credit)


def shapley_value(game: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give phi_c = sum over S without c of |S|! (n - |S| - 1)! / n! x (v(S + c) - v(S)), for a game of 2^n values."""
    channels = len(game).bit_length() - 1
    if not channels:
        return np.zeros(0)
    size = np.bitwise_count(np.arange(len(game) // 2, dtype=np.uint32))
    weight = weights_by_size(channels)[size]
    value = np.empty(channels)
    for channel in range(channels):
        # Coalitions side by side: those without the channel, and the same with it. Their rest has the same size either way.
        sides = game.reshape(-1, 2, 1 << channel)
        value[channel] = weight @ (sides[:, 1] - sides[:, 0]).ravel()
    return value


def weights_by_size(channels: int) -> Floats:
    """Give |S|! (n - |S| - 1)! / n! for |S| = 0 .. n - 1, which is 1 over n times (n - 1 choose |S|)."""
    return np.array([1.0 / (channels * comb(channels - 1, size)) for size in range(channels)])


def zeta(inside: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn amounts at each set into amounts at all its subsets: f(S) = sum over T within S, n x 2^(n-1) additions."""
    summed = inside.copy()
    for channel in range(len(summed).bit_length() - 1):
        sides = summed.reshape(-1, 2, 1 << channel)
        sides[:, 1] += sides[:, 0]
    return summed


def closed_game(paths: Paths) -> Floats:
    """Give v(S) of the closed game for all coalitions by bitmask: conversions of the paths inside S."""
    return zeta(at_sets(masks(paths), paths.conversions.astype(np.float64), len(paths.channels)))


def masks(paths: Paths) -> NDArray[np.int64]:
    """Give each row's set of channels as a bitmask; raises `TooManyChannels`."""
    if len(paths.channels) > CHANNELS_MAX:
        raise TooManyChannels(channels=len(paths.channels), most=CHANNELS_MAX)
    mask = np.zeros(paths.rows, np.int64)
    np.bitwise_or.at(mask, np.repeat(np.arange(paths.rows), np.diff(paths.starts)), 1 << paths.flat.astype(np.int64))
    return mask


def measured(paths: Paths) -> list[NDArray[np.float64]]:
    """Give conversions and, where there is one, value of every row as floats."""
    conversions = paths.conversions.astype(np.float64)
    return [conversions] if paths.value is None else [conversions, amounts.floats(paths.value)]


def journeys_of(paths: Paths) -> float:
    """Count the journeys with a touch."""
    return float((paths.conversions + paths.nulls)[touched(paths)].sum())


def at_sets(mask: NDArray[np.int64], column: NDArray[np.float64], channels: int) -> NDArray[np.float64]:
    """Add a column up by set; journeys without a touch play no game."""
    summed = np.bincount(mask, column, 1 << channels).astype(np.float64, copy=False)
    summed[0] = 0.0
    return summed
