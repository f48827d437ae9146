"""直达链接: `/jg/direct-link/{create,list,update,delete}`. Its status is the review of the ad link with the same address."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hongmao.campaigns.api import DirectLinkTerms, Noun, State
from hongmao.catalog.api import Permission
from hongmao.web.juguang.doors import Act, Deciding, OfAccount, door, page_cut
from hongmao.web.juguang.errors import FieldRefused
from hongmao.web.juguang.shape import terms_of

if TYPE_CHECKING:
    from hongmao.campaigns.api import Advertiser, Placed
    from hongmao.web.juguang.doors import Call

LISTED_MAX = 100


class LinksBody(Deciding, frozen=True, kw_only=True):
    """New direct links, at most 20."""

    direct_link_list: list[DirectLinkTerms]


class LinkChange(DirectLinkTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A direct link's new words; its address stays, for it was reviewed."""

    advertiser_id: int
    id: int
    why: str = ""


class LinkGone(Deciding, frozen=True, kw_only=True):
    """Which link goes."""

    id: int


class LinksQuery(OfAccount, frozen=True, kw_only=True):
    """Which links: by id (0 is any), part of the name, types and states as `1,2`."""

    id: int = 0
    page_num: int = 1
    page_size: int = 20
    remark_name: str = ""
    type_str: str = ""
    status_str: str = ""


def _create(call: Call, body: LinksBody) -> object:
    account = call.account(body.advertiser_id)
    made = call.services.campaigns.place_links(account, body.direct_link_list, by=call.who.id, why=body.why)
    return [_shown(call, account, one) for one in made]


def _update(call: Call, body: LinkChange) -> object:
    account, campaigns = call.account(body.advertiser_id), call.services.campaigns
    before = cast("DirectLinkTerms", campaigns.get(account, Noun.DIRECT_LINK, body.id).terms)
    for place in ("url", "type"):
        given = getattr(body, place)
        if given is not None and given != getattr(before, place):
            raise FieldRefused(
                place=place, why_zh="审核过的地址不能改，请新建", why_en="a reviewed address stays: make a new link"
            )
    terms = terms_of(DirectLinkTerms, body)
    after = campaigns.change(account, Noun.DIRECT_LINK, body.id, terms, by=call.who.id, why=body.why)
    return _shown(call, account, after)


def _delete(call: Call, body: LinkGone) -> object:
    account, switch = call.account(body.advertiser_id), call.services.campaigns.switch
    gone = State.DELETED.value
    switch(account, Noun.DIRECT_LINK, [body.id], gone, place="action_type", by=call.who.id, why=body.why)
    return {"id": body.id}


def _list(call: Call, query: LinksQuery) -> object:
    account = call.account(query.advertiser_id)
    types, states = _numbers(query.type_str, "type_str"), _numbers(query.status_str, "status_str")
    live = (one for one in call.services.campaigns.of(account, Noun.DIRECT_LINK) if one.state is not State.DELETED)
    rows = [_shown(call, account, one) for one in live if query.id in {0, one.number} and query.remark_name in one.name]
    kept = [row for row in rows if (not types or row["type"] in types) and (not states or row["status"] in states)]
    places = ("page_num", "page_size")
    page = page_cut(kept, query.page_num, query.page_size, places=places, size_max=LISTED_MAX)
    return {"total": len(kept), "direct_link_list": page}


def _numbers(text: str, place: str) -> frozenset[int]:
    """Read `1,2`.

    >>> sorted(_numbers("1,2", "status_str"))
    [1, 2]
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if any(part not in {"1", "2", "3"} for part in parts):
        raise FieldRefused(
            place=place, why_zh="应为 1、2、3，以英文逗号分隔", why_en="it should be 1, 2 or 3, joined by commas"
        )
    return frozenset(map(int, parts))


def _shown(call: Call, account: Advertiser, link: Placed) -> dict[str, object]:
    terms = cast("DirectLinkTerms", link.terms)
    return {
        "id": link.number,
        "url": terms.url,
        "type": terms.type,
        "status": call.services.campaigns.review(account, link).value,
        "remark_name": terms.remark_name or "",
    }


routes = [
    door("/jg/direct-link/create", Act("POST", Permission.WRITE_LINKS, LinksBody, _create)),
    door("/jg/direct-link/update", Act("POST", Permission.WRITE_LINKS, LinkChange, _update)),
    door("/jg/direct-link/delete", Act("POST", Permission.WRITE_LINKS, LinkGone, _delete)),
    door("/jg/direct-link/list", Act("GET", Permission.READ_CATALOG, LinksQuery, _list)),
]
