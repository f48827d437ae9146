"""Budget, bid, hours, go: the campaign is placed by its own room, piece by piece, each found where it is there already.

    direct links ── campaign (day budget, hours) ── unit (bid) ── one creativity a note ── bound to its link ── let go

So a second press, another tab or a page that was left half-way goes on where the first one stopped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from hongmao.campaigns.api import (
    LISTED_MAX,
    AdvertiserExists,
    BudgetOutOfRange,
    CampaignTerms,
    CreativityTerms,
    DirectLinkTerms,
    NameTaken,
    Noun,
    State,
    UnitTerms,
)
from hongmao.catalog.api import Permission, demand
from hongmao.kernel.money import Money
from hongmao.links.api import HoldSource
from hongmao.links.contracts import PRICE_FEN_MAX
from hongmao.onboarding import rules
from hongmao.onboarding.contracts import RunningCampaign
from hongmao.onboarding.errors import BidOutside, BudgetOutside, HoursEmpty, LinkNotApproved

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hongmao.campaigns.api import Advertiser, Placed
    from hongmao.catalog.api import Item, Principal
    from hongmao.kernel.ids import MerchantId
    from hongmao.links.api import AdLink
    from hongmao.onboarding.contracts import Progress
    from hongmao.onboarding.desk import Desk

WHY: Final = "入驻引导：测试投放"
_FEED, _NOTE, _DIRECT, _CLICKS, _MANUAL, _INTO_APP = 1, 1, 13, 0, 2, 11
_EVERYBODY, _BUTTON_BELOW = 1, 0
_DEEPLINK, _UNIVERSAL = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a merchant wants of its first campaign. Hours are those of every day: the first, and the one after the last."""

    budget_fen: int
    bid_fen: int
    first_hour: int = 0
    after_hour: int = rules.HOURS


