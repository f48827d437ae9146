"""Random mutations of valid webhooks against the real HTTP edge: no 5xx, and nothing is let in that was not signed so.

An accepted delivery is, in all that is signed, byte for byte one that a shop signed; one that still is, is accepted.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from contracts.forge import Sent, mutated, shops
from hongmao.catalog.contracts import Shop
from hongmao.events.api import Kind
from hongmao.kernel.ids import IdMaker, ItemId, MerchantId, ShopId, TenantId
from hongmao.platforms.api import MINUTE_MS, PlatformAccount, RefusalReason
from hongmao.platforms.registry import load_platforms
from hongmao.returns.api import Intake, Refusals, ReturnDesk
from hongmao_shopx.connector import ShopxConnector
from web.edge.house import EdgeHouse, Reply

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hongmao.returns.store import Connector

SHOPS: Final = shops()
CASES: Final = 10_000
CHUNK: Final = 1_000
SKEW_MS: Final = 10 * MINUTE_MS


class Accounts:
    """The two shops' accounts, and one of another tenant on each platform."""

    def __init__(self) -> None:
        self.kept = {
            (shop.platform, name): PlatformAccount(
                platform=shop.platform, account=name, tenant=TenantId(f"tenant-{name}"), secret=secret, revoked=False
            )
            for shop in SHOPS
            for name, secret in ((shop.account, shop.secret.encode()), (f"{shop.account[:-1]}8", b"another secret"))
        }

    def add(self, account: PlatformAccount) -> None:
        self.kept[account.platform, account.account] = account

    def find(self, platform: str, account: str) -> PlatformAccount | None:
        return self.kept.get((platform, account))

    def of_tenant(self, tenant: TenantId) -> list[PlatformAccount]:
        return [account for account in self.kept.values() if account.tenant == tenant]

    def every(self) -> list[PlatformAccount]:
        return list(self.kept.values())


class Shelves:
    """The shops of the samples, with all that they may name."""

    def shop(self, platform: str, platform_shop_id: str) -> Shop | None:
        return Shop(
            id=ShopId("shop-1"),
            tenant=TenantId(f"tenant-{ {'sandbox': 'account-1', 'shopx': 'app-7'}[platform] }"),
            merchant=MerchantId("merchant-1"),
            platform=platform,
            platform_shop_id=platform_shop_id,
            name="店",
            home_url="http://127.0.0.1:8090",
        )

    def item(self, shop: ShopId, platform_item_id: str) -> ItemId | None:
        return ItemId(f"{shop}-{platform_item_id}")


class House(EdgeHouse):
    """The real edge and the real desk, with both shops' connectors."""

    def __init__(self, connectors: Iterable[Connector] | None = None) -> None:
        super().__init__()
        ids = IdMaker(self.clock, random.Random(3))
        speaking = [load_platforms()[shop.platform].webhook for shop in SHOPS]
        desk = ReturnDesk(
            self.log,
            self.clock,
            accounts=Accounts(),
            intake=Intake(self.log, shelves=Shelves(), minter=self.minter),
            connectors=connectors or [connector for connector in speaking if connector is not None],
            refusals=Refusals(self.log, self.clock, ids),
        )
        self.services = replace(self.services, returns=desk)
        self.app = type(self.app)(self.services, self._nowhere, asset=lambda name: f"/static/{name}")

    @staticmethod
    async def _nowhere(scope: Any, receive: Any, send: Any) -> None:
        """Stand for the rest of the house, which knows no such page."""
        assert scope
        assert receive
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def take(self, sent: Sent) -> Reply:
        """Let a request arrive."""
        self.clock.set(sent.shop.now_ms + sent.late_ms)
        return self.call(sent.method, sent.path, query=sent.query, body=[sent.body], raw_headers=sent.headers)


@dataclass
class Found:
    """What a run came upon."""

    faults: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    accepted: int = 0
    changed: int = 0


