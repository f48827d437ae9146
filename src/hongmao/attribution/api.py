"""What others may ask of attribution: compute and publish the platform's credits, explain an order, say a reason."""

from __future__ import annotations

from hongmao.attribution.contracts import (
    CREDITS_COLUMNS,
    CREDITS_TABLE,
    Candidate,
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
from hongmao.attribution.models import CREDIT_MILLIONTHS, MODELS
from hongmao.attribution.service import Attribution
from hongmao.attribution.words import REASONS, reason_in_words

__all__ = [
    "CREDITS_COLUMNS",
    "CREDITS_TABLE",
    "CREDIT_MILLIONTHS",
    "MODELS",
    "REASONS",
    "Attribution",
    "Candidate",
    "DefinitionRef",
    "Entry",
    "OrderExplained",
    "OrderNotSeen",
    "RunSummary",
    "SubOrderExplained",
    "Tally",
    "Touch",
    "Verdict",
    "reason_in_words",
]
