"""A marketplace for tests: the sandbox shop with one platform's gateway in this process, and a caller that reaches nothing else."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import MINUTE_MS, Window, instant
from hongmao.platforms.api import CallFailed, Failure, PlatformAccount, Reply, Row
from hongmao.platforms.sandbox.shop import Delivery, create_shop_app
from platforms.sandbox.browser import BASE, Browser
from platforms.sandbox.shopfront import TOKEN, Shopfront

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hongmao.kernel.clock import SetClock
    from hongmao.platforms.api import Call, Caller, Platform, PullSource

APP_KEY, SECRET, TOKEN_OF_THE_SHOP = "key-1", "not-a-secret-of-anybody", "not-a-token-of-anybody"
SHOP, ITEM, OTHER_ITEM, THIRD_ITEM, PRESALE_ITEM = "880001", "600001", "600002", "600003", "600004"
ITEMS = {ITEM: ("手冲咖啡壶", 29_900), OTHER_ITEM: ("陶瓷滤杯", 9_900), THIRD_ITEM: ("挂耳咖啡", 1_234)}


class InProcess:
    """A caller whose whole world is one app. It keeps what was asked, and can lose answers on the way."""

    def __init__(self, browser: Browser) -> None:
        """Reach the app behind a browser."""
        self._browser = browser
        self.calls: list[Call] = []
        self.losing = 0

    def call(self, call: Call) -> Reply:
        """Carry a call; as many answers as `losing` says are lost after the gateway has acted."""
        if not call.url.startswith(f"{BASE}/"):
            raise CallFailed(Failure.NOT_ALLOWED, call.url)
        self.calls.append(call)
        answer = self._browser.send(call.method, call.url, headers=dict(call.headers), content=call.body)
        if self.losing:
            self.losing -= 1
            raise CallFailed(Failure.TIMEOUT, "shop.example")
        return Reply(status=answer.status_code, headers=dict(answer.headers), body=answer.content)

    def asked(self, place: int = -1) -> dict[str, str]:
        """Read the form of a call."""
        return dict(parse_qsl(self.calls[place].body.decode()))


class Canned:
    """A caller that answers from a list, and keeps what was asked."""

    def __init__(self, *replies: bytes | Reply) -> None:
        """Answer with these, in order."""
        self._replies = [one if isinstance(one, Reply) else Reply(status=200, body=one) for one in replies]
        self.calls: list[Call] = []

    def call(self, call: Call) -> Reply:
        """Give the next answer."""
        self.calls.append(call)
        return self._replies.pop(0)


@dataclass
class Gatehouse:
    """The marketplace: `front` is where buyers act, `caller` how we ask its gateway, `account` what we ask with."""

    platform: str
    front: Shopfront
    caller: InProcess
    account: PlatformAccount = field(repr=False)

    def at(self, when: str) -> None:
        """Move to an instant, Beijing time."""
        self.front.at(when)

    def later(self, minutes: int = 1) -> None:
        """Let time pass."""
        self.front.clock.advance(minutes * MINUTE_MS)

    def weather(self, **told: object) -> None:
        """Let the gateway behave so from now on."""
        self.front.control("weather", {"platform": self.platform, "weather": told})

    def buy(self, click_id: str, items: str = f"{ITEM}:1", *, pay: bool = True) -> str:
        """Come by a click, order and pay."""
        self.front.get(f"/item/{items.partition(':')[0]}?clickid={click_id}")
        order = str(self.front.do("/checkout", items=items)["order_id"])
        if pay:
            self.front.do(f"/order/{order}/pay")
        return order

    def receive(self, order: str) -> None:
        """Confirm receipt."""
        self.front.do(f"/order/{order}/receive")

    def refund(self, order: str, place: int, fen: int) -> None:
        """Give money back on one line of an order."""
        self.front.do(f"/order/{order}/refund", sub_order_id=f"{order}-{place}", amount_fen=str(fen))

    def page(self, source: PullSource, span: Window, token: str | None = None) -> Any:
        """Ask for one page."""
        return source.page(self.account, span, token, self.caller, now_ms=self.front.clock.now_ms())

    def pull(self, source: PullSource, *, hours: int = 1) -> list[Any]:
        """Read the last hours page by page, in spans as long as the source allows."""
        end_ms = self.front.clock.now_ms()
        start_ms, rows = end_ms - hours * 60 * MINUTE_MS, []
        while start_ms < end_ms:
            span = Window(start_ms, min(end_ms, start_ms + source.limits.span_ms_max))
            rows += drained(source, self.account, span, self.caller, now_ms=end_ms)
            start_ms = span.end_ms
        return rows


def drained(source: PullSource, account: PlatformAccount, span: Window, caller: Caller, *, now_ms: int) -> list[Any]:
    """Read a span page by page, to its end."""
    rows: list[Any] = []
    token: str | None = None
    for _ in range(1_000):
        page = source.page(account, span, token, caller, now_ms=now_ms)
        rows += page.rows
        token = page.next_token
        if token is None:
            return rows
    raise AssertionError("a pull that never ends")


def account_of(platform: str, secret: str = SECRET, **settings: str) -> PlatformAccount:
    """Make an account of the gateway's key."""
    told = {"access_token": TOKEN_OF_THE_SHOP, "gateway": f"{BASE}/gw/{platform}", **settings}
    return PlatformAccount(
        platform=platform,
        account=APP_KEY,
        tenant=TenantId("t-1"),
        secret=secret.encode(),
        revoked=False,
        settings=told,
    )


