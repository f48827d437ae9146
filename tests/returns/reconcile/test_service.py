"""Asking the shop everything anew: patient with its weather, and honest where it could not be asked to the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.engines.lake.writer import ParquetLake
from hongmao.engines.reconcile.duckdb_engine import DuckDbReconcile
from hongmao.events.contracts import Kind, Logged
from hongmao.kernel.calls import CallFailed, Failure
from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from hongmao.returns.judge import draft
from hongmao.returns.lookup import Lookup
from hongmao.returns.pull.contracts import Page, PullLimits
from hongmao.returns.pull.errors import PullRefused, PullThrottled
from hongmao.returns.reconcile.service import TRIES_MAX, Reconciler
from hongmao.returns.rules import Source
from hongmao.returns.store import PlatformAccount
from returns.factories import MemoryShelves
from returns.reconcile.stage import DAY_0, QUERY, row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from hongmao.kernel.calls import Caller
    from hongmao.kernel.time import Window
    from hongmao.returns.contracts import Row

ACCOUNT = PlatformAccount(
    platform="sandbox", account="account-1", tenant=TenantId("tenant-1"), secret=b"s" * 16, revoked=False
)
NOW = DAY_0 + 3 * DAY_MS


class Shop:
    """A list by time, two rows a page, whose first answers may be spoilt."""

    name = "orders"
    limits = PullLimits(
        span_ms_max=DAY_MS, same_day=True, overlap_ms=0, every_ms=MINUTE_MS, per_minute_max=100, lag_ms_max=HOUR_MS
    )

    def __init__(self, rows: Sequence[Row], *, counts: bool = True) -> None:
        self.rows = list(rows)
        self.counts = counts
        self.spoil: list[Callable[[Page], Page]] = []
        self.asked = 0
        self.asked_at: list[int] = []

    def page(self, _account: PlatformAccount, span: Window, token: str | None, _caller: Caller, *, now_ms: int) -> Page:
        self.asked += 1
        self.asked_at.append(now_ms)
        told = [one for one in self.rows if span.contains(one.occurred_at_ms)]
        start = int(token or 0)
        more = str(start + 2) if start + 2 < len(told) else None
        page = Page(rows=told[start : start + 2], next_token=more, total=len(told) if self.counts else None)
        return self.spoil.pop(0)(page) if self.spoil else page


def lost(page: Page) -> Page:
    return Page(rows=[], next_token=page.next_token, total=page.total)


def throttled(_page: Page) -> Page:
    raise PullThrottled(platform="sandbox", answer="7", wait_s=1)


def down(_page: Page) -> Page:
    raise CallFailed(Failure.TIMEOUT, "shop.example")


def refused(_page: Page) -> Page:
    raise PullRefused(platform="sandbox", answer="27")


class Desk:
    """A reconciliation over what the desk keeps of some rows."""

    def __init__(self, folder: Path, returned: Sequence[Row], shop: Shop) -> None:
        source = Source(platform="sandbox", account="account-1", tenant="tenant-1", now_ms=NOW)
        lookup = Lookup(MemoryShelves(), source)
        drafts = [draft(source, n, one, lookup.goods(one)) for n, one in enumerate(returned)]
        events = [one.event for one in drafts if one.event is not None]
        with ParquetLake(folder / "lake") as lake:
            lake.absorb([Logged(offset, event) for offset, event in enumerate(events, 1)])
        self.pauses: list[float] = []
        self.clock = SetClock(NOW)
        self.reconciler = Reconciler(
            DuckDbReconcile(folder / "lake", folder / "work"),
            {"sandbox": [shop]},
            MemoryShelves(),
            None,  # type: ignore[arg-type]  # this shop is asked without a wire
            self.clock,
            pause=self.pause,
        )

    def pause(self, seconds: float) -> None:
        """Let the time pass that was slept."""
        self.pauses.append(seconds)
        self.clock.advance(int(seconds * SECOND_MS))


ROWS = [row(f"o-{n}", at_ms=DAY_0 + n * HOUR_MS) for n in range(1, 8)]


def test_what_was_returned_and_what_the_shop_says_agree(tmp_path: Path) -> None:
    found = Desk(tmp_path, ROWS, Shop(ROWS)).reconciler.run(QUERY, ACCOUNT)
    assert found.complete
    assert [(one.pulled, one.same) for one in found.lines] == [(7, 7)]
    assert found.differences_total == 0


@pytest.mark.parametrize("counts", [True, False], ids=["says how many", "says no number"])
def test_a_page_that_was_lost_once_is_read_again_and_makes_no_difference(
    tmp_path: Path,
    counts: bool,  # noqa: FBT001 - a column of the table
) -> None:
    shop = Shop(ROWS, counts=counts)
    shop.spoil = [lost]
    found = Desk(tmp_path, ROWS, shop).reconciler.run(QUERY, ACCOUNT)
    assert (found.complete, found.differences_total) == (True, 0)


def test_weather_is_waited_out(tmp_path: Path) -> None:
    shop = Shop(ROWS)
    shop.spoil = [throttled, down, throttled]
    desk = Desk(tmp_path, ROWS, shop)
    assert desk.reconciler.run(QUERY, ACCOUNT).complete
    assert desk.pauses == [1.0, 2.0, 4.0]


def test_a_platform_that_counts_by_the_minute_is_waited_for_and_asked_at_the_time_that_it_is_then(
    tmp_path: Path,
) -> None:
    def slow(_page: Page) -> Page:
        raise PullThrottled(platform="sandbox", answer="7", wait_s=60)

    shop = Shop(ROWS)
    shop.spoil = [slow]
    desk = Desk(tmp_path, ROWS, shop)
    assert desk.reconciler.run(QUERY, ACCOUNT).complete
    assert desk.pauses == [60.0]
    assert shop.asked_at[:2] == [NOW, NOW + MINUTE_MS]


def test_a_platform_that_wants_the_rest_of_the_day_is_not_waited_for(tmp_path: Path) -> None:
    def spent(_page: Page) -> Page:
        raise PullThrottled(platform="sandbox", answer="7", wait_s=36_000)

    shop = Shop(ROWS)
    shop.spoil = [spent]
    desk = Desk(tmp_path, ROWS, shop)
    found = desk.reconciler.run(QUERY, ACCOUNT)
    assert (found.complete, found.reason) == (False, "pull_throttled")
    assert desk.pauses == []


@pytest.mark.parametrize(
    ("fault", "reason"), [(down, "timeout"), (throttled, "pull_throttled"), (refused, "pull_refused")]
)
def test_a_shop_that_cannot_be_asked_to_the_end_is_said_so(
    tmp_path: Path, fault: Callable[[Page], Page], reason: str
) -> None:
    shop = Shop(ROWS)
    shop.spoil = [fault] * TRIES_MAX
    found = Desk(tmp_path, ROWS, shop).reconciler.run(QUERY, ACCOUNT)
    assert (found.complete, found.reason) == (False, reason)


def test_a_list_that_never_says_all_it_has_is_said_so(tmp_path: Path) -> None:
    shop = Shop(ROWS)
    shop.spoil = [lost] * 99
    found = Desk(tmp_path, ROWS, shop).reconciler.run(QUERY, ACCOUNT)
    assert (found.complete, found.reason) == (False, "span_unsettled")


def test_an_order_that_changed_after_the_last_day_is_found_under_its_change(tmp_path: Path) -> None:
    """A list by time of change: what was paid on the 7th and changed on the 9th stands under the 9th."""

    class ByChange(Shop):
        def page(
            self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int
        ) -> Page:
            moved = {one.raw: one.occurred_at_ms + 2 * DAY_MS for one in self.rows}
            told = [one for one in self.rows if span.contains(moved[one.raw])]
            assert token is None
            assert (now_ms, account.account) == (NOW, "account-1")
            del caller
            return Page(rows=told, next_token=None, total=len(told))

    day = QUERY.__class__(**{**{n: getattr(QUERY, n) for n in QUERY.__slots__}, "end_ms": DAY_0 + DAY_MS})
    found = Desk(tmp_path, ROWS, ByChange(ROWS)).reconciler.run(day, ACCOUNT)
    assert (found.lines[0].same, found.differences_total) == (7, 0)


def test_rows_of_a_file_are_compared_the_same_way(tmp_path: Path) -> None:
    desk = Desk(tmp_path, ROWS[:6], Shop([]))
    found = desk.reconciler.run_on(QUERY, [*ROWS[:5], row("o-9", Kind.REFUND, at_ms=DAY_0 + 9)])
    told = sorted((one.sub_order_id, one.difference.value) for one in found.differences)
    assert told == [("o-6", "extra"), ("o-9", "missing")]
