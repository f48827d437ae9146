"""The whole house and the whole street in one process: the assembled deployment and every gateway, joined by loopback HTTP.

Nothing reaches around the doors: a story taps, buys and pays as a reader does, moves the one clock both sides share, and
winds the house by `/v1/ops/tick`. What passed between house and gateways is kept by a tap on the wire.
"""

from __future__ import annotations

import json
import random
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol
from unittest.mock import patch

import uvicorn

from hongmao.bootstrap.clocks import FileClock
from hongmao.bootstrap.draining import configured
from hongmao.bootstrap.house import open_house
from hongmao.bootstrap.settings import Settings
from hongmao.bootstrap.telling import SILENT
from hongmao.kernel.time import MINUTE_MS, SECOND_MS, instant
from hongmao.platforms.outbound import Outbound
from hongmao.platforms.registry import load_platforms
from hongmao.platforms.sandbox.shop import Delivery, create_shop_app
from hongmao.world.founding import found
from hongmao.world.office import Office
from hongmao.world.reader import landing
from hongmao.world.spec import Good, Plan, Store, Story
from hongmao.world.wire import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from hongmao.bootstrap.house import House
    from hongmao.bootstrap.telling import Telling
    from hongmao.events.contracts import Event, Kind
    from hongmao.world.wire import Answer

CONTROL: Final = "the driver's token"
OPENING: Final = "2025-05-07T10:00:00+08:00"
PLATFORMS: Final = ("taobao", "tmall", "jd", "pdd", "vip", "xhs")
PRICE_FEN: Final = 29_905
PATIENCE_S: Final = 120
"""For what must come, and for a gateway's answer: how long that takes is the machine's affair."""
AGENT: Final = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/124.0.0.0 Mobile Safari/537.36"


def street(platforms: Sequence[str] = PLATFORMS, shelf: int = 1) -> Plan:
    """Plan one merchant with a shop on each platform, so many items in each, and a note for the first of them."""
    start_ms = instant(OPENING)
    stores = tuple(
        Store(id=f"shop-{n}", brand=0, name=f"红枫{name}店", platform=name, line="cid")
        for n, name in enumerate(platforms, start=1)
    )
    goods = tuple(
        Good(
            id=f"61234567{n:02d}{place:02d}",
            shop=store.id,
            brand=0,
            title=f"手冲咖啡壶 {n}-{place}",
            price_fen=PRICE_FEN + place,
            deposit_fen=None,
        )
        for n, store in enumerate(stores, start=1)
        for place in range(1, shelf + 1)
    )
    stories = tuple(
        Story(
            id=f"note-{good.shop}",
            creator="creator-1",
            topic="大健康",
            title=f"{good.title}：用了三周",
            body="先说结论：适合日常使用。",
            quality=1.0,
            good=good,
            button="购买同款",
            published_at_ms=start_ms - 86_400_000,
        )
        for good in goods
        if good.id.endswith("01")
    )
    return Plan(
        seed=7,
        start_ms=start_ms,
        stores=stores,
        goods=goods,
        stories=stories,
        citizens=(),
        brands=("红枫",),
        creators=("阿橙",),
    )


@dataclass(frozen=True, slots=True)
class Passed:
    """One request that a gateway was sent, and what it answered."""

    at_ms: int
    path: str
    query: str
    body: bytes
    status: int
    answer: bytes


class Cut:
    """What a meddler gives for an answer that breaks off in the middle."""


class Stall:
    """What a meddler gives for an answer that never comes: whoever waits for it has to give up by himself."""


class Meddler(Protocol):
    """Stands on the wire and may give another answer for the one that passes by: its bytes, or half of it, or none."""

    def __call__(self, passed: Passed, /) -> bytes | Cut | Stall:
        """Give what is to come out of the wire."""
        ...


