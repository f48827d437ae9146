"""From shares to a result: credits in the channels' order, what nobody earned, and sums that are held to the totals."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from hongmao.attribution.paths import amounts, exact
from hongmao.attribution.paths.building import lengths, totals
from hongmao.attribution.paths.contracts import ChannelCredit, PathResult, Unattributed
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
