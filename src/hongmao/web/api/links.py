"""`/v1/links`: ad links, their review, and pausing them.

Merchant and platform are the shop's, the creator is the note's: a link cannot claim others. The same link again is fine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.catalog.api import AlreadyDifferent, Permission, sees
from hongmao.kernel.ids import ItemId, LinkId, NoteId, ShopId, check_id
from hongmao.links.api import LinkDraft, LinkExists, LinkFieldWrong, LinkUnknown, Review, Reviews, TargetKind
from hongmao.platforms.contracts import LinkWanted
from hongmao.web.api.doors import Act, Made, door
from hongmao.web.api.errors import FieldAbsent, ItemElsewhere
from hongmao.web.api.reading import Page, Standing, line_of
from hongmao.web.api.rows import cut, page_of

if TYPE_CHECKING:
    from hongmao.catalog.api import Shop
    from hongmao.kernel.ids import TenantId
    from hongmao.links.api import AdLink
    from hongmao.platforms.contracts import MadeLink
    from hongmao.web.api.doors import Call

WORDS_CHARS_MAX = 64  # the links' own rules are stricter; this bounds what they are asked about
NOTE_CHARS_MAX = 200


class LinkBody(Standing, frozen=True, kw_only=True):
    """广告挂链: what a merchant asks for; the price of a click in fen."""

    note: str
    shop: str
    target: str
    button: str
    title: str
    price_fen: int
    id: str | None = None
    item: str | None = None
    deeplink: str | None = None
    universal_link: str | None = None
    fallback_url: str | None = None
    line: str = "cid"
    make: bool = False
    """Let the shop's platform make the addresses, by the tenant's account there; then none are given."""
    account: str | None = None
    """Which of the tenant's accounts is to make the link, where it has several on the platform."""


class LinkPage(Page, frozen=True, kw_only=True):
    """Links, oldest first; with `waiting=true` those with an address 审核中."""

    waiting: bool = False


class ReviewBody(Standing, frozen=True, kw_only=True):
    """审核: a verdict for each address that is judged now: 1 审核中, 2 通过, 3 拒绝."""

    deeplink: int | None = None
    universal_link: int | None = None
    fallback: int | None = None
    note: str = ""


class PauseBody(Standing, frozen=True, kw_only=True):
    """Whether a link rests."""

    paused: bool


def _links(call: Call, page: LinkPage) -> object:
    links, own = call.services.links, sees(call.who)
    if page.waiting:
        rows = [link for link in links.waiting() if own in {None, link.tenant}]
    else:
        rows = list(links.every() if own is None else links.of(own))
    return page_of("links", cut(rows, page), page)


def _link(call: Call, _query: Standing) -> object:
    own, link = sees(call.who), LinkId(call.ids["id"])
    return call.services.links.find(link) if own is None else call.services.links.get(own, link)


def _add_link(call: Call, body: LinkBody) -> object:
    catalog, links = call.services.catalog, call.services.links
    shop = catalog.shop(call.who, ShopId(check_id(body.shop, place="shop")))
    note = catalog.note(NoteId(check_id(body.note, place="note")))
    item = _item(call, body, shop)
    addresses = _made(call, body, shop, item) if body.make else body
    draft = LinkDraft(
        id=LinkId(check_id(body.id, place="id")) if body.id is not None else None,
        merchant=shop.merchant,
        note=note.id,
        creator=note.creator,
        shop=shop.id,
        platform=shop.platform,
        target=_target(body.target),
        item=item,
        deeplink=addresses.deeplink,
        universal_link=addresses.universal_link,
        fallback_url=addresses.fallback_url,
        button=line_of(body.button, place="button", chars_max=WORDS_CHARS_MAX),
        title=line_of(body.title, place="title", chars_max=WORDS_CHARS_MAX),
        line=body.line,
        price_fen=body.price_fen,
    )
    try:
        return Made(links.create(shop.tenant, draft))
    except LinkExists:
        return _same_again(call, shop.tenant, draft)


