"""Whether one may decide by a feed: lag, coverage, ratio, completeness, told from cursors and from the log."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from hongmao.events.contracts import Event, Kind
from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS, instant
from hongmao.links.api import KeyRing, TokenMinter, click_event_id
from hongmao.platforms.star.pulls import DAILY_LIMITS
from hongmao.returns.api import Intake
from hongmao.returns.contracts import ReportCell, Row, RowProblem
from hongmao.returns.feed import rules
from hongmao.returns.feed.contracts import Alert, Came, Completeness
from hongmao.returns.feed.service import FeedWatch, told
from hongmao.returns.intake import Parcel
from hongmao.returns.pull.contracts import PullLimits
from hongmao.returns.pull.rules import fingerprint_of
from hongmao.returns.pull.store import Feed, FeedKey, OwedSpan
from hongmao.returns.rules import Source
from insight.stage import MemoryTables
from links.factories import MemoryLog
from returns.factories import MemoryAccounts, MemoryShelves

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.kernel.calls import Caller
    from hongmao.kernel.time import Window
    from hongmao.returns.feed.contracts import FeedHealth
    from hongmao.returns.pull.contracts import Page
    from hongmao.returns.store import PlatformAccount

NOW = instant("2025-05-07T12:00:00+08:00")
KEY = FeedKey(platform="sandbox", account="account-1", source="orders")
TENANT_1, TENANT_2 = TenantId("tenant-1"), TenantId("tenant-2")


class Orders:
    """A list whose limits matter and which nobody asks here."""

    name = "orders"
    limits = PullLimits(span_ms_max=HOUR_MS, overlap_ms=0, every_ms=MINUTE_MS, per_minute_max=60, lag_ms_max=2 * DAY_MS)

    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        raise NotImplementedError


class Feeds:
    """Feeds in memory, for reading."""

    def __init__(self, *feeds: Feed, owed: Sequence[OwedSpan] = ()) -> None:
        self.feeds = {feed.key: feed for feed in feeds}
        self._owed = owed

    def find(self, key: FeedKey) -> Feed | None:
        return self.feeds.get(key)

    def every(self) -> Sequence[Feed]:
        return list(self.feeds.values())

    def owed(self, key: FeedKey | None = None) -> Sequence[OwedSpan]:
        return [one for one in self._owed if key in (None, one.key)]

    def lease(self, feed: Feed, *, now_ms: int, until_ms: int) -> Feed | None:
        raise NotImplementedError

    def save(self, feed: Feed, *, until_ms: int) -> None:
        raise NotImplementedError

    def owe(self, span: OwedSpan) -> None:
        raise NotImplementedError

    def settle(self, span: OwedSpan) -> None:
        raise NotImplementedError


class Floor:
    """A log with an intake, two tenants' accounts, and the watch over them."""

    def __init__(self) -> None:
        self.clock = SetClock(NOW)
        self.log = MemoryLog()
        self.accounts = MemoryAccounts()
        self.minter = TokenMinter(KeyRing(1, {1: b"a key of thirty-two bytes, agreed"}), self.clock, random.Random(5))
        self.intake = Intake(self.log, shelves=MemoryShelves(), minter=self.minter)
        self._parcels = 0

    def take(self, *rows: Row | ReportCell | RowProblem, way: str, feed: str = "", number: int = 1) -> None:
        self._parcels += 1
        source = Source(
            platform="sandbox",
            account=f"account-{number}",
            tenant=f"tenant-{number}",
            now_ms=self.clock.now_ms(),
        )
        nonce = f"n{self._parcels}"
        self.intake.take(
            Parcel(source=source, nonce=nonce, size_bytes=1, sha256="0" * 64, rows=rows, way=way, feed=feed)
        )

    def click(self) -> str:
        click_id = self.minter.mint()
        self.log.append(
            [
                Event(
                    event_id=str(click_event_id(click_id)),
                    kind=Kind.COMPONENT_CLICK,
                    occurred_at_ms=self.clock.now_ms(),
                    click_id=click_id,
                    tenant="tenant-1",
                )
            ]
        )
        return click_id

    def read(self, feeds: Feeds, tenant: TenantId | None = TENANT_1) -> list[FeedHealth]:
        tables = MemoryTables(self.log.kept)
        return FeedWatch(tables, feeds, self.accounts, {"sandbox": [Orders()]}, self.clock).read(tenant)


def order(number: int, click: str | None = None) -> Row:
    return Row(
        kind=Kind.PAY,
        event_no=f"e-{number}",
        occurred_at_ms=NOW - HOUR_MS,
        platform_shop_id="s1",
        raw=f"order {number}",
        click_id=click,
        order_id=f"o-{number}",
        sub_order_id=f"o-{number}-1",
        amount_fen=100,
    )


