"""What others may ask of insight: its pages, the reading of a report's question, the report for people."""

from __future__ import annotations

from hongmao.insight.asking import GRAINS, Grain
from hongmao.insight.attribution_page import read_split
from hongmao.insight.errors import (
    ChoiceUnknown,
    DaysBackwards,
    DayUnreadable,
    DenominatorsDiffer,
    LiftUnreadable,
    MerchantUnknown,
    NotComparable,
    OrderUnknown,
    TooManyDays,
)
from hongmao.insight.exports import markdown_of
from hongmao.insight.render import render_report
from hongmao.insight.rules import check_range, read_query
from hongmao.insight.service import Insight
from hongmao.insight.sight import Sight

__all__ = [
    "GRAINS",
    "ChoiceUnknown",
    "DayUnreadable",
    "DaysBackwards",
    "DenominatorsDiffer",
    "Grain",
    "Insight",
    "LiftUnreadable",
    "MerchantUnknown",
    "NotComparable",
    "OrderUnknown",
    "Sight",
    "TooManyDays",
    "check_range",
    "markdown_of",
    "read_query",
    "read_split",
    "render_report",
]
