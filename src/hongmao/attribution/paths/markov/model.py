"""The Markov model: credit = conversions x RE / sum of RE, and value by what removing a channel loses in value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths import amounts, grouping, notes
from hongmao.attribution.paths.markov import groups
from hongmao.attribution.paths.markov.chain import chain_of
from hongmao.attribution.paths.markov.counts import CONVERTED, VALUE, count
from hongmao.attribution.paths.markov.removal import effects_of, shares
from hongmao.attribution.paths.markov.resampled import Refit
from hongmao.attribution.paths.replicates import intervals
from hongmao.attribution.paths.results import estimated
from hongmao.attribution.paths.shapley.closed import Split

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hongmao.attribution.models import ModelSpec
    from hongmao.attribution.paths.contracts import Note, PathResult, Paths, Settings
    from hongmao.attribution.paths.markov.counts import ChainCounts
    from hongmao.attribution.paths.markov.removal import Effects
    from hongmao.attribution.paths.replicates import Estimate, Floats


def solve(paths: Paths, spec: ModelSpec, settings: Settings) -> PathResult:
    """Fit a chain of the spec's order to paths and share their conversions by removal effects."""
    if settings.groups:
        return _solve_grouped(paths, spec, settings)
    counts = count(paths, spec.whole("order"))
    effects = effects_of(chain_of(counts))
    ranges = None
    if settings.replicates:
        rows = grouping.distinct(paths)
        ranges = intervals(rows, settings, Refit(rows, spec.whole("order")))
    return estimated(
        paths,
        spec,
        shares(effects.removed, earned_in(counts)),
        removed=effects.removed,
        ranges=ranges,
        p_conv=float(effects.whole[0]),
        states=len(counts.states),
        notes=_notes(paths, effects),
    )


def earned_in(counts: ChainCounts) -> NDArray[np.float64]:
    """Add up what journeys with a touch brought: conversions and, where there is one, value."""
    whole = counts.ends.sum(axis=0)
    conversions = [float(whole[CONVERTED])]
    return np.array(conversions if len(whole) == VALUE else [*conversions, float(amounts.exact(whole[VALUE:]))])


def _solve_grouped(paths: Paths, spec: ModelSpec, settings: Settings) -> PathResult:
    names, code = groups.codes_of(paths.channels, settings.groups)
    counts = count(groups.grouped(paths, names, code), spec.whole("order"))
    effects = effects_of(chain_of(counts))
    rows = grouping.distinct(paths)
    split = Split(rows)
    ranges = None
    if settings.replicates:
        refit = Refit(groups.grouped(rows, names, code), spec.whole("order"))
        ranges = intervals(rows, settings, _both(refit, split, code))
    return estimated(
        paths,
        spec,
        groups.spread(shares(effects.removed, earned_in(counts)), split.of(rows), code),
        ranges=ranges,
        p_conv=float(effects.whole[0]),
        states=len(counts.states),
        notes=(*_notes(paths, effects), notes.MARKOV_GROUPS),
    )


def _both(refit: Refit, split: Split, code: NDArray[np.int32]) -> Estimate:
    def estimate(conversions: Floats, nulls: Floats, value: Floats | None) -> Floats:
        return groups.spread(refit(conversions, nulls, value), split(conversions, nulls, value), code)

    return estimate


def _notes(paths: Paths, effects: Effects) -> tuple[Note, ...]:
    said = [notes.MARKOV]
    if effects.whole[0] == 0:
        said.append(notes.NOTHING_CONVERTED)
    elif len(effects.whole) > 1 and not np.nan_to_num(effects.removed[1]).sum() > 0:
        said.append(notes.NO_VALUE_TO_REMOVE)
    if paths.value is not None and (paths.value < 0).any():
        said.append(notes.NEGATIVE_VALUES)
    return tuple(said)
