"""A campaign in a form: made anew, as a copy of another, or changed where the market lets it change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from hongmao.campaigns.api import (
    BUDGET_FEN_MAX,
    BUDGET_FEN_MIN,
    DAYS,
    INVOKE_EVENTS,
    NAME_CHARS_MAX,
    WHY_CHARS_MAX,
    CampaignTerms,
    ChangedMeanwhile,
    Noun,
    PlacedUnknown,
    load_vocabulary,
)
from hongmao.catalog.api import Permission, demand
from hongmao.kernel.errors import HongmaoError
from hongmao.web.pages.console.campaigns import PATH, account_of, number_of
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.console.placing import hours
from hongmao.web.pages.console.placing.errors import NotOffered
from hongmao.web.pages.console.placing.sheet import Sheet, changed, filled, yuan_of
from hongmao.web.pages.forms import fields_of
from hongmao.web.pages.render import render
from hongmao.web.problems import lang_of
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.campaigns.api import Advertiser, Placed, Way
    from hongmao.web.pages.console.placing.hours import SlotFields
    from hongmao.web.pages.console.views import Frame

FIELDS_MAX: Final = 1_000
"""Seven days and two hours of every slot, and what else the form has."""
FIXED: Final = ("marketing_target", "placement", "promotion_target", "optimize_target")
CHOSEN: Final = ("bidding_strategy", "constraint_type", "pacing_mode", "build_type")
SWITCHES: Final = ("smart_switch", "search_flag", "feed_flag")
STABLE_COST: Final = 7
NO_CONTROL: Final = -1
ADDRESS_CHARS: Final = 48
ENUMS: Final = (*FIXED, *CHOSEN)
ALSO: Final = {
    "deeplink_id": "way",
    "universal_link_id": "way",
    "direct_link_list": "way",
    "time_period": "hours",
    "time_peroid_type": "hours",
    "asset_event": "optimize_target",
}
EMPTIED: Final[Mapping[str, object]] = {
    "campaign_name": "",
    "campaign_day_budget": 0,
    "constraint_type": NO_CONTROL,
    "detect_url_link": "",
    "deeplink_id": 0,
    "universal_link_id": 0,
}
STARTS: Final[Mapping[str, object]] = {
    "marketing_target": 13,
    "placement": 1,
    "promotion_target": 1,
    "optimize_target": 0,
    "bidding_strategy": 2,
    "pacing_mode": 1,
    "build_type": 0,
    "limit_day_budget": 1,
    "campaign_day_budget": yuan_of(BUDGET_FEN_MIN),
    "hours": hours.ALL,
    "enable": 1,
}
"""What a new form says: 种草直达 in the feed, by hand for clicks, a starter's budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOffered:
    """A place to lead to, as the form offers it."""

    mark: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignForm:
    """新建、复制或编辑计划."""

    frame: Frame
    action: str
    sheet: Sheet
    account: str
    standing: Placed | None
    """The campaign that is changed; None where one is made."""
    copied: str | None
    """Of which campaign it is a copy."""
    ways: tuple[WayOffered, ...]
    enums: Mapping[str, tuple[int, ...]]
    slots: tuple[SlotFields, ...]
    hours: tuple[str, ...] = hours.CHOICES
    days: tuple[str, ...] = DAYS
    switches: tuple[str, ...] = SWITCHES
    fixed: tuple[str, ...] = FIXED
    low_fen: int = BUDGET_FEN_MIN
    high_fen: int = BUDGET_FEN_MAX
    name_chars: int = NAME_CHARS_MAX
    why_chars: int = WHY_CHARS_MAX


def new(request: Request) -> Response:
    """Answer `GET /console/campaigns/new?account=&of=`: an empty form, or one filled in as the campaign `of` is."""
    frame = frame_for_writing(request)
    source = request.query_params.get("of")
    if source is not None:
        account, one = account_of(request, frame, Noun.CAMPAIGN, source)
        terms = cast("CampaignTerms", one.terms)
        values = {**values_of(request, account, terms), "campaign_name": None, "enable": 1}
        return _show(request, frame, account, filled(lang_of(request), values, ALSO), copied=one.name)
    account = _account(request, frame, request.query_params.get("account", ""))
    ways = services_of(request).campaigns.ways(account)
    values = {**STARTS, "way": ways[0].mark if ways else None}
    return _show(request, frame, account, filled(lang_of(request), values, ALSO))


