"""What is waiting for a reviewer, or was turned down, with every reason: ad links by their addresses, creativities by theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from hongmao.campaigns import creativity_rules
from hongmao.campaigns.binding import Bindings
from hongmao.campaigns.contracts import Audit, Noun, State
from hongmao.campaigns.standing import REASONS, StateReason
from hongmao.catalog.api import sees
from hongmao.links.contracts import Review

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hongmao.campaigns.contracts import CampaignTerms, CreativityTerms, DirectLinkTerms, Placed
    from hongmao.catalog.api import Principal
    from hongmao.kernel.ids import TenantId
    from hongmao.links.api import AdLink

WAITS: Final[Mapping[str, StateReason]] = {
    one.code: one
    for one in (
        StateReason("deeplink_pending", "deeplink 待审核", "the deeplink waits for a verdict"),
        StateReason("universal_link_pending", "universal link 待审核", "the universal link waits for a verdict"),
        StateReason("fallback_pending", "兜底页待审核", "the page to fall back to waits for a verdict"),
        StateReason("deeplink_rejected", "deeplink 未通过", "the deeplink was rejected"),
        StateReason("universal_link_rejected", "universal link 未通过", "the universal link was rejected"),
        StateReason("fallback_rejected", "兜底页未通过", "the page to fall back to was rejected"),
        StateReason("no_link", "笔记下没有地址一致的挂链", "no link under its note has its addresses"),
        StateReason("other_component", "非唤端组件，暂无审核依据", "a component into no app: nothing here judges it"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """One thing that does not serve for want of a verdict, or by one. `what` is `link` or `creativity`."""

    what: str
    id: str
    tenant: TenantId
    merchant: str
    note: str
    rejected: bool
    since_ms: int
    said: str
    """What the reviewer wrote; empty where nobody did."""
    reasons: tuple[StateReason, ...]


class Queues(Bindings):
    """What reviewers have before them, and what tenants hear of it."""

    def review_queue(self, who: Principal) -> list[QueueItem]:
        """List what waits or was rejected, oldest first: a tenant's own, or for the deployment's reviewers everybody's."""
        own = sees(who)
        links = self._links.every() if own is None else self._links.of(own)
        items = [*self._links_waiting(links), *self._creativities_waiting(own, links)]
        return sorted(items, key=lambda item: (item.since_ms, item.what, item.id))

    def _links_waiting(self, links: Sequence[AdLink]) -> Iterable[QueueItem]:
        for link in links:
            told = _of_addresses(link)
            if told:
                yield QueueItem(
                    what="link",
                    id=link.id,
                    tenant=link.tenant,
                    merchant=link.merchant,
                    note=link.note,
                    rejected=any(one.endswith("rejected") for one in told),
                    since_ms=link.created_at_ms,
                    said=link.review_note,
                    reasons=(*(WAITS[one] for one in told), *self._of_note(link.tenant, link.note)),
                )

    def _creativities_waiting(self, own: TenantId | None, links: Sequence[AdLink]) -> Iterable[QueueItem]:
        theirs = {
            noun: {one.number: one for one in self._store.every(noun) if own is None or one.tenant == own}
            for noun in (Noun.DIRECT_LINK, Noun.CAMPAIGN, Noun.UNIT, Noun.CREATIVITY)
        }
        accounts = self._store.accounts()
        by_note: dict[tuple[str, str], list[AdLink]] = {}
        for link in links:
            by_note.setdefault((link.tenant, link.note), []).append(link)
        for one in theirs[Noun.CREATIVITY].values():
            unit = theirs[Noun.UNIT][cast("int", one.parent)]
            campaign = theirs[Noun.CAMPAIGN][cast("int", unit.parent)]
            if State.DELETED in {one.state, unit.state, campaign.state}:
                continue
            terms, note = cast("CreativityTerms", one.terms), cast("str", cast("CreativityTerms", one.terms).note_id)
            ways = _ways(campaign, theirs[Noun.DIRECT_LINK])
            among = by_note.get((one.tenant, note), [])
            audit, said = creativity_rules.audit_of(terms, ways, among)
            if audit is not Audit.APPROVED:
                yield QueueItem(
                    what="creativity",
                    id=str(one.number),
                    tenant=one.tenant,
                    merchant=accounts[one.advertiser].merchant,
                    note=note,
                    rejected=audit is Audit.REJECTED,
                    since_ms=one.created_at_ms,
                    said=said,
                    reasons=(*_of_creativity(terms, ways, among), *self._of_note(one.tenant, note)),
                )

    def _of_note(self, tenant: TenantId, note: str) -> tuple[StateReason, ...]:
        fault = self._rights.faults(tenant, {note}, self._clock.now_ms()).get(note)
        return () if fault is None else (REASONS[fault],)


def _of_creativity(
    terms: CreativityTerms, ways: Sequence[DirectLinkTerms], links: Iterable[AdLink]
) -> tuple[StateReason, ...]:
    if terms.conversion_type != creativity_rules.INVOKE:
        return (WAITS["other_component"],)
    same = [link for link in links if creativity_rules.mismatch_of(terms, ways, link) is None]
    return tuple(WAITS[one] for one in _of_addresses(same[-1])) if same else (WAITS["no_link"],)


def _of_addresses(link: AdLink) -> list[str]:
    """Name the addresses without an approval, with what they lack."""
    sides = {
        "deeplink": (link.deeplink, link.deeplink_review),
        "universal_link": (link.universal_link, link.universal_link_review),
        "fallback": (link.fallback_url, link.fallback_review),
    }
    word = {Review.PENDING: "pending", Review.REJECTED: "rejected"}
    return [f"{name}_{word[review]}" for name, (address, review) in sides.items() if address and review in word]


def _ways(campaign: Placed, links: Mapping[int, Placed]) -> list[DirectLinkTerms]:
    terms = cast("CampaignTerms", campaign.terms)
    named = [number for number in (terms.deeplink_id, terms.universal_link_id) if number]
    return [cast("DirectLinkTerms", links[number].terms) for number in named]
