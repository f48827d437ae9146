"""A rehearsal: a sandbox shop with a platform's own gateway in this process, buyers, weather, and a caller for the client.

    with Rehearsal(SHOPX, tmp_path, at="2025-05-07T10:00:00+08:00") as stage:
        stage.stock({"i-1": 29_900})
        order = stage.buy("i-1", click_id="AZTxJ0-kAAAAAQ_zPq3vX8sW2bN4cQ")
        page = SHOPX.pulls[0].page(stage.account, stage.today, None, stage, now_ms=stage.now_ms)

The gateway must exist for it (`Platform.gateway`), and the client must let its address be set by the account's setting
`gateway`, or call one of `Platform.hosts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from hongmao.kernel.clock import SetClock
from hongmao.platforms.api import CallFailed, Failure, PlatformAccount, Window, day_of, instant
from hongmao.platforms.sandbox.shop import create_shop_app
from hongmao_contracts import asgi
from hongmao_contracts.promises import demand
from hongmao_contracts.samples import TENANT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hongmao.platforms.api import Call, Platform, Reply

APP_KEY: Final = "app-1"
SECRET: Final = "no-real-secret-of-a-rehearsal"  # noqa: S105 - it protects nothing
SESSION: Final = "no-real-session-of-a-rehearsal"
SHOP: Final = "s-1"
_TOKEN: Final = "the driver's token"  # noqa: S105 - same
_REFUSED: Final = 400


class Rehearsal:
    """One marketplace with one shop. It is itself the caller that carries the client's calls."""

    def __init__(
        self, platform: Platform, folder: Path, *, at: str, seed: int = 7, settings: Mapping[str, str] | None = None
    ) -> None:
        """Open a shop over a new book in a folder; `settings` are what the client needs besides the gateway's address."""
        if platform.gateway is None:
            raise ValueError(f"{platform.name} has no gateway to rehearse with")
        self._platform = platform
        self._prefix = f"/gw/{platform.name}"
        self.clock = SetClock(instant(at))
        self._app = create_shop_app(
            db_path=folder / "shop.sqlite",
            clock=self.clock,
            control_token=_TOKEN,
            seed=seed,
            gateways={platform.name: platform.gateway},
        )
        self._cookies: dict[str, str] = {}
        base = {"gateway": f"http://{asgi.HOST}{self._prefix}", "session": SESSION}
        self.account = PlatformAccount(
            platform=platform.name,
            account=APP_KEY,
            tenant=TENANT,
            secret=SECRET.encode(),
            revoked=False,
            settings={**base, **(settings or {})},
        )
        key = {"platform": platform.name, "app_key": APP_KEY, "secret": SECRET, "session": SESSION, "shops": [SHOP]}
        self.control("gateway-keys", key)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the shop's book."""
        self._app.state.acts.book.close()

    @property
    def now_ms(self) -> int:
        """Tell the time of the stage."""
        return self.clock.now_ms()

    @property
    def today(self) -> Window:
        """Give the Asia/Shanghai day of the stage."""
        return Window.of_day(day_of(self.now_ms))

    def call(self, call: Call) -> Reply:
        """Carry a call of the client to the gateway; a host of nobody's is not reached."""
        parts = urlsplit(call.url)
        host = parts.hostname or ""
        if host not in {asgi.HOST, *self._platform.hosts}:
            raise CallFailed(Failure.NOT_ALLOWED, host)
        path = parts.path if host == asgi.HOST else f"{self._prefix}{parts.path}"
        return asgi.ask(self._app, call.method, path, query=parts.query, headers=call.headers, body=call.body)

    def stock(self, prices_fen: Mapping[str, int]) -> None:
        """Put items on sale, by id."""
        shops = [{"shop_id": SHOP, "name": "店", "platform": self._platform.name}]
        items = [{"item_id": id, "shop_id": SHOP, "title": id, "price_fen": price} for id, price in prices_fen.items()]
        self.control("stock", {"shops": shops, "items": items})

    def weather(self, **weather: object) -> None:
        """Let the gateway behave so from now on; what is not named is fair."""
        self.control("weather", {"platform": self._platform.name, "weather": weather})

    def visit(self, item: str, *, click_id: str, buyer: str = "lin") -> None:
        """Let a buyer come to an item's page by a click."""
        self._shop("GET", f"/item/{quote(item)}", buyer, query=urlencode({"hm_click": click_id}))

    def buy(self, item: str, *, click_id: str, quantity: int = 1, buyer: str = "lin") -> dict[str, Any]:
        """Let a buyer come by a click, order and pay; gives the order."""
        self.visit(item, click_id=click_id, buyer=buyer)
        order = self._shop("POST", "/checkout", buyer, items=f"{item}:{quantity}")
        return self._shop("POST", f"/order/{order['order_id']}/pay", buyer)

    def refund(self, order: Mapping[str, Any], amount_fen: int, *, buyer: str = "lin") -> dict[str, Any]:
        """Let a buyer have a part of an order's first line back."""
        line = order["sub_orders"][0]["sub_order_id"]
        path = f"/order/{order['order_id']}/refund"
        return self._shop("POST", path, buyer, sub_order_id=line, amount_fen=str(amount_fen))

    def receive(self, order: Mapping[str, Any], *, buyer: str = "lin") -> dict[str, Any]:
        """Let a buyer confirm that the goods have come."""
        return self._shop("POST", f"/order/{order['order_id']}/receive", buyer)

    def control(self, name: str, body: object | None = None) -> Any:
        """Ask or tell something at the shop's control door."""
        headers = {"x-control-token": _TOKEN, "content-type": "application/json"}
        method, sent = ("GET", b"") if body is None else ("POST", msgspec.json.encode(body))
        return _told(asgi.ask(self._app, method, f"/_control/{name}", headers=headers, body=sent))

    def _shop(self, method: str, path: str, buyer: str, *, query: str = "", **form: str) -> dict[str, Any]:
        headers = {"accept": "application/json", "content-type": "application/x-www-form-urlencoded"}
        if buyer in self._cookies:
            headers["cookie"] = self._cookies[buyer]
        reply = asgi.ask(self._app, method, path, query=query, headers=headers, body=urlencode(form).encode())
        if "set-cookie" in reply.headers:
            self._cookies[buyer] = reply.headers["set-cookie"].partition(";")[0]
        told: dict[str, Any] = _told(reply)
        return told


def _told(reply: Reply) -> Any:
    demand(reply.status < _REFUSED, f"the sandbox shop answers {reply.status}: {reply.body.decode(errors='replace')}")
    return msgspec.json.decode(reply.body)
