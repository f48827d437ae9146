"""A platform that lists orders by time, with weather; feeds in SQL; a log; and a puller that may die between any two steps."""

from __future__ import annotations

import random
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hongmao.events.contracts import Kind
from hongmao.kernel.calls import CallFailed, Failure
from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import HOUR_MS, MINUTE_MS, instant
from hongmao.links.api import KeyRing, TokenMinter
from hongmao.returns.api import Intake, PlatformAccount
from hongmao.returns.contracts import Row
from hongmao.returns.pull.contracts import Page, PullLimits
from hongmao.returns.pull.service import Puller
from hongmao.storage.feeds import SqlFeedStore
from links.factories import MemoryLog
from returns.factories import MemoryAccounts, MemoryShelves
from storage.opened import house

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hongmao.kernel.calls import Caller
    from hongmao.kernel.time import Window
    from hongmao.returns.pull.store import Feed, FeedKey, FeedStore, OwedSpan

DAY_0 = instant("2025-05-07T00:00:00+08:00")
PAGE_ROWS = 3


class Crashed(BaseException):
    """The process died here."""


def paid(number: int, at_ms: int) -> Row:
    """Write a payment as a connector reads it."""
    return Row(
        kind=Kind.PAY,
        event_no=f"o-{number}.pay",
        occurred_at_ms=at_ms,
        platform_shop_id="s1",
        raw=f"order {number}",
        order_id=f"o-{number}",
        sub_order_id=f"o-{number}-1",
        amount_fen=100 + number,
    )


@dataclass
class Shop:
    """Orders by when the platform came to know of them. `weather` spoils the next pages, first come first spoilt."""

    name: str = "orders"
    limits: PullLimits = field(
        default_factory=lambda: PullLimits(
            span_ms_max=3 * HOUR_MS,
            same_day=True,
            overlap_ms=20 * MINUTE_MS,
            settle_ms=MINUTE_MS,
            every_ms=10 * MINUTE_MS,
            per_minute_max=600,
            lag_ms_max=HOUR_MS,
        )
    )
    told: list[tuple[int, Row]] = field(default_factory=list)
    weather: list[Callable[[Page], Page]] = field(default_factory=list)
    asked: list[tuple[int, int, str | None]] = field(default_factory=list)
    asked_at: list[int] = field(default_factory=list)
    counts: bool = True

    def page(self, account: PlatformAccount, span: Window, token: str | None, _caller: Caller, *, now_ms: int) -> Page:
        assert account.account == "account-1"
        assert span.end_ms <= now_ms
        self.asked.append((span.start_ms, span.end_ms, token))
        self.asked_at.append(now_ms)
        rows = [row for at_ms, row in sorted(self.told, key=lambda one: one[0]) if span.contains(at_ms)]
        start = int(token or 0)
        following = str(start + PAGE_ROWS) if start + PAGE_ROWS < len(rows) else None
        page = Page(
            rows=rows[start : start + PAGE_ROWS], next_token=following, total=len(rows) if self.counts else None
        )
        return self.weather.pop(0)(page) if self.weather else page


def lost(page: Page) -> Page:
    """A page that comes back empty."""
    return Page(rows=[], next_token=page.next_token, total=page.total)


def down(_page: Page) -> Page:
    """A gateway that does not answer."""
    raise CallFailed(Failure.UNREACHABLE, "gw.example")


class MemoryFeeds:
    """Feeds in memory, as the port describes: for the thousands of turns of a property."""

    def __init__(self) -> None:
        self.feeds: dict[FeedKey, Feed] = {}
        self.leases: dict[FeedKey, int] = {}
        self.spans: dict[tuple[FeedKey, int, int], OwedSpan] = {}

    def find(self, key: FeedKey) -> Feed | None:
        return self.feeds.get(key)

    def every(self) -> list[Feed]:
        return list(self.feeds.values())

    def lease(self, feed: Feed, *, now_ms: int, until_ms: int) -> Feed | None:
        if self.leases.get(feed.key, 0) > now_ms:
            return None
        self.leases[feed.key] = until_ms
        return self.feeds.setdefault(feed.key, feed)

    def save(self, feed: Feed, *, until_ms: int) -> None:
        self.feeds[feed.key], self.leases[feed.key] = feed, until_ms

    def owe(self, span: OwedSpan) -> None:
        self.spans[span.key, span.start_ms, span.end_ms] = span

    def settle(self, span: OwedSpan) -> None:
        self.spans.pop((span.key, span.start_ms, span.end_ms), None)

    def owed(self, key: FeedKey | None = None) -> list[OwedSpan]:
        found = [one for one in self.spans.values() if key in {None, one.key}]
        return sorted(found, key=lambda one: (one.start_ms, one.end_ms))


class Floor:
    """One deployment: its feeds survive a crash as its log does; the puller does not."""

    def __init__(self, feeds: FeedStore, shop: Shop, accounts: MemoryAccounts) -> None:
        self.clock = SetClock(DAY_0 + 12 * HOUR_MS)
        self.log = MemoryLog()
        self.feeds = feeds
        self.shop = shop
        self.accounts = accounts
        self.minter = TokenMinter(KeyRing(1, {1: b"a key of thirty-two bytes, agreed"}), self.clock, random.Random(5))

    def puller(self) -> Puller:
        """Start a process's puller afresh."""
        intake = Intake(self.log, shelves=MemoryShelves(), minter=self.minter)
        return Puller(
            self.feeds,
            self.accounts,
            {"sandbox": [self.shop]},
            intake,
            None,  # type: ignore[arg-type]  # this shop is asked without a wire
            self.clock,
        )

    def settle(self, *, hours: int = 2) -> None:
        """Let the puller run until the weather has passed and all that is owed has been read."""
        puller = self.puller()
        for _ in range(hours * 12):
            self.clock.advance(5 * MINUTE_MS)
            puller.run_due()

    def orders(self) -> list[str]:
        """List the orders that the log holds."""
        return sorted(event.order_id or "" for event in self.log.kept if event.kind is Kind.PAY)


def connected() -> MemoryAccounts:
    """Give one account of one tenant, to be read from the morning of 7 May."""
    accounts = MemoryAccounts()
    accounts.kept.clear()
    accounts.add(
        PlatformAccount(
            platform="sandbox",
            account="account-1",
            tenant=TenantId("tenant-1"),
            secret=b"s" * 16,
            revoked=False,
            settings={"pull_from": "2025-05-07T00:00:00+08:00"},
        )
    )
    return accounts


@contextmanager
def floor(shop: Shop | None = None, *, engine: str = "sqlite") -> Iterator[Floor]:
    """Open a deployment over SQL."""
    with house(engine) as made:
        made.tenant("tenant-1")
        yield Floor(SqlFeedStore(made.database), shop or Shop(), connected())
