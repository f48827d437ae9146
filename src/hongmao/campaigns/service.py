"""The acts of an advertiser: place, change, switch. Load → decide → save; each change says who made it, and why."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast

import msgspec

from hongmao.campaigns import creativity_rules, rules, unit_rules
from hongmao.campaigns.authorising import NOT_AUTHORISED
from hongmao.campaigns.contracts import (
    AccountTerms,
    CampaignTerms,
    CreativityTerms,
    DirectLinkTerms,
    LinkType,
    Noun,
    Placed,
    State,
    UnitTerms,
)
from hongmao.campaigns.errors import (
    AlreadyDeleted,
    NotAdmitted,
    NoteNotAuthorised,
    NoteUnfiled,
    PlacedUnknown,
    TermFixed,
)
from hongmao.campaigns.lookup import NUMBER_MAX, PLACES
from hongmao.campaigns.queue import Queues
from hongmao.campaigns.ways import ways_of
from hongmao.kernel.ids import NoteId, check_id
from hongmao.links.contracts import Review

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hongmao.campaigns.contracts import Advertiser, Terms
    from hongmao.campaigns.ways import Way
    from hongmao.kernel.errors import HongmaoError
    from hongmao.kernel.ids import LinkId

FIXED: Final = frozenset({"marketing_target", "placement", "promotion_target", "optimize_target", "note_id"})
"""What is decided when a thing is made and stays."""
_NAMES: Final = {
    Noun.DIRECT_LINK: "remark_name",
    Noun.CAMPAIGN: "campaign_name",
    Noun.UNIT: "unit_name",
    Noun.CREATIVITY: "creativity_name",
}
_SIDES: Final = {LinkType.DEEPLINK: "deeplink_id", LinkType.UNIVERSAL_LINK: "universal_link_id"}
_NO_LINKS: Final[Mapping[int, LinkId]] = MappingProxyType({})
_LONE: Final = frozenset({Noun.CAMPAIGN, Noun.UNIT})


class Campaigns(Queues):
    """Advertiser accounts and what they decide. Delivery, pacing and auction read it and are not here."""

    def place_links(
        self, account: Advertiser, drafts: Sequence[DirectLinkTerms], *, by: str, why: str = ""
    ) -> list[Placed]:
        """Keep new direct links, 审核中: all of them or none."""
        rules.check_why(why)
        rules.check_count(drafts, "direct_link_list")
        for at, terms in enumerate(drafts):
            rules.check_direct_link(terms, f"direct_link_list[{at}].")
        made = [self._draft(account, Noun.DIRECT_LINK, None, terms) for terms in drafts]
        return self._store.add_all(made, by=by, why=why)

    def set_account_budget(self, account: Advertiser, fen: int | None, *, by: str, why: str = "") -> int | None:
        """Set what all campaigns of an account may spend in a day together; None takes the limit away (state 7)."""
        rules.check_why(why)
        terms = AccountTerms(limit_day_budget=int(fen is not None), account_day_budget=fen)
        rules.check_account(terms)
        before = next(iter(self.of(account, Noun.ACCOUNT)), None)
        if before is None:
            self._store.add(self._draft(account, Noun.ACCOUNT, None, terms), by=by, lone_name=True, why=why)
        elif before.terms != terms:
            after = self._next_version(replace(before, terms=terms))
            self._store.save(after, act="update", by=by, lone_name=False, why=why)
        return fen

    def place_campaign(
        self,
        account: Advertiser,
        terms: CampaignTerms,
        *,
        on: bool,
        by: str,
        why: str = "",
        ways: Sequence[DirectLinkTerms] = (),
    ) -> Placed:
        """Keep a new campaign, with the direct links that it needs beside those that it names: all of it or nothing."""
        for fault in self.campaign_faults(account, terms, why=why, ways=ways):
            raise fault
        if not ways:
            return self._add(self._draft(account, Noun.CAMPAIGN, None, terms, on=on), by=by, why=why)
        return self._store.add_led(
            [self._draft(account, Noun.DIRECT_LINK, None, one) for one in ways],
            lambda made: self._draft(account, Noun.CAMPAIGN, None, _led(terms, made), on=on),
            by=by,
            why=why,
        )

    def campaign_faults(
        self,
        account: Advertiser,
        terms: CampaignTerms,
        *,
        before: CampaignTerms | None = None,
        why: str = "",
        ways: Sequence[DirectLinkTerms] = (),
    ) -> Iterator[HongmaoError]:
        """Name everything that keeps a new campaign, or one that stood otherwise `before`, from being kept so.

        A link that stood in it before may be gone or rejected by now: that stops serving, not editing.
        """
        told = msgspec.structs.replace(terms, **{_SIDES[LinkType(one.type or 0)]: 1 for one in ways})
        yield from rules.faults_of([lambda: rules.check_why(why)])
        yield from rules.campaign_faults(told)
        yield from rules.faults_of(
            partial(rules.check_direct_link, one, f"direct_link_list[{at}].") for at, one in enumerate(ways)
        )
        yield from rules.faults_of(
            partial(self._check_way, account, number, kind, place)
            for kind, place in _SIDES.items()
            if (number := getattr(terms, place)) and (before is None or number != getattr(before, place))
        )
        if before is None:
            yield from rules.faults_of([lambda: self._check_admission(account)])

    def ways(self, account: Advertiser, standing: CampaignTerms | None = None) -> list[Way]:
        """List where a campaign of an account may lead: what nobody rejected, and where it leads already."""
        links = (one for one in self._links.of(account.tenant) if one.merchant == account.merchant)
        return ways_of(links, self.of(account, Noun.DIRECT_LINK), standing)

    def place_unit(self, account: Advertiser, campaign: int, terms: UnitTerms, *, by: str, why: str = "") -> Placed:
        """Keep a new unit of a campaign."""
        for fault in self.unit_faults(self._live(account, Noun.CAMPAIGN, campaign), terms, why=why):
            raise fault
        return self._add(self._draft(account, Noun.UNIT, campaign, terms), by=by, why=why)

    def unit_faults(self, campaign: Placed, terms: UnitTerms, *, why: str = "") -> Iterator[HongmaoError]:
        """Name everything that keeps a unit from being kept so in a campaign."""
        yield from rules.faults_of([lambda: rules.check_why(why)])
        yield from unit_rules.unit_faults(terms, cast("CampaignTerms", campaign.terms))
        notes = (*(terms.note_ids or ()), *(note for spu in terms.spu_note_info or () for note in spu.note_ids))
        yield from rules.faults_of(partial(self._check_note, note, "note_ids") for note in notes)

    def place_creativity(
        self, account: Advertiser, unit: int, terms: CreativityTerms, *, by: str, why: str = ""
    ) -> Placed:
        """Keep a new creativity of a unit."""
        rules.check_why(why)
        self._check_creativity(account, terms, self._live(account, Noun.UNIT, unit))
        self._check_rights(account, [terms])
        return self._add(self._draft(account, Noun.CREATIVITY, unit, terms), by=by, why=why)

    def place_creativities(
        self,
        account: Advertiser,
        unit: int,
        drafts: Sequence[CreativityTerms],
        *,
        by: str,
        why: str = "",
        links: Mapping[int, LinkId] = _NO_LINKS,
    ) -> list[Placed]:
        """Keep new creativities of a unit, at most 20 (CREAT-3): all of them or none. A fault names which one it is in.

        `links` says by its place among the drafts which ad link one carries from the start.
        """
        parent = self._live(account, Noun.UNIT, unit)
        for fault in self.creativities_faults(account, parent, drafts, why=why, links=links):
            raise fault
        made = [self._draft(account, Noun.CREATIVITY, unit, terms) for terms in drafts]
        if not links:
            return self._store.add_all(made, by=by, why=why)
        left = self._left(account, links.values())
        return self._store.add_bound(made, links, left, campaign=cast("int", parent.parent), by=by, why=why)

    def creativities_faults(
        self,
        account: Advertiser,
        unit: Placed,
        drafts: Sequence[CreativityTerms],
        *,
        why: str = "",
        links: Mapping[int, LinkId] = _NO_LINKS,
    ) -> Iterator[HongmaoError]:
        """Name everything that keeps new creativities of a unit from being kept so, and in which of them it is."""
        yield from rules.faults_of([lambda: rules.check_why(why), lambda: rules.check_count(drafts, "creativity_list")])
        campaign = self.get(account, Noun.CAMPAIGN, cast("int", unit.parent))
        rights = self._rights_faults(account, drafts)
        for at, terms in enumerate(drafts):
            own = [*self._creativity_faults(terms, campaign), *([rights[at]] if at in rights else ())]
            if at in links and not own:
                own += rules.faults_of([partial(self._check_carries, account, campaign, terms, links[at])])
            yield from (_within(f"creativity_list[{at}].", fault) for fault in own)
        if len(set(links.values())) != len(links):
            yield rules.refused("links", "同一挂链被选了两次", "a link stands in it twice")

    def change(self, account: Advertiser, noun: Noun, number: int, given: Terms, *, by: str, why: str = "") -> Placed:
        """Change what was given and leave the rest; the whole is checked as if it were new."""
        rules.check_why(why)
        before = self._live(account, noun, number)
        after = merged(before.terms, given)
        if after == before.terms:
            return before
        for fault in self._faults(account, before, after):
            raise fault
        kept = self._next_version(replace(before, terms=after, name=_name(noun, after)))
        self._store.save(kept, act="update", by=by, lone_name=noun in _LONE, why=why)
        return kept

    def change_faults(
        self, account: Advertiser, before: Placed, given: Terms, *, why: str = ""
    ) -> Iterator[HongmaoError]:
        """Name everything that keeps a thing from being changed so."""
        yield from rules.faults_of([lambda: rules.check_why(why)])
        try:
            after = merged(before.terms, given)
        except TermFixed as fault:
            yield fault
            return
        yield from self._faults(account, before, after)

    def switch(
        self,
        account: Advertiser,
        noun: Noun,
        numbers: Sequence[int],
        state: int,
        *,
        place: str,
        by: str,
        why: str = "",
    ) -> list[int]:
        """Set things on, paused or deleted: all of them or none. `place` names the field with the state."""
        rules.check_why(why)
        wanted = rules.check_state(state, place)
        rules.check_count(numbers, f"{PLACES[noun]}s")
        found = [self.get(account, noun, number) for number in dict.fromkeys(numbers)]
        for one in found:
            if one.state is State.DELETED and wanted is not State.DELETED:
                raise AlreadyDeleted(id=one.number)
        after = [self._next_version(replace(one, state=wanted)) for one in found if one.state is not wanted]
        self._store.save_all(after, act=wanted.name.lower(), by=by, why=why)
        return [one.number for one in found]

    def _faults(self, account: Advertiser, before: Placed, after: Terms) -> Iterator[HongmaoError]:
        match after:
            case AccountTerms():
                return rules.faults_of([lambda: rules.check_account(after)])
            case DirectLinkTerms():
                return rules.faults_of([lambda: rules.check_direct_link(after, "")])
            case CampaignTerms():
                return self.campaign_faults(account, after, before=cast("CampaignTerms", before.terms))
            case UnitTerms():
                campaign = self.get(account, Noun.CAMPAIGN, cast("int", before.parent))
                return self.unit_faults(campaign, after)
            case CreativityTerms():
                unit = self.get(account, Noun.UNIT, cast("int", before.parent))
                return self._creativity_faults(after, self.get(account, Noun.CAMPAIGN, cast("int", unit.parent)))

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

    def _creativity_faults(self, terms: CreativityTerms, campaign: Placed) -> Iterator[HongmaoError]:
        yield from creativity_rules.creativity_faults(terms, cast("CampaignTerms", campaign.terms))
        if terms.note_id:
            yield from rules.faults_of([partial(self._check_note, terms.note_id, "note_id")])

    def _check_note(self, note: str, place: str) -> None:
        self._catalog.note(NoteId(check_id(note, place=place)))

    def _check_creativity(self, account: Advertiser, terms: CreativityTerms, unit: Placed) -> None:
        for fault in self._creativity_faults(terms, self.get(account, Noun.CAMPAIGN, cast("int", unit.parent))):
            raise fault

    def _check_rights(self, account: Advertiser, drafts: Sequence[CreativityTerms]) -> None:
        for fault in self._rights_faults(account, drafts).values():
            raise fault

    def _rights_faults(self, account: Advertiser, drafts: Sequence[CreativityTerms]) -> dict[int, HongmaoError]:
        """Name notes that may not be used in ads: CREAT-1, CREAT-2."""
        notes = {at: terms.note_id for at, terms in enumerate(drafts) if terms.note_id}
        faults = self._rights.faults(account.tenant, set(notes.values()), self._clock.now_ms())
        return {
            at: (NoteNotAuthorised if faults[note] == NOT_AUTHORISED else NoteUnfiled)(place="note_id", id=note)
            for at, note in notes.items()
            if note in faults
        }

    def _check_admission(self, account: Advertiser) -> None:
        refusal = self._admission.admits(account.tenant, account.merchant, shop=None, item_category=None)
        if refusal is not None:
            raise NotAdmitted(merchant=account.merchant, reason=refusal.reason)

    def _live(self, account: Advertiser, noun: Noun, number: int) -> Placed:
        found = self.get(account, noun, number)
        if found.state is State.DELETED:
            raise AlreadyDeleted(id=found.number)
        return found

    def _draft(self, account: Advertiser, noun: Noun, parent: int | None, terms: Terms, *, on: bool = True) -> Placed:
        now_ms = self._clock.now_ms()
        return Placed(
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

    def _add(self, draft: Placed, *, by: str, why: str) -> Placed:
        return self._store.add(draft, by=by, lone_name=draft.noun in _LONE, why=why)


def merged(before: Terms, given: Terms) -> Terms:
    """Put what was given over what stands; `TermFixed` where that must stay."""
    told = {name: value for name in given.__struct_fields__ if (value := getattr(given, name)) is not None}
    for name in FIXED & told.keys():
        if getattr(before, name, None) != told[name]:
            raise TermFixed(place=name)
    return msgspec.structs.replace(before, **told)


def _led(terms: CampaignTerms, links: Sequence[Placed]) -> CampaignTerms:
    """Let a campaign lead by direct links that have just got their numbers."""
    sides = {_SIDES[LinkType(cast("DirectLinkTerms", one.terms).type or 0)]: one.number for one in links}
    return msgspec.structs.replace(terms, **sides)


def _within(at: str, error: HongmaoError) -> HongmaoError:
    """Say of an error in which of several things it is."""
    if "place" not in error.params:
        return error
    return type(error)(**{**error.params, "place": f"{at}{error.params['place']}"})


def _name(noun: Noun, terms: Terms) -> str:
    return (getattr(terms, _NAMES[noun]) or "") if noun in _NAMES else ""