@contextmanager
def open_gatehouse(platform: Platform, db_path: Path, clock: SetClock, **settings: str) -> Iterator[Gatehouse]:
    """Open a marketplace with its stock and one key."""
    assert platform.gateway is not None
    name, delivery = platform.name, Delivery(db_path=db_path, clock=clock, read_timeout_s=120)
    app = create_shop_app(db_path=db_path, clock=clock, control_token=TOKEN, seed=7, gateways={name: platform.gateway})
    with Browser(app) as client:
        front = Shopfront(db_path=db_path, clock=clock, client=client, delivery=delivery)
        front.control("stock", _stock(name))
        key = {"platform": name, "app_key": APP_KEY, "secret": SECRET, "session": TOKEN_OF_THE_SHOP, "shops": [SHOP]}
        front.control("gateway-keys", key)
        yield Gatehouse(platform=name, front=front, caller=InProcess(client), account=account_of(name, **settings))
    delivery.stop()


def of_kind(rows: Sequence[Any], kind: str) -> list[Row]:
    """Pick the facts of a kind."""
    return [row for row in rows if isinstance(row, Row) and row.kind.value == kind]


def latest(rows: Sequence[Any], kind: str) -> dict[tuple[str | None, str | None], Row]:
    """Give each fact of a kind once, as its highest version has it."""
    found: dict[tuple[str | None, str | None], Row] = {}
    for row in sorted(of_kind(rows, kind), key=lambda one: one.version):
        found[row.sub_order_id, row.refund_id] = row
    return found


def total_fen(rows: Sequence[Any], kind: str) -> int:
    """Add up the amounts of a kind's facts, each once."""
    return sum(row.amount_fen or 0 for row in latest(rows, kind).values())


def words(rows: Sequence[Any]) -> list[str]:
    """Name what rows are, problems by their code and place."""
    return [row.kind.value if isinstance(row, Row) else f"{row.code} {row.place}" for row in rows]


def ms(when: str) -> int:
    """Read an instant, Beijing time."""
    return instant(f"{when}+08:00")


def _stock(platform: str) -> dict[str, Any]:
    items = [
        {"item_id": name, "shop_id": SHOP, "title": title, "price_fen": fen} for name, (title, fen) in ITEMS.items()
    ]
    presale = {"item_id": PRESALE_ITEM, "shop_id": SHOP, "title": "降噪耳机", "price_fen": 50_000}
    return {
        "shops": [{"shop_id": SHOP, "name": "红枫小铺", "platform": platform}],
        "items": [*items, presale | {"presale_deposit_fen": 5_000}],
    }
