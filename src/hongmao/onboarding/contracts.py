"""What joining goes through and what is shown of it. Amounts are fen, times epoch ms. Nothing here is kept but a state and a trial.

1 account  ──▶ 2 admission ──▶ 3 notes ──▶ 4 link ──▶ 5 budget ──▶ 6 running
sign up,       the shop's      an item,    made, read,  placed in     on
their grant    verdict         who lends   tried        campaigns
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.campaigns.api import Placed, StateReason
    from hongmao.catalog.api import Item, Merchant, Note, Shop
    from hongmao.eligibility.api import ShopStanding
    from hongmao.kernel.ids import ClickId, LinkId, TenantId, UserId
    from hongmao.links.api import AdLink, Finding


class Step(StrEnum):
    """A screen. Its place in this list is its number, counted from 1."""

    ACCOUNT = "account"
    SHOP = "shop"
    NOTES = "notes"
    LINK = "link"
    BUDGET = "budget"
    RUNNING = "running"

    @property
    def number(self) -> int:
        """Count from 1."""
        return list(Step).index(self) + 1


class Lent(StrEnum):
    """How a note's creator stands to its use in ads of a tenant."""

    YES = "yes"  # 已授权, and filed where it has to be
    ASKED = "asked"  # 待达人接受
    UNFILED = "unfiled"  # 已授权, 未报备
    OVER = "over"  # 超期: its end is past
    NO = "no"  # 拒绝 or 取消
    NEVER = "never"  # nobody asked


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformOffered:
    """A platform whose shops can be joined here."""

    name: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantState:
    """A grant under way: `state` is what came or goes by the browser, and is kept as a digest."""

    state: str = field(repr=False)
    tenant: TenantId
    user: UserId
    platform: str
    verifier: str = field(repr=False)
    """The PKCE verifier (RFC 7636), sealed where it is kept."""
    back: str
    expires_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedShop:
    """A shop as its platform tells it after the grant; None is what it does not tell."""

    platform_shop_id: str
    name: str
    home_url: str
    kind: str | None = None
    badge: str | None = None
    category: str | None = None
    scores: Mapping[str, str] = field(default_factory=dict)
    observed_at_ms: int | None = None
    scores_unread: str | None = None
    """The platform's word for why it told no scores; None where it did, or has none to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedItem:
    """An item as its shop's platform lists it."""

    platform_item_id: str
    title: str
    price_fen: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeAddresses:
    """The addresses of a link, as the platform made them."""

    fallback_url: str
    deeplink: str | None
    universal_link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """联调: a test click that a merchant made on one of its own links."""

    click_id: ClickId
    tenant: TenantId
    link: LinkId
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """What came back with a trial's click id; None is what has not come yet."""

    click_at_ms: int | None = None
    visit_at_ms: int | None = None
    order_at_ms: int | None = None
    order_id: str | None = None
    platform: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedLink:
    """A trial beside where it leads and what came back."""

    trial: Trial
    url: str
    seen: CameBack


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteOffered:
    """A note that may carry the merchant's item."""

    note: Note
    creator: str
    lent: Lent


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedLink:
    """A link as the fourth screen shows it."""

    link: AdLink
    note: str
    findings: tuple[Finding, ...]
    approved: bool
    by_house: bool
    """Whether no person looked."""
    rejected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningCampaign:
    """A campaign as it stands."""

    campaign: Placed
    state: int
    reasons: tuple[StateReason, ...]
    budget_fen: int | None
    bid_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a tenant has come, worked out of what there is."""

    merchant: Merchant | None
    shops: tuple[ShopStanding, ...] = ()
    links: tuple[AdLink, ...] = ()
    tried: tuple[TriedLink, ...] = ()
    """Newest first."""
    campaigns: tuple[Placed, ...] = ()
    """Those that carry one of the links."""
    item: Item | None = None
    """What the newest link leads to."""
    done: frozenset[Step] = frozenset()
    open: frozenset[Step] = frozenset({Step.ACCOUNT})
    """What may be looked at now."""

    @property
    def current(self) -> Step:
        """Give the first step that is not done; the last where all are."""
        return next((step for step in Step if step not in self.done), Step.RUNNING)

    @property
    def passing(self) -> tuple[Shop, ...]:
        """Give the shops that nothing holds."""
        return tuple(one.shop for one in self.shops if one.held is None)
