"""What a page said when it was read, what it should say, and what was found to differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.kernel.ids import LinkId, TenantId
    from hongmao.links.contracts import AdLink

TEXT_CHARS_MAX: Final = 64
"""Of a shop or a category as a page tells it; what is longer is cut when it is read."""

FOUND_CHARS_MAX: Final = 200


class Outcome(StrEnum):
    """How a reading ended."""

    READ = "read"  # the page answered; what it does not tell stays unknown
    REDIRECTED = "redirected"  # it sent us on, and nobody follows
    NOT_ALLOWED = "not_allowed"  # the platform's list no longer has the address: nothing was asked
    UNREACHABLE = "unreachable"  # no answer, or one that tells of trouble on the other side


class Code(StrEnum):
    """What a reading can find wrong."""

    PRICE = "price"
    SHOP = "shop"
    CATEGORY = "category"
    OFF_SHELF = "off_shelf"  # 下架
    SOLD_OUT = "sold_out"  # 无货
    REDIRECTED = "redirected"
    NOT_ALLOWED = "not_allowed"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWanted:
    """A page to be read, and what its platform calls what it sells."""

    url: str
    platform: str
    tenant: TenantId
    platform_shop_id: str
    platform_item_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """What a page told; None is what it did not tell. The shop is the platform's own id of it."""

    price_fen: int | None = None
    shop: str | None = None
    category: str | None = None
    in_stock: bool | None = None
    on_sale: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One look at a link's page."""

    link: LinkId
    tenant: TenantId
    at_ms: int
    outcome: Outcome
    facts: ItemFacts = field(default_factory=ItemFacts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """What a page has to tell: the catalogue's price and shop and the category first read, or what a person agreed to since."""

    price_fen: int | None
    shop: str | None
    category: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A link as it is judged: where its own way leads, also while it is diverted, and what is open about it."""

    link: AdLink
    page_url: str
    home_url: str
    platform_shop_id: str
    platform_item_id: str | None
    standard: Standard
    open: Mapping[Code, str]
    failures: int
    diverted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What was agreed and what was read instead, as text."""

    code: Code
    was: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What follows from a reading. All of it is kept together, or nothing is."""

    opened: tuple[Difference, ...]
    closed: frozenset[Code]
    failures: int
    next_at_ms: int
    category: str | None
    """What the page has to tell from now on, where nobody knew before."""
    held: str | None
    """Why the link rests, or None where care does not hold it."""
    divert_to: str | None
    """The shop's page, where the item cannot be bought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that differed. It stays open until a reading agrees, or a person says that the new is right."""

    number: int
    tenant: TenantId
    link: LinkId
    code: Code
    was: str
    found: str
    at_ms: int
    closed_at_ms: int | None
    closed_by: str | None
    """Who agreed to it; None where a reading did."""

    @property
    def id(self) -> str:
        """Name it in a list that is read page by page."""
        return str(self.number)
