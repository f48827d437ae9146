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
    NoOrderOfItsOwn,
    NotComparable,
    NoteUnknown,
    OrderUnknown,
    SidesNotComparable,
    TooManyDays,
)
from hongmao.insight.exports import markdown_of
from hongmao.insight.funding import FundingRoi, funding_roi
from hongmao.insight.gather import CREDIT_BY
from hongmao.insight.glass import LookingGlass
from hongmao.insight.pins import Pin, as_pinned, check_pin, digest, read_pin, write_pin, written
from hongmao.insight.render import render_report
from hongmao.insight.rules import check_range, read_query
from hongmao.insight.sentences import part
from hongmao.insight.service import Insight
from hongmao.insight.sight import Sight
from hongmao.insight.statements.contracts import StatementFile, StatementFormat
from hongmao.insight.statements.errors import StatementFormatUnknown, StatementTooLong
from hongmao.insight.statements.writing import statement_format, write_statement

__all__ = [
    "CREDIT_BY",
    "GRAINS",
    "ChoiceUnknown",
    "DayUnreadable",
    "DaysBackwards",
    "DenominatorsDiffer",
    "FundingRoi",
    "Grain",
    "Insight",
    "LiftUnreadable",
    "LookingGlass",
    "MerchantUnknown",
    "NoOrderOfItsOwn",
    "NotComparable",
    "NoteUnknown",
    "OrderUnknown",
    "Pin",
    "SidesNotComparable",
    "Sight",
    "StatementFile",
    "StatementFormat",
    "StatementFormatUnknown",
    "StatementTooLong",
    "TooManyDays",
    "as_pinned",
    "check_pin",
    "check_range",
    "digest",
    "funding_roi",
    "markdown_of",
    "part",
    "read_pin",
    "read_query",
    "read_split",
    "render_report",
    "statement_format",
    "write_pin",
    "write_statement",
    "written",
]
