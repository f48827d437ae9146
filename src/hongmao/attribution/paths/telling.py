"""What a model says, as programs read it: exact shares rounded once, estimates with all their digits."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hongmao.attribution.paths.contracts import Interval, Number, PathResult

DECIMALS = 6
"""To how many decimals an exact share is written; it is rounded once, there, half to even."""


def written(share: Number | int) -> int | float | Decimal:
    """Write a share as a number: whole where it is whole, an exact one rounded once, an estimate with all its digits.

    >>> written(Fraction(2)), written(Fraction(2, 3)), written(0.1)
    (2, Decimal('0.666667'), 0.1)
    """
    if isinstance(share, float):
        return share
    scaled = round(Fraction(share) * 10**DECIMALS)
    whole, rest = divmod(scaled, 10**DECIMALS)
    return whole if rest == 0 else Decimal(scaled).scaleb(-DECIMALS).normalize()


def details(result: PathResult) -> dict[str, object]:
    """Say what a model tells beside its credits: only what it has."""
    by_channel: dict[str, dict[str, object]] = {
        "removal_effect": {one.channel: one.removal_effect for one in result.credits},
        "removal_effect_value": {one.channel: one.removal_effect_value for one in result.credits},
        "standard_error": {one.channel: one.standard_error for one in result.credits},
        "value_standard_error": {one.channel: one.value_standard_error for one in result.credits},
        "conversions_interval": {one.channel: _bounds(one.conversions_interval) for one in result.credits},
        "value_interval": {one.channel: _bounds(one.value_interval) for one in result.credits},
        "by_position": {one.channel: [*map(written, one.by_position)] or None for one in result.credits},
    }
    single = {
        "p_conv": result.p_conv,
        "p_conv_observed": result.p_conv_observed,
        "states": result.states,
        "unattributed_conversions_interval": _bounds(result.unattributed.conversions_interval),
        "unattributed_value_interval": _bounds(result.unattributed.value_interval),
    }
    return {
        "model": result.model,
        **{name: value for name, value in single.items() if value is not None},
        **{name: told for name, told in by_channel.items() if any(value is not None for value in told.values())},
        "notes": [{"code": note.code, "zh": note.zh, "en": note.en} for note in result.notes],
    }


def _bounds(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]
