"""What others may ask of attribution: compute and publish the platform's credits, explain an order, credit files."""

from __future__ import annotations

from hongmao.attribution.contracts import (
    CREDITS_COLUMNS,
    CREDITS_TABLE,
    Candidate,
    Claim,
    DefinitionRef,
    Entry,
    OrderExplained,
    RunSummary,
    SubOrderExplained,
    Tally,
    Touch,
    Verdict,
)
from hongmao.attribution.errors import OrderNotSeen
from hongmao.attribution.files.column_map import PLAIN, ColumnMap, load_map
from hongmao.attribution.files.contracts import NONE_LABEL, By, Inputs, Job, Result
from hongmao.attribution.files.manifest import answer
from hongmao.attribution.files.outputs import write_outputs
from hongmao.attribution.files.page import ReportPage, page_of
from hongmao.attribution.files.ports import FileEngine
from hongmao.attribution.files.rules import check_usable
from hongmao.attribution.files.service import attribute_files
from hongmao.attribution.models import CREDIT_MILLIONTHS, MODELS
from hongmao.attribution.service import Attribution
from hongmao.attribution.words import REASONS, reason_in_words

__all__ = [
    "CREDITS_COLUMNS",
    "CREDITS_TABLE",
    "CREDIT_MILLIONTHS",
    "MODELS",
    "NONE_LABEL",
    "PLAIN",
    "REASONS",
    "Attribution",
    "By",
    "Candidate",
    "Claim",
    "ColumnMap",
    "DefinitionRef",
    "Entry",
    "FileEngine",
    "Inputs",
    "Job",
    "OrderExplained",
    "OrderNotSeen",
    "ReportPage",
    "Result",
    "RunSummary",
    "SubOrderExplained",
    "Tally",
    "Touch",
    "Verdict",
    "answer",
    "attribute_files",
    "check_usable",
    "load_map",
    "page_of",
    "reason_in_words",
    "write_outputs",
]