def run(house: House, numbers: Iterable[int]) -> Found:
    """Send a mutation for each number, and hold each answer against what was signed."""
    found = Found()
    for number in numbers:
        luck = random.Random(number)
        valid = SHOPS[number % 2].delivery(number, luck)
        sent = mutated(valid, luck)
        before = house.log.end()
        reply = house.take(sent)
        found.statuses[reply.status] += 1
        found.changed += not sent.is_the_same_as(valid)
        kept = {event.kind for event in house.memory.kept[before:]}
        found.faults += [f"{number}: {fault}" for fault in judged(sent, valid, reply, kept)]
        found.accepted += reply.status == 200
    return found


def judged(sent: Sent, valid: Sent, reply: Reply, kept: set[Kind]) -> Iterable[str]:
    """Say what is wrong with an answer."""
    if reply.status >= 500 or reply.status < 200:
        yield f"answered {reply.status}"
    is_in_time = abs(sent.late_ms) <= SKEW_MS
    is_valid = sent.is_the_same_as(valid) and is_in_time
    if reply.status == 200 and not is_valid:
        yield "a forgery is accepted"
    if reply.status != 200 and kept - {Kind.RETURN_REFUSED}:
        yield f"refused, and {kept} is kept"
    if is_valid and sent.is_carried_well() and reply.status != 200:
        yield f"what was signed so is refused: {reply.status} {reply.text[:200]}"
    if reply.status == 200 and Kind.RETURN_BATCH not in kept:
        yield "accepted, and no record is kept"


def well_mixed(found: Found, cases: int) -> None:
    """Hold a run to have tried what it is for: enough of everything."""
    assert found.changed > 0.6 * cases
    assert found.accepted > 0.15 * cases
    assert found.statuses[401] > 0.3 * cases
    assert {200, 401, 404, 413, 415} <= found.statuses.keys()


@pytest.mark.parametrize("chunk", range(CASES // CHUNK))
def test_ABUSE_6_no_mutation_of_a_webhook_is_a_forgery_or_a_fault(chunk: int) -> None:
    found = run(House(), range(chunk * CHUNK, (chunk + 1) * CHUNK))
    assert found.faults == []
    well_mixed(found, CHUNK)


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(20))
def test_ABUSE_6_nor_is_one_of_a_hundred_thousand_more(chunk: int) -> None:
    found = run(House(), range(10**6 + chunk * 5_000, 10**6 + (chunk + 1) * 5_000))
    assert found.faults == []
    well_mixed(found, 5_000)


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.platform)
def test_ABUSE_6_a_delivery_is_taken_once(shop: Any) -> None:
    house = House()
    valid = shop.delivery(1, random.Random(1))
    assert [house.take(valid).status, house.take(valid).status] == [200, 409]
    assert house.take(replace(valid, headers=tuple(reversed(valid.headers)))).status == 409


class BelievesSpaces(ShopxConnector):
    """Checks the signature of a body without the spaces around it."""

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, *, secret: bytes, now_ms: int
    ) -> RefusalReason | None:
        return super().authenticate(headers, body.strip(), secret=secret, now_ms=now_ms)


class BelievesCase(ShopxConnector):
    """Reads a signature in either case: whoever hears it may say it differently."""

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, *, secret: bytes, now_ms: int
    ) -> RefusalReason | None:
        small = {name: value.lower() for name, value in headers.items()}
        return super().authenticate(small, body, secret=secret, now_ms=now_ms)


class Stumbles(ShopxConnector):
    """Raises where a header is not ASCII."""

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, *, secret: bytes, now_ms: int
    ) -> RefusalReason | None:
        headers.get("x-shopx-sign", "").encode("ascii")
        return super().authenticate(headers, body, secret=secret, now_ms=now_ms)


@pytest.mark.parametrize(
    ("connector", "fault"),
    [
        (BelievesSpaces(), "a forgery is accepted"),
        (BelievesCase(), "a forgery is accepted"),
        (Stumbles(), "answered 500"),
    ],
)
def test_a_connector_that_believes_too_much_is_found(connector: Connector, fault: str) -> None:
    found = run(House([connector]), range(1, 4_000, 2))
    assert {text.partition(": ")[2] for text in found.faults} == {fault}


def test_ABUSE_6_a_delivery_is_believed_for_ten_minutes() -> None:
    house = House()
    valid = SHOPS[0].delivery(5, random.Random(5))
    assert house.take(replace(valid, late_ms=SKEW_MS + 1_000)).status == 401
    assert house.take(valid).status == 200
