"""A house of real contexts over memory, and a client that speaks bare ASGI to its edge."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from starlette.applications import Starlette

from community.test_feed import MemoryShelf, note
from hongmao.catalog.contracts import Shop
from hongmao.community.api import Community
from hongmao.events.api import Collector
from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import CreatorId, IdMaker, MerchantId, NoteId, ShopId, TenantId
from hongmao.links.api import Caps, Jump, KeyRing, LinkTable, Taps, TokenMinter, WakeFeedback, load
from hongmao.platforms.sandbox.connector import SandboxConnector
from hongmao.returns.api import Intake, Refusals, ReturnDesk
from hongmao.web.edge.app import EdgeApp
from hongmao.web.edge.enrich import Enricher
from hongmao.web.edge.feed_api import routes
from hongmao.web.edge.origin import Origins, read_trust
from hongmao.web.services import Health, Services
from links.factories import MemoryLinks, MemoryLog, link
from returns.factories import NOW, MemoryAccounts, MemoryShelves
from returns.factories import House as ReturnsHouse

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hongmao.events.api import EventLog
    from hongmao.kernel.ids import ReaderId
    from hongmao.web.edge.hot.limits import Limits

DESKTOP = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/124.0.0.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:125.0) Gecko/125.0 Firefox/125.0"
SHOP_NAME = "初晴<b>旗舰店</b>"


class MemoryCatalog(MemoryShelf):
    """What the edge asks of the catalog."""

    def __init__(self) -> None:
        super().__init__([note(n) for n in range(1, 31)])
        self.remembered: list[str] = []

    def note_creators(self, ids: Collection[str]) -> dict[str, CreatorId]:
        return {one.id: one.creator for one in self.kept if one.id in ids}

    def creator_exists(self, id: str) -> bool:
        return id == "creator-1"

    def shops_known(self, ids: Collection[str]) -> dict[str, Shop]:
        shop = Shop(
            id=ShopId("shop-1"),
            tenant=TenantId("tenant-1"),
            merchant=MerchantId("merchant-1"),
            platform="sandbox",
            platform_shop_id="s1",
            name=SHOP_NAME,
            home_url="http://127.0.0.1:8090",
        )
        return {shop.id: shop} if shop.id in ids else {}

    def remember_reader(self, reader: ReaderId, at_ms: int) -> None:
        assert at_ms > 0
        self.remembered.append(reader)


@dataclass(frozen=True)
class Reply:
    """What came back over ASGI."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)


class EdgeHouse:
    """Note 1 sells through link-1; everything else is organic."""

    def __init__(
        self,
        log: EventLog | None = None,
        *,
        taps: Taps | None = None,
        caps: Caps | None = None,
        trust: str = "",
        limits: Limits | None = None,
    ) -> None:
        self.clock = SetClock(NOW)
        self.memory = MemoryLog()
        self.log: EventLog = log or self.memory
        self.links = MemoryLinks(link(note=NoteId("note-1"), universal_link=None))
        self.catalog = MemoryCatalog()
        self.minter = TokenMinter(KeyRing(1, {1: b"a key of thirty-two bytes, agreed"}), self.clock, random.Random(5))
        ids = IdMaker(self.clock, random.Random(9))
        table = LinkTable(self.links, self.clock)
        catalog = cast("Any", self.catalog)
        self.services = Services(
            **{name: cast("Any", None) for name in Services.__slots__}
            | {
                "clock": self.clock,
                "log": self.log,
                "catalog": catalog,
                "jump": Jump(table, self.minter, self.log, load(), taps=taps, caps=caps),
                "wake_feedback": WakeFeedback(table, self.minter, self.log, load(), self.clock),
                "returns": ReturnDesk(
                    self.log,
                    self.clock,
                    accounts=MemoryAccounts(),
                    intake=Intake(self.log, shelves=MemoryShelves(), minter=self.minter),
                    connectors=[SandboxConnector()],
                    refusals=Refusals(self.log, self.clock, ids),
                ),
                "collector": Collector(self.log, self.clock, Enricher(catalog, table)),
                "community": Community(
                    self.catalog, table, self.minter, clock=self.clock, ids=ids, serves=lambda _: True
                ),
                "health": lambda: Health(log_end=self.log.end(), lag={"sink": 0}),
            }
        )
        inner = Starlette(routes=routes)
        inner.state.services = self.services
        self.app = EdgeApp(
            self.services,
            cast("Any", inner),
            asset=lambda name: f"/static/{name}",
            origins=Origins(read_trust(trust) or (), b"a key for tests"),
            limits=limits,
        )
        self.signing = ReturnsHouse(self.clock)

    def seal(self, impression: str = "imp_1") -> str:
        return f"i={impression}&s={self.minter.seal('link-1', impression)}"

    def get(self, path: str, *, method: str = "GET", query: str = "", **headers: str) -> Reply:
        return self.call(method, path, query=query, headers=headers)

    def post(self, path: str, body: bytes, **headers: str) -> Reply:
        return self.call("POST", path, body=[body], headers=headers)

    def call(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        body: Sequence[bytes] = (b"",),
        headers: dict[str, str] | None = None,
        raw_headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> Reply:
        """Send one request; `body` comes in these pieces, and names of `headers` have _ for -."""
        named = {key.replace("_", "-"): value for key, value in (headers or {}).items()}
        return asyncio.run(self._drive(_scope(method, path, query, named, raw_headers), list(body)))

    async def driven(
        self, method: str, path: str, *, query: str = "", body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Reply:
        """Send one request among others."""
        return await self._drive(_scope(method, path, query, headers or {}, ()), [body])

    async def _drive(self, scope: dict[str, Any], body: list[bytes]) -> Reply:
        pieces = [{"type": "http.request", "body": part, "more_body": True} for part in body]
        pieces[-1]["more_body"] = False
        told: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return pieces.pop(0) if pieces else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            told.append(message)

        await self.app(scope, receive, send)
        start: dict[str, Any] = told[0] if told else {"status": 0, "headers": []}
        heads = [(key.decode("latin-1"), value.decode("latin-1")) for key, value in start["headers"]]
        return Reply(start["status"], heads, b"".join(message.get("body", b"") for message in told[1:]))


def _scope(
    method: str, path: str, query: str, headers: dict[str, str], raw_headers: Sequence[tuple[bytes, bytes]]
) -> dict[str, Any]:
    named = {"user-agent": DESKTOP, **headers}
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode("utf-8", "replace"),
        "query_string": query.encode("utf-8", "surrogatepass"),
        "headers": [*raw_headers, *((key.encode(), value.encode("utf-8")) for key, value in named.items())],
        "scheme": "http",
        "server": ("127.0.0.1", 8080),
        "client": ("127.0.0.1", 5),
        "root_path": "",
        "state": {},
    }
