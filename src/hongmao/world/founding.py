"""Founding the city: its merchants, shops, goods, creators, notes, links and wallets, all through the public API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from hongmao.world.connect import connect, send_on
from hongmao.world.spec import WALLET_FEN

if TYPE_CHECKING:
    from hongmao.world.spec import Plan, Store, Story
    from hongmao.world.wire import Line

PLATFORM = "sandbox"
PASSWORD = "hongmao-demo"  # noqa: S105 - printed on the demo's screen; a real instance makes its own


@dataclass(frozen=True, slots=True)
class Login:
    """Who may sign in where, to be printed for whoever plays."""

    console: str
    login: str
    password: str


def found(plan: Plan, platform: Line, shop: Line) -> list[Login]:
    """Set the city up on both sides; running it again changes nothing."""
    _stock_shelves(plan, shop)
    logins = [_found_merchant(plan, brand, platform, shop) for brand in range(len(plan.brands))]
    for n, name in enumerate(plan.creators):
        platform.add("/v1/creators", {"id": f"creator-{n + 1}", "name": name, "bio": "真实使用，认真写笔记"})
    for n, story in enumerate(plan.stories):
        _publish(plan, story, n, platform, shop)
    platform.add(
        "/v1/users",
        {
            "id": "user-ops",
            "tenant": "platform",
            "login": "ops",
            "password": PASSWORD,
            "name": "值班工程师",
            "role": "ops",
        },
    )
    return [*logins, Login("/ops", "ops", PASSWORD)]


def _found_merchant(plan: Plan, brand: int, platform: Line, shop: Line) -> Login:
    name, number = plan.brands[brand], brand + 1
    tenant, merchant = f"tenant-{number}", f"merchant-{number}"
    platform.add("/v1/tenants", {"id": tenant, "name": name, "kind": "merchant"})
    login = {"id": f"user-{number}", "tenant": tenant, "login": f"brand{number}", "password": PASSWORD}
    platform.add("/v1/users", {**login, "name": f"{name}优化师", "role": "optimiser"})
    platform.add("/v1/merchants", {"id": merchant, "tenant": tenant, "name": name})
    for store in plan.stores:
        if store.brand == brand:
            _open_store(plan, store, platform, shop)
    send_on(plan, brand, platform, shop)
    return Login("/console/", f"brand{number}", PASSWORD)


def _open_store(plan: Plan, store: Store, platform: Line, shop: Line) -> None:
    tenant, merchant = f"tenant-{store.brand + 1}", f"merchant-{store.brand + 1}"
    home_url = f"{shop.base_url}/shop/{store.id}"
    place = {"id": store.id, "tenant": tenant, "merchant": merchant, "platform": store.platform}
    platform.add("/v1/shops", {**place, "platform_shop_id": store.id, "name": store.name, "home_url": home_url})
    for good in plan.goods:
        if good.shop == store.id:
            shelf = {"id": good.id, "tenant": tenant, "shop": store.id, "spu": f"spu-{good.id}"}
            facts = {"title": good.title, "price_fen": good.price_fen, "url": f"{shop.base_url}/item/{good.id}"}
            platform.add("/v1/items", {**shelf, "platform_item_id": good.id, **facts})
    connect(store, platform, shop)
    wallet = {"tenant": tenant, "merchant": merchant, "line": store.line, "amount_fen": WALLET_FEN}
    platform.add("/v1/wallets/top-ups", {**wallet, "key": f"opening-{store.line}-{store.brand + 1}"})


def _publish(plan: Plan, story: Story, n: int, platform: Line, shop: Line) -> None:
    note = {"id": story.id, "creator": story.creator, "type": "picture", "title": story.title, "body": story.body}
    place = {"topic": story.topic, "cover": story.id, "published_at_ms": story.published_at_ms}
    platform.add("/v1/notes", {**note, **place})
    if story.good is None:
        return
    store = plan.store(story.good.shop)
    link = {
        "id": f"link-{n + 1:03d}",
        "tenant": f"tenant-{store.brand + 1}",
        "note": story.id,
        "shop": store.id,
        "target": "item",
        "item": story.good.id,
        "line": store.line,
        "button": story.button,
        "title": "同款好物",
        "price_fen": plan.price_fen(n),
        **_addresses(store, f"{shop.base_url}/item/{story.good.id}"),
    }
    platform.insist("/v1/links", link)
    made = platform.must(platform.get(f"/v1/links/{link['id']}"), "GET", "/v1/links").json()
    verdicts = {name: 2 for name in ("deeplink", "universal_link") if made[name] is not None}
    path = f"/v1/links/{link['id']}/review"
    platform.must(platform.post(path, {**verdicts, "fallback": 2, "note": "链接、落地页与笔记一致"}), "POST", path)


def _addresses(store: Store, page: str) -> dict[str, object]:
    """Give a link's addresses, or let the store's platform make them."""
    if store.platform != PLATFORM:
        return {"make": True}
    return {"deeplink": f"sandboxshop://open?h5url={quote(page, safe='')}", "fallback_url": page}


def _stock_shelves(plan: Plan, shop: Line) -> None:
    shops = [{"shop_id": store.id, "name": store.name, "platform": store.platform} for store in plan.stores]
    items = [
        {
            "item_id": good.id,
            "shop_id": good.shop,
            "title": good.title,
            "price_fen": good.price_fen,
            "presale_deposit_fen": good.deposit_fen,
        }
        for good in plan.goods
    ]
    shop.add("/_control/stock", {"shops": shops, "items": items})
