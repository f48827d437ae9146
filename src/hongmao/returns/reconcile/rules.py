"""What reconciled figures mean: the share that agrees, the drift, and when it alerts. Pure; shares are exact fractions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from hongmao.returns.reconcile.contracts import DRIFT_PP_MAX

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hongmao.returns.reconcile.contracts import DayLine


@dataclass(frozen=True, slots=True, kw_only=True)
class LineVerdict:
    """How well a line agrees. None where there is nothing to divide by: unknown, never 0."""

    reconciled: Fraction | None
    """Facts on which both agree, of all that either says."""
    row_drift_pp: Fraction | None
    """How far the share of facts returned lies below what was declared, in percentage points."""
    value_drift_pp: Fraction | None
    """How far the value of an average fact returned lies from that of the shop's (ABUSE-7: returning the dear ones only)."""
    alerts: tuple[str, ...]


def judge(lines: Iterable[DayLine], *, ratio_millionths: int = 1_000_000) -> LineVerdict:
    """Judge days of one line together, from their sums: shares are never averaged (ATTR-6).

    >>> judge([]).reconciled is None
    True
    """
    every = list(lines)
    pulled, returned = sum(one.pulled for one in every), sum(one.returned for one in every)
    same, either = sum(one.same for one in every), sum(one.pulled + one.extra for one in every)
    missing = sum(one.missing for one in every)
    declared = Fraction(ratio_millionths, 1_000_000)
    row_drift = None if not pulled else abs(Fraction(pulled - missing, pulled) - declared) * 100
    value_drift = _value_drift(
        pulled, sum(one.pulled_fen for one in every), returned, sum(one.returned_fen for one in every)
    )
    drifts = (("row_drift", row_drift), ("value_drift", value_drift))
    return LineVerdict(
        reconciled=None if not either else Fraction(same, either),
        row_drift_pp=row_drift,
        value_drift_pp=value_drift,
        alerts=tuple(name for name, drift in drifts if drift is not None and drift > DRIFT_PP_MAX),
    )


def _value_drift(pulled: int, pulled_fen: int, returned: int, returned_fen: int) -> Fraction | None:
    if not (pulled and pulled_fen and returned):
        return None
    return abs(Fraction(returned_fen, returned) / Fraction(pulled_fen, pulled) - 1) * 100
