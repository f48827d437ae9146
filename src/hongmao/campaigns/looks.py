"""How things stand now: reviews, states, reasons, and what a link must be held for. Each look derives it anew."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from hongmao.campaigns import creativity_rules, standing
from hongmao.campaigns.contracts import Audit, Noun
from hongmao.campaigns.lookup import Lookup, budget_of
from hongmao.campaigns.standing import CreativityFacts, StateFacts
from hongmao.links.api import HoldSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hongmao.campaigns.contracts import (
        Advertiser,
        CampaignTerms,
        Carried,
        CreativityTerms,
        DirectLinkTerms,
        Placed,
        State,
    )
    from hongmao.campaigns.standing import StateReason
    from hongmao.kernel.ids import LinkId
    from hongmao.links.api import AdLink
    from hongmao.links.contracts import Review

SAID_HERE: Final = frozenset({HoldSource.AUTHORISATION, HoldSource.CAMPAIGN, HoldSource.ADMISSION})


class Family(NamedTuple):
    """A creativity with what it stands in."""

    creativity: Placed
    unit: Placed
    campaign: Placed


class Looks(Lookup):
    """What follows from what was set."""

    def review(self, account: Advertiser, link: Placed) -> Review:
        """Say how a direct link's review stands (LINK-2)."""
        terms = cast("DirectLinkTerms", link.terms)
        return creativity_rules.review_of(terms, self._links.of(account.tenant))

    def audit(self, account: Advertiser, creativity: Placed) -> tuple[Audit, str]:
        """Say how a creativity's review stands, and what the reviewer wrote."""
        _, campaign = self._parents(account, creativity)
        terms = cast("CreativityTerms", creativity.terms)
        return creativity_rules.audit_of(terms, self._ways(account, campaign), self._links.of(account.tenant))

    def state(self, campaign: Placed) -> int:
        """Say how a campaign stands now, by the market's number."""
        account = self.advertiser(campaign.tenant, campaign.advertiser)
        return self.states(account, [campaign])[campaign.number]

    def states(self, account: Advertiser, campaigns: Sequence[Placed]) -> dict[int, int]:
        """Say how campaigns of an account stand now, by their numbers."""
        now_ms = self._clock.now_ms()
        money = self._money(account, campaigns, now_ms, self.account_budget_fen(account))
        return {
            one.number: standing.state_of(one.state, _terms(one), money.get(one.number, StateFacts()), now_ms)
            for one in campaigns
        }

    def campaign_reasons(self, account: Advertiser, campaigns: Sequence[Placed]) -> dict[int, tuple[StateReason, ...]]:
        """Say what keeps campaigns of an account from serving now."""
        now_ms = self._clock.now_ms()
        money = self._money(account, campaigns, now_ms, self.account_budget_fen(account))
        return {
            one.number: standing.campaign_reasons(one.state, _terms(one), money.get(one.number, StateFacts()), now_ms)
            for one in campaigns
        }

    def reasons(self, account: Advertiser, creativities: Sequence[Placed]) -> dict[int, tuple[StateReason, ...]]:
        """Say what keeps creativities of an account from serving now; one without a reason serves."""
        now_ms = self._clock.now_ms()
        families = self._families(account, creativities)
        campaigns = list({one.campaign.number: one.campaign for one in families}.values())
        money = self._money(account, campaigns, now_ms, self.account_budget_fen(account))
        notes = {cast("str", cast("CreativityTerms", one.terms).note_id) for one in creativities}
        faults = self._rights.faults(account.tenant, notes, now_ms)
        links = self._links.of(account.tenant)
        by_note, by_id = _by_note(links), {link.id: link for link in links}
        bound = {one.creativity: by_id.get(one.link) for one in self._store.bindings(account.tenant)}
        refusal = self._admission.admits(account.tenant, account.merchant, shop=None, item_category=None)
        shut_out = None if refusal is None else refusal.reason
        shut_shops = self._admission.would_hold(now_ms)
        told: dict[int, tuple[StateReason, ...]] = {}
        for family in families:
            terms = cast("CreativityTerms", family.creativity.terms)
            note, link = cast("str", terms.note_id), bound.get(family.creativity.number)
            ways = self._ways(account, family.campaign)
            facts = CreativityFacts(
                creativity=family.creativity.state,
                unit=family.unit.state,
                campaign=family.campaign.state,
                terms=_terms(family.campaign),
                audit=creativity_rules.audit_of(terms, ways, by_note[note])[0],
                money=money.get(family.campaign.number, StateFacts()),
                rights=faults.get(note),
                admission=shut_out or (shut_shops.get(link.shop) if link is not None else None),
                held=self._held(link),
            )
            told[family.creativity.number] = standing.reasons_of(facts, now_ms)
        return told

    def would_hold(self) -> dict[LinkId, str]:
        """Say for every tenant's links that carry a creativity which must not serve now, and give the first reason.

        Only what this room knows counts: were a hold itself a reason here, no link would ever come back.
        """
        carried = self._store.carried()
        if not carried:
            return {}
        campaigns, now_ms = self._store.campaigns_carried(), self._clock.now_ms()
        money = self._money_of(list(campaigns.values()), now_ms)
        told: dict[tuple[State, State, int], str | None] = {}
        held: dict[LinkId, str] = {}
        for one in carried:
            # Many links carry what stands alike.
            alike = (one.creativity, one.unit, one.campaign)
            if alike not in told:
                known = campaigns.get(one.campaign)  # bound a moment ago, it is looked at in the next turn
                told[alike] = (
                    None if known is None else _first_reason(one, known, money.get(one.campaign, StateFacts()), now_ms)
                )
            if (reason := told[alike]) is not None:
                held[one.link] = reason
        return held

    def _held(self, link: AdLink | None) -> str | None:
        """Say why others hold a link; holds that say again what is a reason here already say nothing new."""
        if link is None or not link.paused:
            return None
        holds = self._links.holds(link.tenant, link.id)
        return next((one.reason for one in holds if one.source not in SAID_HERE), None)

    def _money_of(self, campaigns: Sequence[Placed], now_ms: int) -> Mapping[int, StateFacts]:
        accounts, money = self._store.accounts(), dict[int, StateFacts]()
        budgets = {one.advertiser: budget_of(one) for one in self._store.every(Noun.ACCOUNT)}
        theirs: defaultdict[int, list[Placed]] = defaultdict(list)
        for one in campaigns:
            theirs[one.advertiser].append(one)
        for number, own in theirs.items():
            money.update(self._money(accounts[number], own, now_ms, budgets.get(number)))
        return money

    def _money(
        self, account: Advertiser, campaigns: Sequence[Placed], now_ms: int, budget_fen: int | None
    ) -> Mapping[int, StateFacts]:
        money = self._spending.facts(account, campaigns, now_ms)
        spent = None if budget_fen is None else self._spending.account_day_fen(account, now_ms)
        if budget_fen is None or spent is None:
            return money
        left = budget_fen - spent
        known = ((one.number, money.get(one.number, StateFacts())) for one in campaigns)
        return {number: replace(facts, account_day_left_fen=left) for number, facts in known}

    def _families(self, account: Advertiser, creativities: Iterable[Placed]) -> list[Family]:
        units = {one.number: one for one in self.of(account, Noun.UNIT)}
        campaigns = {one.number: one for one in self.of(account, Noun.CAMPAIGN)}
        found = []
        for one in creativities:
            unit = units[cast("int", one.parent)]
            found.append(Family(one, unit, campaigns[cast("int", unit.parent)]))
        return found

    def _ways(self, account: Advertiser, campaign: Placed) -> list[DirectLinkTerms]:
        terms = _terms(campaign)
        named = [number for number in (terms.deeplink_id, terms.universal_link_id) if number]
        return [cast("DirectLinkTerms", self.get(account, Noun.DIRECT_LINK, number).terms) for number in named]


def _first_reason(carried: Carried, campaign: Placed, money: StateFacts, now_ms: int) -> str | None:
    facts = CreativityFacts(
        creativity=carried.creativity,
        unit=carried.unit,
        campaign=campaign.state,
        terms=_terms(campaign),
        audit=Audit.APPROVED,
        money=money,
    )
    told = standing.reasons_of(facts, now_ms)
    return told[0].code if told else None


def _terms(campaign: Placed) -> CampaignTerms:
    return cast("CampaignTerms", campaign.terms)


def _by_note(links: Iterable[AdLink]) -> Mapping[str, list[AdLink]]:
    found: defaultdict[str, list[AdLink]] = defaultdict(list)
    for link in links:
        found[link.note].append(link)
    return found