@dataclass
class Tap:
    """Stands before the street's app and keeps what passes by the gateways; `meddle` may spoil an answer."""

    app: Any
    clock: FileClock
    passed: list[Passed] = field(default_factory=list)
    meddle: Meddler | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on, and keep it where it was a gateway's."""
        if scope["type"] != "http" or not scope["path"].startswith("/gw/"):
            await self.app(scope, receive, send)
            return
        asked, answer = bytearray(), bytearray()
        start: dict[str, Any] = {}

        async def hear() -> Any:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def say(message: Any) -> None:
            start.update(message if message["type"] == "http.response.start" else {})
            answer.extend(message.get("body", b""))

        await self.app(scope, hear, say)
        query = scope["query_string"].decode("latin-1")
        passed = Passed(self.clock.now_ms(), scope["path"], query, bytes(asked), start["status"], bytes(answer))
        self.passed.append(passed)
        told = self.meddle(passed) if self.meddle is not None else passed.answer
        await self._answer(start, told, receive, send)

    @staticmethod
    async def _answer(start: dict[str, Any], told: bytes | Cut | Stall, receive: Any, send: Any) -> None:
        if isinstance(told, Stall):
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        body = b'{"half of' if isinstance(told, Cut) else told
        length = 1_000 if isinstance(told, Cut) else len(body)
        await send({**start, "headers": [*headers, (b"content-length", str(length).encode())]})
        await send({"type": "http.response.body", "body": body, "more_body": isinstance(told, Cut)})

    def to(self, platform: str) -> list[Passed]:
        """List what one platform's gateway was sent."""
        return [one for one in self.passed if one.path.startswith(f"/gw/{platform}")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as its buyer knows it."""

    platform: str
    order_id: str
    lines: int
    click_id: str
    placed_at_ms: int


class Reader:
    """One person: a pseudonym here, another there; what joins the two is the click id in the address."""

    def __init__(self, one: OneHouse, number: int) -> None:
        """Sit down."""
        self._one = one
        self._here = {"cookie": f"hm_r=r_reader_{number:04d}", "user-agent": AGENT}
        self._there = {"accept": "application/json", "cookie": f"buyer=b{number:014d}", "user-agent": AGENT}

    def tap(self, story: Story) -> str:
        """Open a note, tap its component, and let the phone open what the jump answers; gives the shop's page."""
        note = self._one.web.must(self._one.web.get(f"/v1/notes/{story.id}", self._here), "GET", "note").json()
        ad = note["ad"]
        assert isinstance(ad, dict), note
        answer = self._one.web.get(ad["jump_url"], self._here)
        page = landing(answer.location, answer.body, shop_url=self._one.shop.base_url)
        assert page is not None, (answer.status, answer.location, answer.body[:2_000])
        return page

    def shop(self, page: str) -> None:
        """Look at the page in the shop."""
        self._one.shop.must(self._one.shop.get(page, self._there), "GET", page)

    def press(self, path: str, **form: str) -> dict[str, object]:
        """Press a button of the shop."""
        return self._one.shop.must(self._one.shop.submit(path, form, self._there), "POST", path).json()

    def order(self, story: Story, *, page: str = "", pause_ms: int = 15 * SECOND_MS) -> Order:
        """Tap (or come by a page), look, and order one of everything in the shop; the order is not paid yet."""
        assert story.good is not None
        page = page or self.tap(story)
        self._one.wait(pause_ms)
        self.shop(page)
        self._one.wait(pause_ms)
        shelf = [good.id for good in self._one.plan.goods if good.shop == story.good.shop]
        placed = self.press("/checkout", items=",".join(f"{id}:1" for id in shelf))
        order_id = str(placed["order_id"])
        return Order(
            platform=self._one.plan.store(story.good.shop).platform,
            order_id=order_id,
            lines=len(shelf),
            click_id=str(self._one.truth(order_id)["click_id"]),
            placed_at_ms=self._one.now_ms(),
        )

    def pay(self, order: Order) -> None:
        """Pay, a second later."""
        self._one.wait(SECOND_MS)
        self.press(f"/order/{order.order_id}/pay")

    def send_back(self, order: Order, amount_fen: int) -> None:
        """Have a part of the first line's price given back."""
        line = f"{order.order_id}-1"
        self.press(f"/order/{order.order_id}/refund", sub_order_id=line, amount_fen=str(amount_fen))


class OneHouse:
    """What a story holds in its hands."""

    def __init__(self, plan: Plan, clock: FileClock, settings: Settings, house: House, tap: Tap, *, url: str) -> None:
        """Take the keys of a house that is up, and of the street."""
        self.plan, self.clock, self.settings, self.house, self.tap = plan, clock, settings, house, tap
        self.street_url = settings.sandbox_url
        key = json.loads((settings.home_path / "credentials.json").read_text())["admin_key"]
        self.admin = Line(url, {"authorization": f"Bearer {key}"})
        self.control = Line(settings.sandbox_url, {"x-control-token": CONTROL})
        self.web, self.shop = Line(url), Line(settings.sandbox_url)
        self.office = Office(plan, self.admin, self.control)
        self._readers = 0

    def now_ms(self) -> int:
        """Read the clock."""
        return self.clock.now_ms()

    def wait(self, ms: int) -> None:
        """Let time pass in which nobody does anything."""
        self.clock.set(self.clock.now_ms() + ms)

    def reader(self) -> Reader:
        """Let another person sit down."""
        self._readers += 1
        return Reader(self, self._readers)

    def weather(self, platform: str, **weather: object) -> None:
        """Set how a gateway behaves from now on."""
        self.control.add("/_control/weather", {"platform": platform, "weather": weather})

    def tick(self) -> dict[str, object]:
        """Wind the clockwork once."""
        return self.admin.add("/v1/ops/tick", {}).json()

    def beat(self) -> None:
        """Do what this very minute is the time of: files that are ready, pulls, sends."""
        self.office.work(self.now_ms())
        self.tick()

    def pass_minutes(self, minutes: int) -> None:
        """Let time pass minute by minute, the clockwork winding."""
        for _ in range(minutes):
            self.clock.set((self.now_ms() // MINUTE_MS + 1) * MINUTE_MS)
            self.beat()

    def pass_until(self, at_ms: int) -> None:
        """Let time pass minute by minute up to an instant."""
        self.pass_minutes(max(0, -(-(at_ms - self.now_ms()) // MINUTE_MS)))

    def settle(self) -> None:
        """Let everything catch up."""
        self.admin.add("/v1/ops/settle", {})

    def events(self, *kinds: Kind) -> list[Event]:
        """Read the log from its start."""
        found, after = [], 0
        while batch := self.house.services.log.read(after=after, limit=10_000):
            after = batch[-1].offset
            found += [logged.event for logged in batch]
        return [event for event in found if not kinds or event.kind in kinds]

    def truth(self, order_id: str) -> dict[str, Any]:
        """Ask the street what it knows of an order."""
        orders: Any = self.control.get("/_control/orders").json()["orders"]
        return next(order for order in orders if order["order_id"] == order_id)

    def notes(self, page: str, platform: str = "media") -> list[dict[str, Any]]:
        """Read a page of a gateway's notebook."""
        notes: Any = self.control.get(f"/_control/notebook/{platform}/{page}").json()["notes"]
        return [dict(note) for note in notes]

    def ask(self, path: str) -> Answer:
        """Ask the house as its administrator."""
        return self.admin.must(self.admin.get(path), "GET", path)


def newest(events: Iterable[Event]) -> list[Event]:
    """Give the facts that events tell of, each in its newest version."""
    found: dict[tuple[str | None, ...], Event] = {}
    for event in sorted(events, key=lambda one: one.version or 0):
        found[event.platform, event.kind.value, event.sub_order_id, event.ref] = event
    return list(found.values())


@contextmanager
def open_one_house(
    home: Path, plan: Plan | None = None, *, telling: Telling = SILENT, read_timeout_s: float = PATIENCE_S
) -> Iterator[OneHouse]:
    """Open street and house over one clock and found the merchant on both sides, in fair weather.

    `read_timeout_s` is how long the house waits for a gateway.
    """
    plan = plan or street()
    clock = FileClock.create(home / "clock", plan.start_ms)
    with ExitStack() as stack:
        delivery = Delivery(db_path=home / "street.sqlite", clock=clock, read_timeout_s=PATIENCE_S)
        stack.callback(delivery.stop)
        gateways = {name: one.gateway for name, one in load_platforms().items() if one.gateway is not None}
        app = create_shop_app(
            db_path=home / "street.sqlite", clock=clock, control_token=CONTROL, seed=plan.seed, gateways=gateways
        )
        tap = Tap(app, clock)
        street_port = stack.enter_context(serving(uvicorn.Server(_config(tap))))
        settings = Settings(
            home=str(home / "home"),
            lag_ms_max="60000",  # nobody is sent away because a disk is slow
            clock=f"file:{home / 'clock'}",
            # Another host name than ours, as in a city: cookies know no ports.
            sandbox_url=f"http://localhost:{street_port}",
            pilots="jd,pdd",
        )
        stack.enter_context(waiting(read_timeout_s))
        # What the weather draws depends on what is asked, and that on the click ids: the same luck in every run.
        with patch("hongmao.bootstrap.foundations.secrets.SystemRandom", lambda: random.Random(plan.seed)):
            house = stack.enter_context(open_house(settings, telling=telling))
        port = stack.enter_context(serving(uvicorn.Server(configured(house.app, "127.0.0.1", 0, http="httptools"))))
        one = OneHouse(plan, clock, settings, house, tap, url=f"http://127.0.0.1:{port}")
        found(plan, one.admin, one.control)
        for name in (*PLATFORMS, "media"):
            one.weather(name)
        # What shops and links there are is looked up anew once a second: the doors open a minute later.
        one.wait(MINUTE_MS)
        yield one


@contextmanager
def waiting(read_timeout_s: float) -> Iterator[None]:
    """Let houses that are opened meanwhile wait so long for an answer of gateways and shops."""
    with (
        patch("hongmao.bootstrap.returns.Outbound", partial(Outbound, read_timeout_s=read_timeout_s)),
        patch("hongmao.bootstrap.care.READ_TIMEOUT_S", read_timeout_s),
        patch("hongmao.bootstrap.care.WHOLE_TIMEOUT_S", PATIENCE_S),
    ):
        yield


@contextmanager
def serving(web: uvicorn.Server) -> Iterator[int]:
    """Serve in a thread; gives the port."""
    thread = threading.Thread(target=web.run, daemon=True)
    thread.start()
    while not web.started:
        thread.join(0.01)
        assert thread.is_alive()
    try:
        yield web.servers[0].sockets[0].getsockname()[1]
    finally:
        web.should_exit = True
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def _config(app: Any) -> uvicorn.Config:
    return uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False, timeout_graceful_shutdown=1)