def cell(day: str, ratio: str | None = None) -> ReportCell:
    return ReportCell(report="task", key=day, day=day, version=1, values={"visits": 3}, raw=day, sample_ratio=ratio)


def at(watermark_ms: int, **changes: object) -> Feed:
    feed = Feed(key=KEY, tenant="tenant-1", watermark_ms=watermark_ms, last_ok_ms=NOW)
    return replace(feed, **changes)  # type: ignore[arg-type]


def test_a_feed_that_is_up_to_date_may_be_decided_by() -> None:
    floor = Floor()
    click = floor.click()
    floor.take(order(1, click), order(2, click), order(3), way="pull", feed="orders")
    (feed,) = floor.read(Feeds(at(NOW - HOUR_MS)))
    assert (feed.lag_ms, feed.rows, feed.matched, feed.coverage) == (HOUR_MS, 3, 2, Fraction(2, 3))
    assert (feed.completeness, feed.alerts, feed.decision_ready) == (Completeness.COMPLETE, (), True)


def test_the_same_rows_pulled_again_by_every_overlap_are_the_same_rows() -> None:
    floor = Floor()
    broken = RowProblem(code="bad_value", place="amount", raw="?")
    for number in range(1, 5):
        floor.take(broken, *(order(n) for n in range(number)), way="pull", feed="orders")
    (feed,) = floor.read(Feeds(at(NOW)))
    assert (feed.rows, feed.matched) == (5, 0)  # four orders and the broken row, whichever page told of them


def test_article_row_21_twenty_of_146_rows_show_as_13_7_percent_and_decide_nothing() -> None:
    floor = Floor()
    click = floor.click()
    floor.take(*(order(n, click) for n in range(20)), way="pull", feed="orders")
    owed = OwedSpan(key=KEY, start_ms=NOW - HOUR_MS, end_ms=NOW, seen=20, total=146, tries=1, next_at_ms=NOW)
    (feed,) = floor.read(Feeds(at(NOW), owed=[owed]))
    assert (feed.completeness, feed.missing, feed.alerts) == (Completeness.PARTIAL, 126, (Alert.PARTIAL,))
    written = told(feed)
    assert (written["coverage_shown"], written["coverage"], written["decision_ready"]) == ("13.7%", "10/73", False)


@pytest.mark.parametrize(
    ("lag_ms", "ready"), [(2 * DAY_MS, True), (2 * DAY_MS + 1, False)], ids=["as late as it may be", "one more"]
)
def test_article_row_10_a_feed_beyond_its_lag_is_late_and_decides_nothing(lag_ms: int, ready: bool) -> None:  # noqa: FBT001 - a table's column
    (feed,) = Floor().read(Feeds(at(NOW - lag_ms)))
    assert (feed.decision_ready, Alert.LATE in feed.alerts) == (ready, not ready)
    assert feed.coverage is None  # of nothing


@pytest.mark.parametrize(
    ("now", "late"),
    [("2025-05-06 00:00", False), ("2025-05-07 00:00", False), ("2025-05-07 00:00:00.001", True)],
    ids=["told on T+2", "the next day is due by the end of its T+2", "it is over and nothing came"],
)
def test_article_row_21_a_star_feed_alarms_when_its_lag_exceeds_t_plus_2(now: str, late: bool) -> None:  # noqa: FBT001 - a table's column
    # Everything up to the end of 3 May is told; 4 May is to be told by the end of 6 May.
    stand = rules.Stand(
        watermark_ms=instant("2025-05-04 00:00"), lag_ms_max=DAILY_LIMITS.lag_ms_max, missing=126, owed_spans=1,
        failures=0, refused=False, last_error="",
    )  # fmt: skip
    came = Came(
        platform="star",
        account="a",
        tenant="tenant-1",
        way="pull",
        feed="task_daily",
        rows=20,
        matched=20,
        last_at_ms=0,
    )
    health = rules.of_pull(came, stand, now_ms=instant(now))
    assert rules.percent_of(health.coverage) == "13.7%"
    assert ((Alert.LATE in health.alerts), health.decision_ready) == (late, False)


def test_a_pull_says_when_it_last_went_well_what_was_new_and_what_is_owed_and_nothing_else_does() -> None:
    floor = Floor()
    floor.take(order(1), way="webhook")
    owed = OwedSpan(key=KEY, start_ms=NOW - HOUR_MS, end_ms=NOW, seen=20, total=146, tries=1, next_at_ms=NOW)
    stands = at(NOW, last_ok_ms=NOW - MINUTE_MS, rows=1_204, repeats=61)
    pull, webhook = floor.read(Feeds(stands, owed=[owed]))
    assert (pull.last_good_ms, pull.rows_new, pull.repeats, pull.owed_spans) == (NOW - MINUTE_MS, 1_204, 61, 1)
    assert (webhook.last_good_ms, webhook.rows_new, webhook.repeats, webhook.owed_spans) == (NOW, None, None, None)