async def make(request: Request) -> Response:
    """Answer `POST /console/campaigns/new?account=`: keep the campaign, or show the form again with what is wrong in it."""
    fields = await fields_of(request, fields_max=FIELDS_MAX)
    return await run_in_threadpool(_make, request, fields)


def edit(request: Request) -> Response:
    """Answer `GET /console/campaigns/{campaign}/edit`."""
    frame = frame_for_writing(request)
    account, one = account_of(request, frame, Noun.CAMPAIGN, request.path_params["campaign"])
    values = values_of(request, account, cast("CampaignTerms", one.terms))
    return _show(request, frame, account, filled(lang_of(request), values, ALSO), standing=one)


async def change(request: Request) -> Response:
    """Answer `POST /console/campaigns/{campaign}/edit`."""
    fields = await fields_of(request, fields_max=FIELDS_MAX)
    return await run_in_threadpool(_change, request, fields)


def frame_for_writing(request: Request) -> Frame:
    """Surround a form that only who may write opens."""
    frame = frame_of(request, "campaigns")
    demand(frame.who, Permission.WRITE_LINKS)
    return frame


def _account(request: Request, frame: Frame, number: str) -> Advertiser:
    """Find the account that was asked for, or the only one there is."""
    accounts, wanted = services_of(request).campaigns.advertisers(frame.tenant), number_of(number)
    if not number and len(accounts) == 1:
        return accounts[0]
    found = next((one for one in accounts if one.number == wanted), None)
    if found is None:
        raise PlacedUnknown(place="account", id=number[:18] or "—")
    return found


def check_version(sheet: Sheet, standing: Placed) -> None:
    """Refuse a form that was filled in over what somebody else has changed since."""
    if sheet.value("version") != str(standing.version):
        sheet.refuse(ChangedMeanwhile(id=standing.name))


def _there(ways: Sequence[Way]) -> list[Way]:
    """Keep the ways whose direct links there are: a change makes none."""
    return [way for way in ways if not way.wanting]


def _way(ways: Sequence[Way], sheet: Sheet) -> Way | None:
    mark = sheet.value("way")
    found = next((way for way in ways if way.mark == mark), None)
    if mark and found is None:
        sheet.refuse(NotOffered(place="way"))
    return found


def _read(sheet: Sheet, way: Way | None) -> CampaignTerms:
    limited = sheet.number("limit_day_budget")
    kind, period = hours.read_hours(sheet)
    goal, strategy, control = (
        sheet.number(name) for name in ("optimize_target", "bidding_strategy", "constraint_type")
    )
    if control is None and strategy == STABLE_COST and goal in load_vocabulary().numbers("constraint_type"):
        control = goal
    first, last = sheet.text("start_time"), sheet.text("expire_time")
    numbers = {name: sheet.number(name) for name in ("marketing_target", "placement", "promotion_target")}
    return CampaignTerms(
        **numbers,
        **{name: int(sheet.has(name, 1)) for name in SWITCHES},
        campaign_name=sheet.text("campaign_name"),
        time_type=int(bool(first or last)),
        start_time=first,
        expire_time=last,
        time_peroid_type=kind,
        time_period=period,
        bidding_strategy=strategy,
        limit_day_budget=limited,
        campaign_day_budget=sheet.fen("campaign_day_budget") if limited else None,
        optimize_target=goal,
        constraint_type=control,
        pacing_mode=sheet.number("pacing_mode"),
        build_type=sheet.number("build_type"),
        asset_event=INVOKE_EVENTS.get(goal or 0),
        deeplink_id=None if way is None else way.deeplink_id,
        universal_link_id=None if way is None else way.universal_link_id,
        detect_url_link=sheet.text("detect_url_link"),
    )


def _told(terms: CampaignTerms, before: CampaignTerms) -> CampaignTerms:
    """Say what a form changes; what is decided at the start is left out."""
    given = msgspec.structs.replace(terms, **dict.fromkeys((*FIXED, "asset_event")))
    return changed(given, before, EMPTIED)


