"""Item, notes, link: what a merchant picks becomes links that its platform made, read and, where that is offered, reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.campaigns.api import LISTED_MAX
from hongmao.catalog.api import NothingThere, Permission, demand
from hongmao.eligibility.api import REASONS
from hongmao.kernel.ids import LinkId, NoteId, check_id
from hongmao.links.api import BUTTONS, HoldSource, LinkDraft, LinkExists, Review, Reviews, TargetKind
from hongmao.onboarding import rules
from hongmao.onboarding.contracts import Lent, NoteOffered, OfferedItem
from hongmao.onboarding.desk import house_in
from hongmao.onboarding.errors import ItemNotPicked, NoteNotLent, NotesNotPicked, ShopNotIn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hongmao.campaigns.api import Authorisation
    from hongmao.catalog.api import Item, Note, Principal, Shop
    from hongmao.kernel.ids import TenantId
    from hongmao.links.api import AdLink
    from hongmao.onboarding.contracts import MadeAddresses, Progress
    from hongmao.onboarding.desk import Desk

NOTES_OFFERED: Final = 40
NOTES_READ: Final = 500
"""How many of the newest notes are looked through for a word."""
LINE: Final = "cid"
"""流量通Pro: the merchant pays. Alibaba's own line is Alibaba's to begin."""
BUTTON: Final = BUTTONS[1]  # 购买同款
NOT_TRIED: Final = "not started by its merchant"
BY_HOUSE: Final = (
    "house:auto: 由平台建链，地址在允许范围内，页面已核对一致，免人工审核 "
    "(made by the platform, allowed to lead there, its page read and found the same; no person looked)"
)


class Linking:
    """The third screen, and the first half of the fourth."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def items(self, progress: Progress) -> Sequence[tuple[Shop, Sequence[OfferedItem]]]:
        """List what can be advertised, shop by shop: what its platform lists and what the catalogue has."""
        return [(shop, self._items(shop)) for shop in progress.passing]

    def notes(self, who: Principal, word: str = "") -> Sequence[NoteOffered]:
        """List notes: those that are lent or asked for, then the newest whose title has a word in it."""
        catalog, now_ms = self._desk.catalog, self._desk.clock.now_ms()
        known = {one.note: one for one in self._desk.authorisations.of(who.tenant)}
        newest = [note for note in catalog.notes(limit=NOTES_READ) if word.strip() in note.title]
        mine = [catalog.note(note) for note in known]
        order = list(Lent)
        asked = sorted(mine, key=lambda note: (order.index(rules.lent_of(known[note.id], now_ms)), note.id))
        shown = {note.id: note for note in (*asked, *newest)}
        names: dict[str, str] = {}
        return [
            self._offered(note, known.get(note.id), names, now_ms)
            for note in list(shown.values())[: len(asked) + NOTES_OFFERED]
        ]

    def ask(self, who: Principal, notes: Sequence[str]) -> None:
        """Ask creators for their notes; a note that is lent or asked for already stays as it is."""
        now_ms = self._desk.clock.now_ms()
        known = {one.note: one for one in self._desk.authorisations.of(who.tenant)}
        for note in _checked(notes):
            if rules.lent_of(known.get(note), now_ms) in {Lent.NEVER, Lent.NO}:
                self._desk.authorisations.ask(who, note, why="种草直达测试投放")

    def build(self, who: Principal, progress: Progress, item: str, notes: Sequence[str]) -> Sequence[AdLink]:
        """Make one link a note to an item. The same again makes nothing anew.

        A new link rests until its merchant begins: approved alone it would serve, and for nothing.
        """
        demand(who, Permission.WRITE_LINKS)
        wanted = _checked(notes)
        shop, picked = self._picked(progress, item)
        if shop.id not in {one.id for one in progress.passing}:
            held = next((one.held for one in progress.shops if one.shop.id == shop.id), None)
            words = REASONS.get(held or "", {"zh": held or "—", "en": held or "—"})
            raise ShopNotIn(reason_zh=words["zh"], reason_en=words["en"])
        self._check_lent(who.tenant, wanted)
        kept = self._kept(who, shop, picked)
        addresses = self._desk.platforms.make_link(shop, kept, LINE)
        return [self._link(who.tenant, shop, kept, self._desk.catalog.note(note), addresses) for note in wanted]

    def check(self, who: Principal, links: Iterable[AdLink]) -> None:
        """Read the pages of links that wait for a review, and approve what needs nobody."""
        demand(who, Permission.WRITE_LINKS)
        for link in links:
            if link.fallback_review is Review.PENDING:
                self._look(who.tenant, link.id)

    def _items(self, shop: Shop) -> Sequence[OfferedItem]:
        found = {one.platform_item_id: one for one in self._desk.platforms.items(shop)}
        for item in self._desk.catalog.items(house_in(shop.tenant), shop.id):
            found.setdefault(
                item.platform_item_id,
                OfferedItem(
                    platform_item_id=item.platform_item_id, title=item.title, price_fen=item.price_fen, url=item.url
                ),
            )
        return list(found.values())

    def _picked(self, progress: Progress, item: str) -> tuple[Shop, OfferedItem]:
        """Find an item by what the form says: `shop/item`, of which nobody types either."""
        shop_id, _, item_id = item.partition("/")
        shop = next((one.shop for one in progress.shops if one.shop.id == shop_id), None)
        found = None if shop is None else {one.platform_item_id: one for one in self._items(shop)}.get(item_id)
        if shop is None or found is None:
            raise ItemNotPicked(place="item")
        return shop, found

    def _kept(self, who: Principal, shop: Shop, picked: OfferedItem) -> Item:
        """Find or add the item in the catalogue; its price and page are the platform's of now where it is new."""
        catalog = self._desk.catalog
        for item in catalog.items(who, shop.id):
            if item.platform_item_id == picked.platform_item_id:
                return item
        mark = rules.mark_of(shop.id, picked.platform_item_id)
        return catalog.add_item(
            who,
            id=f"item-{mark}",
            shop=shop.id,
            spu=f"spu-{mark}",
            platform_item_id=picked.platform_item_id,
            title=picked.title,
            price_fen=picked.price_fen,
            url=picked.url,
        )

    def _link(self, tenant: TenantId, shop: Shop, item: Item, note: Note, addresses: MadeAddresses) -> AdLink:
        links = self._desk.links
        id = LinkId(f"join-{rules.mark_of(tenant, item.id, note.id)}")
        draft = LinkDraft(
            id=id,
            merchant=shop.merchant,
            note=note.id,
            creator=note.creator,
            shop=shop.id,
            platform=shop.platform,
            target=TargetKind.ITEM,
            item=item.id,
            deeplink=addresses.deeplink,
            universal_link=addresses.universal_link,
            fallback_url=addresses.fallback_url,
            button=BUTTON,
            title=rules.button_title(item.title),
            line=LINE,
            price_fen=0,
        )
        try:
            links.create(tenant, draft)
        except LinkExists:
            return links.get(tenant, id)
        links.hold(tenant, id, HoldSource.ONBOARDING, NOT_TRIED)
        self._look(tenant, id)
        return links.get(tenant, id)

    def _look(self, tenant: TenantId, id: LinkId) -> None:
        """Read a link's page. Only one that told price and shop and differs in nothing is reviewed by nobody."""
        desk = self._desk
        facts = desk.care.read_now(tenant, id).facts
        if not desk.reviews_made or facts.price_fen is None or facts.shop is None:
            return
        if any(finding.link == id for finding in desk.care.findings(tenant)):
            return
        link = desk.links.get(tenant, id)
        if link.fallback_review is not Review.PENDING:
            return
        desk.links.review(
            tenant,
            id,
            Reviews(
                deeplink=Review.APPROVED if link.deeplink else None,
                universal_link=Review.APPROVED if link.universal_link else None,
                fallback=Review.APPROVED,
                note=BY_HOUSE,
            ),
        )

    def _check_lent(self, tenant: TenantId, notes: Sequence[NoteId]) -> None:
        now_ms = self._desk.clock.now_ms()
        known = {one.note: one for one in self._desk.authorisations.of(tenant)}
        for note in notes:
            if rules.lent_of(known.get(note), now_ms) is not Lent.YES:
                raise NoteNotLent(title=self._desk.catalog.note(note).title)

    def _offered(
        self, note: Note, authorisation: Authorisation | None, names: dict[str, str], now_ms: int
    ) -> NoteOffered:
        if note.creator not in names:
            names[note.creator] = self._name(note)
        return NoteOffered(note=note, creator=names[note.creator], lent=rules.lent_of(authorisation, now_ms))

    def _name(self, note: Note) -> str:
        try:
            return self._desk.catalog.creator(note.creator).name
        except NothingThere:
            return note.creator


def _checked(notes: Sequence[str]) -> Sequence[NoteId]:
    wanted = [NoteId(check_id(note, place="note")) for note in dict.fromkeys(notes)]
    if not 1 <= len(wanted) <= LISTED_MAX:
        raise NotesNotPicked(place="notes", limit=LISTED_MAX, got=len(wanted))
    return wanted
