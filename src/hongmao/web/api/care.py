"""`/v1/links/{id}/…`, `/v1/care/findings`: why a link rests, what its page tells, and what was found to differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.catalog.api import Permission, sees
from hongmao.kernel.ids import LinkId
from hongmao.web.api.doors import Act, door
from hongmao.web.api.reading import Page, Standing
from hongmao.web.api.rows import cut, page_of

if TYPE_CHECKING:
    from hongmao.kernel.ids import TenantId
    from hongmao.web.api.doors import Call


class FindingPage(Page, frozen=True, kw_only=True):
    """What differs now, newest first; with `every=true` what was settled as well."""

    every: bool = False


def _holds(call: Call, _query: Standing) -> object:
    link = LinkId(call.ids["id"])
    return {"holds": call.services.links.holds(_owner(call, link), link)}


def _read(call: Call, _body: Standing) -> object:
    link = LinkId(call.ids["id"])
    return call.services.care.read_now(_owner(call, link), link)


def _agree(call: Call, _body: Standing) -> object:
    link = LinkId(call.ids["id"])
    owner = _owner(call, link)
    call.services.care.agree(owner, link, call.who.id)
    return {"holds": call.services.links.holds(owner, link)}


def _findings(call: Call, page: FindingPage) -> object:
    return page_of("findings", cut(call.services.care.findings(sees(call.who), every=page.every), page), page)


def _owner(call: Call, link: LinkId) -> TenantId:
    own = sees(call.who)
    return call.services.links.find(link).tenant if own is None else own


routes = [
    door("/v1/links/{id}/holds", get=Act(Permission.READ_CATALOG, Standing, _holds)),
    door("/v1/links/{id}/read", post=Act(Permission.WRITE_LINKS, Standing, _read)),
    door("/v1/links/{id}/agree", post=Act(Permission.REVIEW_LINKS, Standing, _agree)),
    door("/v1/care/findings", get=Act(Permission.READ_CATALOG, FindingPage, _findings)),
]
