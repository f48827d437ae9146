"""What the pages of campaigns and reviews are shown in tests: every state, every sort of reason, awkward names and words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hongmao.billing.api import Agreement, Scheme
from hongmao.campaigns.api import (
    Advertiser,
    Authorisation,
    Binding,
    CampaignTerms,
    Change,
    CreativityTerms,
    Noun,
    Placed,
    QueueItem,
    Slot,
    State,
    StateReason,
    TargetConfig,
    TaskAuth,
    UnitTerms,
    Way,
    period_of,
)
from hongmao.campaigns.queue import WAITS
from hongmao.campaigns.standing import REASONS
from hongmao.kernel.ids import CreatorId, LinkId, MerchantId, NoteId, TenantId
from hongmao.kernel.time import DAY_MS
from web.pages import samples

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hongmao.campaigns.contracts import Terms
    from hongmao.catalog.api import Principal
    from hongmao.links.contracts import AdLink

TENANT: Final = TenantId("tenant-1")
ACCOUNT: Final = Advertiser(
    number=1, tenant=TENANT, merchant=MerchantId("merchant-1"), name=samples.NASTY, created_at_ms=samples.NOW_MS
)
STATES: Final = {
    1: (),
    2: ("by_campaign",),
    4: ("budget_spent",),
    5: ("balance_short", "hours"),
    7: ("account_spent",),
    8: ("days",),
}


def _placed(number: int, noun: Noun, parent: int | None, name: str, terms: Terms) -> Placed:
    return Placed(
        number=number,
        tenant=TENANT,
        noun=noun,
        advertiser=1,
        parent=parent,
        name=name,
        state=State.ON,
        terms=terms,
        version=1,
        created_at_ms=samples.NOW_MS - DAY_MS,
        updated_at_ms=samples.NOW_MS,
    )


CAMPAIGN: Final = CampaignTerms(
    marketing_target=13,
    campaign_name=samples.NASTY,
    placement=1,
    promotion_target=1,
    optimize_target=0,
    bidding_strategy=2,
    limit_day_budget=1,
    campaign_day_budget=10_000,
    time_peroid_type=1,
    time_period=period_of([Slot(days=("mon", "sun"), first=9, after=18)]),
    deeplink_id=7,
)

UNIT: Final = UnitTerms(
    unit_name=samples.NASTY,
    event_bid=4_500,
    note_ids=["note-001"],
    target_type=3,
    target_config=TargetConfig(target_age="18-22#>50", target_city=samples.NASTY),
)
THINGS: Final = (
    *(_placed(number, Noun.CAMPAIGN, None, samples.NASTY, CAMPAIGN) for number in STATES),
    replace(_placed(9, Noun.CAMPAIGN, None, "删除的", CampaignTerms()), state=State.DELETED),
    _placed(11, Noun.UNIT, 1, samples.NASTY, UNIT),
    _placed(12, Noun.CREATIVITY, 11, samples.NASTY, CreativityTerms(note_id="note-001")),
    _placed(13, Noun.CREATIVITY, 11, "第二个", CreativityTerms(note_id="note-002")),
)


def terms_of(version: int) -> CampaignTerms:
    """Say what a campaign said in a version: the second named it anew and gave it hours."""
    return CAMPAIGN if version > 1 else CampaignTerms(campaign_name="", campaign_day_budget=20_000)


@dataclass
class FakeCampaigns:
    """One account of the first merchant."""

    def advertisers(self, tenant: TenantId) -> Sequence[Advertiser]:
        return [ACCOUNT] if tenant == TENANT else []

    def account_budget_fen(self, _account: Advertiser) -> int | None:
        return None

    def of(self, _account: Advertiser, noun: Noun) -> Sequence[Placed]:
        return [one for one in THINGS if one.noun is noun]

    def ways(self, _account: Advertiser, _standing: CampaignTerms | None = None) -> Sequence[Way]:
        url = f"sandboxshop://open?{samples.NASTY}"
        link = samples.LINK
        return [
            Way(deeplink=url, universal_link=None, deeplink_id=7, universal_link_id=None, link=link),
            Way(deeplink=None, universal_link=url, deeplink_id=None, universal_link_id=8, link=None),
        ]

    def links_for(self, _account: Advertiser, _campaign: Placed) -> Sequence[AdLink]:
        return [samples.LINK]

    def changes(self, _account: Advertiser, _noun: Noun, number: int) -> Sequence[Change]:
        return self._changes(number)

    def get(self, _account: Advertiser, _noun: Noun, number: int) -> Placed:
        return next(one for one in THINGS if one.number == number)

    def state(self, campaign: Placed) -> int:
        return campaign.number

    def states(self, _account: Advertiser, campaigns: Sequence[Placed]) -> dict[int, int]:
        return {one.number: one.number for one in campaigns}

    def campaign_reasons(self, _: Advertiser, campaigns: Sequence[Placed]) -> dict[int, tuple[StateReason, ...]]:
        return {one.number: tuple(REASONS[code] for code in STATES[one.number]) for one in campaigns}

    def reasons(self, _: Advertiser, creativities: Sequence[Placed]) -> dict[int, tuple[StateReason, ...]]:
        return {one.number: tuple(REASONS.values()) if one.number == 12 else () for one in creativities}

    def bindings(self, tenant: TenantId) -> Sequence[Binding]:
        link = LinkId("link-001")
        return [Binding(link=link, tenant=tenant, creativity=12, campaign=1, at_ms=samples.NOW_MS)]

    def newest_changes(self, _: Advertiser, things: Sequence[Placed], *, limit: int) -> Sequence[Change]:
        return [change for one in things for change in self._changes(one.number)][:limit]

    def _changes(self, number: int) -> Sequence[Change]:
        acts = ("create", "update", "on", "paused", "deleted", "bind", "unbind")
        return [
            Change(
                placed=number,
                version=version,
                act=act,
                by="user-1",
                why=samples.NASTY if version > 1 else "",
                at_ms=samples.NOW_MS + version,
                name="",
                state=State.ON,
                terms=terms_of(version),
            )
            for version, act in enumerate(acts, 1)
        ]

    def review_queue(self, who: Principal) -> list[QueueItem]:
        if who.tenant != TENANT:
            return []
        item = QueueItem(
            what="link",
            id="link-001",
            tenant=TENANT,
            merchant="merchant-1",
            note="note-001",
            rejected=False,
            since_ms=samples.NOW_MS,
            said="",
            reasons=tuple(WAITS.values()),
        )
        return [item, replace(item, what="creativity", id="12", rejected=True, said=samples.NASTY)]


@dataclass
class FakeAuthorisations:
    """A note in each state."""

    def faults(self, _tenant: TenantId, notes: Collection[str], _at_ms: int) -> dict[str, str]:
        return {note: "unfiled" for note in notes if note == "note-003"}

    def of(self, tenant: TenantId) -> Sequence[Authorisation]:
        if tenant != TENANT:
            return []
        return [
            Authorisation(
                number=state + 1,
                tenant=tenant,
                note=NoteId(f"note-00{state + 1}"),
                creator=CreatorId("creator-1"),
                state=state,
                paid=state != TaskAuth.STANDING,
                registered=False,
                from_ms=samples.NOW_MS - DAY_MS,
                to_ms=samples.NOW_MS + DAY_MS if state else None,
                version=1,
            )
            for state in TaskAuth
        ]


@dataclass
class FakeRating:
    """Three agreements of the first campaign."""

    def agreed(self, tenant: TenantId) -> Sequence[Agreement]:
        return [
            Agreement(
                campaign=1,
                tenant=tenant,
                scheme=scheme,
                amount_fen=amount_fen,
                from_ms=samples.NOW_MS + amount_fen,
                by="user-1",
                why=samples.NASTY,
            )
            for scheme, amount_fen in ((Scheme.CPM, 3_000), (Scheme.OCPX, 4_500), (Scheme.CPC, 0))
        ]
