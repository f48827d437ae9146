"""Equal paths put together: one row per distinct path, in an order that only the paths themselves decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths import building, compiled
from hongmao.attribution.paths.contracts import Paths

if TYPE_CHECKING:
    from numpy.typing import NDArray


def distinct(paths: Paths) -> Paths:
    """Add equal rows up. Rows and their order decide nothing: equal sets of journeys give equal arrays."""
    travelled = np.flatnonzero(paths.conversions + paths.nulls)
    if len(travelled) < paths.rows:
        paths = building.some(paths, travelled)
    rows, rank = alike(paths)
    listed = building.some(paths, rows)
    return Paths(
        channels=paths.channels,
        flat=listed.flat,
        starts=listed.starts,
        conversions=_summed(rank, paths.conversions, len(rows)),
        nulls=_summed(rank, paths.nulls, len(rows)),
        value=None if paths.value is None else np.stack([_summed(rank, limb, len(rows)) for limb in paths.value]),
    )


def alike(paths: Paths) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give a row of each distinct path, in an order of the paths' own, and for every row the place of its path in it."""
    hashes = compiled.hash_rows(paths.flat, paths.starts)
    group, first = np.empty(paths.rows, np.int64), np.empty(paths.rows, np.int64)
    table = np.full(1 << (2 * paths.rows + 1).bit_length(), -1, np.int64)
    groups = compiled.group_rows(paths.flat, paths.starts, hashes, table, group, first)
    order = _in_order(paths, hashes, first[:groups])
    place = np.empty(groups, np.int64)
    place[order] = np.arange(groups)
    return first[:groups][order], place[group]


def _in_order(paths: Paths, hashes: NDArray[np.uint64], first: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sort groups by hash; of different paths with one hash, by their touches."""
    order = np.argsort(hashes[first], kind="stable")
    ordered = hashes[first][order]
    for place in np.flatnonzero(ordered[1:] == ordered[:-1]).tolist():
        # Two paths in 2^64: the runs are as short as they are rare, so pairs are put right one by one.
        here, start = place, int(np.searchsorted(ordered, ordered[place]))
        while here >= start and _touches(paths, first[order[here]]) > _touches(paths, first[order[here + 1]]):
            order[[here, here + 1]] = order[[here + 1, here]]
            here -= 1
    return order


def _touches(paths: Paths, row: int) -> list[int]:
    touches: list[int] = paths.flat[paths.starts[row] : paths.starts[row + 1]].tolist()
    return touches


def _summed(rank: NDArray[np.int64], column: NDArray[np.int64], groups: int) -> NDArray[np.int64]:
    summed = np.zeros(groups, np.int64)
    np.add.at(summed, rank, column)
    return summed
