"""Which creativity an ad link carries: what a click on the link is spent for, and whose state lets it serve."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hongmao.campaigns import creativity_rules, rules
from hongmao.campaigns.contracts import Binding, CreativityTerms, Noun, State
from hongmao.campaigns.errors import AlreadyDeleted, LinkAnother, NotAdmitted, NotBound
from hongmao.campaigns.looks import Looks
from hongmao.campaigns.ways import is_rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hongmao.campaigns.contracts import Advertiser, Placed
    from hongmao.kernel.ids import LinkId, TenantId
    from hongmao.links.api import AdLink


class Bindings(Looks):
    """The acts that tie ad links to creativities. Each is a version of the creativity, with who and why."""

    def bind(self, account: Advertiser, creativity: int, link: LinkId, *, by: str, why: str = "") -> Binding:
        """Let an ad link carry a creativity. It must be the merchant's, and the one that the creativity speaks of.

        A link carries one creativity: binding it anew takes it from another of the same account.
        """
        rules.check_why(why)
        placed = self.get(account, Noun.CREATIVITY, creativity)
        unit, campaign = self._parents(account, placed)
        for one in (placed, unit, campaign):
            if one.state is State.DELETED:
                raise AlreadyDeleted(id=one.number)
        self._check_carries(account, campaign, cast("CreativityTerms", placed.terms), link)
        before = next((one for one in self._store.bindings(account.tenant) if one.link == link), None)
        if before is not None and before.creativity == creativity:
            return before
        left = None if before is None else self._next_version(self.get(account, Noun.CREATIVITY, before.creativity))
        binding = Binding(
            link=link,
            tenant=account.tenant,
            creativity=creativity,
            campaign=campaign.number,
            at_ms=self._clock.now_ms(),
        )
        self._store.bind(binding, self._next_version(placed), left, by=by, why=why)
        return binding

    def links_for(self, account: Advertiser, campaign: Placed) -> list[AdLink]:
        """List the ad links that creativities of a campaign can carry, newest first: its addresses, and rejected by nobody."""
        ways = self._ways(account, campaign)
        return [
            link
            for link in reversed(self._links.of(account.tenant))
            if ways
            and link.merchant == account.merchant
            and not is_rejected(link)
            and creativity_rules.mismatch_of(_spoken_of(link), ways, link) is None
        ]

    def _check_carries(self, account: Advertiser, campaign: Placed, terms: CreativityTerms, link: LinkId) -> None:
        """Refuse a link that is another one than a creativity speaks of, or whose shop is not admitted."""
        found = self._links.get(account.tenant, link)
        place = creativity_rules.mismatch_of(terms, self._ways(account, campaign), found)
        if found.merchant != account.merchant or place is not None:
            raise LinkAnother(id=link, place=place or "advertiser_id")
        refusal = self._admission.admits(account.tenant, account.merchant, shop=found.shop, item_category=None)
        if refusal is not None:
            raise NotAdmitted(merchant=account.merchant, reason=refusal.reason)

    def _left(self, account: Advertiser, links: Iterable[LinkId]) -> dict[LinkId, Placed]:
        """Say from which creativities some links are taken, each as it stands once one more link has left it."""
        bound = {one.link: one.creativity for one in self._store.bindings(account.tenant)}
        standing: dict[int, Placed] = {}
        left: dict[LinkId, Placed] = {}
        for link in links:
            if (number := bound.get(link)) is not None:
                before = standing.get(number) or self.get(account, Noun.CREATIVITY, number)
                left[link] = standing[number] = self._next_version(before)
        return left

    def unbind(self, account: Advertiser, link: LinkId, *, by: str, why: str = "") -> None:
        """Let an ad link carry no creativity any more; its clicks are then spent for no campaign."""
        rules.check_why(why)
        bound = next((one for one in self._store.bindings(account.tenant) if one.link == link), None)
        if bound is None:
            raise NotBound(id=link)
        placed = self.get(account, Noun.CREATIVITY, bound.creativity)
        self._store.unbind(account.tenant, link, self._next_version(placed), by=by, why=why)

    def bindings(self, tenant: TenantId) -> Sequence[Binding]:
        """List what a tenant's links carry."""
        return self._store.bindings(tenant)

    def bound(self) -> Mapping[LinkId, Binding]:
        """Say what every tenant's links carry: for whoever charges clicks and holds links."""
        return {one.link: one for one in self._store.bindings(None)}


def _spoken_of(link: AdLink) -> CreativityTerms:
    """Say of a link what a creativity has to say to be its own."""
    return CreativityTerms(
        conversion_type=creativity_rules.INVOKE, note_id=link.note, fall_back_jump_url=link.fallback_url
    )
