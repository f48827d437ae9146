"""What others may ask of billing."""

from __future__ import annotations

from hongmao.billing.coinvest import Member, Programme, Running
from hongmao.billing.coinvesting import Coinvesting
from hongmao.billing.contracts import (
    Charge,
    Funded,
    Funding,
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
from hongmao.billing.errors import (
    GrantBeyond,
    LineUnknown,
    MemberElsewhere,
    ProgrammeBeyond,
    ProgrammeOver,
    ProgrammeTaken,
    ProgrammeUnknown,
    PurseUnknown,
    TopUpBeyond,
)
from hongmao.billing.purses import SPEND_ORDER, PurseKind, SpendOrder, read_spend_order
from hongmao.billing.service import Billing
from hongmao.billing.store import BillingStore

__all__ = [
    "SPEND_ORDER",
    "Billing",
    "BillingStore",
    "Charge",
    "Coinvesting",
    "Funded",
    "Funding",
    "GrantBeyond",
    "Granted",
    "Line",
    "LineUnknown",
    "Member",
    "MemberElsewhere",
    "Programme",
    "ProgrammeBeyond",
    "ProgrammeOver",
    "ProgrammeTaken",
    "ProgrammeUnknown",
    "Purse",
    "PurseKind",
    "PurseUnknown",
    "Reason",
    "Running",
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
