"""The ad links (广告挂链) and their clicks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hongmao.insight.contracts.figures import Figure, ReportQuery
    from hongmao.insight.contracts.waking import WakeCount
    from hongmao.links.contracts import AdLink, Review


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One ad link in the links table."""

    link: AdLink
    """The link as it stands."""
    note_title: str
    """Title of its note; `—` where unknown."""
    shop_name: str
    """Name of the shop it leads to; `—` where unknown."""
    clicks: Figure
    """组件点击, valid."""
    clicks_invalid: int
    """组件点击 that do not count."""
    visits: Figure
    """进店, events."""
    purchases: Figure
    """成交, sub-orders."""
    spend: Figure
    """消耗."""
    gmv_net: Figure
    """成交额 after refunds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewState:
    """审核状态 of one of a link's addresses."""

    address: str
    """`deeplink`, `universal_link` or `fallback`."""
    url: str | None
    """Where it leads, without a click id; None where the link has no such address."""
    review: Review
    """1 审核中, 2 通过, 3 拒绝."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickCount:
    """Component clicks of one link, by where they were tapped and whether they count."""

    placement: str | None
    """`feed`, `note`, `search`; None where unknown."""
    invalid: str | None
    """Why they do not count; None for valid ones."""
    count: int
    """How many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickFacts:
    """One component click (组件点击) as the log has it."""

    event_id: str
    """The click's event."""
    click_id: str
    """The token minted for it."""
    at_ms: int
    """When the reader tapped."""
    note: str | None
    """The note under which it happened."""
    note_title: str
    """Its title; `—` where unknown."""
    creator_name: str
    """达人's name; `—` where unknown."""
    link: str | None
    """The ad link."""
    placement: str | None
    """`feed`, `note`, `search`; None where unknown."""
    labelled: bool | None
    """Whether 广告 was shown with it."""
    invalid: str | None
    """Why it does not count; None for a valid one."""
    price_fen: int | None
    """What it was agreed to cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaCount:
    """Clicks that another media's ad led to, by whether that media's click id came with them.

    Without it nothing can be sent back to that media: its own optimiser is then blind to what these clicks brought.
    """

    media: str
    """`juguang`, `tencent`, ..."""
    problem: str | None
    """Why there is no click id: `macro_unresolved`, `click_id_empty`, `click_id_too_long`; None where there is one."""
    count: int
    """How many clicks that count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage:
    """One link: what it is, how its review stands, what its clicks did."""

    query: ReportQuery
    """What was asked."""
    row: LinkRow
    """The link and its figures in the range."""
    creator_name: str
    """达人's name; `—` where unknown."""
    merchant_name: str
    """商家; `—` where unknown."""
    reviews: tuple[ReviewState, ...]
    """Deeplink, universal link, fallback, in this order."""
    clicks_by: tuple[ClickCount, ...]
    """Clicks in the range by placement and validity."""
    last_clicks: tuple[ClickFacts, ...]
    """The newest 20 clicks in the range, newest first."""
    media: tuple[MediaCount, ...]
    """Clicks in the range that other media's ads led to, by media; empty where there were none."""
    wakeups: tuple[WakeCount, ...]
    """What became of the jumps of the range, by kind of browser, the most taps first."""
    cpuv: Figure
    """消耗 ÷ 进店UV."""
    roi_net: Figure
    """净ROI."""