def test_a_feed_that_was_never_read_is_late() -> None:
    (feed,) = Floor().read(Feeds())
    assert (feed.lag_ms, feed.completeness, feed.decision_ready) == (None, Completeness.LATE, False)
    assert (feed.last_good_ms, feed.rows_new) == (None, 0)


def test_a_refused_feed_stands_alarmed_until_key_or_settings_are_others() -> None:
    floor = Floor()
    account = floor.accounts.of_tenant(TENANT_1)[0]
    refused = Feeds(at(NOW, refused_as=fingerprint_of(account), last_error="pull_refused"))
    (feed,) = floor.read(refused)
    assert (feed.alerts, feed.last_error, feed.decision_ready) == ((Alert.REFUSED,), "pull_refused", False)
    floor.accounts.add(replace(account, settings={"session": "a new one"}))
    (feed,) = floor.read(refused)
    assert (feed.alerts, feed.decision_ready) == ((), True)


def test_a_feed_that_fails_again_and_again_alarms_before_it_is_late() -> None:
    (feed,) = Floor().read(Feeds(at(NOW, failures=rules.FAILURES_MAX, last_error="timeout")))
    assert (feed.alerts, feed.completeness) == ((Alert.FAILING,), Completeness.COMPLETE)


def test_a_file_is_as_late_as_the_last_day_it_tells_of_and_shows_its_sample_ratio() -> None:
    floor = Floor()
    floor.take(cell("2025-05-03", "0.5"), cell("2025-05-04", "0.2"), way="file", feed="task")
    files = [one for one in floor.read(Feeds(at(NOW))) if one.way == "file"]
    (feed,) = files
    assert (feed.feed, feed.ratio, feed.coverage) == ("task", "0.2", Fraction(1))
    assert (feed.lag_ms, feed.completeness) == (NOW - instant("2025-05-04"), Completeness.COMPLETE)
    # Three days on, the exports of the days since are due, and none has come.
    floor.clock.advance(3 * DAY_MS)
    (feed,) = [one for one in floor.read(Feeds(at(NOW))) if one.way == "file"]
    assert (feed.completeness, feed.alerts) == (Completeness.LATE, (Alert.LATE,))


def test_a_webhook_tells_how_long_it_has_been_silent_and_is_never_called_late() -> None:
    floor = Floor()
    floor.take(order(1), way="webhook")
    floor.clock.advance(9 * DAY_MS)
    (feed,) = [one for one in floor.read(Feeds(at(NOW))) if one.way == "webhook"]
    assert (feed.lag_ms, feed.lag_ms_max, feed.completeness) == (9 * DAY_MS, None, Completeness.COMPLETE)


def test_a_tenant_sees_its_own_feeds_and_the_house_sees_all() -> None:
    floor = Floor()
    floor.take(order(1), way="webhook")
    floor.take(replace_shop(order(2)), way="webhook", number=2)
    seen = {tenant: {one.tenant for one in floor.read(Feeds(), tenant)} for tenant in (TENANT_1, TENANT_2, None)}
    assert seen == {TENANT_1: {"tenant-1"}, TENANT_2: {"tenant-2"}, None: {"tenant-1", "tenant-2"}}


def replace_shop(row: Row) -> Row:
    return Row(**{name: getattr(row, name) for name in Row.__struct_fields__} | {"platform_shop_id": "s2"})


def test_what_an_account_told_longer_ago_than_thirty_days_is_not_counted() -> None:
    floor = Floor()
    floor.take(order(1), way="pull", feed="orders")
    floor.clock.advance(30 * DAY_MS + 1)
    (feed,) = floor.read(Feeds(at(NOW)))
    assert feed.rows == 0


def test_the_table_says_a_dash_for_what_nobody_knows() -> None:
    came = Came(platform="star", account="a", tenant="t", way="pull", feed="tasks", rows=0, matched=0, last_at_ms=0)
    stand = rules.Stand(
        watermark_ms=None, lag_ms_max=1, missing=0, owed_spans=0, failures=0, refused=False, last_error=""
    )
    line = list(rules.lines_of([rules.of_pull(came, stand, now_ms=NOW)]))[1]
    assert line.split() == ["star", "a", "pull", "tasks", "—", "—", "—", "late,", "feed_late"]
