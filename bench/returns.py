"""Signed deliveries, proved, deduped, matched and durable, against decoding the same bytes and doing nothing with them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from hongmao.bus.embedded import EmbeddedLog
from hongmao.catalog.contracts import Shop
from hongmao.events.api import Event, Kind
from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import IdMaker, ItemId, MerchantId, ShopId, TenantId
from hongmao.links.api import KeyRing, TokenMinter, click_event_id
from hongmao.platforms.sandbox.connector import SandboxConnector
from hongmao.returns.api import Accepted, Delivered, Intake, PlatformAccount, Refusals, ReturnDesk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BASELINE = "msgspec decoding the same bodies, signatures not looked at, nothing kept"
UNIT = "events/s"
ROWS, BODIES, UNDER_WAY, CLICKS = 20, 500, 16, 1_000
NOW_MS = 1_746_547_200_000
SECRET = b"a secret of the bench, agreed by both"
TENANT = TenantId("bench")
SHOP = Shop(
    id=ShopId("shop-1"),
    tenant=TENANT,
    merchant=MerchantId("merchant-1"),
    platform="sandbox",
    platform_shop_id="s1",
    name="店",
    home_url="http://127.0.0.1:8090",
)


class OneShop:
    """Accounts and shelves of one shop; who knows more is the catalogue, which other benches measure."""

    account = PlatformAccount(platform="sandbox", account="account-1", tenant=TENANT, secret=SECRET, revoked=False)

    def find(self, _platform: str, _account: str) -> PlatformAccount:
        """Find the account."""
        return self.account

    def shop(self, _platform: str, _shop_id: str) -> Shop:
        """Find the shop."""
        return SHOP

    def item(self, _shop: ShopId, item_id: str) -> ItemId:
        """Find an item."""
        return ItemId(item_id)


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and the baseline in turn."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedLog(Path(folder) / "log") as log:
        clock, shop = SetClock(NOW_MS), OneShop()
        minter = TokenMinter(KeyRing(1, {1: b"a key of thirty-two bytes, agreed"}), clock, secrets.SystemRandom())
        desk = ReturnDesk(
            log,
            clock,
            accounts=shop,  # type: ignore[arg-type]  # all that the desk asks of it is here
            intake=Intake(log, shelves=shop, minter=minter),
            connectors=[SandboxConnector()],
            refusals=Refusals(log, clock, IdMaker(clock, secrets.SystemRandom())),
        )
        clicks = [minter.mint() for _ in range(CLICKS)]
        log.append([_click(click) for click in clicks]).result()
        for number in range(count):
            bodies = [_body(number, body, clicks) for body in range(BODIES)]
            deliveries = [(_signed(body, f"{number}-{index}"), body) for index, body in enumerate(bodies)]
            yield asyncio.run(_ours(desk, deliveries)), _decoded(bodies)


async def _ours(desk: ReturnDesk, deliveries: list[tuple[dict[str, str], bytes]]) -> float:
    """Deliver as shops do: several at once, each waiting for its answer before its next."""
    waiting = iter(deliveries)

    async def one_shop() -> int:
        return sum([_accepted(await desk.receive("sandbox", headers, body)) for headers, body in waiting])

    began = time.perf_counter()
    kept = await asyncio.gather(*(one_shop() for _ in range(UNDER_WAY)))
    took = time.perf_counter() - began
    if sum(kept) != ROWS * BODIES:
        raise AssertionError(kept)
    return ROWS * BODIES / took


def _accepted(answer: object) -> int:
    if not isinstance(answer, Delivered):
        raise AssertionError(answer)  # noqa: TRY004 - a bench that measures refusals measures nothing
    return sum(isinstance(outcome, Accepted) for outcome in answer.outcomes)


def _decoded(bodies: list[bytes]) -> float:
    began = time.perf_counter()
    events = sum(len(msgspec.json.decode(body)["events"]) for body in bodies)
    return events / (time.perf_counter() - began)


def _click(click_id: str) -> Event:
    return Event(
        event_id=str(click_event_id(click_id)),
        kind=Kind.COMPONENT_CLICK,
        occurred_at_ms=NOW_MS,
        click_id=click_id,
        tenant=TENANT,
    )


def _signed(body: bytes, name: str) -> dict[str, str]:
    timestamp, nonce = str(NOW_MS // 1_000), hashlib.sha256(name.encode()).hexdigest()[:32]
    signature = hmac.new(SECRET, f"{timestamp}\n{nonce}\n".encode() + body, hashlib.sha256).hexdigest()
    return {
        "x-shop-account": "account-1",
        "x-shop-timestamp": timestamp,
        "x-shop-nonce": nonce,
        "x-shop-signature": signature,
    }


def _body(number: int, body: int, clicks: Sequence[str]) -> bytes:
    events: list[dict[str, Any]] = [
        {
            "event_no": f"p-{number}-{body}-{n}",
            "type": "pay",
            "version": 1,
            "occurred_at_ms": NOW_MS - n,
            "click_id": clicks[(body * ROWS + n) % CLICKS],
            "shop_id": "s1",
            "item_id": f"i{n % 9}",
            "pay_item_id": f"i{n % 7}",
            "order_id": f"o-{number}-{body}-{n}",
            "sub_order_id": f"o-{number}-{body}-{n}-1",
            "quantity": 1,
            "amount_fen": 29_900,
        }
        for n in range(ROWS)
    ]
    return msgspec.json.encode({"account": "account-1", "events": events})
