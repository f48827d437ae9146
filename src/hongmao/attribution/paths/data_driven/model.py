"""The data-driven model: cross-fitted response, increments by Shapley's value, a baseline that nobody earned, intervals.

Each conversion is split by its journey's bag: what a channel adds over p(bag), and p(no touch) over p(bag) for the
baseline. Journeys are judged by a model that was fitted without them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths import amounts, grouping, notes
from hongmao.attribution.paths.contracts import Unattributed
from hongmao.attribution.paths.data_driven.bags import bags_of
from hongmao.attribution.paths.data_driven.increments import fractions
from hongmao.attribution.paths.data_driven.responses import learner_named
from hongmao.attribution.paths.errors import NoResponse
from hongmao.attribution.paths.replicates import intervals
from hongmao.attribution.paths.results import estimated, interval, touched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.attribution.models import ModelSpec
    from hongmao.attribution.paths.contracts import PathResult, Paths, Settings
    from hongmao.attribution.paths.replicates import Floats

FOLDS = 5
FOLDED_FROM = 50
"""With fewer journeys of either kind one fit serves all: a fold would hold too few to judge by."""


def solve(paths: Paths, spec: ModelSpec, settings: Settings) -> PathResult:
    """Fit the response and share conversions by what it says; raises `NoResponse` where there is nothing to tell apart."""
    converted, lost = int(paths.conversions.sum()), int(paths.nulls.sum())
    if not converted or not lost:
        raise NoResponse(conversions=converted, nulls=lost)
    rows = grouping.distinct(paths)
    estimate = DataDriven(rows, spec.text("learner"), settings.seed)
    value = None if rows.value is None else amounts.floats(rows.value)
    credit = estimate(rows.conversions.astype(np.float64), rows.nulls.astype(np.float64), value)
    ranges = intervals(rows, settings, estimate)
    said = [notes.DATA_DRIVEN]
    if not (rows.conversions + rows.nulls)[~touched(rows)].any():
        said.append(notes.BASELINE_EXTRAPOLATED)
    found = estimated(paths, spec, credit[:, :-1], ranges=None if ranges is None else ranges[:, :-1], notes=tuple(said))
    return replace(found, unattributed=_baseline(credit[:, -1], None if ranges is None else ranges[:, -1:]))


class DataDriven:
    """Estimates credit, shape (measures, channels + 1), from weighted rows; the last column is the baseline's."""

    def __init__(self, paths: Paths, learner: str, seed: int) -> None:
        """Lay the bags out."""
        self._bags, self._seed = bags_of(paths), seed
        self._learner = learner_named(learner, self._bags, seed)

    def __call__(self, conversions: Floats, nulls: Floats, value: Floats | None) -> Floats:
        """Fit and share once; in one thread, so that sums are the same bits and small fits wait for nobody."""
        from threadpoolctl import threadpool_limits  # noqa: PLC0415 - comes with scikit-learn, and as late

        with threadpool_limits(1):
            return self._shared(conversions, nulls, value)

    def _shared(self, conversions: Floats, nulls: Floats, value: Floats | None) -> Floats:
        bags = self._bags
        converted, lost = bags.summed(conversions), bags.summed(nulls)
        brought = [converted] if value is None else [converted, bags.summed(value)]
        credit = np.zeros((len(brought), bags.channels + 1))
        if not bags.channels or not converted.any() or not lost.any():
            # Nothing to tell journeys apart by, as in a draw where all of them ended alike: no touch made a difference.
            credit[:, -1] = [whole.sum() for whole in brought]
            return credit
        for share, (won, missed) in self._folds(converted, lost):
            earned, baseline = fractions(bags, self._learner.fit(won, missed), self._seed)
            for measure, whole in enumerate(brought):
                part = whole * share
                credit[measure, :-1] += np.bincount(bags.channel, earned * np.repeat(part, bags.sizes), bags.channels)
                credit[measure, -1] += baseline @ part
        return credit

    def _folds(self, converted: Floats, lost: Floats) -> Iterator[tuple[Floats, tuple[Floats, Floats]]]:
        """Give each fold: the share of every bag's conversions it judges, and what the model for it is fitted on."""
        if min(converted.sum(), lost.sum()) < FOLDED_FROM:
            yield np.ones(len(converted)), (converted, lost)
            return
        luck = np.random.default_rng([self._seed, FOLDS])
        even = np.full(FOLDS, 1 / FOLDS)
        held_won = luck.multinomial(converted.astype(np.int64), even).astype(np.float64)
        held_lost = luck.multinomial(lost.astype(np.int64), even).astype(np.float64)
        for fold in range(FOLDS):
            share = np.divide(held_won[:, fold], converted, out=np.zeros_like(converted), where=converted > 0)
            yield share, (converted - held_won[:, fold], lost - held_lost[:, fold])


def _baseline(credit: Floats, ranges: Floats | None) -> Unattributed:
    return Unattributed(
        conversions=float(credit[0]),
        value=float(credit[1]) if len(credit) > 1 else None,
        conversions_interval=None if ranges is None else interval(ranges, 0, 0),
        value_interval=None if ranges is None else interval(ranges, 1, 0),
    )
