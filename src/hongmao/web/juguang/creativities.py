"""创意: `/jg/creativity/{create,batch/create,update,search,status/update}`.

Its audit follows from the review of links (LINK-2), and why it does not serve from everything: `reasons` is ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hongmao.campaigns.api import CreativityTerms, Noun, State, check_count, read_day
from hongmao.catalog.api import Permission
from hongmao.kernel.time import day_of
from hongmao.web.juguang.campaigns import Paged
from hongmao.web.juguang.doors import Act, Deciding, OfAccount, door, page_cut
from hongmao.web.juguang.errors import FieldRefused
from hongmao.web.juguang.shape import plain, terms_of, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.campaigns.api import Advertiser, Placed, StateReason
    from hongmao.web.juguang.doors import Call

DELETED, ALL_LIVE, PAUSED, BY_UNIT, BY_CAMPAIGN, LIVE = 1, 2, 3, 4, 5, 8
STATES = frozenset({DELETED, ALL_LIVE, PAUSED, BY_UNIT, BY_CAMPAIGN, LIVE, 9, 10, 11, 12})


class CreativityNew(CreativityTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new creativity of a unit."""

    advertiser_id: int
    unit_id: int
    why: str = ""


class CreativitiesNew(Deciding, frozen=True, kw_only=True):
    """New creativities of a unit, at most 20 (CREAT-3): all of them or none."""

    unit_id: int
    creativity_list: list[CreativityTerms]


class CreativityChange(CreativityTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a creativity; what is left out stays."""

    advertiser_id: int
    creativity_id: int
    why: str = ""


class CreativitySwitch(Deciding, frozen=True, kw_only=True):
    """1 on, 2 paused, 3 deleted, for at most 20 (CREAT-3)."""

    creativity_ids: list[int]
    action_type: int


class CreativitiesBody(OfAccount, frozen=True, kw_only=True):
    """Which creativities: by ids (at most 20, then nothing else counts), or by unit, campaign, state, day of change."""

    campaign_id: int | None = None
    unit_id: int | None = None
    creative_ids: list[int] | None = None
    status: int | None = None
    start_time: str | None = None
    end_time: str | None = None
    page: Paged | None = None


def _create(call: Call, body: CreativityNew) -> object:
    account, terms = call.account(body.advertiser_id), terms_of(CreativityTerms, body)
    made = call.services.campaigns.place_creativity(account, body.unit_id, terms, by=call.who.id, why=body.why)
    return {"creativity_id": made.number}


def _create_all(call: Call, body: CreativitiesNew) -> object:
    account, place = call.account(body.advertiser_id), call.services.campaigns.place_creativities
    made = place(account, body.unit_id, body.creativity_list, by=call.who.id, why=body.why)
    return {"creativity_ids": [one.number for one in made]}


def _update(call: Call, body: CreativityChange) -> object:
    account, terms = call.account(body.advertiser_id), terms_of(CreativityTerms, body)
    change = call.services.campaigns.change
    after = change(account, Noun.CREATIVITY, body.creativity_id, terms, by=call.who.id, why=body.why)
    return {"creativity_id": after.number}


def _switch(call: Call, body: CreativitySwitch) -> object:
    account, ids = call.account(body.advertiser_id), body.creativity_ids
    switch = call.services.campaigns.switch
    done = switch(account, Noun.CREATIVITY, ids, body.action_type, place="action_type", by=call.who.id, why=body.why)
    return {"creativity_ids": done}


def _search(call: Call, body: CreativitiesBody) -> object:
    account = call.account(body.advertiser_id)
    _check(body)
    campaigns = call.services.campaigns
    units = {one.number: one for one in campaigns.of(account, Noun.UNIT)}
    parents = {one.number: one for one in campaigns.of(account, Noun.CAMPAIGN)}
    kept = []
    for one in campaigns.of(account, Noun.CREATIVITY):
        unit = units[cast("int", one.parent)]
        campaign = parents[cast("int", unit.parent)]
        state = state_of(one, unit, campaign)
        if _is_asked(one, unit, state, body):
            kept.append((one, campaign, state))
    page = body.page or Paged()
    cut = page_cut(kept, page.page_index, page.page_size, places=("page.page_index", "page.page_size"))
    reasons = campaigns.reasons(account, [one for one, _, _ in cut])
    rows = [_shown(call, account, one, campaign, state, reasons[one.number]) for one, campaign, state in cut]
    return {"page": {"page_index": page.page_index, "total_count": len(kept)}, "creativity_dtos": rows}


def _check(body: CreativitiesBody) -> None:
    if body.creative_ids:
        check_count(body.creative_ids, "creative_ids")
    if bool(body.start_time) != bool(body.end_time):
        missing = "end_time" if body.start_time else "start_time"
        raise FieldRefused(
            place=missing, why_zh="start_time 与 end_time 须同时传", why_en="both days come together or not at all"
        )
    for place in ("start_time", "end_time"):
        if text := getattr(body, place):
            read_day(text, place)
    if body.status and body.status not in STATES:
        raise FieldRefused(place="status", why_zh="没有这个创意状态", why_en="there is no such state of a creativity")


def _is_asked(one: Placed, unit: Placed, state: int, body: CreativitiesBody) -> bool:
    if body.creative_ids:
        return one.number in body.creative_ids
    if (body.unit_id and one.parent != body.unit_id) or (body.campaign_id and unit.parent != body.campaign_id):
        return False
    if body.start_time and body.end_time:
        day = day_of(one.updated_at_ms).isoformat()
        if not body.start_time <= day <= body.end_time:
            return False
    if not body.status:
        return True
    return state != DELETED if body.status == ALL_LIVE else state == body.status


def state_of(creativity: Placed, unit: Placed, campaign: Placed) -> int:
    """Say how a creativity stands, the first of: deleted, paused, held by its campaign, held by its unit, live."""
    if State.DELETED in {creativity.state, unit.state, campaign.state}:
        return DELETED
    if creativity.state is State.PAUSED:
        return PAUSED
    if campaign.state is State.PAUSED:
        return BY_CAMPAIGN
    return BY_UNIT if unit.state is State.PAUSED else LIVE


def _shown(
    call: Call, account: Advertiser, one: Placed, campaign: Placed, state: int, reasons: Sequence[StateReason]
) -> dict[str, object]:
    told = plain(one.terms)
    audit, comment = call.services.campaigns.audit(account, one)
    return {
        **{name: value for name, value in told.items() if name != "creativity_name"},
        "advertiser_id": account.number,
        "campaign_id": campaign.number,
        "unit_id": one.parent,
        "creative_id": one.number,
        "creative_name": one.name,
        "creativity_enable": int(one.state is State.ON),
        "creativity_status": state,
        "creativity_create_time": written(one.created_at_ms),
        "audit_status": audit.value,
        "audit_comment": comment,
        "reasons": [{"code": why.code, "zh": why.zh, "en": why.en} for why in reasons],
    }


routes = [
    door("/jg/creativity/create", Act("POST", Permission.WRITE_LINKS, CreativityNew, _create)),
    door("/jg/creativity/batch/create", Act("POST", Permission.WRITE_LINKS, CreativitiesNew, _create_all)),
    door("/jg/creativity/update", Act("POST", Permission.WRITE_LINKS, CreativityChange, _update)),
    door("/jg/creativity/status/update", Act("POST", Permission.WRITE_LINKS, CreativitySwitch, _switch)),
    door("/jg/creativity/search", Act("POST", Permission.READ_CATALOG, CreativitiesBody, _search)),
]
