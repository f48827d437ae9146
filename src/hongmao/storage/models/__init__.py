"""Every table, one module per noun. Importing this package is what makes `Base.metadata` complete."""

from __future__ import annotations

from hongmao.storage.models.admission import (
    QualificationRow,
    RuleActRow,
    ShopFactsRow,
    ShopRulingRow,
    ShopScoreRow,
    StageActRow,
    VerdictRow,
    WhitelistRow,
)
from hongmao.storage.models.beside import CreatorOrderRow, CreditRow, FeeFactRow, FeeLineRow, FeeTermsRow
from hongmao.storage.models.billing import (
    CampaignDayRow,
    CampaignRateRow,
    ChargeRow,
    MemberRow,
    ProgrammeRow,
    ShownDayRow,
    ShownPieceRow,
)
from hongmao.storage.models.bills import AgencyClientRow, BillLineRow, BillOutcomeRow, BillRow
from hongmao.storage.models.campaigns import (
    AdvertiserRow,
    AuthorisationChangeRow,
    AuthorisationRow,
    BindingRow,
    PlacedChangeRow,
    PlacedRow,
)
from hongmao.storage.models.care import CareFindingRow, CarePlanRow, CareReadingRow, LinkDivertRow
from hongmao.storage.models.community import CreatorRow, NoteRow, ReaderRow
from hongmao.storage.models.definitions import DefinitionActRow
from hongmao.storage.models.feeds import FeedRow, OwedSpanRow
from hongmao.storage.models.house import PositionRow, RevisionRow
from hongmao.storage.models.ledger import (
    AccountRow,
    BalanceRow,
    BatchRow,
    CloseBalanceRow,
    CloseRow,
    DaySumRow,
    EntryRow,
    HeadRow,
    HoldRow,
    HourSumRow,
    SealRow,
)
from hongmao.storage.models.links import AdLinkRow, LinkChangeRow, LinkHoldRow
from hongmao.storage.models.marks import AiCopyGrantRow, NoteMarkRow
from hongmao.storage.models.merchants import ItemRow, MerchantRow, ShopRow
from hongmao.storage.models.onboarding import GrantStateRow, ShopGrantRow, TrialRow
from hongmao.storage.models.outgoing import (
    AlarmRow,
    GateRow,
    OutgoingRow,
    SeenClickRow,
    TargetAccountRow,
    UnsentRow,
)
from hongmao.storage.models.platforms import PlatformAccountRow
from hongmao.storage.models.policy import PresetActRow, RouteChoiceRow
from hongmao.storage.models.tenants import ApiKeyRow, TenantRow, UserRow

__all__ = [
    "AccountRow",
    "AdLinkRow",
    "AdvertiserRow",
    "AgencyClientRow",
    "AiCopyGrantRow",
    "AlarmRow",
    "ApiKeyRow",
    "AuthorisationChangeRow",
    "AuthorisationRow",
    "BalanceRow",
    "BatchRow",
    "BillLineRow",
    "BillOutcomeRow",
    "BillRow",
    "BindingRow",
    "CampaignDayRow",
    "CampaignRateRow",
    "CareFindingRow",
    "CarePlanRow",
    "CareReadingRow",
    "ChargeRow",
    "CloseBalanceRow",
    "CloseRow",
    "CreatorOrderRow",
    "CreatorRow",
    "CreditRow",
    "DaySumRow",
    "DefinitionActRow",
    "EntryRow",
    "FeeFactRow",
    "FeeLineRow",
    "FeeTermsRow",
    "FeedRow",
    "GateRow",
    "GrantStateRow",
    "HeadRow",
    "HoldRow",
    "HourSumRow",
    "ItemRow",
    "LinkChangeRow",
    "LinkDivertRow",
    "LinkHoldRow",
    "MemberRow",
    "MerchantRow",
    "NoteMarkRow",
    "NoteRow",
    "OutgoingRow",
    "OwedSpanRow",
    "PlacedChangeRow",
    "PlacedRow",
    "PlatformAccountRow",
    "PositionRow",
    "PresetActRow",
    "ProgrammeRow",
    "QualificationRow",
    "ReaderRow",
    "RevisionRow",
    "RouteChoiceRow",
    "RuleActRow",
    "SealRow",
    "SeenClickRow",
    "ShopFactsRow",
    "ShopGrantRow",
    "ShopRow",
    "ShopRulingRow",
    "ShopScoreRow",
    "ShownDayRow",
    "ShownPieceRow",
    "StageActRow",
    "TargetAccountRow",
    "TenantRow",
    "TrialRow",
    "UnsentRow",
    "UserRow",
    "VerdictRow",
    "WhitelistRow",
]
