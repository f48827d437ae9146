"""The acts of an advertiser: place, change, switch, list. Load → decide → save; each change says who made it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

import msgspec

from hongmao.campaigns import creativity_rules, rules, unit_rules
from hongmao.campaigns.contracts import (
    CampaignTerms,
    CreativityTerms,
    DirectLinkTerms,
    LinkType,
    Noun,
    Placed,
    State,
    UnitTerms,
)
from hongmao.campaigns.errors import AdvertiserUnknown, AlreadyDeleted, PlacedUnknown, TermFixed
from hongmao.kernel.ids import NoteId, check_id
from hongmao.links.contracts import Review

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.campaigns.contracts import Advertiser, Audit, Change, Terms
    from hongmao.campaigns.store import CampaignStore
    from hongmao.catalog.api import Catalog, Principal
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import MerchantId, TenantId
    from hongmao.links.api import Links

FIXED: Final = frozenset({"marketing_target", "placement", "promotion_target", "optimize_target", "note_id"})
"""What is decided when a thing is made and stays."""
PLACES: Final = {
    Noun.DIRECT_LINK: "id",
    Noun.CAMPAIGN: "campaign_id",
    Noun.UNIT: "unit_id",
    Noun.CREATIVITY: "creativity_id",
}
NUMBER_MAX: Final = 2**63 - 1  # beyond it no database has a number
_NAMES: Final = {
    Noun.DIRECT_LINK: "remark_name",
    Noun.CAMPAIGN: "campaign_name",
    Noun.UNIT: "unit_name",
    Noun.CREATIVITY: "creativity_name",
}
_LONE: Final = frozenset({Noun.CAMPAIGN, Noun.UNIT})


class Campaigns:
    """Advertiser accounts and what they decide. Delivery, pacing and auction read it and are not here."""

    def __init__(self, store: CampaignStore, links: Links, catalog: Catalog, clock: Clock) -> None:
        """Work on a store."""
        self._store = store
        self._links = links
        self._catalog = catalog
        self._clock = clock

    def open_advertiser(self, who: Principal, merchant: MerchantId) -> Advertiser:
        """Open the account of a merchant, under the merchant's name."""
        found = self._catalog.merchant(who, merchant)
        return self._store.open_advertiser(found.tenant, found.id, found.name, at_ms=self._clock.now_ms())

    def advertisers(self, tenant: TenantId) -> Sequence[Advertiser]:
        """List a tenant's accounts."""
        return self._store.advertisers(tenant)

    def advertiser(self, tenant: TenantId, number: int) -> Advertiser:
        """Find an account; `AdvertiserUnknown` where it is nobody's or somebody else's."""
        found = self._store.advertiser(tenant, number) if 0 < number <= NUMBER_MAX else None
        if found is None:
            raise AdvertiserUnknown(id=str(number)[:40])
        return found

    def place_links(self, account: Advertiser, drafts: Sequence[DirectLinkTerms], *, by: str) -> list[Placed]:
        """Keep new direct links, 审核中. All are checked before the first is kept."""
        rules.check_count(drafts, "direct_link_list")
        for at, terms in enumerate(drafts):
            rules.check_direct_link(terms, f"direct_link_list[{at}].")
        return [self._add(account, Noun.DIRECT_LINK, None, terms, by=by) for terms in drafts]

    def place_campaign(self, account: Advertiser, terms: CampaignTerms, *, on: bool, by: str) -> Placed:
        """Keep a new campaign."""
        self._check_campaign(account, terms)
        return self._add(account, Noun.CAMPAIGN, None, terms, on=on, by=by)

    def place_unit(self, account: Advertiser, campaign: int, terms: UnitTerms, *, by: str) -> Placed:
        """Keep a new unit of a campaign."""
        self._check_unit(terms, self._live(account, Noun.CAMPAIGN, campaign))
        return self._add(account, Noun.UNIT, campaign, terms, by=by)

    def place_creativity(self, account: Advertiser, unit: int, terms: CreativityTerms, *, by: str) -> Placed:
        """Keep a new creativity of a unit."""
        self._check_creativity(account, terms, self._live(account, Noun.UNIT, unit))
        return self._add(account, Noun.CREATIVITY, unit, terms, by=by)

    def change(self, account: Advertiser, noun: Noun, number: int, given: Terms, *, by: str) -> Placed:
        """Change what was given and leave the rest; the whole is checked as if it were new."""
        before = self._live(account, noun, number)
        after = merged(before.terms, given)
        if after == before.terms:
            return before
        match after:
            case DirectLinkTerms():
                rules.check_direct_link(after, "")
            case CampaignTerms():
                self._check_campaign(account, after, before=cast("CampaignTerms", before.terms))
            case UnitTerms():
                self._check_unit(after, self.get(account, Noun.CAMPAIGN, cast("int", before.parent)))
            case CreativityTerms():
                self._check_creativity(account, after, self.get(account, Noun.UNIT, cast("int", before.parent)))
        return self._save(replace(before, terms=after, name=_name(noun, after)), act="update", by=by)

    def switch(
        self, account: Advertiser, noun: Noun, numbers: Sequence[int], state: int, *, place: str, by: str
    ) -> list[int]:
        """Set things on, paused or deleted; `place` names the field with the state. All are found before one is changed."""
        wanted = rules.check_state(state, place)
        rules.check_count(numbers, f"{PLACES[noun]}s")
        found = [self.get(account, noun, number) for number in dict.fromkeys(numbers)]
        for one in found:
            if one.state is State.DELETED and wanted is not State.DELETED:
                raise AlreadyDeleted(id=one.number)
        for one in found:
            if one.state is not wanted:
                self._save(replace(one, state=wanted), act=wanted.name.lower(), by=by)
        return [one.number for one in found]

    def get(self, account: Advertiser, noun: Noun, number: int) -> Placed:
        """Find a thing under an account; `PlacedUnknown` where there is none."""
        found = None
        if 0 < number <= NUMBER_MAX:
            found = self._store.get(account.tenant, account.number, noun, number)
        if found is None:
            raise PlacedUnknown(place=PLACES[noun], id=str(number)[:40])
        return found

    def of(self, account: Advertiser, noun: Noun) -> Sequence[Placed]:
        """List an account's things of one kind, oldest first, the deleted ones too."""
        return self._store.of(account.tenant, account.number, noun)

    def changes(self, account: Advertiser, noun: Noun, number: int) -> Sequence[Change]:
        """Say who did what to a thing, and when, first to last."""
        return self._store.changes(account.tenant, noun, self.get(account, noun, number).number)

    def review(self, account: Advertiser, link: Placed) -> Review:
        """Say how a direct link's review stands (LINK-2)."""
        terms = cast("DirectLinkTerms", link.terms)
        return creativity_rules.review_of(terms, self._links.of(account.tenant))

    def audit(self, account: Advertiser, creativity: Placed) -> tuple[Audit, str]:
        """Say how a creativity's review stands, and what the reviewer wrote."""
        unit = self.get(account, Noun.UNIT, cast("int", creativity.parent))
        campaign = cast("CampaignTerms", self.get(account, Noun.CAMPAIGN, cast("int", unit.parent)).terms)
        named = [number for number in (campaign.deeplink_id, campaign.universal_link_id) if number]
        ways = [cast("DirectLinkTerms", self.get(account, Noun.DIRECT_LINK, number).terms) for number in named]
        terms = cast("CreativityTerms", creativity.terms)
        return creativity_rules.audit_of(terms, ways, self._links.of(account.tenant))

    def state(self, campaign: Placed) -> int:
        """Say how a campaign stands now, resting hours included."""
        return rules.state_of(campaign, cast("CampaignTerms", campaign.terms), self._clock.now_ms())

    def _check_campaign(self, account: Advertiser, terms: CampaignTerms, before: CampaignTerms | None = None) -> None:
        """Check a campaign. A link that stood in it before may be gone or rejected by now: that stops serving, not editing."""
        rules.check_campaign(terms)
        sides = (("deeplink_id", LinkType.DEEPLINK), ("universal_link_id", LinkType.UNIVERSAL_LINK))
        for place, kind in sides:
            number = getattr(terms, place)
            if number and (before is None or number != getattr(before, place)):
                self._check_way(account, number, kind, place)

    def _check_way(self, account: Advertiser, number: int, kind: LinkType, place: str) -> None:
        found = None
        if 0 < number <= NUMBER_MAX:
            found = self._store.get(account.tenant, account.number, Noun.DIRECT_LINK, number)
        if found is None or found.state is State.DELETED:
            raise PlacedUnknown(place=place, id=str(number)[:40])
        if cast("DirectLinkTerms", found.terms).type != kind:
            raise rules.refused(place, f"该链接的类型不是 {kind.value}", f"that link is not of type {kind.value}")
        if self.review(account, found) is Review.REJECTED:
            raise rules.refused(place, "该链接审核未通过", "that link was rejected in review")

    def _check_unit(self, terms: UnitTerms, campaign: Placed) -> None:
        unit_rules.check_unit(terms, cast("CampaignTerms", campaign.terms))
        for note in (*(terms.note_ids or ()), *(note for spu in terms.spu_note_info or () for note in spu.note_ids)):
            self._catalog.note(NoteId(check_id(note, place="note_ids")))

    def _check_creativity(self, account: Advertiser, terms: CreativityTerms, unit: Placed) -> None:
        campaign = self.get(account, Noun.CAMPAIGN, cast("int", unit.parent))
        creativity_rules.check_creativity(terms, cast("CampaignTerms", campaign.terms))
        self._catalog.note(NoteId(check_id(cast("str", terms.note_id), place="note_id")))

    def _live(self, account: Advertiser, noun: Noun, number: int) -> Placed:
        found = self.get(account, noun, number)
        if found.state is State.DELETED:
            raise AlreadyDeleted(id=found.number)
        return found

    def _add(
        self, account: Advertiser, noun: Noun, parent: int | None, terms: Terms, *, by: str, on: bool = True
    ) -> Placed:
        now_ms = self._clock.now_ms()
        draft = Placed(
            number=0,
            tenant=account.tenant,
            noun=noun,
            advertiser=account.number,
            parent=parent,
            name=_name(noun, terms),
            state=State.ON if on else State.PAUSED,
            terms=terms,
            version=1,
            created_at_ms=now_ms,
            updated_at_ms=now_ms,
        )
        return self._store.add(draft, by=by, lone_name=noun in _LONE)

    def _save(self, after: Placed, *, act: str, by: str) -> Placed:
        kept = replace(after, version=after.version + 1, updated_at_ms=self._clock.now_ms())
        self._store.save(kept, act=act, by=by, lone_name=kept.noun in _LONE and act == "update")
        return kept


def merged(before: Terms, given: Terms) -> Terms:
    """Put what was given over what stands; `TermFixed` where that must stay."""
    told = {name: value for name in given.__struct_fields__ if (value := getattr(given, name)) is not None}
    for name in FIXED & told.keys():
        if getattr(before, name, None) != told[name]:
            raise TermFixed(place=name)
    return msgspec.structs.replace(before, **told)


def _name(noun: Noun, terms: Terms) -> str:
    return getattr(terms, _NAMES[noun]) or ""
