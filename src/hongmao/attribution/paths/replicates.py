"""Intervals by resampling (自助法): how much a model's figures would move with another draw of as many journeys.

Every journey is drawn again Poisson(1) times, so a row of n journeys gets Poisson(n) of them, and each row's conversions
bring the row's mean value. Rows are distinct paths in an order of their own: neither rows nor their order change a draw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from hongmao.attribution.paths import amounts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hongmao.attribution.paths.contracts import Paths, Settings


class Estimate(Protocol):
    """Work out credit, shape (measures, columns), from how often each row converted and did not, and what that brought."""

    def __call__(self, conversions: Floats, nulls: Floats, value: Floats | None) -> Floats:
        """Estimate once."""
        ...


def intervals(paths: Paths, settings: Settings, estimate: Estimate) -> Floats | None:
    """Give percentile intervals of shape (measures, columns, 2), or None where no replicates are asked for.

    `paths` are distinct (`grouping.distinct`).
    """
    if not settings.replicates:
        return None
    luck = np.random.default_rng([settings.seed, _STREAM])
    each = mean_value(paths)
    drawn = []
    for _ in range(settings.replicates):
        conversions = luck.poisson(paths.conversions).astype(np.float64)
        nulls = luck.poisson(paths.nulls).astype(np.float64)
        drawn.append(estimate(conversions, nulls, None if each is None else conversions * each))
    tail = (1 - settings.level) / 2
    return np.moveaxis(np.quantile(np.stack(drawn), [tail, 1 - tail], axis=0), 0, -1)


def mean_value(paths: Paths) -> Floats | None:
    """Give the mean value of a conversion of each row; 0 where none converted, None where values are not told."""
    if paths.value is None:
        return None
    summed = amounts.floats(paths.value)
    return np.divide(summed, paths.conversions, out=np.zeros_like(summed), where=paths.conversions > 0)


def sums(conversions: Floats, value: Floats | None, rows: NDArray[np.bool_]) -> Floats:
    """Add conversions and, where there is one, value of some rows up."""
    return np.array([one[rows].sum() for one in (conversions, value) if one is not None])


_STREAM = 1
"""Replicates draw from a stream of their own, so that asking for intervals moves no point estimate."""
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