def values_of(request: Request, account: Advertiser, terms: CampaignTerms) -> dict[str, object]:
    """Fill in the fields with what a campaign says."""
    ways = services_of(request).campaigns.ways(account, terms)
    ids = (terms.deeplink_id or None, terms.universal_link_id or None)
    way = next((one for one in ways if ids != (None, None) and (one.deeplink_id, one.universal_link_id) == ids), None)
    days = (terms.start_time, terms.expire_time) if terms.time_type else (None, None)
    return {
        **{name: getattr(terms, name) for name in ENUMS},
        **{name: 1 if getattr(terms, name) else None for name in SWITCHES},
        **hours.values_of(terms),
        "campaign_name": terms.campaign_name,
        "limit_day_budget": terms.limit_day_budget or 0,
        "campaign_day_budget": yuan_of(terms.campaign_day_budget) if terms.limit_day_budget else None,
        "start_time": days[0],
        "expire_time": days[1],
        "way": None if way is None else way.mark,
        "detect_url_link": terms.detect_url_link,
    }


def _show(
    request: Request,
    frame: Frame,
    account: Advertiser,
    sheet: Sheet,
    *,
    standing: Placed | None = None,
    copied: str | None = None,
) -> Response:
    service, words = services_of(request).campaigns, load_vocabulary()
    ways = service.ways(account, cast("CampaignTerms", standing.terms) if standing else None)
    page = CampaignForm(
        frame=frame,
        action=f"{PATH}/{standing.number}/edit" if standing else f"{PATH}/new?account={account.number}",
        sheet=sheet,
        account=account.name,
        standing=standing,
        copied=copied,
        ways=tuple(_offered(request, frame, way) for way in (_there(ways) if standing else ways)),
        enums={name: tuple(sorted(words.numbers(name))) for name in ENUMS},
        slots=hours.slot_fields(sheet),
    )
    return render(request, "console/placing/campaign.html", page, status=sheet.status if sheet.faults else 200)


def _offered(request: Request, frame: Frame, way: Way) -> WayOffered:
    address = way.deeplink or way.universal_link or ""
    shown = address if len(address) <= ADDRESS_CHARS else f"{address[:ADDRESS_CHARS]}…"
    if way.link is None:
        return WayOffered(mark=way.mark, words=shown)
    catalog = services_of(request).catalog
    item = next((one for one in catalog.items(frame.who) if one.id == way.link.item), None)
    shop = catalog.shops_known({way.link.shop}).get(way.link.shop)
    named = (item.title if item else way.link.title, shop.name if shop else way.link.platform, shown)
    return WayOffered(mark=way.mark, words=" · ".join(named))


def _make(request: Request, fields: Sequence[tuple[str, str]]) -> Response:
    frame, service, sheet = (
        frame_for_writing(request),
        services_of(request).campaigns,
        Sheet(lang_of(request), fields, ALSO),
    )
    account = _account(request, frame, request.query_params.get("account", ""))
    way = _way(service.ways(account), sheet)
    terms, wanting, why = _read(sheet, way), [] if way is None else way.wanting, sheet.value("why")
    for fault in service.campaign_faults(account, terms, why=why, ways=wanting):
        sheet.refuse(fault)
    if not sheet.faults:
        try:
            on = sheet.has("enable", 1)
            made = service.place_campaign(account, terms, on=on, by=frame.who.id, why=why, ways=wanting)
            return RedirectResponse(f"{PATH}/{made.number}", status_code=303)
        except HongmaoError as error:
            sheet.refuse(error)
    return _show(request, frame, account, sheet)


def _change(request: Request, fields: Sequence[tuple[str, str]]) -> Response:
    frame, service, sheet = (
        frame_for_writing(request),
        services_of(request).campaigns,
        Sheet(lang_of(request), fields, ALSO),
    )
    account, one = account_of(request, frame, Noun.CAMPAIGN, request.path_params["campaign"])
    before = cast("CampaignTerms", one.terms)
    told, why = _told(_read(sheet, _way(_there(service.ways(account, before)), sheet)), before), sheet.value("why")
    check_version(sheet, one)
    for fault in service.change_faults(account, one, told, why=why):
        sheet.refuse(fault)
    if not sheet.faults:
        try:
            service.change(account, Noun.CAMPAIGN, one.number, told, by=frame.who.id, why=why)
            return RedirectResponse(f"{PATH}/{one.number}", status_code=303)
        except HongmaoError as error:
            sheet.refuse(error)
    return _show(request, frame, account, sheet, standing=one)
