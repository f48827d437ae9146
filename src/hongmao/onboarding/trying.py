"""联调: a test click of the merchant's own, and what comes back by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.catalog.api import Permission, demand
from hongmao.events.api import Event, Kind
from hongmao.links.api import Invalid, TapFacts, address_for
from hongmao.onboarding import rules
from hongmao.onboarding.contracts import CameBack, Trial, TriedLink
from hongmao.onboarding.errors import LinkNotBuilt

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hongmao.catalog.api import Principal
    from hongmao.kernel.ids import TenantId
    from hongmao.links.api import AdLink
    from hongmao.onboarding.desk import Desk

AGENT: Final = "join"
NOTHING: Final = CameBack()


class Trying:
    """The second half of the fourth screen."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def trial(self, who: Principal, link: AdLink) -> Trial:
        """Log a test click on a link, which costs nothing and earns no credit, and keep its id.

        It is a component click like any other but for its reason of being invalid, so that everything behind it, the shop,
        the returns and the order's own page, treats it as it will treat a reader's. It needs no live link.
        """
        demand(who, Permission.WRITE_LINKS)
        desk = self._desk
        if rules.is_rejected(link):
            raise LinkNotBuilt
        minted = desk.minter.mint_click()
        click = Event(
            event_id=minted.event_id,
            kind=Kind.COMPONENT_CLICK,
            occurred_at_ms=minted.at_ms,
            received_at_ms=minted.at_ms,
            tenant=link.tenant,
            note=link.note,
            creator=link.creator,
            merchant=link.merchant,
            shop=link.shop,
            item=link.item,
            link=link.id,
            line=link.line,
            invalid=Invalid.TEST_CLICK,
            price_fen=0,
            click_id=minted.click_id,
            agent=AGENT,
            platform=link.platform,
        )
        # Logged first: an id that is shown must be one that the returns will know.
        desk.log.append([click]).result()
        trial = Trial(click_id=minted.click_id, tenant=link.tenant, link=link.id, at_ms=minted.at_ms)
        desk.store.add_trial(trial)
        return trial

    def tried(self, tenant: TenantId, links: Iterable[AdLink]) -> Sequence[TriedLink]:
        """List test clicks on links, newest first, each with where it leads and what came back."""
        known = {link.id: link for link in links}
        trials = [trial for trial in self._desk.store.trials(tenant) if trial.link in known]
        seen = self._desk.watch.came_back(tenant, [trial.click_id for trial in trials])
        return [
            TriedLink(trial=trial, url=self._url(known[trial.link], trial), seen=seen.get(trial.click_id, NOTHING))
            for trial in trials
        ]

    @staticmethod
    def _url(link: AdLink, trial: Trial) -> str:
        facts = TapFacts(click_id=trial.click_id, note=link.note, at_ms=trial.at_ms)
        return address_for(link.fallback_url, facts)
