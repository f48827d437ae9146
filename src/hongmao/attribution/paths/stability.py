"""稳定性: the same model on paths that were disturbed as measurement disturbs them. No row of it is causal.

Sampling error has its intervals; these rows stand beside them for what a model owes to how journeys were seen:

- `last_touches:K` looks back K touches only, as a shorter window would.
- `event_loss:Q` loses every touch with chance Q: blocked scripts, lost events.
- `identity_loss:Q` loses a reader with chance Q somewhere inside the journey: what came before is a journey of its own
  that led to nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths import api, building, grouping
from hongmao.attribution.paths.contracts import Paths, StabilityRow
from hongmao.attribution.paths.errors import PathParameterRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hongmao.attribution.models import ModelSpec
    from hongmao.attribution.paths.contracts import PathResult, Settings

DISTURBANCES = (
    "last_touches:3",
    "last_touches:10",
    "event_loss:0.1",
    "event_loss:0.3",
    "identity_loss:0.1",
    "identity_loss:0.3",
)
LOTS = 16
"""Journeys of one path are disturbed in at most so many lots, each lot alike: bounded work, and right on average."""
_STREAM = 2
_EXPECTED = "last_touches:1.., event_loss:0..1, identity_loss:0..1"


def stability(
    paths: Paths, spec: ModelSpec, settings: Settings, disturbances: Sequence[str] = DISTURBANCES
) -> tuple[StabilityRow, ...]:
    """Solve a model again after each disturbance and say how much of the credit moved. Values are left aside."""
    counted = replace(grouping.distinct(paths), value=None)
    plain = replace(settings, replicates=0)
    before = api.solve(counted, spec, plain)
    return tuple(
        StabilityRow(disturbance=one, result=after, moved=moved(before, after))
        for one in disturbances
        for after in (api.solve(disturbed(counted, one, settings.seed), spec, plain),)
    )


def moved(before: PathResult, after: PathResult) -> float:
    """Give half the sum of absolute changes of shares, what nobody earned included."""
    shares = [
        np.array([*(float(c.conversions) for c in one.credits), float(one.unattributed.conversions)])
        for one in (before, after)
    ]
    wholes = [max(one.totals.conversions, 1) for one in (before, after)]
    return float(np.abs(shares[0] / wholes[0] - shares[1] / wholes[1]).sum() / 2)


def disturbed(paths: Paths, disturbance: str, seed: int) -> Paths:
    """Disturb paths without values in a named way; raises `PathParameterRefused`."""
    name, _, given = disturbance.partition(":")
    luck = np.random.default_rng([seed, _STREAM])
    match name:
        case "last_touches" if given.isdecimal() and int(given) >= 1:
            return last_touches(paths, int(given))
        case "event_loss":
            return lose_events(lots(paths, luck), _chance(disturbance), luck)
        case "identity_loss":
            return lose_identity(lots(paths, luck), _chance(disturbance), luck)
        case _:
            raise PathParameterRefused(model="stability", given=disturbance, expected=_EXPECTED)


def last_touches(paths: Paths, most: int) -> Paths:
    """Keep the last touches of every row."""
    long = building.lengths(paths)
    behind = np.repeat(paths.starts[1:], long) - np.arange(paths.touches)
    return _kept(paths, behind <= most)


def lose_events(paths: Paths, chance: float, luck: np.random.Generator) -> Paths:
    """Lose each touch by itself; a journey that loses all of them stays, without a touch."""
    return _kept(paths, luck.random(paths.touches) >= chance)


def lose_identity(paths: Paths, chance: float, luck: np.random.Generator) -> Paths:
    """Cut journeys in two at a place drawn evenly between two touches; the earlier part converts no more."""
    long = building.lengths(paths)
    cut = (luck.random(paths.rows) < chance) & (long > 1)
    place = 1 + (luck.random(paths.rows) * (long - 1)).astype(np.int64)
    # A cut row becomes two: its first `place` touches, then the rest. Their order in `flat` stays.
    parts = 1 + cut
    last = np.cumsum(parts) - 1
    sizes = np.zeros(int(parts.sum()), np.int64)
    sizes[last] = long - place * cut
    sizes[last[cut] - 1] = place[cut]
    conversions, nulls = np.zeros_like(sizes), np.zeros_like(sizes)
    conversions[last], nulls[last] = paths.conversions, paths.nulls
    nulls[last[cut] - 1] = (paths.conversions + paths.nulls)[cut]
    return replace(paths, starts=_starts(sizes), conversions=conversions, nulls=nulls)


def lots(paths: Paths, luck: np.random.Generator) -> Paths:
    """Part every row's journeys into lots: one a journey where there are few, else `LOTS` drawn evenly."""
    journeys = paths.conversions + paths.nulls
    copies = np.minimum(journeys, LOTS)
    row = np.repeat(np.arange(paths.rows), copies)
    lot = np.arange(len(row)) - np.repeat(np.cumsum(copies) - copies, copies)
    conversions = (lot < paths.conversions[row]).astype(np.int64)
    nulls = 1 - conversions
    many = journeys > LOTS
    even = np.full(LOTS, 1 / LOTS)
    conversions[many[row]] = luck.multinomial(paths.conversions[many], even).ravel()
    nulls[many[row]] = luck.multinomial(paths.nulls[many], even).ravel()
    return replace(building.some(paths, row), conversions=conversions, nulls=nulls)


def _kept(paths: Paths, keep: NDArray[np.bool_]) -> Paths:
    row = np.repeat(np.arange(paths.rows), building.lengths(paths))
    return replace(paths, flat=paths.flat[keep], starts=_starts(np.bincount(row[keep], minlength=paths.rows)))


def _starts(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])


def _chance(disturbance: str) -> float:
    try:
        chance = float(disturbance.partition(":")[2])
    except ValueError:
        chance = -1.0
    if not 0 <= chance <= 1:
        raise PathParameterRefused(model="stability", given=disturbance, expected=_EXPECTED)
    return chance
