"""What a platform is to this house: one value that names its ways in and out. A folder or a plugin makes one; see `registry`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hongmao.kernel.calls import Caller
    from hongmao.links.care.contracts import ItemFacts
    from hongmao.platforms.gateways import Gateway
    from hongmao.returns.files.contracts import FileFormat
    from hongmao.returns.out.contracts import Target
    from hongmao.returns.pull.contracts import PullSource
    from hongmao.returns.store import Connector, PlatformAccount


class OrderGrain(StrEnum):
    """What one conversion is on a platform: the unit that `sub_order_id` names."""

    SUB_ORDER = "sub_order"  # 子订单: Taobao, Tmall, the community's own shop
    ORDER_SKU = "order_sku"  # 订单 + SKU: JD
    ORDER = "order"  # one item an order: Pinduoduo
    ORDER_GOODS = "order_goods"  # 订单 + 商品: Vipshop


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWanted:
    """What a link should lead to: an item or the shop itself. `page_url` is the H5 page on the platform."""

    page_url: str
    platform_shop_id: str
    platform_item_id: str | None
    line: str
    """`cid` or `ud`: who pays decides which product of the platform makes the link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeLink:
    """A link as the platform gave it: templates with the macros that the jump fills in, `__CLICK_ID__` among them."""

    fallback_url: str
    deeplink: str | None = None
    universal_link: str | None = None
    monitor_ref: str | None = None
    """The platform's own name for the link (`monitor_unique_id`), by which its reports speak of it."""
    expo_url: str | None = None
    """曝光监测: to be called when the component is seen."""
    click_url: str | None = None
    """点击监测: to be called when it is tapped."""


class LinkMaker(Protocol):
    """Makes a link, by asking the platform where it must be asked. `LinkNotMade` says why it cannot."""

    def make(self, wanted: LinkWanted, account: PlatformAccount, caller: Caller, *, now_ms: int) -> MadeLink:
        """Make one link."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantApp:
    """应用: what a platform knows this house as. Its key asks a seller for access, its secret proves who redeems the code.

    `settings` are what a client must know beside that, by the names that the platform's README lists (`authorize`, `token`).
    """

    platform: str
    app_key: str
    secret: bytes = field(repr=False)
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)


class GrantedShop(NamedTuple):
    """A shop that a seller has opened to us."""

    platform_shop_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """授权: what a redeemed code is worth. `account`, `secret` and `settings` make the platform account that signs from now on."""

    account: str
    secret: bytes = field(repr=False)
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    shops: tuple[GrantedShop, ...] = ()
    until_ms: int | None = None
    """When access ends, that instant excluded; None where the platform does not tell."""
    refresh: str | None = field(default=None, repr=False)
    """The refresh token; None where the platform gave none, or said that it is good for nothing."""
    refresh_until_ms: int | None = None
    """When the refresh token ends, that instant excluded; None where the platform does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """What a refresh token was worth. `settings` replace those of the account by their names; all else stays as it was."""

    settings: Mapping[str, str] = field(repr=False)
    until_ms: int | None = None
    refresh: str | None = field(default=None, repr=False)
    """The token for the next time; None where there is none."""
    refresh_until_ms: int | None = None


class Granting(Protocol):
    """Asks a seller for access to its shop: a page of the platform's, and a code that comes back by the browser once."""

    def ask(self, app: GrantApp, *, state: str, challenge: str, back: str) -> str:
        """Write the address of the platform's consent page.

        `state` comes back as it was sent, `challenge` is the S256 of the verifier (RFC 7636), and `back` is where the browser
        is sent with `code` and `state`, or with `error=access_denied` and `state`.
        """
        ...

    def exchange(self, app: GrantApp, code: str, verifier: str, caller: Caller, *, back: str, now_ms: int) -> Granted:
        """Redeem a code. `back` is the address that was asked with: platforms compare it (RFC 6749, 4.1.3).

        Raises `GrantRefused` with the platform's word for it, or `GrantUnanswered` where there was no answer to read.
        """
        ...


