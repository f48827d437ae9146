"""What return tests begin with: a desk with two shops' accounts, and a shop that signs."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
from typing import TYPE_CHECKING

import msgspec

from hongmao.catalog.contracts import Shop
from hongmao.events.contracts import Event, Kind
from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import IdMaker, ItemId, MerchantId, ShopId, TenantId
from hongmao.kernel.time import instant
from hongmao.links.api import KeyRing, TokenMinter, click_event_id
from hongmao.platforms.sandbox.connector import SandboxConnector
from hongmao.returns.api import (
    Answer,
    BatchRecord,
    Delivered,
    Intake,
    PlatformAccount,
    Refusals,
    ReturnDesk,
    name_of,
)
from links.factories import MemoryLog

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = instant("2025-05-07T10:00:00+08:00")
SECRET = b"what the sandbox shop signs with"
Wire = dict[str, object]


def shop(number: int) -> Shop:
    return Shop(
        id=ShopId(f"shop-{number}"),
        tenant=TenantId(f"tenant-{number}"),
        merchant=MerchantId(f"merchant-{number}"),
        platform="sandbox",
        platform_shop_id=f"s{number}",
        name=f"店 {number}",
        home_url="http://127.0.0.1:8090",
    )


class MemoryAccounts:
    """Accounts in memory, as the port describes."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], PlatformAccount] = {}
        for number in (1, 2):
            self.add(account(number))

    def add(self, account: PlatformAccount) -> None:
        self.kept[account.platform, account.account] = account

    def find(self, platform: str, account: str) -> PlatformAccount | None:
        return self.kept.get((platform, account))

    def of_tenant(self, tenant: TenantId) -> list[PlatformAccount]:
        return [account for account in self.kept.values() if account.tenant == tenant]

    def every(self) -> list[PlatformAccount]:
        return list(self.kept.values())


def account(number: int, *, revoked: bool = False) -> PlatformAccount:
    tenant, name = TenantId(f"tenant-{number}"), f"account-{number}"
    return PlatformAccount(
        platform="sandbox", account=name, tenant=tenant, secret=SECRET + name.encode(), revoked=revoked
    )


class MemoryShelves:
    """Two shops, and items 1 to 9 in each."""

    def __init__(self) -> None:
        self.asked = 0

    def shop(self, platform: str, platform_shop_id: str) -> Shop | None:
        self.asked += 1
        found = {"s1": shop(1), "s2": shop(2)}.get(platform_shop_id)
        return found if platform == "sandbox" else None

    def item(self, shop: ShopId, platform_item_id: str) -> ItemId | None:
        self.asked += 1
        known = platform_item_id in {f"i{n}" for n in range(1, 10)}
        return ItemId(f"{shop}-{platform_item_id}") if known else None


class House:
    """A desk, its log, and the shops that write to it."""

    def __init__(self, clock: SetClock | None = None, *, per_minute_max: int = 60) -> None:
        self.clock = clock or SetClock(NOW)
        self.log = MemoryLog()
        self.accounts = MemoryAccounts()
        self.shelves = MemoryShelves()
        self.minter = TokenMinter(KeyRing(1, {1: b"a key of thirty-two bytes, agreed"}), self.clock, random.Random(5))
        self.ids = IdMaker(self.clock, random.Random(9))
        self.refusals = Refusals(self.log, self.clock, self.ids, per_minute_max=per_minute_max)
        self.desk = self.another_desk()
        self._nonces = random.Random(11)

    def another_desk(self) -> ReturnDesk:
        return ReturnDesk(
            self.log,
            self.clock,
            accounts=self.accounts,
            intake=Intake(self.log, shelves=self.shelves, minter=self.minter),
            connectors=[SandboxConnector()],
            refusals=self.refusals,
        )

    def click(self) -> str:
        """Mint a click and keep it, as the jump does."""
        click_id = self.minter.mint()
        event = Event(
            event_id=str(click_event_id(click_id)),
            kind=Kind.COMPONENT_CLICK,
            occurred_at_ms=self.clock.now_ms(),
            click_id=click_id,
            tenant="tenant-1",
        )
        self.log.append([event])
        return click_id

    def signed(self, body: bytes, *, number: int = 1, **changes: str) -> dict[str, str]:
        """Sign a body as the shop of an account does, with a nonce of its own."""
        name = f"account-{number}"
        timestamp = changes.get("timestamp", str(self.clock.now_ms() // 1000))
        nonce = changes.get("nonce", f"{self._nonces.getrandbits(128):032x}")
        text = f"{timestamp}\n{nonce}\n".encode() + body
        return {
            "x-shop-account": changes.get("account", name),
            "x-shop-timestamp": timestamp,
            "x-shop-nonce": nonce,
            "x-shop-signature": hmac.new(SECRET + name.encode(), text, hashlib.sha256).hexdigest(),
        }

    def receive(self, body: bytes, headers: dict[str, str], platform: str = "sandbox") -> Answer:
        return asyncio.run(self.desk.receive(platform, headers, body))

    def deliver(self, *rows: object, number: int = 1) -> list[tuple[str, str | None]]:
        """Send rows signed, and give (outcome, reason) of each."""
        body = body_of(rows, number=number)
        answer = self.receive(body, self.signed(body, number=number))
        assert isinstance(answer, Delivered)
        return [(name_of(outcome).value, outcome.reason) for outcome in answer.outcomes]

    def of_kind(self, *kinds: Kind) -> list[Event]:
        return [event for event in self.log.kept if event.kind in kinds]

    def batches(self) -> list[BatchRecord]:
        details = [event.detail or "" for event in self.of_kind(Kind.RETURN_BATCH)]
        return [msgspec.json.decode(detail, type=BatchRecord) for detail in details]


def body_of(rows: Sequence[object], *, number: int = 1) -> bytes:
    return json.dumps({"account": f"account-{number}", "events": list(rows)}, ensure_ascii=False).encode()


def visit(event_no: str = "v-1", **changes: object) -> Wire:
    row: Wire = {
        "event_no": event_no,
        "type": "visit",
        "version": 1,
        "occurred_at_ms": NOW,
        "click_id": None,
        "shop_id": "s1",
        "item_id": "i1",
        "new_visitor": True,
    }
    return {**row, **changes}


def pay(sub_order: str = "o-1-1", **changes: object) -> Wire:
    row: Wire = {
        "event_no": f"p-{sub_order}",
        "type": "pay",
        "version": 1,
        "occurred_at_ms": NOW,
        "click_id": None,
        "shop_id": "s1",
        "item_id": "i1",
        "pay_item_id": "i2",
        "order_id": sub_order.rpartition("-")[0],
        "sub_order_id": sub_order,
        "quantity": 1,
        "amount_fen": 29_900,
    }
    return {**row, **changes}


def refund(refund_id: str, sub_order: str = "o-1-1", **changes: object) -> Wire:
    event_no = f"r-{refund_id}"
    return {
        **pay(sub_order),
        "event_no": event_no,
        "type": "refund",
        "refund_id": refund_id,
        "amount_fen": 9_900,
        **changes,
    }
