"""What a platform is to this house: one value that names its ways in and out. A folder or a plugin makes one; see `registry`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hongmao.kernel.calls import Caller
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
    webhook: Connector | None = None
    pulls: Sequence[PullSource] = ()
    files: Sequence[FileFormat] = ()
    targets: Sequence[Target] = ()
    sign: Callable[[SignedSample], str] | None = None
    """Computes a vector's signature with the very code that signs calls; for the contract suite."""
    gateway: Gateway | None = None
    """Its sandbox gateway: routes below `/gw/NAME` of the sandbox, which share no code with the client."""