class Renewing(Protocol):
    """Renews a grant without its seller, by the refresh token that came with it (RFC 6749, 6)."""

    def renew(self, app: GrantApp, refresh: str, caller: Caller, *, shop: str, now_ms: int) -> Renewed:
        """Renew the grant of a shop, by one call.

        Raises `RenewalRefused` with the platform's word, or `RenewalUnanswered` where there was no answer to read, or none
        about this grant: an app that the platform does not know any more says nothing of its sellers.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopRead:
    """What a platform says of a shop; None is what it did not tell. Words and scores are those of `eligibility`."""

    kind: str | None = None
    """店铺类型, a value of `eligibility.ShopKind`."""
    badge: str | None = None
    """店铺标识, a value of `eligibility.Badge`."""
    category: str | None = None
    scores: Mapping[str, str] = field(default_factory=dict)
    """By `eligibility.ScoreName`, as the platform wrote them, to the character. A score that it did not tell is not there."""
    observed_at_ms: int | None = None
    """When the platform observed them; None where it does not say."""


class ScoreSource(Protocol):
    """Reads a shop's kind, badge, category and scores. `ScoresUnread` says why it cannot."""

    def read(self, platform_shop_id: str, account: PlatformAccount, caller: Caller, *, now_ms: int) -> ShopRead:
        """Read one shop that the account may ask about."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemWanted:
    """An item to be read, by the platform's own ids."""

    platform_shop_id: str
    platform_item_id: str


class GoodsReader(Protocol):
    """Reads an item as its platform tells it, without anybody's visit. `GoodsUnread` says why it cannot."""

    def read(self, wanted: ItemWanted, account: PlatformAccount, caller: Caller, *, now_ms: int) -> ItemFacts:
        """Read one item: its price, shop, category and whether it can be bought; None is what was not told."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedItem:
    """An item as its platform lists it. `page_url` is its H5 page, and `price_fen` the price that page asks."""

    platform_item_id: str
    title: str
    price_fen: int
    page_url: str


class ShelfReader(Protocol):
    """Lists what a shop sells, so that nobody copies an item's id. `GoodsUnread` says why it cannot."""

    def home_url(self, platform_shop_id: str, account: PlatformAccount) -> str:
        """Write the address of a shop's front page; asks nobody."""
        ...

    def read(
        self, platform_shop_id: str, account: PlatformAccount, caller: Caller, *, now_ms: int
    ) -> tuple[ListedItem, ...]:
        """List the items on sale in one shop that the account may ask about."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedSample:
    """A signing vector as `contracts/vectors.json` writes it, for `Platform.sign`."""

    id: str
    alg: str
    secret: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    path: str = ""
    """`path` or `api_path`."""
    input: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One outside platform. What it has no use for stays empty; the house asks for what is there and never for a name."""

    name: str
    """What stands in events, accounts and shops: small letters, digits, `_`."""
    zh: str
    en: str
    grain: OrderGrain = OrderGrain.SUB_ORDER
    pilot: bool = False
    """内测: the jump serves it only where HONGMAO_PILOTS names it (article row 36)."""
    link_prefixes: Sequence[str] = ()
    """Where its links may lead: origins with a path, app schemes (ABUSE-5)."""
    hosts: Sequence[str] = ()
    """Hosts its client calls; nothing else is reachable for it."""
    links: LinkMaker | None = None
    grants: Granting | None = None
    renews: Renewing | None = None
    scores: ScoreSource | None = None
    goods: GoodsReader | None = None
    shelf: ShelfReader | None = None
    webhook: Connector | None = None
    pulls: Sequence[PullSource] = ()
    files: Sequence[FileFormat] = ()
    targets: Sequence[Target] = ()
    sign: Callable[[SignedSample], str] | None = None
    """Computes a vector's signature with the very code that signs calls; for the contract suite."""
    gateway: Gateway | None = None
    """Its sandbox gateway: routes below `/gw/NAME` of the sandbox, which share no code with the client."""
