"""`/v1/review-queue` and `/v1/bindings`: what waits for a verdict and why, and which creativity an ad link carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.catalog.api import Permission
from hongmao.kernel.ids import LinkId, check_id
from hongmao.kernel.time import iso
from hongmao.web.api.doors import Act, door
from hongmao.web.api.reading import Standing

if TYPE_CHECKING:
    from hongmao.campaigns.api import Binding, QueueItem
    from hongmao.web.api.doors import Call


class BindBody(Standing, frozen=True, kw_only=True):
    """Which creativity of an account a link carries from now on; none lets it carry nothing."""

    advertiser_id: int
    link: str
    creativity_id: int | None = None
    why: str = ""


def _queue(call: Call, _query: Standing) -> object:
    return {"items": [_shown_item(one) for one in call.services.campaigns.review_queue(call.who)]}


def _bindings(call: Call, _query: Standing) -> object:
    return {"bindings": [_shown(one) for one in call.services.campaigns.bindings(call.who.tenant)]}


def _bind(call: Call, body: BindBody) -> object:
    campaigns = call.services.campaigns
    account = campaigns.advertiser(call.who.tenant, body.advertiser_id)
    link = LinkId(check_id(body.link, place="link"))
    if body.creativity_id is None:
        campaigns.unbind(account, link, by=call.who.id, why=body.why)
        return {"link": link, "creativity_id": None, "campaign_id": None, "at": None}
    return _shown(campaigns.bind(account, body.creativity_id, link, by=call.who.id, why=body.why))


def _shown(one: Binding) -> dict[str, object]:
    return {
        "link": one.link,
        "creativity_id": one.creativity,
        "campaign_id": one.campaign,
        "at": iso(one.at_ms),
    }


def _shown_item(one: QueueItem) -> dict[str, object]:
    return {
        "what": one.what,
        "id": one.id,
        "tenant": one.tenant,
        "merchant": one.merchant,
        "note": one.note,
        "rejected": one.rejected,
        "since": iso(one.since_ms),
        "said": one.said,
        "reasons": [{"code": why.code, "zh": why.zh, "en": why.en} for why in one.reasons],
    }


routes = [
    door("/v1/review-queue", get=Act(Permission.READ_CATALOG, Standing, _queue)),
    door(
        "/v1/bindings",
        get=Act(Permission.READ_CATALOG, Standing, _bindings),
        post=Act(Permission.WRITE_LINKS, BindBody, _bind),
    ),
]
