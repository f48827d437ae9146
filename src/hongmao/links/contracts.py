"""What a link is, what a jump was asked with, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hongmao.kernel.ids import CreatorId, ItemId, LinkId, MerchantId, NoteId, ShopId, TenantId

AD_LABEL = "广告"
"""The only characters that mark a funded link (LABEL-1); never translated, never replaced by 推广 or 合作."""

CLICK_PARAM = "hm_click"
"""The parameter by which a shop learns the click id, and the only thing it learns."""


class TargetKind(StrEnum):
    """Where a link leads."""

    SHOP = "shop"
    ITEM = "item"
    OWN_PAGE = "own_page"


class Review(IntEnum):
    """审核状态, wire values of the market: only 通过 may serve (LINK-2)."""

    PENDING = 1  # 审核中
    APPROVED = 2  # 通过
    REJECTED = 3  # 拒绝


@dataclass(frozen=True, slots=True, kw_only=True)
class AdLink:
    """广告挂链: one component under one note that leads into one shop.

    `deeplink` opens the shop's app, `universal_link` does so on phones that know it, `fallback_url` is the H5 page that
    always works and is required (LINK-1). Each of the three is a template without the click id; the jump adds it.
    `price_fen` is what one valid, labelled component click costs; 0 is a link nobody pays for.
    """

    id: LinkId
    tenant: TenantId
    merchant: MerchantId
    note: NoteId
    creator: CreatorId
    shop: ShopId
    platform: str
    target: TargetKind
    item: ItemId | None
    deeplink: str | None
    universal_link: str | None
    fallback_url: str
    deeplink_review: Review
    universal_link_review: Review
    fallback_review: Review
    review_note: str
    button: str
    title: str
    line: str
    price_fen: int
    paused: bool
    created_at_ms: int
