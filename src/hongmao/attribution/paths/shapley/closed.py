"""The closed game: v(S) = conversions of paths whose channels all lie in S. Its Shapley value is exact at any size.

v is a sum of unanimity games, one a path, and the value of such a game is an equal split over its members; so each path
is shared evenly by its distinct channels (Zhao, Mahboobi & Bagheri, arXiv:1804.05327). The ordered version spreads a
channel's share over its touches in the path: channel totals stay, and positions can be told apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths import amounts, compiled, exact, grouping, notes
from hongmao.attribution.paths.building import lengths, limbs_of
from hongmao.attribution.paths.replicates import intervals
from hongmao.attribution.paths.results import Share, earned_by, ranged, shared, touched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hongmao.attribution.models import ModelSpec
    from hongmao.attribution.paths.contracts import PathResult, Paths, Settings
    from hongmao.attribution.paths.replicates import Floats

DENSE_CELLS_MAX = 1 << 24
"""Sums by (channel, size of set) are kept in a plain array up to here, and sorted above it."""


def solve(paths: Paths, spec: ModelSpec, settings: Settings) -> PathResult:
    """Share every row evenly over its distinct channels."""
    found = shared(
        paths, spec, shares_of(paths), earned=earned_by(paths, touched(paths)), notes=(notes.SHAPLEY_CLOSED,)
    )
    return _with_intervals(found, paths, settings)


def solve_ordered(paths: Paths, spec: ModelSpec, settings: Settings) -> PathResult:
    """Share as the closed game does, and tell at which positions of the path."""
    found = shared(
        paths,
        spec,
        shares_of(paths),
        earned=earned_by(paths, touched(paths)),
        by_position=positions_of(paths),
        notes=(notes.SHAPLEY_CLOSED, notes.SHAPLEY_ORDERED),
    )
    return _with_intervals(found, paths, settings)


def _with_intervals(found: PathResult, paths: Paths, settings: Settings) -> PathResult:
    if not settings.replicates:
        return found
    rows = grouping.distinct(paths)
    return ranged(found, intervals(rows, settings, Split(rows)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SplitSums:
    """What the equal split is made of, as whole numbers that days and shards add up: sums by (channel, size of the set)."""

    channels: int
    cells: NDArray[np.int64]
    """Rows of (channel, 1, size): the fraction that the sums of the row are shared by."""
    sums: NDArray[np.int64]
    """Conversions and, where there is one, the limbs of the value."""


def sums_of(paths: Paths) -> SplitSums:
    """Add every converting row up by channel and size of its set."""
    channels = len(paths.channels)
    sets, set_starts = compiled.distinct(paths.flat, paths.starts, paths.conversions > 0, channels)
    sizes = np.diff(set_starts)
    largest = int(sizes.max(initial=0))
    limbs = limbs_of(paths)
    if channels * (largest + 1) * (1 + len(limbs)) > DENSE_CELLS_MAX:
        row = np.repeat(np.arange(paths.rows), sizes)
        cells, sums = exact.add_up(sets.astype(np.int64), np.ones_like(row), sizes[row], row, exact.measures(paths))
    else:
        table = np.zeros((channels, largest + 1, 1 + len(limbs)), np.int64)
        compiled.add_by_size(sets, set_starts, paths.conversions, limbs, table)
        channel, size = np.nonzero(table[:, :, 0])
        cells, sums = np.column_stack([channel, np.ones_like(channel), size]), table[channel, size]
    return SplitSums(channels=channels, cells=cells, sums=sums)


def merged(parts: Sequence[SplitSums]) -> SplitSums:
    """Add sums of days or shards over the same channels up."""
    cells, sums = exact.merge(
        np.concatenate([part.cells for part in parts]), np.concatenate([part.sums for part in parts])
    )
    return SplitSums(channels=parts[0].channels, cells=cells, sums=sums)


def shares_from(sums: SplitSums) -> list[Share]:
    """Give each channel's exact conversions and value."""
    return exact.by_key(sums.cells, sums.sums, sums.channels)


def shares_of(paths: Paths) -> list[Share]:
    """Give each channel's exact conversions and value."""
    return shares_from(sums_of(paths))


def positions_of(paths: Paths) -> list[tuple[Fraction, ...]]:
    """Give each channel's conversions by position, as far as it has any: 1 / (touches of the channel x size of the set)."""
    long = lengths(paths)
    row = np.repeat(np.arange(paths.rows), long)
    chosen = (paths.conversions > 0)[row]
    row, channel = row[chosen], paths.flat[chosen].astype(np.int64)
    position = (np.arange(paths.touches) - paths.starts[:-1].repeat(long))[chosen]
    # A path's touches of one channel, and its channels, counted by sorting (row, channel) once.
    pair = row * len(paths.channels) + channel
    _, first, back, times = np.unique(pair, return_index=True, return_inverse=True, return_counts=True)
    size = np.bincount(row[first], minlength=paths.rows)
    width = int(long.max(initial=0))
    cells, sums = exact.add_up(
        channel * width + position,
        np.ones_like(row),
        times[back] * size[row],
        row,
        paths.conversions[:, None],
    )
    keys, inverse = np.unique(cells[:, 0], return_inverse=True)
    cells[:, 0] = inverse
    shares = exact.by_key(cells, sums, len(keys))
    found: list[dict[int, Fraction]] = [{} for _ in paths.channels]
    for key, (amount, _) in zip(keys.tolist(), shares, strict=True):
        found[key // width][key % width] = amount
    return [
        tuple(by_place.get(place, Fraction(0)) for place in range(max(by_place, default=-1) + 1)) for by_place in found
    ]


def by_set(paths: Paths) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """List every row's distinct channels, those of rows that did not convert included."""
    return compiled.distinct(paths.flat, paths.starts, np.ones(paths.rows, np.bool_), len(paths.channels))


class Split:
    """The equal split from weighted rows, in floats: what intervals and groups need of it."""

    def __init__(self, paths: Paths) -> None:
        """List each row's channels once."""
        self._sets, starts = by_set(paths)
        sizes = np.diff(starts)
        self._row, self._share = np.repeat(np.arange(paths.rows), sizes), 1.0 / np.maximum(sizes, 1)
        self._channels = len(paths.channels)

    def __call__(self, conversions: Floats, nulls: Floats, value: Floats | None) -> Floats:
        """Give each channel's conversions and value; journeys that did not convert play no part."""
        del nulls
        brought = [conversions] if value is None else [conversions, value]
        return np.stack([np.bincount(self._sets, (one * self._share)[self._row], self._channels) for one in brought])

    def of(self, paths: Paths) -> Floats:
        """Split the rows' own counts."""
        value = None if paths.value is None else amounts.floats(paths.value)
        return self(paths.conversions.astype(np.float64), paths.nulls.astype(np.float64), value)
