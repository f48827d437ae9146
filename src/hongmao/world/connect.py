"""Connecting the city's shops (接入): the same key on both sides of every platform, and the media that returns go on to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.world.spec import Plan, Store
    from hongmao.world.wire import Line

ACCOUNT_SECRET: Final = "the sandbox shop signs with this"  # noqa: S105 - both sides of it are this demo
MEDIA_TOKEN: Final = "the sandbox media knows us by this"  # noqa: S105 - same
WEATHER: Final = {
    "late_ms": [0, 15 * 60_000],
    "repeat_page_share": 0.02,
    "missing_page_share": 0.02,
    "error_share": 0.02,
}
"""How badly the gateways behave in a demo: as real ones do."""


@dataclass(frozen=True, slots=True)
class Counter:
    """Where a platform's gateway stands in the sandbox, and what its client must know besides key and session."""

    path: str
    settings: Mapping[str, str] = field(default_factory=dict)


COUNTERS: Final = {
    "taobao": Counter("/gw/taobao"),
    "tmall": Counter("/gw/tmall"),
    "jd": Counter("/gw/jd/routerjson"),
    "pdd": Counter("/gw/pdd/api/router"),
    "vip": Counter("/gw/vip", {"orders": "call"}),
    "xhs": Counter("/gw/xhs", {"visits_method": "hongmao.listVisits", "reviews_method": "hongmao.listReviews"}),
}


def connect(store: Store, platform: Line, shop: Line) -> None:
    """Make a shop's key known on both sides. A shop of the sandbox's own pushes; the others are asked by their gateway."""
    key = key_of(store)
    tenant = f"tenant-{store.brand + 1}"
    keys = {"platform": store.platform, "account": key.account, "secret": key.secret, "tenant": tenant}
    counter = COUNTERS.get(store.platform)
    if counter is None:
        platform.add("/v1/platform-accounts", keys)
        webhook = {"webhook_url": f"{platform.base_url}/v1/returns/{store.platform}", "shops": [store.id]}
        shop.add("/_control/accounts", {"account": key.account, "secret": key.secret, **webhook})
        return
    settings = {
        "gateway": f"{shop.base_url}{counter.path}",
        "session": key.session,
        "access_token": key.session,
        "shop_id": store.id,
        "shop": store.id,
        **counter.settings,
        **({"monitor_e": store.id, "pulls": "none"} if store.line == "ud" else {}),
    }
    platform.add("/v1/platform-accounts", {**keys, "settings": settings})
    known = {"platform": store.platform, "app_key": key.account, "secret": key.secret, "session": key.session}
    shop.add("/_control/gateway-keys", {**known, "shops": [store.id]})
    shop.add("/_control/weather", {"platform": store.platform, "weather": WEATHER})


def send_on(plan: Plan, brand: int, platform: Line, shop: Line) -> None:
    """Let a brand's returns go on to the sandbox's 聚光, and its UD line's taps to the shop platform's monitor."""
    tenant = f"tenant-{brand + 1}"
    media = {"platform": "media", "app_key": tenant, "secret": MEDIA_TOKEN, "session": MEDIA_TOKEN}
    shop.add("/_control/gateway-keys", {**media, "shops": []})
    platform.add(
        "/v1/return-targets",
        {
            "id": f"juguang-{brand + 1}",
            "tenant": tenant,
            "target": "juguang",
            "settings": {
                "endpoint": f"{shop.base_url}/gw/media/juguang/api/open",
                "access_token": MEDIA_TOKEN,
                "app_id": tenant,
            },
        },
    )
    for store in plan.stores:
        if store.brand == brand and store.line == "ud":
            monitor = {"gateway": f"{shop.base_url}{COUNTERS[store.platform].path}", "monitor_e": store.id}
            platform.add(
                "/v1/return-targets",
                {"id": f"alimama-{brand + 1}", "tenant": tenant, "target": "alimama", "settings": monitor},
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """By what a shop's program is known at its platform."""

    account: str
    secret: str
    session: str


def key_of(store: Store) -> Key:
    """Give a shop's key."""
    number = store.id.removeprefix("shop-")
    return Key(account=f"account-{number}", secret=f"{ACCOUNT_SECRET} {number}", session=f"session-{number}")
