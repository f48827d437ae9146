"""What link tests begin with: a link with every address, a store in memory, a log that keeps or refuses."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING

from bus.offering import Offering
from hongmao.events.api import LogFull, PackedSlice, pack
from hongmao.events.contracts import Event, Kept, Logged
from hongmao.kernel.ids import CreatorId, ItemId, LinkId, MerchantId, NoteId, ShopId, TenantId
from hongmao.links.api import HoldSource, LinkExists, LinkHold, LinkUnknown
from hongmao.links.contracts import AdLink, LinkChanges, Review, TargetKind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

ITEM_PAGE = "http://127.0.0.1:8090/item/item-1"
DEEPLINK = "sandboxshop://open?h5url=http%3A%2F%2F127.0.0.1%3A8090%2Fitem%2Fitem-1"
UNIVERSAL = "http://127.0.0.1:8090/ul/item-1"
ALLOWED = {"sandbox": ("http://127.0.0.1:8090", "sandboxshop://")}

LINK = AdLink(
    id=LinkId("link-1"),
    tenant=TenantId("tenant-1"),
    merchant=MerchantId("merchant-1"),
    note=NoteId("note-1"),
    creator=CreatorId("creator-1"),
    shop=ShopId("shop-1"),
    platform="sandbox",
    target=TargetKind.ITEM,
    item=ItemId("item-1"),
    deeplink=DEEPLINK,
    universal_link=UNIVERSAL,
    fallback_url=ITEM_PAGE,
    deeplink_review=Review.APPROVED,
    universal_link_review=Review.APPROVED,
    fallback_review=Review.APPROVED,
    review_note="",
    button="购买同款",
    title="同款好物",
    line="cid",
    price_fen=80,
    paused=False,
    created_at_ms=1_746_583_200_000,
)


def link(**changes: object) -> AdLink:
    """Give an approved link with every address, changed as asked."""
    return replace(LINK, **changes)  # type: ignore[arg-type]


class MemoryLinks:
    """Links in memory, as the port describes."""

    page_rows = 2

    def __init__(self, *links: AdLink) -> None:
        self.kept: dict[str, AdLink] = {link.id: link for link in links}
        self.noted: dict[str, int] = dict.fromkeys(self.kept, 0)
        self.number = 0
        self.reads = 0
        self.held: dict[tuple[str, HoldSource], LinkHold] = {}

    def add(self, link: AdLink) -> None:
        if link.id in self.kept:
            raise LinkExists(id=link.id)
        self.update(link)

    def update(self, link: AdLink) -> None:
        self.kept[link.id] = link
        self.note(link.id)

    def change(self, tenant: TenantId, link: LinkId, decide: Callable[[AdLink], AdLink]) -> AdLink:
        before = self.owned(tenant, link)
        self.update(replace(decide(before), paused=before.paused))
        return self.kept[link]

    def reprice(self, tenant: TenantId, link: LinkId, price_fen: int) -> AdLink:
        return self.change(tenant, link, lambda before: replace(before, price_fen=price_fen))

    def hold(self, tenant: TenantId, hold: LinkHold) -> AdLink:
        self.owned(tenant, hold.link)
        since_ms = self.held.get((hold.link, hold.source), hold).since_ms
        self.held[hold.link, hold.source] = replace(hold, since_ms=since_ms)
        return self.derived(hold.link)

    def lift(self, tenant: TenantId, link: LinkId, source: HoldSource) -> AdLink:
        self.owned(tenant, link)
        self.held.pop((link, source), None)
        return self.derived(link)

    def holds(self, tenant: TenantId, link: LinkId) -> Sequence[LinkHold]:
        return [hold for _, hold in sorted(self.held.items()) if hold.link == link] if self.get(tenant, link) else []

    def set_holds(self, source: HoldSource, wanted: Mapping[LinkId, str], at_ms: int) -> int:
        held = {hold.link: hold.reason for hold in self.held.values() if hold.source is source}
        known = {link: reason for link, reason in wanted.items() if link in self.kept}
        changed = {link for link in held.keys() | known.keys() if held.get(link) != known.get(link)}
        for link in changed:
            tenant = self.kept[link].tenant
            if link in known:
                self.hold(tenant, LinkHold(link=link, source=source, reason=known[link], since_ms=at_ms))
            else:
                self.lift(tenant, link, source)
        return len(changed)

    def owned(self, tenant: TenantId, link: LinkId) -> AdLink:
        found = self.get(tenant, link)
        if found is None:
            raise LinkUnknown(id=link)
        return found

    def derived(self, link: LinkId) -> AdLink:
        paused = any(held == link for held, _ in self.held)
        if self.kept[link].paused != paused:
            self.update(replace(self.kept[link], paused=paused))
        return self.kept[link]

    def remove(self, link: str) -> None:
        del self.kept[link]
        self.note(link)

    def note(self, link: str) -> None:
        self.number += 1
        self.noted[link] = self.number

    def get(self, tenant: TenantId, link: LinkId) -> AdLink | None:
        found = self.kept.get(link)
        return found if found is not None and found.tenant == tenant else None

    def undiverted(self, tenant: TenantId, link: LinkId) -> AdLink | None:
        return self.get(tenant, link)  # nothing leads a link elsewhere here

    def of_tenant(self, tenant: TenantId) -> Sequence[AdLink]:
        return [link for link in self.kept.values() if link.tenant == tenant]

    def table(self) -> Sequence[AdLink]:
        return list(self.kept.values())

    def revision(self) -> int:
        return self.number

    def changes(self, after: int) -> Iterator[LinkChanges]:
        self.reads += 1
        changed = [link for link, number in self.noted.items() if number > after]
        for start in range(0, max(1, len(changed)), self.page_rows):
            page = changed[start : start + self.page_rows]
            links = [self.kept[link] for link in page if link in self.kept]
            yield LinkChanges(revision=self.number, links=links, gone=[link for link in page if link not in self.kept])


class MemoryLog(Offering):
    """A log in memory: first event of an id is kept. `full` refuses; `held` keeps futures open until released."""

    def __init__(self) -> None:
        self.kept: list[Event] = []
        self.full = False
        self.held: list[tuple[Future[tuple[Kept, ...]], list[Event]]] | None = None
        self._ids: dict[str, int] = {}

    def append(self, events: Sequence[Event]) -> Future[tuple[Kept, ...]]:
        future: Future[tuple[Kept, ...]] = Future()
        if self.full:
            future.set_exception(LogFull(rows=1, size_bytes=1))
        elif self.held is not None:
            self.held.append((future, list(events)))
        else:
            future.set_result(tuple(map(self._keep, events)))
        return future

    def hold(self) -> None:
        self.held = []

    def release(self) -> None:
        held, self.held = self.held or [], None
        for future, events in held:
            future.set_result(tuple(map(self._keep, events)))

    def read(self, *, after: int, limit: int) -> Sequence[Logged]:
        numbered = [Logged(offset, event) for offset, event in enumerate(self.kept, 1)]
        return numbered[after : after + limit]

    def read_packed(self, *, after: int, limit: int) -> PackedSlice:
        return PackedSlice.of(after + 1, [pack(logged.event) for logged in self.read(after=after, limit=limit)])

    def end(self) -> int:
        return len(self.kept)

    def first(self) -> int:
        return 1

    def known(self, event_ids: Collection[str]) -> frozenset[str]:
        return frozenset(event_ids) & self._ids.keys()

    def wait(self, *, after: int, timeout_s: float) -> bool:
        return self.end() > after or timeout_s < 0

    def close(self) -> None:
        self.full = True

    def _keep(self, event: Event) -> Kept:
        if event.event_id in self._ids:
            return Kept(self._ids[event.event_id], duplicate=True)
        self.kept.append(event)
        self._ids[event.event_id] = len(self.kept)
        return Kept(len(self.kept), duplicate=False)
