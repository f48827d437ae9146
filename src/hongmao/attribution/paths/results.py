"""From shares to a result: credits in the channels' order, what nobody earned, and sums that are held to the totals."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import isnan
from typing import TYPE_CHECKING

from hongmao.attribution.paths import amounts, exact
from hongmao.attribution.paths.building import lengths, totals
from hongmao.attribution.paths.contracts import ChannelCredit, Interval, PathResult, Unattributed
from hongmao.attribution.paths.notes import INTERVALS_SAMPLING
from hongmao.attribution.paths.specs import spelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from hongmao.attribution.models import ModelSpec
    from hongmao.attribution.paths.contracts import Note, Paths

Share = tuple[Fraction, Fraction | None]
"""Conversions and value; the value is None where the paths tell none."""


def touched(paths: Paths) -> NDArray[np.bool_]:
    """Tell which rows have a touch at all."""
    return lengths(paths) > 0


def earned_by(paths: Paths, rows: NDArray[np.bool_]) -> Share:
    """Add up conversions and value of some rows."""
    value = None if paths.value is None else amounts.exact(paths.value[:, rows].sum(axis=1))
    return Fraction(int(paths.conversions[rows].sum())), value


def shared(
    paths: Paths,
    spec: ModelSpec,
    shares: Sequence[Share],
    *,
    earned: Share,
    notes: tuple[Note, ...] = (),
    by_position: Sequence[tuple[Fraction, ...]] = (),
) -> PathResult:
    """Make a result of exact shares that add up to what was `earned`; the rest of the totals is unattributed."""
    whole = totals(paths)
    conversions = exact.settle([share[0] for share in shares], earned[0])
    values: Sequence[Fraction | None] = [None] * len(shares)
    if earned[1] is not None:
        values = exact.settle([share[1] or Fraction(0) for share in shares], earned[1])
    places = by_position or [()] * len(shares)
    return PathResult(
        model=spelled(spec),
        credits=tuple(
            ChannelCredit(channel=channel, conversions=count, value=value, by_position=place)
            for channel, count, value, place in zip(paths.channels, conversions, values, places, strict=True)
        ),
        unattributed=Unattributed(
            conversions=whole.conversions - earned[0],
            value=None if whole.value is None or earned[1] is None else whole.value - earned[1],
        ),
        totals=whole,
        notes=notes,
    )


def estimated(
    paths: Paths,
    spec: ModelSpec,
    credit: NDArray[np.float64],
    *,
    removed: NDArray[np.float64] | None = None,
    errors: NDArray[np.float64] | None = None,
    ranges: NDArray[np.float64] | None = None,
    p_conv: float | None = None,
    states: int | None = None,
    notes: tuple[Note, ...] = (),
) -> PathResult:
    """Make a result of estimated shares, shape (measures, channels); journeys without a touch are unattributed.

    `removed` are removal effects and `errors` standard errors, of the same shape; `ranges` intervals, one axis longer.
    """
    whole = totals(paths)
    conversions, value = earned_by(paths, ~touched(paths))
    found = PathResult(
        model=spelled(spec),
        credits=tuple(
            ChannelCredit(
                channel=channel,
                conversions=float(credit[0, place]),
                value=_second(credit, place),
                removal_effect=_known(None if removed is None else float(removed[0, place])),
                removal_effect_value=_known(_second(removed, place)),
                standard_error=None if errors is None else float(errors[0, place]),
                value_standard_error=_second(errors, place),
            )
            for place, channel in enumerate(paths.channels)
        ),
        unattributed=Unattributed(conversions=conversions, value=value),
        totals=whole,
        p_conv=p_conv if whole.journeys else None,
        p_conv_observed=whole.conversions / whole.journeys if whole.journeys else None,
        states=states,
        notes=notes,
    )
    return ranged(found, ranges)


def ranged(found: PathResult, ranges: NDArray[np.float64] | None) -> PathResult:
    """Put intervals, shape (measures, channels, 2), beside the credits; none where there are none."""
    if ranges is None:
        return found
    return replace(
        found,
        credits=tuple(
            replace(
                credit,
                conversions_interval=interval(ranges, 0, place),
                value_interval=interval(ranges, 1, place),
            )
            for place, credit in enumerate(found.credits)
        ),
        notes=(*found.notes, INTERVALS_SAMPLING),
    )


def interval(ranges: NDArray[np.float64], measure: int, place: int) -> Interval | None:
    """Read one interval; None for a measure that is not there."""
    if measure >= len(ranges):
        return None
    low, high = ranges[measure, place].tolist()
    return Interval(low=low, high=high)


def _second(measures: NDArray[np.float64] | None, place: int) -> float | None:
    return None if measures is None or len(measures) == 1 else float(measures[1, place])


def _known(number: float | None) -> float | None:
    """Give None for what is not defined."""
    return None if number is None or isnan(number) else number
