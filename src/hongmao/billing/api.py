"""What others may ask of billing."""

from __future__ import annotations

from hongmao.billing.agencies.contracts import AgencyClient
from hongmao.billing.agencies.errors import AgencyUnknown, AppointmentUnordered
from hongmao.billing.agencies.service import Agencies
from hongmao.billing.bills.contracts import Bill, BillLine, Compared, Look, Outcome, Sums
from hongmao.billing.bills.errors import BillSeenAlready, BillUnknown, BillUnreadable
from hongmao.billing.bills.loading import platforms as bill_platforms
from hongmao.billing.bills.loading import shipped as bill_formats
from hongmao.billing.bills.service import Bills
from hongmao.billing.budgets import OVERSPEND_FEN, OVERSPEND_FEN_MAX, CampaignDay, PlacedTerms, Rate, Rates, Scheme
from hongmao.billing.coinvest import Member, Programme, Running, Wound
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
from hongmao.billing.cpm import ShownDay
from hongmao.billing.creators import (
    CREATOR_FEE_PPM,
    CREATOR_LINE,
    CreatorCost,
    CreatorOrder,
    CreatorWallet,
    OrderState,
    TrueCost,
    creator_owner,
)
from hongmao.billing.crediting import Credits
from hongmao.billing.credits import Credit, Credited, CreditReason, NoteCredit
from hongmao.billing.errors import (
    AlreadyCredited,
    ChargeUnknown,
    CreatorOrderBeyond,
    CreatorOrderEnded,
    CreatorOrderTaken,
    CreatorOrderUnknown,
    CreditBeyond,
    FeeTermsBeyond,
    FeeUnitUnconfirmed,
    GrantBeyond,
    LineUnknown,
    MemberElsewhere,
    NoteNotTheirs,
    NothingCharged,
    ProgrammeBeyond,
    ProgrammeOver,
    ProgrammeRunning,
    ProgrammeTaken,
    ProgrammeUnknown,
    PurseUnknown,
    RefundNotCredited,
    TopUpBeyond,
)
from hongmao.billing.feeing import Fees
from hongmao.billing.fees import FeeLine, FeeState, FeeTerms, FeeTotal, Payer
from hongmao.billing.ordering import CreatorOrders
from hongmao.billing.purses import SPEND_ORDER, PurseKind, SpendOrder, read_spend_order
from hongmao.billing.service import Billing
from hongmao.billing.store import BillingStore

__all__ = [
    "CREATOR_FEE_PPM",
    "CREATOR_LINE",
    "OVERSPEND_FEN",
    "OVERSPEND_FEN_MAX",
    "SPEND_ORDER",
    "Agencies",
    "AgencyClient",
    "AgencyUnknown",
    "AlreadyCredited",
    "AppointmentUnordered",
    "Bill",
    "BillLine",
    "BillSeenAlready",
    "BillUnknown",
    "BillUnreadable",
    "Billing",
    "BillingStore",
    "Bills",
    "CampaignDay",
    "Charge",
    "ChargeUnknown",
    "Coinvesting",
    "Compared",
    "CreatorCost",
    "CreatorOrder",
    "CreatorOrderBeyond",
    "CreatorOrderEnded",
    "CreatorOrderTaken",
    "CreatorOrderUnknown",
    "CreatorOrders",
    "CreatorWallet",
    "Credit",
    "CreditBeyond",
    "CreditReason",
    "Credited",
    "Credits",
    "FeeLine",
    "FeeState",
    "FeeTerms",
    "FeeTermsBeyond",
    "FeeTotal",
    "FeeUnitUnconfirmed",
    "Fees",
    "Funded",
    "Funding",
    "GrantBeyond",
    "Granted",
    "Line",
    "LineUnknown",
    "Look",
    "Member",
    "MemberElsewhere",
    "NoteCredit",
    "NoteNotTheirs",
    "NothingCharged",
    "OrderState",
    "Outcome",
    "Payer",
    "PlacedTerms",
    "Programme",
    "ProgrammeBeyond",
    "ProgrammeOver",
    "ProgrammeRunning",
    "ProgrammeTaken",
    "ProgrammeUnknown",
    "Purse",
    "PurseKind",
    "PurseUnknown",
    "Rate",
    "Rates",
    "Reason",
    "RefundNotCredited",
    "Running",
    "Scheme",
    "ShownDay",
    "Spend",
    "SpendOrder",
    "Statement",
    "StatementLine",
    "StatementMovement",
    "Sums",
    "TopUp",
    "TopUpBeyond",
    "TrueCost",
    "Uncharged",
    "Wallet",
    "Wound",
    "bill_formats",
    "bill_platforms",
    "creator_owner",
    "read_spend_order",
]
