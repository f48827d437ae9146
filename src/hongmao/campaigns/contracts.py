"""What an advertiser decides, in the market's own words: direct link, campaign (计划), unit (单元), creativity (创意).

The field names and numbers of the terms are the market's, so that a decision reads here as it was sent. Absent is None.

    Advertiser ─┬─ direct link (直达链接)
                └─ campaign ── unit ── creativity
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from hongmao.kernel.ids import LinkId, MerchantId, TenantId


class Noun(StrEnum):
    """What kind of thing was placed."""

    ACCOUNT = "account"
    DIRECT_LINK = "direct_link"
    CAMPAIGN = "campaign"
    UNIT = "unit"
    CREATIVITY = "creativity"


class State(IntEnum):
    """The states that somebody can set. All others follow from money and time and are never set."""

    ON = 1  # 有效
    PAUSED = 2  # 暂停
    DELETED = 3  # 已删除


class Audit(IntEnum):
    """创意审核状态."""

    REJECTED = 1  # 拒绝
    PENDING = 2  # 审核中
    APPROVED = 3  # 通过


class LinkType(IntEnum):
    """直达链接类型."""

    DEEPLINK = 1
    UNIVERSAL_LINK = 2


LISTED_MAX = 20
"""How many things one call may name (CREAT-3)."""
RESTS = 8
"""处于暂停时段: the derived campaign state of an hour outside its time period."""
NOT_DELETED = 6
"""所有未删除: a filter and no state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertiser:
    """广告主账户: one per merchant. `number` is the wire's `advertiser_id`."""

    number: int
    tenant: TenantId
    merchant: MerchantId
    name: str
    created_at_ms: int


class TimePeriod(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """推广时段: for each weekday 24 characters, 1 for an hour that serves."""

    mon: str | None = None
    tues: str | None = None
    wed: str | None = None
    thu: str | None = None
    fri: str | None = None
    sat: str | None = None
    sun: str | None = None


class AccountTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """账户日预算: what all campaigns of an account may spend in a day together, in fen."""

    limit_day_budget: int | None = None
    account_day_budget: int | None = None


class DirectLinkTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """直达链接: an address into a shop's app."""

    url: str | None = None
    type: int | None = None
    remark_name: str | None = None


class CampaignTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """计划: for what, where, with how much a day. Budgets are fen."""

    marketing_target: int | None = None
    campaign_name: str | None = None
    placement: int | None = None
    promotion_target: int | None = None
    time_type: int | None = None
    start_time: str | None = None
    expire_time: str | None = None
    time_peroid_type: int | None = None
    time_period: TimePeriod | None = None
    bidding_strategy: int | None = None
    limit_day_budget: int | None = None
    campaign_day_budget: int | None = None
    optimize_target: int | None = None
    constraint_type: int | None = None
    constraint_value: int | None = None
    smart_switch: int | None = None
    pacing_mode: int | None = None
    feed_flag: int | None = None
    build_type: int | None = None
    event_asset_id: int | None = None
    asset_event: int | None = None
    asset_event_id: int | None = None
    page_category: int | None = None
    search_flag: int | None = None
    target_extension_switch: int | None = None
    search_bid_ratio: float | None = None
    deeplink_id: int | None = None
    universal_link_id: int | None = None
    detect_url_link: str | None = None


class KeywordBid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """选词出价: a keyword, how it matches, and its bid in fen."""

    keyword: str
    bid: int | None = None
    keyword_source: int | None = None
    phrase_match_type: int = 0
    feed_bid: int | None = None


class SpuNotes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A product (SPU) and the notes that speak of it."""

    spu_id: str
    note_ids: list[str] = []


class TargetConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """定向: whom to reach. Crowd packages and the like are kept as they were sent; nothing reads them yet."""

    target_gender: str | None = None
    target_age: str | None = None
    target_device: str | None = None
    target_city: str | None = None
    industry_interest_target: dict[str, Any] | None = None
    crowd_target: dict[str, Any] | None = None
    keywords: list[str] | None = None
    recommend_target: dict[str, Any] | None = None
    dendelion_crowd: dict[str, Any] | None = None
    interest_keywords: list[str] | None = None
    intelligent_expension: int | None = None
    have_reverse_blogger_fan_target: bool | None = None
    have_reverse_blogger_purchased_target: bool | None = None
    have_brand_recognition_group: bool | None = None
    have_category_interest_group: bool | None = None
    live_streaming_fan_target: dict[str, Any] | None = None
    live_room_active_target: dict[str, Any] | None = None
    ec_behavior_target: list[dict[str, Any]] | None = None


class UnitTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """单元: whom to reach and what an act is worth. `event_bid` is fen, or % where the campaign bids for ROI."""

    unit_name: str | None = None
    event_bid: int | None = None
    note_ids: list[str] | None = None
    promotion_target: int | None = None
    target_type: int | None = None
    target_config: TargetConfig | None = None
    keyword_target_period: int | None = None
    keyword_target_action: list[int] | None = None
    business_tree_name: str | None = None
    spu_note_info: list[SpuNotes] | None = None
    keyword_with_bid: list[KeywordBid] | None = None
    substituted_user_id: str | None = None
    keyword_gen_type: int | None = None
    page_id: str | None = None
    landing_page_url: str | None = None
    unit_external_page_url: str | None = None
    unit_landing_page_desc: str | None = None
    target_template_id: str | None = None


class QualInfo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """资质: papers that speed up a review."""

    apply_id: str | None = None
    product_qual_id_list: list[int] | None = None
    brand_qual_id_list: list[int] | None = None


class CreativityTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """创意: which note is shown, with which component, and where the component falls back to."""

    creativity_name: str | None = None
    note_id: str | None = None
    click_urls: list[str] | None = None
    expo_urls: list[str] | None = None
    mask_perfer: bool | None = None
    title_mask_perfer: bool | None = None
    conversion_type: int | None = None
    jump_url: str | None = None
    landing_page_type: int | None = None
    bar_content: str | None = None
    conversion_component_types: list[int] | None = None
    comment: str | None = None
    app_comp_icon: str | None = None
    fall_back_jump_url: str | None = None
    qual_info: QualInfo | None = None
    title: str | None = None
    ad_biz_item_id: str | None = None


Terms = AccountTerms | DirectLinkTerms | CampaignTerms | UnitTerms | CreativityTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One thing as it stands. `parent` is the campaign of a unit, the unit of a creativity; None for the others."""

    number: int
    tenant: TenantId
    noun: Noun
    advertiser: int
    parent: int | None
    name: str
    state: State
    terms: Terms
    version: int
    created_at_ms: int
    updated_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a thing: who did what, when and why, and how it stood afterwards."""

    placed: int
    version: int
    act: str
    by: str
    why: str
    """What its maker gave as the reason; empty where none was given."""
    at_ms: int
    name: str
    state: State
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Which creativity an ad link carries, and of which campaign: what a click on the link is spent for."""

    link: LinkId
    tenant: TenantId
    creativity: int
    campaign: int
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What an ad link carries, as it was set: all that a look over every link needs of it."""

    link: LinkId
    creativity: State
    unit: State
    campaign: int


TERMS: dict[Noun, type[Terms]] = {
    Noun.ACCOUNT: AccountTerms,
    Noun.DIRECT_LINK: DirectLinkTerms,
    Noun.CAMPAIGN: CampaignTerms,
    Noun.UNIT: UnitTerms,
    Noun.CREATIVITY: CreativityTerms,
}
