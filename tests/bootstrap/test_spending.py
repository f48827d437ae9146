"""States 4 and 5 from what was really booked: a day's clicks against the budget, the wallet against the next click."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.bootstrap.spending import BookedSpending
from hongmao.campaigns.api import Campaigns, Noun
from hongmao.catalog.api import Role
from hongmao.events.contracts import Event, Kind, Logged
from hongmao.kernel.ids import LinkId, TenantId
from hongmao.kernel.time import SECOND_MS, instant
from hongmao.storage.billing_days import SqlRates
from hongmao.storage.campaigns import SqlCampaignStore
from web.api.front import link_body
from web.juguang.gate import creativity, gate, placed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web.juguang.gate import Gate

T1 = TenantId("tenant-1")


class Desk:
    """A bound link of 0.80 a click under a campaign of 100.00 a day, and a merchant who pays for it."""

    def __init__(self, opened: Gate) -> None:
        """Wire the campaigns to what billing books."""
        self.opened, self.house = opened, opened.front
        store = SqlCampaignStore(self.house.house.database)
        spending = BookedSpending(
            self.house.house.billing, self.house.links, store.bindings, SqlRates(self.house.house.database)
        )
        self.campaigns = Campaigns(store, self.house.links, self.house.catalog, self.house.clock, spending=spending)
        self.program = opened.program()
        _, self.campaign, self.unit, self.creative = placed(self.program)
        self.optimiser = self.house.caller(opened.browser, Role.OPTIMISER, "tenant-1")
        self._offset = 0

    def bind(self, link: str = "link-1", creative: int | None = None) -> None:
        body = {"advertiser_id": 1, "link": link, "creativity_id": creative or self.creative}
        self.optimiser.add("/v1/bindings", **body)

    def pay(self, amount_fen: int, line: str = "cid") -> None:
        self._offset += 1
        admin = self.house.caller(self.opened.browser)
        body = {"merchant": "merchant-1", "line": line, "amount_fen": amount_fen, "key": f"k{self._offset}"}
        admin.add("/v1/wallets/top-ups", tenant="tenant-1", **body)

    def click(self, price_fen: int, link: str = "link-1", line: str = "cid") -> None:
        """Charge a click now; a few seconds later the sum of the day is looked at anew."""
        self._offset += 1
        event = Event(
            event_id=f"e-{self._offset}",
            kind=Kind.COMPONENT_CLICK,
            occurred_at_ms=self.house.clock.now_ms(),
            tenant="tenant-1",
            merchant="merchant-1",
            note="note-1",
            link=link,
            line=line,
            impression=f"i-{self._offset}",
            click_id=f"c-{self._offset}",
            labelled=True,
            price_fen=price_fen,
        )
        self.house.house.billing.absorb([Logged(self._offset, event)])
        self.house.clock.set(self.house.clock.now_ms() + 5 * SECOND_MS)

    def state(self) -> int:
        """Say how the campaign stands; the list and the look of the gatekeeper agree."""
        account = self.campaigns.advertiser(T1, 1)
        [one] = [one for one in self.campaigns.of(account, Noun.CAMPAIGN) if one.number == self.campaign]
        state = self.campaigns.states(account, [one])[one.number]
        assert self.campaigns.would_hold().get(LinkId("link-1")) == {
            1: None, 4: "budget_spent", 5: "balance_short", 7: "account_spent"
        }[state]  # fmt: skip
        return state


@pytest.fixture
def desk() -> Iterator[Desk]:
    with gate() as opened:
        yield Desk(opened)


def test_a_campaign_is_short_when_its_wallet_cannot_pay_the_next_click_and_serves_again_when_it_can(desk: Desk) -> None:
    assert desk.state() == 1  # no link carries it: nothing is known of its money
    desk.bind()
    assert desk.state() == 5
    desk.pay(79)
    assert desk.state() == 5
    desk.pay(1)
    assert desk.state() == 1
    desk.click(80)
    assert desk.state() == 5
    desk.pay(100)
    assert desk.state() == 1


def test_a_budget_that_is_spent_holds_until_midnight_in_shanghai_or_until_it_is_raised(desk: Desk) -> None:
    desk.bind()
    desk.pay(100_000)
    desk.click(9_920)
    assert desk.state() == 1  # 0.80 of 100.00 is left: one more click
    desk.click(80)
    assert desk.state() == 4
    desk.program.done("/jg/campaign/update", campaign_id=desk.campaign, campaign_day_budget=20_000, why="加量")
    assert desk.state() == 1
    desk.click(10_000)
    assert desk.state() == 4
    desk.house.clock.set(instant("2025-05-07T23:59:59+08:00"))
    assert desk.state() == 4
    desk.house.clock.set(instant("2025-05-08T00:00:00+08:00"))
    assert desk.state() == 1
    desk.house.clock.set(instant("2025-05-07T12:00:00+08:00"))  # a clock set back reads the day it stands in
    assert desk.state() == 4


def test_a_campaign_that_is_charged_by_impressions_goes_on_while_the_next_one_can_be_paid(desk: Desk) -> None:
    desk.bind()
    body = {"advertiser_id": 1, "campaign_id": desk.campaign, "scheme": "cpm", "amount_fen": 4_001}
    desk.optimiser.add("/v1/campaign-rates", **body)
    desk.pay(4)
    assert desk.state() == 5
    desk.pay(1)  # the dearest impression of 40.01 a thousand is 5 fen, whatever a click on the link would cost
    assert desk.state() == 1


def test_the_money_of_one_line_pays_for_no_link_of_the_other(desk: Desk) -> None:
    desk.bind()
    desk.pay(1_000, "ud")
    assert desk.state() == 5
    admin = desk.house.caller(desk.opened.browser)
    admin.add("/v1/links", tenant="tenant-1", **{**link_body(1), "id": "link-9", "line": "ud"})
    made = desk.program.done("/jg/creativity/create", unit_id=desk.unit, **creativity(creativity_name="UD"))
    desk.bind("link-9", made["creativity_id"])
    assert desk.state() == 1  # the campaign can go on by its link on the other line
    desk.click(1_000, "link-9", "ud")
    assert desk.state() == 5


def test_what_is_spent_on_other_links_is_not_the_campaign_s(desk: Desk) -> None:
    desk.bind()
    desk.pay(100_000)
    desk.click(10_000, "link-7")
    assert desk.state() == 1


def test_an_account_s_own_budget_holds_all_of_its_campaigns_whatever_they_may_spend_by_themselves(desk: Desk) -> None:
    desk.bind()
    desk.pay(100_000)
    set_to = desk.program.done("/jg/account/budget/update", account_day_budget=10_000, why="控费")
    assert set_to == {"limit_day_budget": 1, "account_day_budget": 10_000}
    assert desk.state() == 1
    desk.click(9_950, "link-1")
    assert desk.state() == 7  # 0.50 is left and no click costs less than 0.80
    desk.program.done("/jg/account/budget/update", account_day_budget=30_000)
    assert desk.state() == 4  # the account may spend on, the campaign may not
    desk.program.done("/jg/account/budget/update", account_day_budget=0)
    assert desk.program.done("/jg/account/budget/info") == {"limit_day_budget": 0, "account_day_budget": None}
    assert desk.state() == 4
    account = desk.campaigns.advertiser(T1, 1)
    [kept] = desk.campaigns.of(account, Noun.ACCOUNT)
    told = desk.campaigns.changes(account, Noun.ACCOUNT, kept.number)
    assert [(one.act, one.why) for one in told] == [("create", "控费"), ("update", ""), ("update", "")]


@pytest.mark.parametrize("fen", [1, 9_999, 99_999_900, -1, 2**70])
def test_BILL_1_an_account_s_budget_keeps_to_the_bounds_of_a_campaign_s(desk: Desk, fen: int) -> None:
    refused = desk.program.post("/jg/account/budget/update", account_day_budget=fen)
    assert refused["code"] == 900400
    assert "account_day_budget" in refused["msg"]
    assert desk.program.done("/jg/account/budget/info")["account_day_budget"] is None
