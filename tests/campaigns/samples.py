"""A campaign that every rule lets through."""

from __future__ import annotations

from typing import Final

from hongmao.campaigns.contracts import CampaignTerms

SOUND: Final = CampaignTerms(
    marketing_target=4,
    campaign_name="618 蓄水",
    placement=1,
    promotion_target=1,
    bidding_strategy=2,
    optimize_target=0,
    limit_day_budget=1,
    campaign_day_budget=10_000,
)
