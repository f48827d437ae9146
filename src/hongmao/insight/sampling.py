"""Sampled figures: scaled where they are shown, never without the ratio and the error that sampling leaves (ATTR-8)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from hongmao.definitions.api import UNKNOWN, render_value
from hongmao.insight.contracts import Sample, SampleShare
from hongmao.insight.intervals import sampled, sampling_error, scaled
from hongmao.insight.writing import decimals

if TYPE_CHECKING:
    from hongmao.definitions.api import MetricDefinition
    from hongmao.insight.cells import Part

_PRECISION = 10**6


def sample_of(metric: MetricDefinition, numerator: Part, denominator: Part | None) -> Sample | None:
    """Scale the sampled part of a figure; None where no part is sampled, or where the figure is unknown."""
    below = denominator is not None and bool(denominator.sample)
    part = denominator if below else numerator
    if part is None or not part.sample or numerator.value is None or (denominator and denominator.value is None):
        return None
    strata = [(Fraction(ratio), seen) for ratio, seen in part.sample]
    size, error = scaled(strata), _near(sampling_error(strata))
    bounds = sampled(strata)
    ends = [_near(bounds.low), _near(bounds.high)]
    low, high = (_written(metric, numerator, denominator, end, below=below) for end in (ends[::-1] if below else ends))
    return Sample(
        shares=tuple(SampleShare(ratio=ratio, seen=seen) for ratio, seen in part.sample),
        value=_written(metric, numerator, denominator, size, below=below),
        exact=_exact(numerator, denominator, size, below=below),
        error=_error(metric, numerator, denominator, size, error, below=below),
        low=low,
        high=high,
    )


def text_of(metric: MetricDefinition, numerator: Part, denominator: Part | None, sample: Sample | None) -> str:
    """Write a figure; a sampled one with what was seen and its ratio, `240 (120 ÷ 0.5)`, or with the ratio, `2.00% (÷ 0.5)`."""
    if sample is None:
        return render_value(metric, numerator.value, None if denominator is None else denominator.value)
    if sample.value == UNKNOWN:
        return UNKNOWN
    seen = "" if denominator is not None else f"{sum(share.seen for share in sample.shares):,} "
    return f"{sample.value} ({seen}÷ {', '.join(share.ratio for share in sample.shares)})"


def _written(
    metric: MetricDefinition, numerator: Part, denominator: Part | None, size: Fraction, *, below: bool
) -> str:
    """Write the figure as if the sampled part were of a certain size."""
    if denominator is None:
        return render_value(metric, _half_up(size))
    if below:
        # Over a part of a / b is times b / a; over nothing it is unknown.
        return render_value(metric, (numerator.value or 0) * size.denominator, size.numerator)
    return render_value(metric, size.numerator, size.denominator * (denominator.value or 0))


def _error(
    metric: MetricDefinition, numerator: Part, denominator: Part | None, size: Fraction, error: Fraction, *, below: bool
) -> str:
    if denominator is None:
        return decimals(error, 2)
    if not below:
        return _written(metric, numerator, denominator, error, below=False)
    # A cost c = a / n moves by c · dn / n, which is a / (n² / dn).
    return _written(metric, numerator, denominator, size * size / error, below=True) if size and error else UNKNOWN


def _exact(numerator: Part, denominator: Part | None, size: Fraction, *, below: bool) -> str:
    if denominator is None:
        return str(size)
    if below:
        return str((numerator.value or 0) / size) if size else UNKNOWN
    return str(size / denominator.value) if denominator.value else UNKNOWN


def _near(bound: float) -> Fraction:
    return Fraction(bound).limit_denominator(_PRECISION)


def _half_up(size: Fraction) -> int:
    return (2 * size.numerator + size.denominator) // (2 * size.denominator)
