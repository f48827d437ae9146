"""What a link is, what a jump was asked with, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.kernel.ids import ClickId, CreatorId, ItemId, LinkId, MerchantId, NoteId, ReaderId, ShopId, TenantId
    from hongmao.links.media import MediaClick

AD_LABEL: Final = "广告"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanges:
    """Some of what has changed up to a revision: links as they are then, and the ids of links that are no more."""

    revision: int
    links: Sequence[AdLink] = ()
    gone: Sequence[str] = ()


BUTTONS = ("了解详情", "购买同款", "领取补贴", "优惠下单")
"""唤端按钮文案 that every market knows; another text is allowed within `BUTTON_CHARS_MAX`."""

BUTTON_CHARS_MAX = 6  # CREAT-3
TITLE_CHARS_MAX = 11  # CREAT-3
LINES = ("cid", "ud")
PRICE_FEN_MAX = 100_000  # 1,000 yuan for one tap is a slip of the keyboard
PLACEMENTS = ("feed", "note", "search")
"""Where a component can stand; a jump from anywhere else reads as None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDraft:
    """What a merchant asks for. `id` is made where it is None; merchant and platform are the shop's, the creator the note's."""

    merchant: MerchantId
    note: NoteId
    creator: CreatorId
    shop: ShopId
    platform: str
    target: TargetKind
    fallback_url: str | None
    button: str
    title: str
    price_fen: int
    id: LinkId | None = None
    item: ItemId | None = None
    deeplink: str | None = None
    universal_link: str | None = None
    line: str = "cid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """A reviewer's word on each address of a link; None leaves that one as it stands."""

    deeplink: Review | None = None
    universal_link: Review | None = None
    fallback: Review | None = None
    note: str = ""


class WayKind(StrEnum):
    """How a jump is answered, in the words of the wake-up data file."""

    UNIVERSAL_LINK = "universal_link"  # 302 to the universal link, which the system opens in the app
    INTENT_PAGE = "intent_page"  # our page with an Android intent that carries its own fallback
    SCHEME_PAGE = "scheme_page"  # our page with the app scheme and a timer of its own
    FALLBACK = "fallback"  # 302 to the H5 page


class Traffic(StrEnum):
    """Who is asking, as far as the user agent tells."""

    PERSON = "person"
    PREVIEW = "preview"  # 链接预览: a messenger draws a card for a link somebody sent
    BOT = "bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentProfile:
    """One kind of browser: how it is known by its user agent, and the ways to try in order."""

    name: str
    traffic: Traffic
    every: tuple[str, ...]
    some: tuple[str, ...]
    none: tuple[str, ...]
    ways: tuple[WayKind, ...]
    why: str
    source: str


class Invalid(StrEnum):
    """Why a component click, or an impression above a cap, does not count. It is kept all the same."""

    PREFETCH = "prefetch"  # the browser fetched ahead of any tap
    HEAD_REQUEST = "head_request"  # a HEAD opens nothing
    LINK_PREVIEW = "link_preview"
    BOT = "bot"
    PILOT_CLOSED = "pilot_closed"  # 内测未开放: jumps into this platform are not open here
    LINK_NOT_LIVE = "link_not_live"  # not approved, or paused
    LABEL_NOT_SHOWN = "label_not_shown"  # no proof that we rendered 广告 beside it (BILL-7)
    REPEAT_TAP = "repeat_tap"  # the same reader tapped the same served slot again at once
    CAP_IP = "cap_ip"  # more from one network within a window than its readers could do
    CAP_DEVICE = "cap_device"  # more from one device within a window than a person could do
    CAP_LINK = "cap_link"  # more on one link within a window than its cap allows
    TEST_CLICK = "test_click"  # 联调: the merchant's own trial of its link


@dataclass(frozen=True, slots=True, kw_only=True)
class JumpRequest:
    """One tap on a component, as the edge saw it. `purpose` joins the headers by which browsers own up to prefetching."""

    link: str
    method: str = "GET"
    user_agent: str = ""
    purpose: str = ""
    impression: str | None = None
    seal: str | None = None
    reader: ReaderId | None = None
    placement: str | None = "note"
    media: MediaClick | None = None
    """The click of another media's ad that led here; None for a tap in our own community."""
    device: str | bytes | None = None
    """Whose hand it was, for caps: the reader, or a keyed hash where none is known; None where nothing tells."""
    net: bytes | None = None
    """A keyed hash of the network it came from; None where that is not known, or nobody's in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """Go there by 302: a reviewed address that carries the click id."""

    url: str
    way: WayKind
    click_id: ClickId


@dataclass(frozen=True, slots=True, kw_only=True)
class WakePage:
    """Show the app page: `open_url` after a tap, `fallback_url` where that opens nothing, `store_url` to get the app."""

    link: AdLink
    way: WayKind
    open_url: str
    fallback_url: str
    click_id: ClickId
    store_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLive:
    """The link leads nowhere now: say so, and offer the way back to the note."""

    link: AdLink
    click_id: ClickId


JumpAnswer = Redirect | WakePage | NotLive


class TokenProblem(StrEnum):
    """Why a click token is not believed."""

    MALFORMED = "malformed"  # not 30 canonical URL-safe base64 characters
    UNKNOWN_KEY = "unknown_key"  # signed with a key this deployment does not hold
    FORGED = "forged"
    EXPIRED = "expired"
    FUTURE = "future"  # minted after now, by more than clocks may differ


@dataclass(frozen=True, slots=True)
class Verified:
    """The token is ours."""

    minted_at_ms: int
