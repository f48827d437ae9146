"""What others may ask of the ledger."""

from __future__ import annotations

from hongmao.ledger.contracts import (
    Account,
    Batch,
    Entry,
    EntryLine,
    Head,
    LedgerCheck,
    Movement,
    Posted,
    Standing,
    TrialLine,
    Turnover,
    name_of,
)
from hongmao.ledger.errors import (
    AccountMissing,
    AmountNotWhole,
    BatchTooSmall,
    BatchUnbalanced,
    FloorChanged,
    FundsMissing,
    KeyMalformed,
    KeyReused,
    PeriodClosed,
)
from hongmao.ledger.posting import open_accounts, post
from hongmao.ledger.service import Ledger
from hongmao.ledger.store import LedgerStore, LedgerWork

__all__ = [
    "Account",
    "AccountMissing",
    "AmountNotWhole",
    "Batch",
    "BatchTooSmall",
    "BatchUnbalanced",
    "Entry",
    "EntryLine",
    "FloorChanged",
    "FundsMissing",
    "Head",
    "KeyMalformed",
    "KeyReused",
    "Ledger",
    "LedgerCheck",
    "LedgerStore",
    "LedgerWork",
    "Movement",
    "PeriodClosed",
    "Posted",
    "Standing",
    "TrialLine",
    "Turnover",
    "name_of",
    "open_accounts",
    "post",
]
