"""A lift test's result, and how it stands beside attribution: two answers to two questions, which nobody adds up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003  (msgspec reads the annotations when it converts)
from typing import TYPE_CHECKING, Annotated

import msgspec

if TYPE_CHECKING:
    from hongmao.insight.contracts.figures import Figure


class LiftResult(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """增量实验结果: how many orders were caused, by a randomised test. It is read from a file or handed over by a test."""

    test: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    """The test's name."""
    method: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    """How it was judged, such as `user holdout, difference of means, Welch`."""
    from_day: date
    """First day that it covers, Asia/Shanghai."""
    to_day: date
    """Last day."""
    orders: float
    """Incremental orders; below 0 where the ads cost orders."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end."""
    level_percent: Annotated[float, msgspec.Meta(gt=0, lt=100)] = 95
    """Confidence level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """归因与增量并列: what clicks were there, and what the ads caused."""

    attributed: Figure
    """Purchases credited by attribution."""
    spend: Figure
    """What the ads cost over the same days."""
    aov: Figure
    """客单价: credited GMV over credited purchases."""
    roi: Figure
    """The attributed ROI, for the same orders that attribution credits."""
    lift: LiftResult
    """The test's own result."""
    iroi: str
    """iROI = incremental orders × AOV ÷ spend, `2.40`; `—` where AOV or spend is unknown or 0."""
    iroi_low: str
    """At the lower end of the test's interval; AOV and spend are taken as known."""
    iroi_high: str
    """At its upper end."""
    share_caused: str
    """Incremental over attributed orders, `66.67%`: how much of what is credited was caused; `—` where nothing is."""
