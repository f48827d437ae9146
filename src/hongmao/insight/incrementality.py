"""归因与增量并列: credited orders beside caused ones. Attribution says who was there, only an experiment what was caused.

The two are answers to two questions and are shown side by side: nothing here adds, averages or scales one by the other.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from hongmao.definitions.api import UNKNOWN
from hongmao.insight.contracts import Beside
from hongmao.insight.errors import LiftBackwards, LiftOfOtherDays
from hongmao.insight.writing import decimals

if TYPE_CHECKING:
    from hongmao.insight.contracts import Figure, LiftResult, ReportQuery


def beside(
    lift: LiftResult, query: ReportQuery, *, attributed: Figure, spend: Figure, aov: Figure, roi: Figure
) -> Beside:
    """Set a lift test's result beside what attribution credits over the same days.

    iROI = incremental orders × AOV ÷ spend. Raises `LiftOfOtherDays` where the test covers other days than the figures, and
    `LiftBackwards` where its estimate lies outside its own interval.
    """
    if (lift.from_day, lift.to_day) != (query.from_day, query.to_day):
        raise LiftOfOtherDays(
            place=lift.test,
            test_days=f"{lift.from_day.isoformat()}..{lift.to_day.isoformat()}",
            asked_days=f"{query.from_day.isoformat()}..{query.to_day.isoformat()}",
        )
    if not lift.low <= lift.orders <= lift.high:
        raise LiftBackwards(place=lift.test, orders=lift.orders, low=lift.low, high=lift.high)
    worth = _fen_each(aov)
    low, middle, high = (_iroi(orders, worth, spend.numerator) for orders in (lift.low, lift.orders, lift.high))
    return Beside(
        attributed=attributed,
        spend=spend,
        aov=aov,
        roi=roi,
        lift=lift,
        iroi=middle,
        iroi_low=low,
        iroi_high=high,
        share_caused=_share(lift.orders, attributed.numerator),
    )


def _fen_each(aov: Figure) -> Fraction | None:
    return Fraction(aov.numerator, aov.denominator) if aov.numerator is not None and aov.denominator else None


def _iroi(orders: float, fen_each: Fraction | None, spend_fen: int | None) -> str:
    if fen_each is None or not spend_fen:
        return UNKNOWN
    return decimals(Fraction(orders) * fen_each / spend_fen, 2)


def _share(orders: float, attributed: int | None) -> str:
    return f"{decimals(Fraction(orders) * 100 / attributed, 2)}%" if attributed else UNKNOWN
