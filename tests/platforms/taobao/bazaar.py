"""Taobao for tests: the sandbox shop as a marketplace, its gateway in this process, and a caller that reaches nothing else."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import Window, day_of
from hongmao.platforms.api import PlatformAccount, Row
from hongmao.platforms.sandbox.shop import Delivery, create_shop_app
from hongmao.platforms.taobao.gateway import make_gateway
from platforms.gatehouse import InProcess, drained
from platforms.sandbox.browser import BASE, Browser
from platforms.sandbox.shopfront import TOKEN, Shopfront

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hongmao.kernel.clock import SetClock
    from hongmao.platforms.api import PullSource

APP_KEY = "21300001"
SECRET = "not-a-secret-of-taobao"
SESSION = "not-a-session-of-taobao"
SHOP = "880001"
ITEM, OTHER_ITEM, PRESALE_ITEM = "600001", "600002", "600003"
STOCK = {
    "shops": [{"shop_id": SHOP, "name": "红枫小铺", "platform": "taobao"}],
    "items": [
        {"item_id": ITEM, "shop_id": SHOP, "title": "手冲咖啡壶", "price_fen": 29_900},
        {"item_id": OTHER_ITEM, "shop_id": SHOP, "title": "陶瓷滤杯", "price_fen": 9_900},
        {
            "item_id": PRESALE_ITEM,
            "shop_id": SHOP,
            "title": "降噪耳机",
            "price_fen": 50_000,
            "presale_deposit_fen": 5_000,
        },
    ],
}


@dataclass
class Bazaar:
    """The marketplace: `front` is where buyers act, `caller` how we ask its gateway, `account` what we ask with."""

    front: Shopfront
    caller: InProcess
    account: PlatformAccount = field(repr=False)

    def at(self, when: str) -> None:
        """Move to an instant, Beijing time."""
        self.front.at(when)

    def weather(self, **told: object) -> None:
        """Let the gateway behave so from now on."""
        self.front.control("weather", {"platform": "taobao", "weather": told})

    def notes(self, page: str) -> list[dict[str, Any]]:
        """Read a page of the gateway's notebook."""
        kept: list[dict[str, Any]] = self.front.control(f"notebook/taobao/{page}")["notes"]
        return kept

    def buy(self, click_id: str, item: str = ITEM, *, pay: bool = True) -> str:
        """Come by a click, order and pay."""
        self.front.get(f"/item/{item}?clickid={click_id}")
        order = str(self.front.do("/checkout", items=f"{item}:1")["order_id"])
        if pay:
            self.front.do(f"/order/{order}/pay")
        return order

    def pull(self, source: PullSource, day: str | None = None, span: Window | None = None) -> Sequence[Any]:
        """Read a whole span, page by page; by default the day that it is."""
        now_ms = self.front.clock.now_ms()
        asked = span or Window.of_day(date.fromisoformat(day) if day else day_of(now_ms))
        return drained(source, self.account, asked, self.caller, now_ms=now_ms)


def account_with(platform: str = "taobao", secret: str = SECRET, **settings: str) -> PlatformAccount:
    """Make an account of the gateway's key."""
    told = {"session": SESSION, "gateway": f"{BASE}/gw/{platform}/router/rest", **settings}
    return PlatformAccount(
        platform=platform,
        account=APP_KEY,
        tenant=TenantId("t-1"),
        secret=secret.encode(),
        revoked=False,
        settings=told,
    )


@contextmanager
def open_bazaar(db_path: Path, clock: SetClock, *, seed: int = 7, platform: str = "taobao") -> Iterator[Bazaar]:
    """Open the marketplace with its stock and one key."""
    delivery = Delivery(db_path=db_path, clock=clock, read_timeout_s=120)
    app = create_shop_app(
        db_path=db_path, clock=clock, control_token=TOKEN, seed=seed, gateways={platform: make_gateway}
    )
    with Browser(app) as client:
        front = Shopfront(db_path=db_path, clock=clock, client=client, delivery=delivery)
        front.control("stock", STOCK | {"shops": [{"shop_id": SHOP, "name": "红枫小铺", "platform": platform}]})
        key = {"platform": platform, "app_key": APP_KEY, "secret": SECRET, "session": SESSION, "shops": [SHOP]}
        front.control("gateway-keys", key)
        yield Bazaar(front=front, caller=InProcess(client), account=account_with(platform))
    delivery.stop()


def kinds(rows: Sequence[Any]) -> list[str]:
    """Name what rows are, problems by their code."""
    return [row.kind.value if isinstance(row, Row) else row.code for row in rows]
