"""A reconciliation as plain data: for the API, the command line and files. Shares are text, exact to two decimals."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.kernel.time import day_of
from hongmao.returns.reconcile.rules import judge

if TYPE_CHECKING:
    from fractions import Fraction

    from hongmao.returns.reconcile.contracts import DayLine, Reconciled
    from hongmao.returns.reconcile.rules import LineVerdict

_CENT: Final = Decimal("0.01")


def plain(found: Reconciled) -> dict[str, object]:
    """Write days by line, and each line's verdict over all of them; unknown is null, and no line is hidden.

    A line is None where no click of ours says which.
    """
    query = found.query
    by_line: dict[str | None, list[DayLine]] = {}
    for day in found.lines:
        by_line.setdefault(day.line, []).append(day)
    return {
        "platform": query.platform,
        "account": query.account,
        "from_day": day_of(query.start_ms).isoformat(),
        "to_day": day_of(query.end_ms - 1).isoformat(),
        "ratio_millionths": query.ratio_millionths,
        "complete": found.complete,
        "reason": found.reason or None,
        "lines": [
            {"line": line, **verdict_of(judge(days, ratio_millionths=query.ratio_millionths))}
            for line, days in by_line.items()
        ],
        "days": [msgspec.to_builtins(day) for day in found.lines],
        "differences": [msgspec.to_builtins(one) for one in found.differences],
        "differences_total": found.differences_total,
    }


def verdict_of(verdict: LineVerdict) -> dict[str, object]:
    """Write a verdict: percent and percentage points with two decimals, null where there is nothing to divide by."""
    return {
        "reconciled_percent": _two(None if verdict.reconciled is None else verdict.reconciled * 100),
        "row_drift_pp": _two(verdict.row_drift_pp),
        "value_drift_pp": _two(verdict.value_drift_pp),
        "alerts": list(verdict.alerts),
    }


def _two(value: Fraction | None) -> str | None:
    return None if value is None else str((Decimal(value.numerator) / value.denominator).quantize(_CENT))
