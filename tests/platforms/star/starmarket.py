"""A market with a task or two in this process, and a caller that reaches its gateway."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import Window, instant
from hongmao.platforms.api import Call, PlatformAccount, ReportCell
from hongmao.platforms.sandbox.shop import create_shop_app
from hongmao.platforms.star.client import StarKey, task_call
from hongmao.platforms.star.platform import STAR
from platforms.gatehouse import InProcess, drained
from platforms.sandbox.browser import Browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.kernel.clock import SetClock
    from hongmao.platforms.api import Call, PullSource, Reply

TOKEN = "the driver's token"
SECRET = "star-secret-of-nobody"
SESSION = "star-token-of-nobody"
APP = "brand-1"


@dataclass
class StarMarket:
    """The gateway, by its doors. `calls` are all that were made."""

    client: Browser
    clock: SetClock
    caller: InProcess = field(init=False)

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

    def control(self, name: str, body: object) -> None:
        """Tell the control door something."""
        answer = self.client.post(f"/_control/{name}", headers={"X-Control-Token": TOKEN}, json=body)
        assert answer.status_code == 200, answer.text

    def weather(self, **weather: object) -> None:
        """Let the gateway behave so from now on."""
        self.control("weather", {"platform": "star", "weather": weather})

    def tell(self, *notes: str, **more: Any) -> dict[str, Any]:
        """Tell the sandbox of a task with notes."""
        asked: dict[str, Any] = {"task_id": "700012345", "start": "2025-05-07", "end": "2025-05-20", "ratio": "0.5"}
        key = StarKey.of(account())
        reply = self.call(task_call(key, notes=notes, now_ms=self.clock.now_ms(), **(asked | more)))
        told: dict[str, Any] = msgspec.json.decode(reply.body)
        return told

    def page(self, source: PullSource, day: str, token: str | None = None, **settings: str) -> Any:
        """Pull one page of a day."""
        span = Window.of_day(date.fromisoformat(day))
        return source.page(account(**settings), span, token, self, now_ms=self.clock.now_ms())

    def pull(self, source: PullSource, day: str, **settings: str) -> list[Any]:
        """Pull a day, page by page."""
        return drained(
            source, account(**settings), Window.of_day(date.fromisoformat(day)), self.caller, now_ms=self.clock.now_ms()
        )


def account(**settings: str) -> PlatformAccount:
    """The brand's account with us."""
    told = {
        "access_token": SESSION,
        "brand_user_id": APP,
        "advertiser_id": APP,
        "gateway": "http://shop.example/gw/star",
    }
    return PlatformAccount(
        platform="star",
        account=APP,
        tenant=TenantId("tenant-1"),
        secret=SECRET.encode(),
        revoked=False,
        settings=told | settings,
    )


def cells_of(rows: list[Any]) -> dict[str, ReportCell]:
    """Give cells by their keys; each key once, and nothing but cells."""
    cells = [row for row in rows if isinstance(row, ReportCell)]
    assert len(cells) == len(rows), rows
    found = {cell.key: cell for cell in cells}
    assert len(found) == len(cells)
    return found


@contextmanager
def open_star(db_path: Path, clock: SetClock, *, seed: int = 7) -> Iterator[StarMarket]:
    """Open the gateway."""
    assert STAR.gateway is not None
    app = create_shop_app(db_path=db_path, clock=clock, control_token=TOKEN, seed=seed, gateways={"star": STAR.gateway})
    with Browser(app) as client:
        market = StarMarket(client, clock)
        market.control(
            "gateway-keys", {"platform": "star", "app_key": APP, "secret": SECRET, "session": SESSION, "shops": []}
        )
        yield market
