"""Ad links over HTTP: draft, review, pause; and the accounts by which outside shops sign what they send back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.catalog.api import NothingThere, Permission, sees
from hongmao.kernel.errors import BadInput
from hongmao.kernel.ids import ItemId, LinkId, NoteId, ShopId, check_id
from hongmao.links.api import LinkDraft, LinkExists, Review, Reviews, TargetKind
from hongmao.returns.api import PlatformAccount
from hongmao.web.api.door import OK, Body, Call, ForTenant, Nothing, get, post

if TYPE_CHECKING:
    from hongmao.kernel.ids import TenantId
    from hongmao.links.api import AdLink

SECRET_CHARS_MIN = 16
SECRET_CHARS_MAX = 512


class SecretWeak(BadInput):
    """A signing secret that could be guessed."""

    code = "secret_weak"
    zh = "{place} 应为 {chars_min} 到 {chars_max} 个字符"
    en = "{place} should have {chars_min} to {chars_max} characters"
    hint_zh = "请使用店铺平台给出的完整密钥"
    hint_en = "Use the whole secret that the shop's platform gave out"


class ItemMissing(BadInput):
    """A link to an item that does not say which, or names one of another shop."""

    code = "item_missing"
    zh = "{place} 应为店铺 {shop} 的商品"
    en = "{place} should be an item of the shop {shop}"
    hint_zh = "链接目标为商品时必须填写该店铺的商品编号"
    hint_en = "A link whose target is an item names one of that shop"


class NewLink(ForTenant, frozen=True, kw_only=True):
    """A link under a note, into a shop. Merchant, platform and creator follow from shop and note."""

    note: str
    shop: str
    target: TargetKind
    fallback_url: str
    button: str
    price_fen: int
    title: str = ""
    item: str | None = None
    deeplink: str | None = None
    universal_link: str | None = None
    line: str = "cid"
    id: str | None = None


class Verdicts(ForTenant, frozen=True, kw_only=True):
    """A reviewer's word on each address; one that is left out stays as it is."""

    deeplink: Review | None = None
    universal_link: Review | None = None
    fallback: Review | None = None
    note: str = ""


class Pause(ForTenant, frozen=True, kw_only=True):
    """Whether a link is to stand still."""

    paused: bool


class NewAccount(ForTenant, frozen=True, kw_only=True):
    """An outside shop's signing account. The secret is sealed at once and appears in no answer."""

    platform: str
    account: str
    secret: str


def create(call: Call[NewLink]) -> AdLink:
    """Draft a link; the same draft under the same id again gives the link that is there."""
    draft = _draft(call)
    try:
        return call.services.links.create(call.who.tenant, draft)
    except LinkExists:
        there = _own(call, draft.id) if draft.id else None
        if there is None or not _says(there, draft):
            raise
        return there


def links(call: Call[Nothing]) -> dict[str, object]:
    """List a tenant's links; every tenant's for the administrator at home."""
    tenant = sees(call.who)
    desk = call.services.links
    return {"links": desk.every() if tenant is None else desk.of(tenant)}


def review(call: Call[Verdicts]) -> AdLink:
    """Enter a reviewer's verdicts."""
    body, link = call.body, LinkId(call.path["id"])
    reviews = Reviews(
        deeplink=body.deeplink, universal_link=body.universal_link, fallback=body.fallback, note=body.note
    )
    return call.services.links.review(_tenant_of(call, link), link, reviews)


def pause(call: Call[Pause]) -> AdLink:
    """Stop a link, or let it serve again."""
    desk, link = call.services.links, LinkId(call.path["id"])
    tenant = _tenant_of(call, link)
    return desk.pause(tenant, link) if call.body.paused else desk.resume(tenant, link)


def add_account(call: Call[NewAccount]) -> dict[str, object]:
    """Register a signing account, or replace its secret."""
    body = call.body
    if not SECRET_CHARS_MIN <= len(body.secret) <= SECRET_CHARS_MAX:
        raise SecretWeak(place="secret", chars_min=SECRET_CHARS_MIN, chars_max=SECRET_CHARS_MAX)
    account = PlatformAccount(
        platform=check_id(body.platform, place="platform"),
        account=check_id(body.account, place="account"),
        tenant=call.who.tenant,
        secret=body.secret.encode(),
        revoked=False,
    )
    call.services.accounts.add(account)
    return _shown(account)


def accounts(call: Call[Nothing]) -> dict[str, object]:
    """List a tenant's signing accounts, without their secrets."""
    return {"platform_accounts": [_shown(one) for one in call.services.accounts.of_tenant(call.who.tenant)]}


def _draft(call: Call[NewLink]) -> LinkDraft:
    body, catalog = call.body, call.services.catalog
    shop = catalog.shop(call.who, ShopId(check_id(body.shop, place="shop")))
    note = catalog.note(NoteId(check_id(body.note, place="note")))
    item = catalog.item(call.who, ItemId(check_id(body.item, place="item"))) if body.item is not None else None
    if (item is None and body.target is TargetKind.ITEM) or (item is not None and item.shop != shop.id):
        raise ItemMissing(place="item", shop=shop.id)
    if shop.tenant != call.who.tenant:  # the administrator at home sees it, and has to say for whom it acts
        raise NothingThere(what="shop", id=shop.id)
    return LinkDraft(
        id=LinkId(check_id(body.id, place="id")) if body.id is not None else None,
        merchant=shop.merchant,
        note=note.id,
        creator=note.creator,
        shop=shop.id,
        platform=shop.platform,
        target=body.target,
        item=item.id if item else None,
        deeplink=body.deeplink,
        universal_link=body.universal_link,
        fallback_url=body.fallback_url,
        button=body.button,
        title=body.title,
        price_fen=body.price_fen,
        line=body.line,
    )


def _own(call: Call[NewLink], link: LinkId) -> AdLink | None:
    return next((known for known in call.services.links.of(call.who.tenant) if known.id == link), None)


def _says(link: AdLink, draft: LinkDraft) -> bool:
    """Tell whether a link is what a draft would make: an absent address is as good as an empty one."""
    return all(_word(getattr(link, name)) == _word(getattr(draft, name)) for name in LinkDraft.__slots__)


def _word(value: object) -> object:
    return (value.strip() if isinstance(value, str) else value) or None


def _tenant_of(call: Call[Body], link: LinkId) -> TenantId:
    return sees(call.who) or call.services.links.find(link).tenant


def _shown(account: PlatformAccount) -> dict[str, object]:
    return {
        "platform": account.platform,
        "account": account.account,
        "tenant": account.tenant,
        "revoked": account.revoked,
    }


routes = [
    post("/v1/links", NewLink, Permission.WRITE_LINKS, create),
    get("/v1/links", Permission.READ_CATALOG, links),
    post("/v1/links/{id}/review", Verdicts, Permission.REVIEW_LINKS, review, status=OK),
    post("/v1/links/{id}/pause", Pause, Permission.WRITE_LINKS, pause, status=OK),
    post("/v1/platform-accounts", NewAccount, Permission.MANAGE_ACCOUNTS, add_account),
    get("/v1/platform-accounts", Permission.MANAGE_ACCOUNTS, accounts),
]
