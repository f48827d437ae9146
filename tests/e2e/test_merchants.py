"""A merchant and its first campaign in one house: from sign-up to running, off and on again with the programme."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from e2e.joining import ITEM, SHOP, open_street
from hongmao.billing.api import Line as Purse
from hongmao.campaigns.api import Noun
from hongmao.events.contracts import Kind
from hongmao.kernel.time import DAY_MS, MINUTE_MS, day_of
from hongmao.onboarding.api import Lent, Step, Wanted
from hongmao.onboarding.errors import (
    BidOutside,
    BudgetOutside,
    HoursEmpty,
    ItemNotPicked,
    LinkNotApproved,
    NoteNotLent,
    NotesNotPicked,
    ShopNotIn,
)
from onboarding.sellers import answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from e2e.joining import Street
    from hongmao.catalog.api import Principal
    from hongmao.kernel.errors import HongmaoError
    from hongmao.onboarding.api import Onboarding, Progress

WANTED = Wanted(budget_fen=10_000, bid_fen=100)


class Merchant:
    """One merchant at the acts of joining, as its pages call them."""

    def __init__(self, street: Street, login: str = "chuqing") -> None:
        self.street = street
        self.onboarding: Onboarding = street.house.services.onboarding
        self.who: Principal = self.onboarding.accounts.sign_up("初晴", login, "a good password")

    @property
    def progress(self) -> Progress:
        return self.onboarding.where(self.who)

    def stands_at(self, step: Step) -> bool:
        return self.progress.current is step

    def connect(self) -> None:
        accounts = self.onboarding.accounts
        brought = answer(self.street, accounts.start(self.who, "taobao", f"{self.street.url}/console/join/back"))
        accounts.come_back(self.who, brought["state"], brought["code"])

    def build(self, *notes: str) -> None:
        [shop] = self.progress.passing
        self.onboarding.linking.build(self.who, self.progress, f"{shop.id}/{ITEM}", notes or ("note-1",))

    def go(self, wanted: Wanted = WANTED) -> int:
        picture = lambda cover: f"{self.street.url}/covers/{cover}.svg"  # noqa: E731 - what the page hands in
        return self.onboarding.launching.go(self.who, self.progress, wanted, picture).number

    def top_up(self) -> None:
        merchant = self.progress.merchant
        assert merchant is not None
        paid = {"tenant": self.who.tenant, "merchant": merchant.id, "line": "cid", "amount_fen": 100_000}
        self.street.admin.add("/v1/wallets/top-ups", {**paid, "key": f"first-{merchant.id}"})

    def run(self, *notes: str) -> int:
        self.connect()
        self.street.lend(*(notes or ("note-1",)), tenant=self.who.tenant)
        self.build(*notes)
        number = self.go()
        self.top_up()
        return number


def shown(street: Street, note: str = "note-1") -> bool:
    """Tell whether a reader is shown the component of a note."""
    found = street.admin.must(street.admin.get(f"/v1/notes/{note}"), "GET", "note").json()
    return found["ad"] is not None


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with open_street(tmp_path) as opened:
        yield opened


def test_article_row_7_a_merchant_is_shown_while_it_is_listed_and_not_a_minute_longer(tmp_path: Path) -> None:
    with open_street(tmp_path, stage="open") as street:
        one = Merchant(street)
        one.run()
        street.admin.add("/v1/eligibility/stage", {"stage": "whitelist", "why": "内测"})
        merchant = one.progress.merchant
        assert merchant is not None
        listing = {"tenant": one.who.tenant, "merchant": merchant.id}

        # Not listed: nothing is shown, and no plan begins.
        street.catch_up()
        assert not shown(street)
        told = street.admin.post("/v1/eligibility/whitelist", listing)
        assert told.status < 300, told.body
        # Listed: within 60 s of the house's own clock.
        street.wait(MINUTE_MS)
        street.admin.add("/v1/ops/tick", {})
        street.wait(2_000)
        assert shown(street)
        # Taken off it: gone within 60 s.
        street.admin.add("/v1/eligibility/whitelist", {**listing, "listed": False})
        street.wait(MINUTE_MS - 2_000)
        street.admin.add("/v1/ops/tick", {})
        street.wait(2_000)
        assert not shown(street)


def test_article_row_20_from_sign_up_to_a_running_test_campaign_and_no_id_is_copied(street: Street) -> None:
    began_ms = street.clock.now_ms()
    one = Merchant(street)
    assert one.stands_at(Step.SHOP)
    one.connect()
    assert one.stands_at(Step.NOTES)
    [(shop, items)] = one.onboarding.linking.items(one.progress)
    assert [(item.title, item.price_fen) for item in items] == [("清透防晒乳 50ml", 12_900)]
    one.onboarding.linking.ask(one.who, ["note-1"])
    assert [note.lent for note in one.onboarding.linking.notes(one.who)] == [Lent.ASKED, Lent.NEVER, Lent.NEVER]
    street.lend("note-1", tenant=one.who.tenant)
    one.build()
    assert one.stands_at(Step.LINK)
    [link] = one.progress.links
    assert (link.shop, link.note, link.price_fen, link.paused) == (shop.id, "note-1", 0, True)
    one.onboarding.trying.trial(one.who, link)
    number = one.go()
    one.top_up()
    street.catch_up()
    assert one.stands_at(Step.RUNNING)
    [running] = one.onboarding.launching.running(one.progress)
    assert (running.campaign.number, running.state, running.reasons) == (number, 1, ())
    assert (running.budget_fen, running.bid_fen) == (10_000, 100)
    assert shown(street)
    assert street.clock.now_ms() - began_ms < 10 * MINUTE_MS

    # A consent whose day is past says so, and its note carries nothing any more.
    day = day_of(street.clock.now_ms())
    word = {"tenant": one.who.tenant, "state": 1, "registered": True, "why": "改期"}
    street.admin.add("/v1/authorisations/note-1/answer", {**word, "until": day.isoformat()})
    street.wait(DAY_MS)
    street.catch_up()
    assert day_of(street.clock.now_ms()) == day + timedelta(days=1)
    assert one.onboarding.linking.notes(one.who)[0].lent is Lent.OVER
    assert not shown(street)


def test_a_test_click_comes_back_as_an_order_and_costs_and_earns_nothing(street: Street) -> None:
    one = Merchant(street)
    one.connect()
    street.lend("note-1", tenant=one.who.tenant)
    one.build()
    trial = one.onboarding.trying.trial(one.who, one.progress.links[0])
    [tried] = one.progress.tried
    assert f"clickid={trial.click_id}" in tried.url
    assert (tried.seen.visit_at_ms, tried.seen.order_at_ms) == (None, None)
    buyer = {"accept": "application/json", "cookie": f"buyer=b{1:014d}"}
    street.control.must(street.control.get(tried.url.removeprefix(street.shop_url), buyer), "GET", "item")
    placed = street.control.submit("/checkout", {"items": f"{ITEM}:1"}, buyer).json()
    street.control.submit(f"/order/{placed['order_id']}/pay", {}, buyer)
    street.catch_up(minutes=20)
    [tried] = one.progress.tried
    assert tried.seen.order_id == placed["order_id"]
    assert Step.LINK in one.progress.done

    services = street.house.services
    [charge] = [services.billing.charge_of_click(trial.click_id)]
    assert charge is not None
    assert (charge.amount_fen, charge.reason) == (0, "invalid:test_click")
    trace = services.insight.trace(one.who.tenant, str(placed["order_id"]))
    assert trace is not None
    assert [sub.matched.click_id for sub in trace.sub_orders] == [trial.click_id]
    earned = [credit for sub in trace.sub_orders for credit in sub.credited.credits]
    assert earned
    assert not any(credit.won for credit in earned)
    merchant = one.progress.merchant
    assert merchant is not None
    assert services.billing.wallet(merchant.id, Purse.CID).balance_fen == 0
    clicks = [one.event for one in services.log.read(after=0, limit=1_000) if one.event.kind is Kind.COMPONENT_CLICK]
    assert [(click.click_id, click.invalid) for click in clicks] == [(trial.click_id, "test_click")]


def test_a_shop_below_sees_what_to_mend_and_goes_on_after_a_better_score(street: Street) -> None:
    street.score(experience="4.49")
    one = Merchant(street)
    one.connect()
    assert one.stands_at(Step.SHOP)
    [standing] = one.progress.shops
    below = [finding for finding in standing.standing.verdict.findings if not finding.ok]
    assert [(finding.what, finding.found) for finding in below] == [("experience", "4.49")]
    street.lend("note-1", tenant=one.who.tenant)
    with pytest.raises(ShopNotIn):
        one.onboarding.linking.build(one.who, one.progress, f"{standing.shop.id}/{ITEM}", ["note-1"])

    street.score(experience="4.50")
    street.wait(DAY_MS)
    one.onboarding.accounts.reread(one.who)
    assert one.stands_at(Step.NOTES)


def test_whoever_leaves_comes_back_to_where_they_were_and_two_tabs_make_one_campaign(street: Street) -> None:
    one = Merchant(street)
    one.connect()
    street.lend("note-1", "note-2", tenant=one.who.tenant)
    one.build("note-1", "note-2")
    first = one.progress.links
    one.build("note-1", "note-2")
    assert one.progress.links == first
    numbers = {one.go(), one.go()}
    campaigns = street.house.services.campaigns
    [account] = campaigns.advertisers(one.who.tenant)
    assert [placed.number for placed in campaigns.of(account, Noun.CAMPAIGN)] == list(numbers)
    assert len(campaigns.of(account, Noun.UNIT)) == 1
    assert len(campaigns.of(account, Noun.CREATIVITY)) == 2
    assert len(campaigns.of(account, Noun.DIRECT_LINK)) == 2
    # A merchant that signs in again, on another day, stands where it left.
    street.wait(DAY_MS)
    again = street.house.services.catalog.sign_in("chuqing", "a good password")
    assert again is not None
    assert one.onboarding.where(again).current is Step.RUNNING


def test_a_campaign_that_was_left_half_way_is_finished_by_the_next_press(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Merchant(street)
    one.connect()
    street.lend("note-1", tenant=one.who.tenant)
    one.build()
    campaigns = street.house.services.campaigns
    with monkeypatch.context() as broken:
        broken.setattr(campaigns, "place_creativity", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            one.go()
    assert one.progress.links[0].paused
    one.go()
    [account] = campaigns.advertisers(one.who.tenant)
    assert len(campaigns.of(account, Noun.CAMPAIGN)) == len(campaigns.of(account, Noun.CREATIVITY)) == 1
    assert one.stands_at(Step.RUNNING)


def test_without_the_houses_own_review_a_person_looks_first(tmp_path: Path) -> None:
    with open_street(tmp_path, auto_review="off") as street:
        one = Merchant(street)
        one.connect()
        street.lend("note-1", tenant=one.who.tenant)
        one.build()
        [link] = one.progress.links
        assert (Step.BUDGET in one.progress.open, link.review_note) == (False, "")
        with pytest.raises(LinkNotApproved):
            one.go()
        verdicts = {"deeplink": 2, "universal_link": 2, "fallback": 2, "note": "一致"}
        street.admin.add(f"/v1/links/{link.id}/review", verdicts)
        assert one.go()


def test_a_page_that_asks_another_price_is_approved_by_nobody(street: Street) -> None:
    one = Merchant(street)
    one.connect()
    street.lend("note-1", tenant=one.who.tenant)
    [shop] = one.progress.passing
    catalog = street.house.services.catalog
    catalog.add_item(
        one.who,
        shop=shop.id,
        spu="spu-1",
        platform_item_id=ITEM,
        title="清透防晒乳 50ml",
        price_fen=9_900,
        url=f"{street.shop_url}/item/{ITEM}",
    )
    one.build()
    [joined] = one.onboarding.joined(one.who, one.progress)
    assert (joined.approved, [finding.code for finding in joined.findings]) == (False, ["price"])
    item = {"item_id": ITEM, "shop_id": SHOP, "title": "清透防晒乳 50ml", "price_fen": 9_900}
    street.control.add("/_control/stock", {"items": [item]})
    one.onboarding.linking.check(one.who, one.progress.links)
    [joined] = one.onboarding.joined(one.who, one.progress)
    assert (joined.approved, joined.by_house, joined.findings) == (True, True, ())


def test_what_cannot_be_is_named_and_changes_nothing(street: Street) -> None:
    one = Merchant(street)
    one.connect()
    linking, [shop] = one.onboarding.linking, one.progress.passing
    picked = f"{shop.id}/{ITEM}"
    street.lend("note-1", tenant=one.who.tenant)
    picks: list[tuple[str, list[str], type[HongmaoError]]] = [
        ("", ["note-1"], ItemNotPicked),
        (f"{shop.id}/1", ["note-1"], ItemNotPicked),
        (f"somebody/{ITEM}", ["note-1"], ItemNotPicked),
        (picked, [], NotesNotPicked),
        (picked, [f"note-{n}" for n in range(21)], NotesNotPicked),
        (picked, ["note-2"], NoteNotLent),
    ]
    for item, notes, error in picks:
        with pytest.raises(error):
            linking.build(one.who, one.progress, item, notes)
    assert one.progress.links == ()
    one.build()
    wishes: list[tuple[Wanted, type[HongmaoError]]] = [
        (Wanted(budget_fen=9_999, bid_fen=100), BudgetOutside),
        (Wanted(budget_fen=10_000, bid_fen=0), BidOutside),
        (Wanted(budget_fen=10_000, bid_fen=10_001), BidOutside),
        (Wanted(budget_fen=10_000, bid_fen=100, first_hour=8, after_hour=8), HoursEmpty),
        (Wanted(budget_fen=10_000, bid_fen=100, first_hour=-1), HoursEmpty),
    ]
    for wanted, error in wishes:
        with pytest.raises(error):
            one.go(wanted)
    assert one.progress.campaigns == ()
    assert one.go(Wanted(budget_fen=10_000, bid_fen=100, first_hour=8))


def test_a_house_that_only_observes_lets_a_shop_below_go_on(tmp_path: Path) -> None:
    with open_street(tmp_path, stage="observe") as street:
        street.score(experience="3.90")
        one = Merchant(street)
        one.run()
        street.catch_up()
        assert one.stands_at(Step.RUNNING)
        assert shown(street)
