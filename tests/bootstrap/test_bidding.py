"""Campaigns that agree on what they are charged for, and links whose price follows what a goal is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec
import pytest

from billing.budgeted import click, logged, shown
from hongmao.bootstrap.bidding import Bidding, LakeForesight
from hongmao.catalog.api import Role
from hongmao.events.contracts import Event, Kind
from hongmao.kernel.ids import LinkId, TenantId
from hongmao.kernel.time import DAY_MS, HOUR_MS, Window
from hongmao.storage.billing_rates import SqlRateStore
from insight.stage import MemoryTables
from web.juguang.gate import campaign, gate, placed, without

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web.juguang.gate import Gate

T1, LINK = TenantId("tenant-1"), LinkId("link-1")
OURS = {"tenant": "tenant-1", "merchant": "merchant-1", "note": "note-1", "link": "link-1"}


class Desk:
    """A link of 0.80 a click under a campaign that optimises visits of the shop (36)."""

    def __init__(self, opened: Gate) -> None:
        self.opened, self.house = opened, opened.front
        self.program = opened.program()
        _, self.campaign, _, self.creative = placed(self.program)
        self.optimiser = self.house.caller(opened.browser, Role.OPTIMISER, "tenant-1")
        self.optimiser.add("/v1/bindings", advertiser_id=1, link="link-1", creativity_id=self.creative)

    def agree(self, scheme: str, amount_fen: int, why: str = "") -> None:
        body = {
            "advertiser_id": 1,
            "campaign_id": self.campaign,
            "scheme": scheme,
            "amount_fen": amount_fen,
            "why": why,
        }
        self.optimiser.add("/v1/campaign-rates", **body)

    def bidding(self, *events: Event) -> Bidding:
        foresight = LakeForesight(MemoryTables(events))
        return Bidding(SqlRateStore(self.house.house.database), self.house.links, foresight, self.house.clock)

    @property
    def price_fen(self) -> int:
        return self.house.links.get(T1, LINK).price_fen

    def clicks(self, count: int, *, days_ago: int, start: int, visits: int = 0, **changes: object) -> list[Event]:
        at_ms = self.house.clock.now_ms() - days_ago * DAY_MS
        made = [click(start + n, 80, occurred_at_ms=at_ms + n, **cast("Any", OURS | changes)) for n in range(count)]
        went = [
            msgspec.structs.replace(one, event_id=f"v-{one.event_id}", kind=Kind.VISIT, link=None, labelled=None, source="sandbox")
            for one in made[:visits]
        ]  # fmt: skip
        return [*made, *went]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with gate() as opened:
        yield Desk(opened)


def test_a_link_costs_what_its_campaign_s_goal_is_worth_and_the_price_agreed_is_the_one_charged(desk: Desk) -> None:
    seen = desk.clicks(100, days_ago=2, start=0, visits=2)
    bidding = desk.bidding(*seen)
    assert (bidding.turn(), desk.price_fen) == (0, 80)  # nobody bids
    desk.agree("ocpx", 4_500, why="按进店出价")
    assert bidding.turn() == 1
    assert desk.price_fen == 4_500 * 3 // 200
    assert bidding.turn() == 0
    # A price that somebody sets by hand lasts an hour at most.
    desk.house.links.reprice(T1, LINK, 10)
    assert bidding.turn() == 0
    desk.house.clock.advance(HOUR_MS)
    assert (bidding.turn(), desk.price_fen) == (1, 67)
    # Another target counts at once; by clicks again, the link keeps its price until somebody sets one.
    desk.agree("ocpx", 9_000)
    assert (bidding.turn(), desk.price_fen) == (1, 135)
    desk.agree("cpc", 0)
    assert (bidding.turn(), desk.price_fen) == (0, 135)


def test_only_seven_whole_days_of_valid_clicks_and_their_own_tenant_s_goals_are_looked_at(desk: Desk) -> None:
    desk.agree("ocpx", 4_500)
    strangers = [
        msgspec.structs.replace(one, tenant="tenant-2") if one.kind is Kind.VISIT else one
        for one in desk.clicks(20, days_ago=1, start=0, visits=20)
    ]
    seen = [
        *strangers,
        *desk.clicks(30, days_ago=0, start=100, visits=30),  # today is not over
        *desk.clicks(30, days_ago=8, start=200, visits=30),
        *desk.clicks(30, days_ago=1, start=300, visits=30, invalid="bot"),
        *desk.clicks(30, days_ago=1, start=400, visits=30, link="link-2"),
    ]
    desk.bidding(*seen).turn()
    assert desk.price_fen == 4_500 * 1 // 120


def test_who_agreed_to_what_and_when_is_told_to_its_own_tenant_alone(desk: Desk) -> None:
    desk.agree("cpm", 3_000, why="新品蓄水")
    desk.agree("cpc", 0)
    told = desk.optimiser.get("/v1/campaign-rates").json()["rates"]
    assert [(one["campaign_id"], one["scheme"], one["amount_fen"], one["why"]) for one in told] == [
        (desk.campaign, "cpm", 3_000, "新品蓄水"),
        (desk.campaign, "cpc", 0, ""),
    ]
    other = desk.house.caller(desk.opened.browser, Role.OPTIMISER, "tenant-2")
    assert other.get("/v1/campaign-rates").json() == {"rates": []}
    body = {"advertiser_id": 1, "campaign_id": desk.campaign, "scheme": "cpm", "amount_fen": 1}
    assert other.post("/v1/campaign-rates", body).status_code == 404
    assert other.post("/v1/campaign-rates", body | {"advertiser_id": 2}).status_code == 404


def test_what_no_campaign_can_be_charged_by_is_refused_by_its_field(desk: Desk) -> None:
    wrong = [
        ("cpa", 100, "", "scheme"),
        ("cpc", 1, "", "amount_fen"),
        ("cpm", 0, "", "amount_fen"),
        ("ocpx", 1_000_001, "", "amount_fen"),
        ("cpm", -1, "", "amount_fen"),
        ("cpm", 1, "x" * 201, "why"),
        ("cpm", 1, "a\nb", "why"),
    ]
    for scheme, amount_fen, why, place in wrong:
        body = {
            "advertiser_id": 1,
            "campaign_id": desk.campaign,
            "scheme": scheme,
            "amount_fen": amount_fen,
            "why": why,
        }
        answer = desk.optimiser.post("/v1/campaign-rates", body)
        assert answer.status_code == 422, body
        error = answer.json()["error"]
        assert (error["code"], error["params"]["place"]) == ("rate_beyond", place)
    assert desk.optimiser.get("/v1/campaign-rates").json() == {"rates": []}


def test_goals_that_no_shop_returns_have_no_price(desk: Desk) -> None:
    terms = campaign(marketing_target=4, optimize_target=0, bidding_strategy=2, campaign_name="种草")
    made = desk.program.done(
        "/jg/campaign/create",
        **without(terms, "constraint_type", "asset_event", "deeplink_id", "detect_url_link"),
    )
    body = {"advertiser_id": 1, "campaign_id": made["campaign_id"], "scheme": "ocpx", "amount_fen": 100}
    answer = desk.optimiser.post("/v1/campaign-rates", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "goal_uncounted")
    desk.optimiser.add("/v1/campaign-rates", **(body | {"scheme": "cpm"}))


def test_what_was_placed_and_agreed_is_what_a_click_and_an_impression_are_charged_by(desk: Desk) -> None:
    desk.house.caller(desk.opened.browser).add(
        "/v1/wallets/top-ups", tenant="tenant-1", merchant="merchant-1", line="cid", amount_fen=10**6, key="k"
    )
    billing, now_ms = desk.house.house.billing, desk.house.clock.now_ms()
    clicks = [click(n, 2_600, occurred_at_ms=now_ms + n, **OURS) for n in range(1, 8)]
    billing.absorb(logged(clicks))  # a day of 100.00
    desk.house.clock.set(now_ms + 10)
    desk.agree("cpm", 3_000)
    acts = [
        shown(8, occurred_at_ms=now_ms + 9, **OURS),
        *(shown(n, occurred_at_ms=now_ms + n, **OURS) for n in (10, 11)),
    ]
    billing.absorb(logged([*acts, click(12, 80, occurred_at_ms=now_ms + 12, **OURS)], start=8))
    days = desk.optimiser.get(f"/v1/campaign-days?at={now_ms}").json()
    assert days["campaigns"] == [
        {
            "campaign_id": desk.campaign,
            "advertiser_id": 1,
            "spent_fen": 13_000,
            "compensated_fen": 3_000,
            "net_fen": 10_000,
        }
    ]
    assert [(one["link"], one["price_fen"], one["shown"], one["over_budget"]) for one in days["shown"]] == [
        ("link-1", 3_000, 0, 2)
    ]
    reasons = [one.reason for one in billing.charges(T1, Window(0, 2**50))]
    assert reasons == [None] * 5 + ["over_budget"] * 2 + ["by_impressions"]
    # The next day begins with its whole budget, and impressions are paid.
    tomorrow = [shown(n, occurred_at_ms=now_ms + DAY_MS + n, **OURS) for n in range(20, 30)]
    billing.absorb(logged(tomorrow, start=20))
    other = desk.house.caller(desk.opened.browser, Role.OPTIMISER, "tenant-2")
    assert other.get(f"/v1/campaign-days?at={now_ms}").json()["campaigns"] == []
    [day] = billing.shown_days(T1, 20_000, 30_000)[1:]
    assert (day.shown, day.billed_fen) == (10, 30)
