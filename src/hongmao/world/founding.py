"""Founding the city: its merchants, shops, goods, creators, notes, links and wallets, all through the public API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from hongmao.world.spec import PRICE_FEN, WALLET_FEN

if TYPE_CHECKING:
    from hongmao.world.spec import Plan, Story
    from hongmao.world.wire import Line

PLATFORM = "sandbox"
PASSWORD = "hongmao-demo"  # noqa: S105 - printed on the demo's screen; a real instance makes its own
ACCOUNT_SECRET = "the sandbox shop signs with this"  # noqa: S105 - same: both sides of it are this demo


@dataclass(frozen=True, slots=True)
class Login:
    """Who may sign in where, to be printed for whoever plays."""

    console: str
    login: str
    password: str


def found(plan: Plan, platform: Line, shop: Line) -> list[Login]:
    """Set the city up on both sides; running it again changes nothing."""
    _stock_shelves(plan, shop, platform.base_url)
    logins = [login for brand in range(len(plan.brands)) for login in _found_merchant(plan, brand, platform, shop)]
    for n, name in enumerate(plan.creators):
        _add(platform, "/v1/creators", {"id": f"creator-{n + 1}", "name": name, "bio": "真实使用，认真写笔记"})
    for n, story in enumerate(plan.stories):
        _publish(story, n, platform, shop)
    _add(
        platform,
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


def _found_merchant(plan: Plan, brand: int, platform: Line, shop: Line) -> list[Login]:
    name, shop_name = plan.brands[brand]
    number = brand + 1
    tenant, merchant, shop_id = f"tenant-{number}", f"merchant-{number}", f"shop-{number}"
    _add(platform, "/v1/tenants", {"id": tenant, "name": name, "kind": "merchant"})
    login = {"id": f"user-{number}", "tenant": tenant, "login": f"brand{number}", "password": PASSWORD}
    _add(platform, "/v1/users", {**login, "name": f"{name}优化师", "role": "optimiser"})
    _add(platform, "/v1/merchants", {"id": merchant, "tenant": tenant, "name": name})
    shelf = {"id": shop_id, "tenant": tenant, "merchant": merchant, "platform": PLATFORM, "platform_shop_id": shop_id}
    _add(platform, "/v1/shops", {**shelf, "name": shop_name, "home_url": f"{shop.base_url}/shop/{shop_id}"})
    for good in plan.goods:
        if good.brand == brand:
            where = {
                "id": good.id,
                "tenant": tenant,
                "shop": shop_id,
                "spu": f"spu-{good.id}",
                "platform_item_id": good.id,
            }
            facts = {"title": good.title, "price_fen": good.price_fen, "url": f"{shop.base_url}/item/{good.id}"}
            _add(platform, "/v1/items", {**where, **facts})
    account = {"platform": PLATFORM, "account": f"account-{number}", "secret": f"{ACCOUNT_SECRET} {number}"}
    _add(platform, "/v1/platform-accounts", {**account, "tenant": tenant})
    top_up = {
        "tenant": tenant,
        "merchant": merchant,
        "line": "cid",
        "amount_fen": WALLET_FEN,
        "key": f"opening-{number}",
    }
    _add(platform, "/v1/wallets/top-ups", top_up)
    return [Login("/console/", f"brand{number}", PASSWORD)]


def _publish(story: Story, n: int, platform: Line, shop: Line) -> None:
    note = {"id": story.id, "creator": story.creator, "type": "picture", "title": story.title, "body": story.body}
    place = {"topic": story.topic, "cover": story.id, "published_at_ms": story.published_at_ms}
    _add(platform, "/v1/notes", {**note, **place})
    if story.good is None:
        return
    page = f"{shop.base_url}/item/{story.good.id}"
    link = {
        "id": f"link-{n + 1:03d}",
        "tenant": f"tenant-{story.good.brand + 1}",
        "note": story.id,
        "shop": story.good.shop,
        "target": "item",
        "item": story.good.id,
        "deeplink": f"sandboxshop://open?h5url={quote(page, safe='')}",
        "fallback_url": page,
        "button": story.button,
        "title": "同款好物",
        "price_fen": PRICE_FEN[n % len(PRICE_FEN)],
    }
    _add(platform, "/v1/links", link)
    review = {"deeplink": 2, "fallback": 2, "note": "链接、落地页与笔记一致"}
    path = f"/v1/links/{link['id']}/review"
    platform.must(platform.post(path, review), "POST", path)


def _stock_shelves(plan: Plan, shop: Line, hongmao_url: str) -> None:
    shops = [{"shop_id": f"shop-{n + 1}", "name": name} for n, (_, name) in enumerate(plan.brands)]
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
    for n in range(len(plan.brands)):
        account = {"account": f"account-{n + 1}", "secret": f"{ACCOUNT_SECRET} {n + 1}"}
        webhook = {"webhook_url": f"{hongmao_url}/v1/returns/{PLATFORM}", "shops": [f"shop-{n + 1}"]}
        _add(shop, "/_control/accounts", {**account, **webhook})
    _add(shop, "/_control/stock", {"shops": shops, "items": items})


def _add(line: Line, path: str, value: object) -> None:
    line.must(line.post(path, value), "POST", path)
