"""Rule models on aggregated paths: exact rationals, whatever the number of rows and their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths import exact, notes
from hongmao.attribution.paths.building import lengths
from hongmao.attribution.paths.results import earned_by, shared
from hongmao.attribution.paths.weights import weights_of

if TYPE_CHECKING:
    from hongmao.attribution.models import ModelSpec
    from hongmao.attribution.paths.contracts import PathResult, Paths, Settings


def solve(paths: Paths, spec: ModelSpec, settings: Settings) -> PathResult:
    """Share every row's conversions and value among its touches by a rule model's weights."""
    weight = weights_of(paths, spec, settings.organic)
    row = np.repeat(np.arange(paths.rows), lengths(paths))
    total = np.zeros(paths.rows, np.int64)
    np.add.at(total, row, weight)
    counts = (weight > 0) & ((paths.conversions > 0)[row])
    row, weight = row[counts], weight[counts]
    cells, sums = exact.add_up(paths.flat[counts].astype(np.int64), weight, total[row], row, exact.measures(paths))
    shares = exact.by_key(cells, sums, len(paths.channels))
    return shared(
        paths, spec, shares, earned=earned_by(paths, total > 0), notes=notes.of_rule(paths, spec, settings.organic)
    )