def _made(call: Call, body: LinkBody, shop: Shop, item: ItemId | None) -> MadeLink:
    """Ask the platform for a link to the item's page, or to the shop's where the link leads to no item."""
    given = [name for name in ("deeplink", "universal_link", "fallback_url") if getattr(body, name) is not None]
    if given:
        raise LinkFieldWrong(
            place=given[0], expected_zh="留空（由平台建链）", expected_en="absent: the platform makes it"
        )
    goods = None if item is None else call.services.catalog.item(call.who, item)
    wanted = LinkWanted(
        page_url=shop.home_url if goods is None else goods.url,
        platform_shop_id=shop.platform_shop_id,
        platform_item_id=None if goods is None else goods.platform_item_id,
        line=body.line,
    )
    return call.services.link_making.make(shop.tenant, shop.platform, wanted, account=body.account)


def _same_again(call: Call, tenant: TenantId, draft: LinkDraft) -> AdLink:
    """Give the link that is there where it is what was sent; verdicts, pauses and ways around since then stand."""
    id = LinkId(draft.id or "")
    try:
        there, written = call.services.links.get(tenant, id), call.services.links.undiverted(tenant, id)
    except LinkUnknown:
        raise LinkExists(id=id) from None
    asked = {
        "note": draft.note,
        "shop": draft.shop,
        "target": draft.target,
        "item": draft.item,
        "deeplink": draft.deeplink or None,
        "universal_link": draft.universal_link or None,
        "fallback_url": draft.fallback_url,
        "button": draft.button.strip(),
        "title": draft.title.strip(),
        "line": draft.line,
        "price_fen": draft.price_fen,
    }
    differing = [name for name, value in asked.items() if getattr(written, name) != value]
    if differing:
        raise AlreadyDifferent(id=id, fields=", ".join(differing))
    return there


def _target(word: str) -> TargetKind:
    try:
        return TargetKind(word)
    except ValueError:
        words = [kind.value for kind in TargetKind]
        raise LinkFieldWrong(place="target", expected_zh="、".join(words), expected_en=" or ".join(words)) from None


def _item(call: Call, body: LinkBody, shop: Shop) -> ItemId | None:
    if body.item is None:
        if body.target == TargetKind.ITEM:
            raise FieldAbsent(place="item")
        return None
    item = call.services.catalog.item(call.who, ItemId(check_id(body.item, place="item")))
    if item.shop != shop.id:
        raise ItemElsewhere(place="item", shop=shop.id)
    return item.id


def _review(call: Call, body: ReviewBody) -> object:
    link = LinkId(call.ids["id"])
    verdicts = Reviews(
        deeplink=_verdict(body.deeplink, "deeplink"),
        universal_link=_verdict(body.universal_link, "universal_link"),
        fallback=_verdict(body.fallback, "fallback"),
        note=line_of(body.note, place="note", chars_max=NOTE_CHARS_MAX),
    )
    return call.services.links.review(_owner(call, link), link, verdicts)


def _verdict(value: int | None, place: str) -> Review | None:
    try:
        return None if value is None else Review(value)
    except ValueError:
        raise LinkFieldWrong(
            place=place,
            expected_zh=" 1（审核中）、2（通过）或 3（拒绝）",
            expected_en="1 (pending), 2 (approved) or 3 (rejected)",
        ) from None


def _pause(call: Call, body: PauseBody) -> object:
    link, links = LinkId(call.ids["id"]), call.services.links
    owner = _owner(call, link)
    return links.pause(owner, link) if body.paused else links.resume(owner, link)


def _owner(call: Call, link: LinkId) -> TenantId:
    """Say in whose name to act: one's own, or, for the administrator at home, the link's."""
    own = sees(call.who)
    return call.services.links.find(link).tenant if own is None else own


routes = [
    door(
        "/v1/links",
        get=Act(Permission.READ_CATALOG, LinkPage, _links),
        post=Act(Permission.WRITE_LINKS, LinkBody, _add_link),
    ),
    door("/v1/links/{id}", get=Act(Permission.READ_CATALOG, Standing, _link)),
    door("/v1/links/{id}/review", post=Act(Permission.REVIEW_LINKS, ReviewBody, _review)),
    door("/v1/links/{id}/pause", post=Act(Permission.WRITE_LINKS, PauseBody, _pause)),
]
