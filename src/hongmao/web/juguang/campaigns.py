"""计划: `/jg/campaign/{create,update,list,status/update}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hongmao.campaigns.api import NOT_DELETED, CampaignTerms, Noun, State, check_count, read_day
from hongmao.catalog.api import Permission
from hongmao.web.juguang.doors import Act, Deciding, OfAccount, Sent, door, page_cut
from hongmao.web.juguang.errors import FieldRefused
from hongmao.web.juguang.shape import created_between, plain, terms_of, written

if TYPE_CHECKING:
    from hongmao.campaigns.api import Placed
    from hongmao.web.juguang.doors import Call

STATES = frozenset(range(1, 9))
_FULL_WEEK = "1" * 168
_WEEK = ("mon", "tues", "wed", "thu", "fri", "sat", "sun")


class Paged(Sent, frozen=True, kw_only=True):
    """Which page."""

    page_index: int = 1
    page_size: int = 20


class CampaignNew(CampaignTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new campaign; it serves at once unless `enable` is 0."""

    advertiser_id: int
    enable: int = 1
    why: str = ""


class CampaignChange(CampaignTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a campaign; what is left out stays."""

    advertiser_id: int
    campaign_id: int
    why: str = ""


class CampaignSwitch(Deciding, frozen=True, kw_only=True):
    """1 on, 2 paused, 3 deleted, for at most 20."""

    campaign_ids: list[int]
    action_type: int


class CampaignsBody(OfAccount, frozen=True, kw_only=True):
    """Which campaigns: ids (at most 20), days of making, a state."""

    campaign_ids: list[int] | None = None
    start_time: str | None = None
    expire_time: str | None = None
    status: int | None = None
    page: Paged | None = None


def _create(call: Call, body: CampaignNew) -> object:
    account = call.account(body.advertiser_id)
    if body.enable not in {0, 1}:
        raise FieldRefused(place="enable", why_zh="应为 0 或 1", why_en="it should be 0 or 1")
    terms = terms_of(CampaignTerms, body)
    made = call.services.campaigns.place_campaign(account, terms, on=body.enable == 1, by=call.who.id, why=body.why)
    return {"campaign_id": made.number}


def _update(call: Call, body: CampaignChange) -> object:
    account, terms = call.account(body.advertiser_id), terms_of(CampaignTerms, body)
    change = call.services.campaigns.change
    after = change(account, Noun.CAMPAIGN, body.campaign_id, terms, by=call.who.id, why=body.why)
    return {"campaign_id": after.number}


def _switch(call: Call, body: CampaignSwitch) -> object:
    account, ids = call.account(body.advertiser_id), body.campaign_ids
    switch = call.services.campaigns.switch
    done = switch(account, Noun.CAMPAIGN, ids, body.action_type, place="action_type", by=call.who.id, why=body.why)
    return {"campaign_ids": done}


def _list(call: Call, body: CampaignsBody) -> object:
    account = call.account(body.advertiser_id)
    if body.campaign_ids:
        check_count(body.campaign_ids, "campaign_ids")
    for place in ("start_time", "expire_time"):
        if text := getattr(body, place):
            read_day(text, place)
    if body.status is not None and body.status not in STATES:
        raise FieldRefused(place="status", why_zh="应为 1 到 8", why_en="it should be 1 to 8")
    found = call.services.campaigns.of(account, Noun.CAMPAIGN)
    named = [one for one in found if not body.campaign_ids or one.number in body.campaign_ids]
    asked = created_between(named, body.start_time, body.expire_time)
    states = call.services.campaigns.states(account, asked)
    shown = [shown_campaign(one, states[one.number]) for one in asked]
    kept = [row for row in shown if _stands(cast("int", row["campaign_filter_state"]), body.status)]
    page = body.page or Paged()
    rows = page_cut(kept, page.page_index, page.page_size, places=("page.page_index", "page.page_size"))
    return {"page": {"page_index": page.page_index, "total_count": len(kept)}, "base_campaign_dtos": rows}


def _stands(state: int, asked: int | None) -> bool:
    if asked in {None, 0}:
        return True
    return state != State.DELETED if asked == NOT_DELETED else state == asked


def shown_campaign(campaign: Placed, state: int) -> dict[str, object]:
    """Write a campaign as lists show it, with the state it stands in; the time period as the bitmap of a whole week."""
    terms = cast("CampaignTerms", campaign.terms)
    told = plain(terms)
    period = told.pop("time_period", None)
    bits = _FULL_WEEK if period is None else "".join(period.get(day, "1" * 24) for day in _WEEK)
    return {
        **told,
        "campaign_id": campaign.number,
        "campaign_filter_state": state,
        "campaign_create_time": written(campaign.created_at_ms),
        "campaign_enable": int(campaign.state is State.ON),
        "time_period": bits,
    }


routes = [
    door("/jg/campaign/create", Act("POST", Permission.WRITE_LINKS, CampaignNew, _create)),
    door("/jg/campaign/update", Act("POST", Permission.WRITE_LINKS, CampaignChange, _update)),
    door("/jg/campaign/status/update", Act("POST", Permission.WRITE_LINKS, CampaignSwitch, _switch)),
    door("/jg/campaign/list", Act("POST", Permission.READ_CATALOG, CampaignsBody, _list)),
]
