"""Journeys as bags: which channels a journey met and how often, the order forgotten. What a response model is fitted on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths import grouping
from hongmao.attribution.paths.building import lengths, some

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hongmao.attribution.paths.contracts import Paths


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bags:
    """Distinct bags, in an order of their own."""

    channels: int
    channel: NDArray[np.int64]
    """Each bag's channels, once each, rising; one bag after the other."""
    times: NDArray[np.int64]
    """How often each is met."""
    starts: NDArray[np.int64]
    """Bag `b` is `starts[b]:starts[b + 1]`."""
    of_row: NDArray[np.int64]
    """Which bag each row of the paths is."""

    @property
    def count(self) -> int:
        """Count the bags."""
        return len(self.starts) - 1

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Count the distinct channels of each bag."""
        return np.diff(self.starts)

    def summed(self, column: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add a column of the rows up by bag."""
        return np.bincount(self.of_row, column, self.count).astype(np.float64, copy=False)


def bags_of(paths: Paths) -> Bags:
    """Forget the order of touches."""
    row = np.repeat(np.arange(paths.rows), lengths(paths))
    unordered = replace(paths, flat=paths.flat[np.lexsort((paths.flat, row))])
    rows, of_row = grouping.alike(unordered)
    listed = some(unordered, rows)
    bag = np.repeat(np.arange(listed.rows), lengths(listed))
    fresh = np.ones(listed.touches, np.bool_)
    fresh[1:] = (listed.flat[1:] != listed.flat[:-1]) | (bag[1:] != bag[:-1])
    first = np.flatnonzero(fresh)
    return Bags(
        channels=len(paths.channels),
        channel=listed.flat[first].astype(np.int64),
        times=np.diff(np.append(first, listed.touches)),
        starts=np.searchsorted(bag[first], np.arange(listed.rows + 1)),
        of_row=of_row,
    )
