"""What others may ask of billing."""

from __future__ import annotations

from hongmao.billing.contracts import (
    Charge,
    Granted,
    Line,
    Purse,
    Reason,
    Spend,
    Statement,
    StatementLine,
    StatementMovement,
    TopUp,
    Uncharged,
    Wallet,
)
from hongmao.billing.errors import GrantBeyond, LineUnknown, PurseUnknown, TopUpBeyond
from hongmao.billing.purses import SPEND_ORDER, PurseKind, SpendOrder, read_spend_order
from hongmao.billing.service import Billing
from hongmao.billing.store import BillingStore

__all__ = [
    "SPEND_ORDER",
    "Billing",
    "BillingStore",
    "Charge",
    "GrantBeyond",
    "Granted",
    "Line",
    "LineUnknown",
    "Purse",
    "PurseKind",
    "PurseUnknown",
    "Reason",
    "Spend",
    "SpendOrder",
    "Statement",
    "StatementLine",
    "StatementMovement",
    "TopUp",
    "TopUpBeyond",
    "Uncharged",
    "Wallet",
    "read_spend_order",
]
