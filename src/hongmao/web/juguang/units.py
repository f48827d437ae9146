"""单元: `/jg/unit/{create,update,list,update/status}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.campaigns.api import Noun, State, UnitTerms, check_count, read_day
from hongmao.catalog.api import Permission
from hongmao.web.juguang.doors import Act, Deciding, OfAccount, door, page_cut
from hongmao.web.juguang.errors import FieldRefused
from hongmao.web.juguang.shape import created_between, plain, terms_of, written

if TYPE_CHECKING:
    from hongmao.campaigns.api import Placed
    from hongmao.web.juguang.doors import Call

IDS_MAX = 10


class UnitNew(UnitTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new unit of a campaign."""

    advertiser_id: int
    campaign_id: int
    why: str = ""


class UnitChange(UnitTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a unit; what is left out stays."""

    advertiser_id: int
    unit_id: int
    why: str = ""


class UnitSwitch(Deciding, frozen=True, kw_only=True):
    """1 on, 2 paused, 3 deleted, for at most 20."""

    unit_ids: list[int]
    status: int


class UnitsBody(OfAccount, frozen=True, kw_only=True):
    """Which units: of a campaign, ids (at most 10), 1 on or 2 paused, part of the name, days of making."""

    campaign_id: int | None = None
    unit_ids: list[int] | None = None
    status: int | None = None
    unit_name: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    page: int = 1
    page_size: int = 20


def _create(call: Call, body: UnitNew) -> object:
    account, terms = call.account(body.advertiser_id), terms_of(UnitTerms, body)
    made = call.services.campaigns.place_unit(account, body.campaign_id, terms, by=call.who.id, why=body.why)
    return {"unit_id": made.number}


def _update(call: Call, body: UnitChange) -> object:
    account, terms = call.account(body.advertiser_id), terms_of(UnitTerms, body)
    after = call.services.campaigns.change(account, Noun.UNIT, body.unit_id, terms, by=call.who.id, why=body.why)
    return {"unit_id": after.number}


def _switch(call: Call, body: UnitSwitch) -> object:
    account = call.account(body.advertiser_id)
    switch = call.services.campaigns.switch
    done = switch(account, Noun.UNIT, body.unit_ids, body.status, place="status", by=call.who.id, why=body.why)
    return {"unit_ids": done}


def _list(call: Call, body: UnitsBody) -> object:
    account = call.account(body.advertiser_id)
    if body.unit_ids:
        check_count(body.unit_ids, "unit_ids", IDS_MAX)
    for place in ("start_date", "end_date"):
        if text := getattr(body, place):
            read_day(text, place)
    if body.status not in {None, 0, 1, 2}:
        raise FieldRefused(place="status", why_zh="应为 1 或 2", why_en="it should be 1 or 2")
    found = created_between(call.services.campaigns.of(account, Noun.UNIT), body.start_date, body.end_date)
    kept = [one for one in found if _is_asked(one, body)]
    rows = page_cut(kept, body.page, body.page_size, places=("page", "page_size"))
    return {"total_count": len(kept), "unit_infos": [shown_unit(one) for one in rows]}


def _is_asked(unit: Placed, body: UnitsBody) -> bool:
    if unit.state is State.DELETED or (body.status and unit.state.value != body.status):
        return False
    if body.campaign_id and unit.parent != body.campaign_id:
        return False
    return (not body.unit_ids or unit.number in body.unit_ids) and (body.unit_name or "") in unit.name


def shown_unit(unit: Placed) -> dict[str, object]:
    """Write a unit as lists show it."""
    told = plain(unit.terms)
    return {
        **{name: value for name, value in told.items() if name != "unit_name"},
        "id": unit.number,
        "campaign_id": unit.parent,
        "name": unit.name,
        "enable": int(unit.state is State.ON),
        "create_time": written(unit.created_at_ms),
        "update_time": written(unit.updated_at_ms),
    }


routes = [
    door("/jg/unit/create", Act("POST", Permission.WRITE_LINKS, UnitNew, _create)),
    door("/jg/unit/update", Act("POST", Permission.WRITE_LINKS, UnitChange, _update)),
    door("/jg/unit/update/status", Act("POST", Permission.WRITE_LINKS, UnitSwitch, _switch)),
    door("/jg/unit/list", Act("POST", Permission.READ_CATALOG, UnitsBody, _list)),
]
