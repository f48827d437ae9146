"""What others may ask of insight: its pages, the reading of a report's question, the report for people."""

from __future__ import annotations

from hongmao.insight.attribution_page import read_split
from hongmao.insight.errors import (
    ChoiceUnknown,
    DaysBackwards,
    DayUnreadable,
    MerchantUnknown,
    OrderUnknown,
    TooManyDays,
)
from hongmao.insight.exports import markdown_of
from hongmao.insight.render import render_report
from hongmao.insight.rules import check_range, read_query
from hongmao.insight.service import Insight

__all__ = [
    "ChoiceUnknown",
    "DayUnreadable",
    "DaysBackwards",
    "Insight",
    "MerchantUnknown",
    "OrderUnknown",
    "TooManyDays",
    "check_range",
    "markdown_of",
    "read_query",
    "read_split",
    "render_report",
]
