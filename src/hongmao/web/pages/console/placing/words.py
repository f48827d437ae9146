"""Which names of fields and which enums these pages say: `placing.field.NAME` and `term.ENUM.NUMBER` in both catalogues."""

from __future__ import annotations

from typing import Final

TERMS_SHOWN: Final = (
    "marketing_target",
    "placement",
    "promotion_target",
    "optimize_target",
    "bidding_strategy",
    "constraint_type",
    "pacing_mode",
    "build_type",
    "limit_day_budget",
    "target_type",
    "phrase_match_type",
    "conversion_component_types",
    "switch",
)
FIELDS: Final = (
    "campaign_name",
    "marketing_target",
    "placement",
    "promotion_target",
    "optimize_target",
    "way",
    "detect_url_link",
    "bidding_strategy",
    "constraint_type",
    "pacing_mode",
    "build_type",
    "smart_switch",
    "search_flag",
    "feed_flag",
    "limit_day_budget",
    "campaign_day_budget",
    "start_time",
    "expire_time",
    "hours",
    "slot",
    "enable",
    "why",
)
