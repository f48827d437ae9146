"""Joining at one desk: where a merchant stands, and the acts of its six screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.catalog.api import Permission, demand
from hongmao.onboarding import rules
from hongmao.onboarding.accounts import Accounts
from hongmao.onboarding.contracts import JoinedLink, Lent, Progress
from hongmao.onboarding.errors import LinkNotBuilt
from hongmao.onboarding.launching import Launching
from hongmao.onboarding.linking import BY_HOUSE, Linking
from hongmao.onboarding.trying import Trying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.catalog.api import Item, Principal
    from hongmao.links.api import AdLink
    from hongmao.onboarding.desk import Desk


class Onboarding:
    """入驻. Nothing is remembered of a step: it is done when what it makes is there, so leaving and two tabs cost nothing."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk
        self.accounts = Accounts(desk)
        self.linking = Linking(desk)
        self.trying = Trying(desk)
        self.launching = Launching(desk)

    def where(self, who: Principal) -> Progress:
        """Say how far a tenant has come."""
        demand(who, Permission.READ_REPORTS)
        desk = self._desk
        merchants = desk.catalog.merchants(who, limit=1)
        shops = desk.eligibility.standings(who)
        links = self._links(who, frozenset(one.shop.id for one in shops))
        tried = tuple(self.trying.tried(who.tenant, links))
        campaigns = tuple(self.launching.carrying(who, links))
        done, opened = rules.done_of(
            connected=bool(shops),
            passes=any(one.held is None for one in shops),
            links=bool(links),
            approved=any(rules.is_approved(link) for link in links),
            tried=any(one.seen.order_at_ms is not None for one in tried),
            placed=bool(campaigns),
        )
        return Progress(
            merchant=merchants[0] if merchants else None,
            shops=shops,
            links=links,
            tried=tried,
            campaigns=campaigns,
            item=self._item(who, links),
            done=done,
            open=opened,
        )

    def joined(self, who: Principal, progress: Progress) -> Sequence[JoinedLink]:
        """Show the links of the item that was picked last, with what their pages were found to say."""
        if progress.item is None:
            return ()
        findings = self._desk.care.findings(who.tenant)
        return [
            JoinedLink(
                link=link,
                note=self._desk.catalog.note(link.note).title,
                findings=tuple(one for one in findings if one.link == link.id),
                approved=rules.is_approved(link),
                by_house=link.review_note == BY_HOUSE,
                rejected=rules.is_rejected(link),
            )
            for link in progress.links
            if link.item == progress.item.id
        ]

    def to_try(self, progress: Progress, link: str) -> AdLink:
        """Find the link that is to be tried among the tenant's own; `LinkNotBuilt` where there is none."""
        found = next((one for one in progress.links if one.id == link), None)
        if found is None:
            raise LinkNotBuilt
        return found

    def _links(self, who: Principal, shops: frozenset[str]) -> tuple[AdLink, ...]:
        """Give the links to items of the tenant's shops under notes that are lent to it: the oldest first."""
        now_ms = self._desk.clock.now_ms()
        lent = {one.note for one in self._desk.authorisations.of(who.tenant) if rules.lent_of(one, now_ms) is Lent.YES}
        of_items = (link for link in self._desk.links.of(who.tenant) if link.item is not None and link.line == "cid")
        return tuple(link for link in of_items if link.note in lent and link.shop in shops)

    def _item(self, who: Principal, links: Sequence[AdLink]) -> Item | None:
        if not links:
            return None
        newest = max(links, key=lambda link: (link.created_at_ms, link.id))
        return None if newest.item is None else self._desk.catalog.item(who, newest.item)
