"""The funnel's picture: each step is a slice as high as its count, on a logarithmic scale, flowing into the next.

From 10,000 impressions to 12 orders a straight scale would show one tall block and nothing else. The scale is said beside
the picture, and the exact counts, rates and costs stand in the table.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.web.pages.covers.pen import num

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 100, 128
_LEAST = 0.03


@dataclass(frozen=True, slots=True)
class Slice:
    """One step's shapes: `flow` is a path for a desk, `share` the length of a bar out of 100 for a phone."""

    flow: str
    share: str
    strength: str


def heights(counts: Sequence[int | None]) -> list[float]:
    """Scale counts to 0..1 by logarithm; 0 and unknown have no height, 1 has a little."""
    top = math.log1p(max((count for count in counts if count), default=0))
    return [0.0 if not count or not top else max(_LEAST, math.log1p(count) / top) for count in counts]


def steps(counts: Sequence[int | None]) -> list[Slice]:
    """Cut the funnel into slices, each bending from its own height to the next one's."""
    shares = heights(counts)
    slices = []
    for n, share in enumerate(shares):
        after = shares[n + 1] if n + 1 < len(shares) else share
        top, bottom = _edges(share)
        next_top, next_bottom = _edges(after)
        flow = (
            f"M0 {num(top)} H38 C70 {num(top)} 70 {num(next_top)} {WIDTH} {num(next_top)} "
            f"V{num(next_bottom)} C70 {num(next_bottom)} 70 {num(bottom)} 38 {num(bottom)} H0 Z"
        )
        strength = f"{1 - 0.09 * n:.2f}"
        slices.append(Slice(flow=flow, share=num(share * WIDTH), strength=strength))
    return slices


def _edges(share: float) -> tuple[float, float]:
    half = share * HEIGHT / 2
    return HEIGHT / 2 - half, HEIGHT / 2 + half
