"""The sandbox shop for tests: its app in this process, its delivery by hand, its clock set by the story."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hongmao.kernel.time import instant
from hongmao.platforms.sandbox.shop import Delivery, create_shop_app
from platforms.sandbox.browser import Browser
from platforms.sandbox.forms import Forms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

    from hongmao.kernel.clock import SetClock

TOKEN = "the driver's token"
SECRET = "红猫 sandbox secret"
JSON = {"Accept": "application/json"}
ITEM = {"item_id": "item-1", "shop_id": "shop-1", "title": "手冲咖啡壶", "price_fen": 29_900}
STOCK = {
    "shops": [{"shop_id": "shop-1", "name": "红枫小铺"}, {"shop_id": "shop-2", "name": "山野茶行"}],
    "items": [
        ITEM,
        {"item_id": "item-2", "shop_id": "shop-1", "title": "陶瓷滤杯", "price_fen": 9_900},
        {
            "item_id": "item-3",
            "shop_id": "shop-1",
            "title": "降噪耳机",
            "price_fen": 50_000,
            "presale_deposit_fen": 5_000,
        },
        {"item_id": "item-9", "shop_id": "shop-2", "title": "古树普洱", "price_fen": 128_000},
    ],
}


@dataclass
class Shopfront:
    """One shop: `client` is a buyer's browser, `clock` its time, `delivery` is run by hand."""

    db_path: Path
    clock: SetClock
    client: Browser
    delivery: Delivery

    def at(self, when: str) -> None:
        """Move to an instant, Beijing time."""
        self.clock.set(instant(when))

    def deliver(self) -> int:
        """Post what is due now; gives the number of posts."""
        return self.delivery.drain(self.clock.now_ms())

    def deliver_all(self) -> None:
        """Move on until nothing waits."""
        while self.state()["outbox_pending"]:
            self.clock.advance(60_000)
            self.deliver()

    def control(self, name: str, body: object | None = None) -> Any:
        """Ask or tell something at the control door."""
        headers = {"X-Control-Token": TOKEN}
        path = f"/_control/{name}"
        answer = (
            self.client.get(path, headers=headers)
            if body is None
            else self.client.post(path, headers=headers, json=body)
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def state(self) -> dict[str, int]:
        """How the shop's book stands."""
        state: dict[str, int] = self.control("state")
        return state

    def register(self, url: str, account: str = "account-1", **more: object) -> None:
        """Tell the shop where returns go."""
        self.control("accounts", {"account": account, "secret": SECRET, "webhook_url": url, **more})

    def get(self, path: str) -> Any:
        """Read as a program."""
        answer = self.client.get(path, headers=JSON)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, **form: str) -> httpx.Response:
        """Act as a program."""
        return self.client.post(path, headers=JSON, data=form)

    def do(self, path: str, **form: str) -> Any:
        """Act as a program and expect it to work."""
        answer = self.post(path, **form)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    def page(self, path: str) -> Forms:
        """Read as a person."""
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return Forms(answer.text)


@contextmanager
def open_shop(db_path: Path, clock: SetClock, *, seed: int = 7) -> Iterator[Shopfront]:
    """Open a shop over a book, new or old."""
    delivery = Delivery(db_path=db_path, clock=clock, read_timeout_s=120)
    app = create_shop_app(db_path=db_path, clock=clock, control_token=TOKEN, seed=seed)
    with Browser(app) as client:
        yield Shopfront(db_path=db_path, clock=clock, client=client, delivery=delivery)
    delivery.stop()
