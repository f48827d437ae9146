"""What each channel of a bag adds to the chance of conversion: the Shapley value of p(part of the bag) - p(no touch).

Du et al., arXiv:1902.00215: the value is taken of the incremental part only, so the chance without any touch belongs to
nobody. Exact up to `EXACT_MAX` channels in a bag; larger bags by orders and their reverses, whose increments add up to
p(bag) - p(no touch) all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths.shapley.coalitions import weights_by_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from hongmao.attribution.paths.data_driven.bags import Bags
    from hongmao.attribution.paths.data_driven.responses import Response
    from hongmao.attribution.paths.replicates import Floats

EXACT_MAX = 8
ORDERS = 64
"""Orders drawn for a bag of more channels, half of them the others backwards."""
CELLS_MAX = 1 << 20
"""Parts asked about at once."""


def fractions(bags: Bags, response: Response, seed: int) -> tuple[Floats, Floats]:
    """Give, per entry of the bags, the fraction of the bag's conversions it earned; and per bag the baseline's.

    Of each bag they add up to 1. A channel that lowers the chance earns less than nothing; nothing is clipped.
    """
    earned, baseline = np.zeros(len(bags.channel)), np.ones(bags.count)
    for size in np.unique(bags.sizes[bags.sizes > 0]).tolist():
        alike = np.flatnonzero(bags.sizes == size)
        inside, effect = _exactly(size) if size <= EXACT_MAX else _by_orders(size, seed)
        for chosen in _chunks(alike, len(inside)):
            entry = bags.starts[chosen][:, None] + np.arange(size)
            chance = response.chances(bags.channel[entry], bags.times[entry], inside)
            whole = chance[:, -1]
            earned[entry] = (chance @ effect) / whole[:, None]
            baseline[chosen] = chance[:, 0] / whole
    return earned, baseline


def _exactly(size: int) -> tuple[NDArray[np.bool_], Floats]:
    """List all parts of `size` channels, the empty one first and the whole last, and what each counts for each channel."""
    inside = (np.arange(1 << size)[:, None] >> np.arange(size) & 1).astype(np.bool_)
    members = inside.sum(axis=1)
    weight = weights_by_size(size)
    # A part with c stands for v(S + c), one without for v(S); S has as many members without c.
    effect = np.where(
        inside, weight[np.maximum(members - 1, 0)][:, None], -weight[np.minimum(members, size - 1)][:, None]
    )
    return inside, effect


def _by_orders(size: int, seed: int) -> tuple[NDArray[np.bool_], Floats]:
    """List the parts that orders of the channels pass through, and what each counts for each channel."""
    luck = np.random.default_rng([seed, size])
    parts: dict[bytes, int] = {}
    listed: list[NDArray[np.bool_]] = []
    effect: list[Floats] = []

    def place_of(part: NDArray[np.bool_]) -> int:
        key = part.tobytes()
        if key not in parts:
            parts[key] = len(listed)
            listed.append(part.copy())
            effect.append(np.zeros(size))
        return parts[key]

    place_of(np.zeros(size, np.bool_))
    for _ in range(ORDERS // 2):
        order = luck.permutation(size)
        for joining in (order, order[::-1]):
            part = np.zeros(size, np.bool_)
            for channel in joining.tolist():
                effect[place_of(part)][channel] -= 1.0 / ORDERS
                part[channel] = True
                effect[place_of(part)][channel] += 1.0 / ORDERS
    # The whole bag stands last, as in the exact list.
    whole = place_of(np.ones(size, np.bool_))
    order_of = [place for place in range(len(listed)) if place != whole] + [whole]
    return np.stack(listed)[order_of], np.stack(effect)[order_of]


def _chunks(chosen: NDArray[np.int64], parts: int) -> Iterator[NDArray[np.int64]]:
    at_once = max(CELLS_MAX // parts, 1)
    for first in range(0, len(chosen), at_once):
        yield chosen[first : first + at_once]
