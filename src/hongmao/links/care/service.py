"""Reading links again: whose turn it is, what their pages tell, and what is done about it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.links.addresses import Prefix, fault_of
from hongmao.links.care import rules
from hongmao.links.care.contracts import ItemFacts, Outcome, PageWanted, Reading
from hongmao.links.errors import LinkUnknown, NothingRead, PageRedirected, PageUnreachable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import LinkId, TenantId
    from hongmao.links.care.contracts import Finding, Watched
    from hongmao.links.care.store import CareStore, PageReader

LINKS_A_TURN = 5
"""A turn reads so many pages: it shares its thread with pulls and sends, and a page may take seconds."""


class Care:
    """链接巡检 of the whole deployment. A page is read outside any transaction; what follows is kept in one."""

    def __init__(
        self, store: CareStore, reader: PageReader, clock: Clock, allowed: Mapping[str, Sequence[str]]
    ) -> None:
        """`allowed` names, per platform, where links may lead: a page is read nowhere else."""
        self._store = store
        self._reader = reader
        self._clock = clock
        self._allowed = {platform: tuple(map(Prefix.of, texts)) for platform, texts in allowed.items()}

    def turn(self, now_ms: int | None = None) -> int:
        """Read some of the links that are due, and say how many."""
        at_ms = self._clock.now_ms() if now_ms is None else now_ms
        due = self._store.due(at_ms, LINKS_A_TURN)
        for watched in due:
            self._look(watched, at_ms)
        return len(due)

    def read_now(self, tenant: TenantId, link: LinkId) -> Reading:
        """Read a tenant's link whether it is due or not; `LinkUnknown` where it is nobody's or somebody else's."""
        watched = self._store.watched(tenant, link)
        if watched is None:
            raise LinkUnknown(id=link)
        return self._look(watched, self._clock.now_ms())

    def agree(self, tenant: TenantId, link: LinkId, by: str) -> None:
        """Take a person's word that what was read last is right; `NothingRead` where no reading told anything."""
        if self._store.watched(tenant, link) is None:
            raise LinkUnknown(id=link)
        if not self._store.agree(tenant, link, by, self._clock.now_ms()):
            raise NothingRead(id=link)

    def findings(self, tenant: TenantId | None, *, every: bool = False) -> Sequence[Finding]:
        """List what differs now, newest first, or `every` finding there was; None asks for all tenants."""
        return self._store.findings(tenant, every=every)

    def _look(self, watched: Watched, at_ms: int) -> Reading:
        outcome, facts = self._read(watched)
        link = watched.link
        reading = Reading(link=link.id, tenant=link.tenant, at_ms=at_ms, outcome=outcome, facts=facts)
        home_allowed = self._may(watched.home_url, link.platform)
        self._store.keep(reading, rules.judge(watched, reading, home_allowed=home_allowed))
        return reading

    def _read(self, watched: Watched) -> tuple[Outcome, ItemFacts]:
        link = watched.link
        if not self._may(watched.page_url, link.platform):
            return Outcome.NOT_ALLOWED, ItemFacts()
        wanted = PageWanted(
            url=watched.page_url,
            platform=link.platform,
            tenant=link.tenant,
            platform_shop_id=watched.platform_shop_id,
            platform_item_id=watched.platform_item_id,
        )
        try:
            return Outcome.READ, self._reader.read(wanted)
        except PageRedirected:
            return Outcome.REDIRECTED, ItemFacts()
        except PageUnreachable:
            return Outcome.UNREACHABLE, ItemFacts()

    def _may(self, url: str, platform: str) -> bool:
        return fault_of(url, app=False, allowed=self._allowed.get(platform, ())) is None
