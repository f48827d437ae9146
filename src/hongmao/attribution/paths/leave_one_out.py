"""Leave one out: what the closed game loses without a channel, scaled to the total. It is not Shapley's value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths import amounts, grouping, notes
from hongmao.attribution.paths.replicates import intervals, sums
from hongmao.attribution.paths.results import estimated, touched
from hongmao.attribution.paths.shapley.closed import by_set

if TYPE_CHECKING:
    from hongmao.attribution.models import ModelSpec
    from hongmao.attribution.paths.contracts import PathResult, Paths, Settings
    from hongmao.attribution.paths.replicates import Floats


def solve(paths: Paths, spec: ModelSpec, settings: Settings) -> PathResult:
    """Share in proportion to the conversions of all paths that hold a channel: v(N) - v(N without it)."""
    value = None if paths.value is None else amounts.floats(paths.value)
    credit = _Loss(paths)(paths.conversions.astype(np.float64), paths.nulls.astype(np.float64), value)
    ranges = None
    if settings.replicates:
        rows = grouping.distinct(paths)
        ranges = intervals(rows, settings, _Loss(rows))
    return estimated(paths, spec, credit, ranges=ranges, notes=(notes.LEAVE_ONE_OUT,))


class _Loss:
    def __init__(self, paths: Paths) -> None:
        self._sets, starts = by_set(paths)
        self._row = np.repeat(np.arange(paths.rows), np.diff(starts))
        self._touched, self._channels = touched(paths), len(paths.channels)

    def __call__(self, conversions: Floats, nulls: Floats, value: Floats | None) -> Floats:
        del nulls
        brought = [conversions] if value is None else [conversions, value]
        lost = np.stack([np.bincount(self._sets, one[self._row], self._channels) for one in brought])
        summed = lost.sum(axis=1, keepdims=True)
        lost = lost.astype(np.float64, copy=False)  # counting nothing gives whole zeros
        share = np.divide(lost, summed, out=np.zeros_like(lost), where=summed != 0)
        credit: Floats = share * sums(conversions, value, self._touched)[:, None]
        return credit
