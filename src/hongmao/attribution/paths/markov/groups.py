"""Channels in groups (note → creator, category or channel): the way for more channels than a chain should have states.

The chain runs on the groups, so its removal effects are exact for them; a group's credit is shared among its channels by
their closed Shapley shares, which are exact at any number of channels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths.contracts import Paths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def codes_of(channels: tuple[str, ...], groups: Mapping[str, str]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Name the groups and give each channel's; a channel that is in none is a group of its own name."""
    named = [groups.get(channel, channel) for channel in channels]
    names = tuple(sorted(set(named)))
    place = {name: code for code, name in enumerate(names)}
    return names, np.array([place[name] for name in named], np.int32)


def grouped(paths: Paths, names: tuple[str, ...], code: NDArray[np.int32]) -> Paths:
    """Rename every touch by its group; rows stay as they are."""
    return Paths(
        channels=names,
        flat=code[paths.flat],
        starts=paths.starts,
        conversions=paths.conversions,
        nulls=paths.nulls,
        value=paths.value,
    )


def spread(credit: NDArray[np.float64], closed: NDArray[np.float64], code: NDArray[np.int32]) -> NDArray[np.float64]:
    """Share each group's credit, shape (measures, groups), among its channels in proportion to `closed`."""
    shared = np.empty_like(closed)
    for measure, weights in enumerate(closed):
        summed = np.bincount(code, weights, credit.shape[1])
        # Refunds can leave a group's value at nothing or less: then its channels share by conversions.
        usable = summed[code] > 0
        by_count = closed[0] / np.maximum(np.bincount(code, closed[0], credit.shape[1])[code], np.finfo(float).tiny)
        share = np.divide(weights, summed[code], out=by_count, where=usable)
        shared[measure] = credit[measure, code] * share
    return shared
