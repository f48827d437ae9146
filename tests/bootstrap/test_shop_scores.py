"""Scores are read again by themselves: by the shop's grant, once a day, and a platform in trouble costs nothing that is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from eligibility.admission import Admission, admission
from hongmao.bootstrap.shop_scores import ShopScores
from hongmao.eligibility.api import Status
from hongmao.kernel.ids import ShopId, TenantId
from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS
from hongmao.platforms.registry import load_platforms
from hongmao.platforms.taobao.platform import TAOBAO
from hongmao.storage.eligibility import SqlEligibilityStore
from hongmao.telemetry import names
from hongmao.telemetry.live import LiveMeter
from platforms.gatehouse import SHOP
from platforms.sellers import Sellers, account_from, open_sellers
from returns.factories import MemoryAccounts
from storage.opened import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.eligibility.contracts import Facts
    from hongmao.kernel.clock import SetClock

S = ShopId("s-1")


@dataclass
class Joined:
    """A house with one shop of Taobao's that granted it access, and the wheel."""

    house: Admission
    sellers: Sellers
    accounts: MemoryAccounts
    meter: LiveMeter
    wheel: ShopScores

    def marks(self, score: str | None = "4.8", **told: Any) -> None:
        """Say what Taobao says of the shop from now on."""
        scores = {} if score is None else {"experience": score}
        self.sellers.gate.front.control("shop-scores", {"shop_id": SHOP, "scores": scores, **told})

    def turn(self, after_ms: int = 0) -> int:
        """Let time pass on both sides and turn the wheel until nothing is due."""
        self.house.clock.advance(after_ms)
        self.sellers.gate.front.clock.set(self.house.clock.now_ms())
        asked = 0
        while turned := self.wheel.turn():
            asked += turned
        return asked

    def facts(self) -> Facts:
        """Give what admission knows."""
        return self.house.eligibility.stands(ROOT, S).verdict.facts

    def scores(self) -> list[tuple[str, str, str]]:
        """Give the scores it knows."""
        return [(one.name, one.value, one.source) for one in self.facts().scores]

    def counted(self) -> dict[tuple[str, ...], object]:
        """Give what was counted."""
        return {
            labels: value
            for one in self.meter.readings()
            if one.metric is names.SCORE_READS
            for labels, value in one.series
        }


@pytest.fixture
def joined(tmp_path: Path, clock: SetClock) -> Iterator[Joined]:
    with admission() as house, open_sellers(TAOBAO, tmp_path / "market.sqlite", clock) as sellers:
        clock.set(house.clock.now_ms())
        house.catalog.add_shop(
            house.mei,
            merchant=house.merchant,
            platform="taobao",
            platform_shop_id=SHOP,
            name="红枫小铺",
            home_url="https://shop.example/",
            id="s-1",
        )
        house.eligibility.tell_facts(ROOT, S, category="美妆个护")
        accounts, meter = MemoryAccounts(), LiveMeter()
        granted = account_from(sellers.exchange(sellers.code()), "taobao")
        accounts.add(replace(granted, tenant=TenantId("t1")))
        wheel = ShopScores(
            load_platforms(),
            accounts,
            house.catalog,
            house.eligibility,
            sellers.gate.caller,
            house.clock,
            meter=meter,
        )
        yield Joined(house, sellers, accounts, meter, wheel)


def test_a_granted_shop_is_read_and_judged_by_what_its_platform_said(joined: Joined) -> None:
    assert joined.house.eligibility.judge(ROOT, S).status is Status.REJECT
    joined.marks("4.8", kind="marketplace", badge="brand")
    assert joined.turn() == 1
    assert joined.scores() == [("experience", "4.8", "api")]
    assert (joined.facts().kind, joined.facts().badge, joined.facts().category) == ("marketplace", "brand", "美妆个护")
    assert joined.house.eligibility.judge(ROOT, S).status is Status.PASS
    assert joined.counted() == {("taobao", "told"): 1}


def test_a_shop_is_read_once_a_day_and_so_stays_fresh_for_weeks(joined: Joined) -> None:
    joined.marks("4.8")
    asked = sum(joined.turn(10 * MINUTE_MS) for _ in range(6 * 24 * 3))
    assert asked in {3, 4}
    for _ in range(30):
        joined.turn(DAY_MS)
        assert joined.house.eligibility.judge(ROOT, S).status is Status.PASS