class Launching:
    """The fifth and sixth screen."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def go(self, who: Principal, progress: Progress, wanted: Wanted, picture: Callable[[str], str]) -> Placed:
        """Place the campaign of the item that was picked last, with every approved link to it. `picture` finds a cover."""
        demand(who, Permission.WRITE_LINKS)
        item = progress.item
        ready = [] if item is None else [link for link in progress.links if link.item == item.id]
        approved = [link for link in ready if rules.is_approved(link)][:LISTED_MAX]
        if item is None or not approved:
            raise LinkNotApproved
        if not rules.are_hours(wanted.first_hour, wanted.after_hour):
            raise HoursEmpty(place="hours")
        if not 1 <= wanted.bid_fen <= min(PRICE_FEN_MAX, wanted.budget_fen):
            high = Money(max(1, min(PRICE_FEN_MAX, wanted.budget_fen)))
            raise BidOutside(place="bid", low=Money(1), high=high, got=Money(wanted.bid_fen))
        account = self._account(who, approved[0].merchant)
        campaign = self._campaign(who, account, item, approved[0], wanted)
        unit = self._unit(who, account, campaign, approved, wanted)
        self._creativities(who, account, unit, item, approved, picture)
        for link in approved:
            self._desk.links.reprice(who.tenant, link.id, wanted.bid_fen)
            self._desk.links.lift(who.tenant, link.id, HoldSource.ONBOARDING)
        return campaign

    def running(self, progress: Progress) -> Sequence[RunningCampaign]:
        """Say how the campaigns stand, newest first."""
        campaigns = self._desk.campaigns
        told: list[RunningCampaign] = []
        for account in self._accounts(progress):
            mine = [one for one in progress.campaigns if one.advertiser == account.number]
            states, reasons = campaigns.states(account, mine), campaigns.campaign_reasons(account, mine)
            bids = {one.parent: cast("UnitTerms", one.terms).event_bid for one in campaigns.of(account, Noun.UNIT)}
            for one in mine:
                terms = cast("CampaignTerms", one.terms)
                told.append(
                    RunningCampaign(
                        campaign=one,
                        state=states[one.number],
                        reasons=reasons[one.number],
                        budget_fen=terms.campaign_day_budget,
                        bid_fen=bids.get(one.number),
                    )
                )
        return sorted(told, key=lambda one: -one.campaign.number)

    def carrying(self, who: Principal, links: Sequence[AdLink]) -> Sequence[Placed]:
        """List the campaigns that carry some links and are not deleted."""
        campaigns, ours = self._desk.campaigns, {link.id for link in links}
        wanted = {one.campaign for one in campaigns.bindings(who.tenant) if one.link in ours}
        found = [
            one
            for account in campaigns.advertisers(who.tenant)
            for one in campaigns.of(account, Noun.CAMPAIGN)
            if one.number in wanted and one.state is not State.DELETED
        ]
        return sorted(found, key=lambda one: -one.number)

    def _accounts(self, progress: Progress) -> Sequence[Advertiser]:
        if not progress.campaigns:
            return ()
        return self._desk.campaigns.advertisers(progress.campaigns[0].tenant)

    def _account(self, who: Principal, merchant: MerchantId) -> Advertiser:
        def found() -> Advertiser | None:
            accounts = self._desk.campaigns.advertisers(who.tenant)
            return next((one for one in accounts if one.merchant == merchant), None)

        there = found()
        if there is not None:
            return there
        try:
            return self._desk.campaigns.open_advertiser(who, merchant)
        except AdvertiserExists:
            return cast("Advertiser", found())

    def _campaign(self, who: Principal, account: Advertiser, item: Item, link: AdLink, wanted: Wanted) -> Placed:
        name = rules.campaign_name(item.title)
        there = self._named(account, Noun.CAMPAIGN, name)
        if there is not None:
            return there
        period = rules.period_of(wanted.first_hour, wanted.after_hour)
        terms = CampaignTerms(
            marketing_target=_DIRECT,
            campaign_name=name,
            placement=_FEED,
            promotion_target=_NOTE,
            time_type=0,
            time_peroid_type=0 if period is None else 1,
            time_period=period,
            bidding_strategy=_MANUAL,
            optimize_target=_CLICKS,
            limit_day_budget=1,
            campaign_day_budget=wanted.budget_fen,
            deeplink_id=self._way(who, account, link.deeplink, _DEEPLINK, item.title),
            universal_link_id=self._way(who, account, link.universal_link, _UNIVERSAL, item.title),
        )
        try:
            return self._desk.campaigns.place_campaign(account, terms, on=True, by=who.id, why=WHY)
        except NameTaken:
            return cast("Placed", self._named(account, Noun.CAMPAIGN, name))
        except BudgetOutOfRange as beyond:
            facts = {bound: Money(cast("int", beyond.params[bound])) for bound in ("low", "high", "got")}
            raise BudgetOutside(place="budget", **facts) from None

    def _way(self, who: Principal, account: Advertiser, url: str | None, kind: int, title: str) -> int | None:
        if url is None:
            return None
        terms = DirectLinkTerms(url=url, type=kind, remark_name=title)
        for one in self._desk.campaigns.of(account, Noun.DIRECT_LINK):
            known = cast("DirectLinkTerms", one.terms)
            if one.state is not State.DELETED and (known.url, known.type) == (url, kind):
                return one.number
        return self._desk.campaigns.place_links(account, [terms], by=who.id, why=WHY)[0].number

    def _unit(
        self, who: Principal, account: Advertiser, campaign: Placed, links: Sequence[AdLink], wanted: Wanted
    ) -> Placed:
        name = f"{campaign.number} 通投"
        there = self._named(account, Noun.UNIT, name)
        if there is not None:
            return there
        terms = UnitTerms(
            unit_name=name,
            event_bid=wanted.bid_fen,
            note_ids=[link.note for link in links],
            promotion_target=_NOTE,
            target_type=_EVERYBODY,
        )
        try:
            return self._desk.campaigns.place_unit(account, campaign.number, terms, by=who.id, why=WHY)
        except NameTaken:
            return cast("Placed", self._named(account, Noun.UNIT, name))

    def _creativities(
        self,
        who: Principal,
        account: Advertiser,
        unit: Placed,
        item: Item,
        links: Sequence[AdLink],
        picture: Callable[[str], str],
    ) -> None:
        campaigns = self._desk.campaigns
        there = {
            cast("CreativityTerms", one.terms).note_id: one
            for one in campaigns.of(account, Noun.CREATIVITY)
            if one.parent == unit.number and one.state is not State.DELETED
        }
        for link in links:
            placed = there.get(link.note)
            if placed is None:
                terms = CreativityTerms(
                    creativity_name=link.note,
                    note_id=link.note,
                    conversion_type=_INTO_APP,
                    bar_content=link.button,
                    app_comp_icon=picture(self._desk.catalog.note(link.note).cover),
                    fall_back_jump_url=link.fallback_url,
                    conversion_component_types=[_BUTTON_BELOW],
                    ad_biz_item_id=item.id,
                )
                placed = campaigns.place_creativity(account, unit.number, terms, by=who.id, why=WHY)
            campaigns.bind(account, placed.number, link.id, by=who.id, why=WHY)

    def _named(self, account: Advertiser, noun: Noun, name: str) -> Placed | None:
        living = (one for one in self._desk.campaigns.of(account, noun) if one.state is not State.DELETED)
        return next((one for one in living if one.name == name), None)
