"""What others may ask of the ledger."""

from __future__ import annotations

from hongmao.ledger.contracts import (
    Account,
    Batch,
    Entry,
    EntryLine,
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
    KeyReused,
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
    "KeyReused",
    "Ledger",
    "LedgerCheck",
    "LedgerStore",
    "LedgerWork",
    "Movement",
    "Posted",
    "Standing",
    "TrialLine",
    "Turnover",
    "name_of",
    "open_accounts",
    "post",
]
