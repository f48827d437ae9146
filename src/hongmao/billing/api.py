"""What others may ask of billing."""

from __future__ import annotations

from hongmao.billing.contracts import (
    Charge,
    Line,
    Reason,
    Spend,
    Statement,
    StatementLine,
    StatementMovement,
    TopUp,
    Uncharged,
    Wallet,
)
from hongmao.billing.errors import LineUnknown, TopUpBeyond
from hongmao.billing.service import Billing
from hongmao.billing.store import BillingStore

__all__ = [
    "Billing",
    "BillingStore",
    "Charge",
    "Line",
    "LineUnknown",
    "Reason",
    "Spend",
    "Statement",
    "StatementLine",
    "StatementMovement",
    "TopUp",
    "TopUpBeyond",
    "Uncharged",
    "Wallet",
]
