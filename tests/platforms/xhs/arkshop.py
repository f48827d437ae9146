"""An in-site shop with its gateway in this process, and a caller that reaches it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import Window, instant
from hongmao.platforms.api import Call, PlatformAccount
from hongmao.platforms.sandbox.shop import create_shop_app
from hongmao.platforms.xhs.platform import XHS
from platforms.gatehouse import InProcess, drained
from platforms.sandbox.browser import Browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.kernel.clock import SetClock
    from hongmao.platforms.api import Call, PullSource, Reply, ReportCell, Row, RowProblem

TOKEN = "the driver's token"
SECRET = "ark-secret-of-nobody"
SESSION = "token-of-nobody"
APP = "app-1"
MINUTE_MS = 60_000
STOCK = {
    "shops": [
        {"shop_id": "xs-1", "name": "红枫小铺", "platform": "xhs"},
        {"shop_id": "xs-2", "name": "别家", "platform": "xhs"},
    ],
    "items": [
        {"item_id": "xi-1", "shop_id": "xs-1", "title": "手冲咖啡壶", "price_fen": 29_900},
        {"item_id": "xi-2", "shop_id": "xs-1", "title": "陶瓷滤杯", "price_fen": 9_900},
        {
            "item_id": "xi-3",
            "shop_id": "xs-1",
            "title": "降噪耳机",
            "price_fen": 50_000,
            "presale_deposit_fen": 5_000,
        },
        {"item_id": "xi-9", "shop_id": "xs-2", "title": "古树普洱", "price_fen": 128_000},
    ],
}


@dataclass
class ArkShop:
    """A buyer's browser, the control door, and the way to the gateway. `calls` are all that were made."""

    client: Browser
    clock: SetClock
    caller: InProcess = field(init=False)
    page_size: str = ""

    def __post_init__(self) -> None:
        """Reach the gateway as the house's caller would."""
        self.caller = InProcess(self.client)

    def call(self, call: Call) -> Reply:
        """Carry a call."""
        return self.caller.call(call)

    @property
    def calls(self) -> list[Call]:
        """What was asked, all of it."""
        return self.caller.calls

    def at(self, when: str) -> None:
        """Move to an instant, Beijing time."""
        self.clock.set(instant(when))

    def now_ms(self) -> int:
        """What time it is."""
        return self.clock.now_ms()

    def control(self, name: str, body: object) -> Any:
        """Tell the control door something."""
        answer = self.client.post(f"/_control/{name}", headers={"X-Control-Token": TOKEN}, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def weather(self, **weather: object) -> None:
        """Let the gateway behave so from now on."""
        self.control("weather", {"platform": "xhs", "weather": weather})

    def do(self, path: str, **form: str) -> Any:
        """Act as a buyer's program and expect it to work."""
        answer = self.client.post(path, headers={"Accept": "application/json"}, data=form)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    def look(self, path: str) -> None:
        """Look at a page."""
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text

    def buy(self, *items: str) -> str:
        """Come by a click, order items and pay for them; gives the order's id. Acts without a click stay in the shop."""
        self.look(f"/item/{items[0].split(':')[0]}?click_id=c-7f3a")
        order_id: str = self.do("/checkout", items=",".join(items))["order_id"]
        self.do(f"/order/{order_id}/pay")
        return order_id

    def page(self, source: PullSource, span: Window, token: str | None = None) -> Any:
        """Pull one page."""
        return source.page(account(page_size=self.page_size), span, token, self, now_ms=self.now_ms())

    def pull(self, source: PullSource, span: Window) -> list[Row | RowProblem | ReportCell]:
        """Pull a span, page by page."""
        return drained(source, account(page_size=self.page_size), span, self.caller, now_ms=self.now_ms())

    def last(self, minutes: int = 30) -> Window:
        """Name the stretch of time that ends now."""
        return Window(self.now_ms() - minutes * MINUTE_MS, self.now_ms())


def account(**settings: str) -> PlatformAccount:
    """The shop's account with us."""
    told = {
        "access_token": SESSION,
        "shop_id": "xs-1",
        "gateway": "http://shop.example/gw/xhs",
        "visits_method": "hongmao.listVisits",
        "reviews_method": "hongmao.listReviews",
    }
    return PlatformAccount(
        platform="xhs",
        account=APP,
        tenant=TenantId("tenant-1"),
        secret=SECRET.encode(),
        revoked=False,
        settings=told | settings,
    )


@contextmanager
def open_ark(db_path: Path, clock: SetClock, *, seed: int = 7) -> Iterator[ArkShop]:
    """Open the shop and its gateway."""
    assert XHS.gateway is not None
    app = create_shop_app(db_path=db_path, clock=clock, control_token=TOKEN, seed=seed, gateways={"xhs": XHS.gateway})
    with Browser(app) as client:
        shop = ArkShop(client, clock)
        shop.control("stock", STOCK)
        shop.control(
            "gateway-keys",
            {"platform": "xhs", "app_key": APP, "secret": SECRET, "session": SESSION, "shops": ["xs-1"]},
        )
        yield shop
