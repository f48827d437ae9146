"""What others may ask of this context."""

from __future__ import annotations

from hongmao.campaigns.contracts import (
    LISTED_MAX,
    NOT_DELETED,
    Advertiser,
    Audit,
    CampaignTerms,
    Change,
    CreativityTerms,
    DirectLinkTerms,
    Noun,
    Placed,
    State,
    TimePeriod,
    UnitTerms,
)
from hongmao.campaigns.errors import (
    AdvertiserExists,
    AdvertiserUnknown,
    AlreadyDeleted,
    BudgetOutOfRange,
    ChangedMeanwhile,
    NameTaken,
    PlacedUnknown,
    StateNotSettable,
    TermFixed,
    TermMissing,
    TermRefused,
    TermUnknown,
    TooManyNamed,
)
from hongmao.campaigns.rules import check_count, check_state, read_day
from hongmao.campaigns.service import Campaigns
from hongmao.campaigns.store import CampaignStore

__all__ = [
    "LISTED_MAX",
    "NOT_DELETED",
    "Advertiser",
    "AdvertiserExists",
    "AdvertiserUnknown",
    "AlreadyDeleted",
    "Audit",
    "BudgetOutOfRange",
    "CampaignStore",
    "CampaignTerms",
    "Campaigns",
    "Change",
    "ChangedMeanwhile",
    "CreativityTerms",
    "DirectLinkTerms",
    "NameTaken",
    "Noun",
    "Placed",
    "PlacedUnknown",
    "State",
    "StateNotSettable",
    "TermFixed",
    "TermMissing",
    "TermRefused",
    "TermUnknown",
    "TimePeriod",
    "TooManyNamed",
    "UnitTerms",
    "check_count",
    "check_state",
    "read_day",
]