def test_a_platform_in_trouble_leaves_what_is_known_and_is_asked_again_in_an_hour(joined: Joined) -> None:
    joined.marks("4.8")
    joined.turn()
    now = joined.house.clock.now_ms()
    joined.sellers.gate.weather(down_from_ms=now, down_until_ms=now + DAY_MS + 2 * HOUR_MS)
    assert [joined.turn(DAY_MS), joined.turn(30 * MINUTE_MS), joined.turn(30 * MINUTE_MS)] == [1, 0, 1]
    assert joined.scores() == [("experience", "4.8", "api")]
    assert joined.counted() == {("taobao", "told"): 1, ("taobao", "unread"): 2}
    joined.marks("4.4")
    assert joined.turn(HOUR_MS) == 1
    assert joined.scores() == [("experience", "4.4", "api")]


def test_what_is_no_score_leaves_the_one_before(joined: Joined) -> None:
    joined.marks("4.8")
    joined.turn()
    joined.marks("4.79999999")
    joined.turn(DAY_MS)
    assert joined.scores() == [("experience", "4.8", "api")]
    assert joined.counted()[("taobao", "unread")] == 1


def test_what_the_platform_does_not_say_stays_as_somebody_said_it(joined: Joined) -> None:
    joined.house.eligibility.tell_facts(ROOT, S, kind="marketplace", badge="none", category="母婴亲子")
    joined.house.tell(S, {"goods": "4.6"}, source="file")
    joined.marks(None)
    joined.turn()
    assert joined.counted() == {("taobao", "nothing"): 1}
    joined.marks(None, badge="official")
    joined.turn(DAY_MS)
    facts = joined.facts()
    assert (facts.kind, facts.badge, facts.category) == ("marketplace", "official", "母婴亲子")
    assert joined.scores() == [("goods", "4.6", "file")]


def test_a_reading_that_says_nothing_new_writes_nothing(joined: Joined) -> None:
    joined.marks("4.8", kind="marketplace", badge="none", category="美妆个护")
    joined.turn()
    store = SqlEligibilityStore(joined.house.house.database)
    before = store.revision()
    again = ShopScores(
        load_platforms(),
        joined.accounts,
        joined.house.catalog,
        joined.house.eligibility,
        joined.sellers.gate.caller,
        joined.house.clock,
        meter=joined.meter,
    )
    assert again.turn() == 1
    assert store.revision() == before


def test_a_withdrawn_account_and_a_shop_without_one_are_not_asked_about(joined: Joined) -> None:
    joined.marks("4.8")
    [account] = [one for one in joined.accounts.every() if one.platform == "taobao"]
    joined.accounts.add(replace(account, revoked=True))
    calls = len(joined.sellers.gate.caller.calls)
    assert joined.turn() == 0
    joined.accounts.add(replace(account, tenant=TenantId("another")))
    assert joined.turn(10 * MINUTE_MS) == 0
    assert len(joined.sellers.gate.caller.calls) == calls
    joined.accounts.add(account)
    assert joined.turn(10 * MINUTE_MS) == 1


def test_a_grant_of_another_shop_signs_for_none_but_its_own(joined: Joined) -> None:
    [account] = [one for one in joined.accounts.every() if one.platform == "taobao"]
    joined.accounts.add(replace(account, settings={**account.settings, "shop": "880009"}))
    calls = len(joined.sellers.gate.caller.calls)
    joined.turn()
    assert len(joined.sellers.gate.caller.calls) == calls


def test_a_platform_that_does_not_answer_is_asked_about_no_other_shop(joined: Joined) -> None:
    for number in range(2, 9):
        joined.house.catalog.add_shop(
            joined.house.mei,
            merchant=joined.house.merchant,
            platform="taobao",
            platform_shop_id=f"88000{number}",
            name="店",
            home_url="https://shop.example/",
            id=f"s-{number}",
        )
    [account] = [one for one in joined.accounts.every() if one.platform == "taobao"]
    joined.accounts.add(replace(account, settings={**account.settings, "shop": ""}))
    joined.sellers.gate.caller.losing = 10
    assert joined.turn() == 1
    assert joined.counted() == {("taobao", "unread"): 1}
    assert joined.turn(59 * MINUTE_MS) == 0


def test_a_clock_that_is_set_back_does_not_stop_the_wheel(joined: Joined) -> None:
    joined.marks("4.8")
    joined.turn()
    joined.house.clock.advance(-3 * DAY_MS)
    joined.sellers.gate.front.clock.set(joined.house.clock.now_ms())
    joined.turn()
    assert joined.turn(4 * DAY_MS) == 1
