"""Pulling by cursor: nothing lost and nothing doubled, whatever the gateway and our own processes do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hongmao.events.contracts import Kind
from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Window
from hongmao.returns.contracts import Row, RowProblem
from hongmao.returns.pull import rules
from hongmao.returns.pull.contracts import Page
from hongmao.returns.pull.errors import (
    PullIncomplete,
    PullRefused,
    PullThrottled,
    PullUnreached,
    PullUnreadable,
    SourceUnknown,
)
from hongmao.returns.pull.store import Feed, FeedKey
from returns.pull.stage import DAY_0, Crashed, Floor, MemoryFeeds, Shop, connected, down, floor, lost, paid

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = FeedKey(platform="sandbox", account="account-1", source="orders")


def told(*at_hours: float) -> list[tuple[int, Row]]:
    return [(DAY_0 + int(at * HOUR_MS), paid(n, DAY_0 + int(at * HOUR_MS))) for n, at in enumerate(at_hours, 1)]


def test_a_new_account_is_read_from_where_it_says_until_now_page_by_page() -> None:
    with floor(Shop(told=told(0.5, 1, 2, 2.5, 4, 7, 11.9))) as here:
        # 7 May 12:00: seven orders of the morning, in spans of three hours, three rows a page.
        here.puller().run_due()
        assert here.orders() == [f"o-{n}" for n in range(1, 8)]
        feed = here.feeds.find(KEY)
        assert feed is not None
        assert feed.watermark_ms == here.clock.now_ms() - MINUTE_MS
        assert (feed.rows, feed.last_error, feed.span_end_ms) == (7, "", None)


def test_a_query_never_crosses_midnight_nor_asks_for_what_is_not_settled() -> None:
    shop = Shop(told=told(23.9, 24.1))
    with floor(shop) as here:
        here.clock.set(DAY_0 + DAY_MS + HOUR_MS)
        here.puller().run_due()
        assert here.orders() == ["o-1", "o-2"]
        midnight = DAY_0 + DAY_MS
        assert not [one for one in shop.asked if one[0] < midnight < one[1]]
        assert max(end for _, end, _ in shop.asked) == here.clock.now_ms() - MINUTE_MS


def test_a_row_that_the_platform_tells_late_is_found_within_the_overlap_and_counts_once() -> None:
    shop = Shop(told=told(11))
    with floor(shop) as here:
        here.puller().run_due()
        # 12:05: the gateway comes to know of an order that it books at 11:50.
        shop.told += [(DAY_0 + 11 * HOUR_MS + 50 * MINUTE_MS, paid(2, DAY_0 + 11 * HOUR_MS))]
        here.settle()
        assert here.orders() == ["o-1", "o-2"]
        feed = here.feeds.find(KEY)
        assert feed is not None
        assert feed.repeats == 0 or feed.rows == 2


def test_nothing_is_asked_again_before_its_time_and_a_quiet_feed_writes_nothing() -> None:
    shop = Shop(told=told(11.95))
    with floor(shop) as here:
        puller = here.puller()
        puller.run_due()
        asked, kept = len(shop.asked), len(here.log.kept)
        here.clock.advance(9 * MINUTE_MS)
        assert puller.run_due() == 0
        here.clock.advance(MINUTE_MS)
        assert puller.run_due() == 1
        assert (len(shop.asked), len(here.log.kept)) == (asked + 1, kept)


def test_a_lost_page_makes_the_span_owed_until_it_has_been_read_whole() -> None:
    shop = Shop(told=told(0.1, 0.2, 0.3, 0.4, 0.5))
    shop.weather = [lost]
    with floor(shop) as here:
        here.puller().run_due()
        (owed,) = here.feeds.owed()
        assert (owed.seen, owed.total, owed.tries) == (2, 5, 1)
        here.settle()
        assert here.feeds.owed() == []
        assert here.orders() == [f"o-{n}" for n in range(1, 6)]


def test_a_page_given_once_more_in_place_of_the_next_is_known_and_asked_for_again() -> None:
    shop = Shop(told=told(0.1, 0.2, 0.3, 0.4))
    again = Page(rows=[row for _, row in shop.told[:3]], next_token=None, total=4)
    shop.weather = [lambda page: page, lambda _: again]
    with floor(shop) as here:
        here.puller().run_due()
        feed = here.feeds.find(KEY)
        assert feed is not None
        assert (feed.last_error, feed.token) == ("page_repeated", "3")
        here.settle()
        assert here.orders() == ["o-1", "o-2", "o-3", "o-4"]


def test_a_gateway_that_is_down_in_mid_page_loses_nothing_and_is_asked_ever_less_often() -> None:
    shop = Shop(told=told(0.1, 0.2, 0.3, 0.4))
    shop.weather = [lambda page: page, down, down, down]
    with floor(shop) as here:
        puller = here.puller()
        puller.run_due()
        waits = []
        for _ in range(3):
            feed = here.feeds.find(KEY)
            assert feed is not None
            assert (feed.last_error, feed.token) == ("unreachable", "3")
            waits.append(feed.next_at_ms - here.clock.now_ms())
            here.clock.set(feed.next_at_ms)
            puller.run_due()
        assert waits == sorted(waits)
        assert waits[0] < waits[-1]
        here.settle()
        assert here.orders() == ["o-1", "o-2", "o-3", "o-4"]


def test_each_page_is_asked_for_and_signed_at_its_own_time() -> None:
    """A signature is believed for minutes, and a slow platform takes longer than that over fifty pages."""
    shop = Shop(told=told(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7))
    with floor(shop) as here:

        def slow(page: Page) -> Page:
            here.clock.advance(20 * SECOND_MS)
            return page

        shop.weather = [slow, slow]
        here.puller().run_due()
        begun = shop.asked_at[0]
        assert shop.asked_at[:3] == [begun, begun + 20 * SECOND_MS, begun + 40 * SECOND_MS]


def test_a_throttled_feed_waits_as_long_as_it_was_told() -> None:
    def slow(_page: Page) -> Page:
        raise PullThrottled(platform="sandbox", answer="7", wait_s=90)

    shop = Shop(told=told(0.1))
    shop.weather = [slow]
    with floor(shop) as here:
        here.puller().run_due()
        feed = here.feeds.find(KEY)
        assert feed is not None
        assert feed.next_at_ms == here.clock.now_ms() + 90_000


def test_a_refused_feed_rests_until_key_or_settings_are_others() -> None:
    def no(_page: Page) -> Page:
        raise PullRefused(platform="sandbox", answer="27")

    shop = Shop(told=told(0.1))
    shop.weather = [no]
    with floor(shop) as here:
        here.settle()
        assert (len(shop.asked), here.orders()) == (1, [])
        account = here.accounts.find("sandbox", "account-1")
        assert account is not None
        here.accounts.add(replace(account, settings={**account.settings, "session": "a fresh one"}))
        here.settle()
        assert here.orders() == ["o-1"]


def test_a_revoked_account_is_asked_nothing() -> None:
    with floor(Shop(told=told(0.1))) as here:
        account = here.accounts.find("sandbox", "account-1")
        assert account is not None
        here.accounts.add(replace(account, revoked=True))
        assert here.puller().run_due() == 0


def test_an_account_is_never_called_more_often_in_a_minute_than_its_platform_allows() -> None:
    shop = Shop(told=told(*[n / 10 for n in range(1, 30)]))
    shop.limits = replace(shop.limits, per_minute_max=2)
    with floor(shop) as here:
        puller = here.puller()
        for minute in range(1, 40):
            puller.run_due()
            assert len(shop.asked) <= 2 * minute
            here.clock.advance(MINUTE_MS)
        here.settle()
        assert len(here.orders()) == 29


def test_a_broken_row_is_kept_aside_and_holds_back_no_other() -> None:
    shop = Shop(told=told(0.1, 0.2))
    broken = RowProblem(code="bad_value", place="pay_fee", raw="a row that says nothing")
    shop.weather = [lambda page: replace(page, rows=[page.rows[0], broken, page.rows[1]])]
    with floor(shop) as here:
        here.puller().run_due()
        assert here.orders() == ["o-1", "o-2"]
        (aside,) = [event for event in here.log.kept if event.kind is Kind.RETURN_QUARANTINED]
        assert (aside.outcome, "a row that says nothing" in (aside.detail or "")) == ("bad_value", True)


def test_a_history_re_pull_brings_what_is_missing_and_moves_no_cursor() -> None:
    shop = Shop()
    with floor(shop) as here:
        here.puller().run_due()
        before = here.feeds.find(KEY)
        shop.told = told(0.1, 5)
        account = here.accounts.find("sandbox", "account-1")
        assert account is not None
        span = Window(DAY_0, DAY_0 + 12 * HOUR_MS)
        assert here.puller().pull(account, "orders", span) == 2
        assert here.puller().pull(account, "orders", span) == 0
        assert here.orders() == ["o-1", "o-2"]
        assert here.feeds.find(KEY) == before


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_feed_is_read_by_one_worker_at_a_time_and_a_dead_one_lets_go(engine: str) -> None:
    with floor(engine=engine) as here:
        feed = Feed(key=KEY, tenant="tenant-1", watermark_ms=DAY_0)
        now_ms = here.clock.now_ms()
        assert here.feeds.lease(feed, now_ms=now_ms, until_ms=now_ms + 100) == feed
        assert here.feeds.lease(feed, now_ms=now_ms + 99, until_ms=now_ms + 500) is None
        assert here.feeds.lease(feed, now_ms=now_ms + 100, until_ms=now_ms + 500) == feed
        here.feeds.save(replace(feed, token="t", seen=3), until_ms=0)
        assert here.feeds.every() == [replace(feed, token="t", seen=3)]


WEATHER = st.sampled_from(["fair", "fair", "lost", "down", "repeat", "die before", "die after"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.integers(0, 14 * 60), min_size=0, max_size=12),
    st.lists(st.integers(0, 19), min_size=12, max_size=12),
    st.lists(WEATHER, max_size=14),
)
def test_promise_1_any_weather_and_any_crash_end_with_exactly_the_orders_of_a_perfect_pull(
    minutes: list[int], late: list[int], weather: list[str]
) -> None:
    """The oracle is the set of orders. Each is told up to nineteen minutes after it happened, within the overlap."""
    shop = Shop()
    rows = [(DAY_0 + at * MINUTE_MS, paid(n, DAY_0 + at * MINUTE_MS)) for n, at in enumerate(minutes)]
    shop.told = [(at_ms + late[n] * MINUTE_MS, row) for n, (at_ms, row) in enumerate(rows)]
    before: list[Page] = []

    def spoil(kind: str) -> Callable[[Page], Page]:
        def spoilt(page: Page) -> Page:
            if kind == "down":
                return down(page)
            if kind == "die before":
                raise Crashed
            first_of_span = shop.asked[-1][2] is None
            given_page = lost(page) if kind == "lost" else page
            if kind == "repeat" and not first_of_span:
                given_page = before[-1]
            before.append(page)
            return given_page

        return spoilt

    feeds = MemoryFeeds()
    here = Floor(feeds, shop, connected())
    shop.weather = [spoil(kind) for kind in weather if kind != "die after"]
    deaths = weather.count("die after")
    save = feeds.save

    def dying(feed: Feed, *, until_ms: int) -> None:
        nonlocal deaths
        if deaths:
            deaths -= 1
            raise Crashed  # the rows are in the log; the cursor has not moved
        save(feed, until_ms=until_ms)

    feeds.save = dying  # type: ignore[method-assign]
    for _ in range(120):
        here.clock.advance(5 * MINUTE_MS)
        try:
            here.puller().run_due()
        except Crashed:
            here.clock.advance(3 * MINUTE_MS)
    assert here.orders() == sorted(f"o-{n}" for n in range(len(minutes)))


@pytest.mark.parametrize("overlap_hours", [1, 3, 72])
def test_an_overlap_as_long_as_a_query_or_longer_is_read_in_several_and_the_feed_gets_on(overlap_hours: int) -> None:
    # JD lets a query cover an hour and rows come up to an hour late; 小红星 wants three days pulled anew, a day at a time.
    limits = replace(Shop().limits, span_ms_max=HOUR_MS, overlap_ms=overlap_hours * HOUR_MS)
    shop = Shop(told=told(1, 11.5), limits=limits)
    with floor(shop) as here:
        here.puller().run_due()
        here.puller().run_due()
        here.puller().run_due()
        feed = here.feeds.find(KEY)
        assert feed is not None
        assert (feed.watermark_ms, feed.read_ms) == (here.clock.now_ms() - MINUTE_MS, None)
        # 12:15: the next pull begins a whole overlap before, asks for every instant of it, and for none twice.
        here.clock.advance(15 * MINUTE_MS)
        shop.asked.clear()
        here.puller().run_due()
        here.puller().run_due()
        starts, ends = [start for start, _, _ in shop.asked], [end for _, end, _ in shop.asked]
        assert (starts[0], ends[-1]) == (feed.watermark_ms - overlap_hours * HOUR_MS, here.clock.now_ms() - MINUTE_MS)
        assert starts[1:] == ends[:-1]
        assert max(end - start for start, end, _ in shop.asked) <= HOUR_MS
        assert here.orders() == ["o-1", "o-2"]


def test_a_history_pull_reads_a_lost_and_a_repeated_page_again_until_it_has_every_row() -> None:
    shop = Shop(told=told(1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6))
    with floor(shop) as here:
        first: list[Page] = []

        def twice(page: Page) -> Page:
            return replace(page, rows=first[0].rows)

        def remember(page: Page) -> Page:
            first.append(page)
            return page

        shop.weather = [remember, twice, lost]
        account = here.accounts.every()[0]
        assert here.puller().pull(account, "orders", Window(DAY_0, DAY_0 + 2 * HOUR_MS)) == 7
        assert here.orders() == [f"o-{n}" for n in range(1, 8)]
        assert here.feeds.find(KEY) is None  # its own cursor did not move


def test_a_history_pull_says_what_hindered_it() -> None:
    shop = Shop(told=told(1))
    with floor(shop) as here:
        account, span = here.accounts.every()[0], Window(DAY_0, DAY_0 + 2 * HOUR_MS)
        with pytest.raises(SourceUnknown):
            here.puller().pull(account, "nothing", span)
        shop.weather = [down]
        with pytest.raises(PullUnreached):
            here.puller().pull(account, "orders", span)
        shop.weather = [lost] * 3
        with pytest.raises(PullIncomplete):
            here.puller().pull(account, "orders", span)
        assert here.puller().pull(account, "orders", span) == 1


def test_a_token_that_the_platform_has_forgotten_is_given_up_and_the_span_read_from_its_first_page() -> None:
    shop = Shop(told=told(1, 1.1, 1.2, 1.3, 1.4))
    with floor(shop) as here:
        forgotten = here.clock.now_ms() + MINUTE_MS

        def expired(_page: Page) -> Page:
            raise PullUnreadable(platform="sandbox", why_zh="游标失效", why_en="the cursor is gone")

        shop.weather = [lambda page: page, *[expired] * rules.TOKEN_FAILURES_MAX]
        while here.clock.now_ms() < forgotten + HOUR_MS:
            here.puller().run_due()
            here.clock.advance(MINUTE_MS)
        first_span = [token for start, _, token in shop.asked if start == DAY_0]
        assert first_span == [None, *["3"] * rules.TOKEN_FAILURES_MAX, None, "3"]
        assert here.orders() == [f"o-{n}" for n in range(1, 6)]


def test_a_broken_list_of_a_plugin_keeps_no_other_feed_waiting() -> None:
    def broken(_page: Page) -> Page:
        raise ZeroDivisionError

    shop = Shop(told=told(1))
    with floor(shop) as here:
        here.accounts.add(replace(here.accounts.every()[0], settings={"pull_from": "long ago"}))
        shop.weather = [broken]
        here.puller().run_due()
        feed = here.feeds.find(KEY)
        assert feed is not None
        assert (feed.last_error, feed.failures) == ("source_broken", 1)
        # A start that nobody can read is a day back.
        assert feed.watermark_ms == here.clock.now_ms() - DAY_MS
        here.settle()
        assert here.orders() == ["o-1"]


@pytest.mark.parametrize(("told", "asked"), [("", True), ("orders", True), ("none", False), ("carts, visits", False)])
def test_an_account_pulls_the_lists_that_it_names(told: str, asked: bool) -> None:  # noqa: FBT001 - a column of the table
    shop = Shop()
    with floor(shop) as here:
        account = here.accounts.find("sandbox", "account-1")
        assert account is not None
        here.accounts.add(replace(account, settings={**account.settings, "pulls": told}))
        here.puller().run_due()
        assert bool(shop.asked) is asked
