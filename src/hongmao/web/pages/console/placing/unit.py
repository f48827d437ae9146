"""A unit in a form: its notes, whom it reaches, what an act is worth; made anew, as a copy, or changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from hongmao.campaigns.api import (
    AGES,
    CROWD_TARGETS,
    DEVICES,
    GENDERS,
    NAME_CHARS_MAX,
    WHY_CHARS_MAX,
    CampaignTerms,
    KeywordBid,
    Noun,
    PlacedUnknown,
    SpuNotes,
    TargetConfig,
    UnitTerms,
    bids_itself,
    bids_roi,
    load_vocabulary,
)
from hongmao.kernel.errors import HongmaoError
from hongmao.web.pages.console.campaigns import PATH, account_of
from hongmao.web.pages.console.placing import notes
from hongmao.web.pages.console.placing.campaign import check_version, frame_for_writing
from hongmao.web.pages.console.placing.sheet import Sheet, changed, filled, yuan_of
from hongmao.web.pages.forms import fen_of, fields_of
from hongmao.web.pages.render import render
from hongmao.web.problems import lang_of
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.campaigns.api import Advertiser, Placed
    from hongmao.web.pages.console.placing.notes import NoteOffered
    from hongmao.web.pages.console.views import Frame

FIELDS_MAX: Final = 200
EVERYBODY, CHOSEN, SEARCH, MANUAL = 1, 3, 2, 2
TARGETS: Final = ("target_gender", "target_device")
SHOWN: Final = (*TARGETS, "target_age", "target_city", "interest_keywords", "intelligent_expension")
AGE_BANDS: Final = (*sorted(AGES - {"all", ">50"}), ">50")
BYTES_MAX: Final = 131_072
"""Lists of words in Chinese, each character of which is nine bytes of a form."""
ALSO: Final = {
    **{f"target_config.{name}": name for name in (*TARGETS, "target_age", "target_city", "interest_keywords")},
    "target_config": "target_type",
    "spu_note_info": "spu_id",
}
EMPTIED: Final[Mapping[str, object]] = {"unit_name": "", "note_ids": [], "event_bid": 0}
STARTS: Final = {"target_type": EVERYBODY, "target_gender": "all", "target_device": "all", "phrase_match_type": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitForm:
    """新建、复制或编辑单元."""

    frame: Frame
    action: str
    sheet: Sheet
    campaign: Placed
    standing: Placed | None
    copied: str | None
    notes: tuple[NoteOffered, ...]
    spus: tuple[tuple[str, str], ...]
    """The merchant's products, where the goal is a crowd."""
    bids: str
    """`yuan`, `percent` where the campaign bids for ROI, `none` where the market bids."""
    searches: bool
    target_types: tuple[int, ...]
    matches: tuple[int, ...]
    ages: tuple[str, ...] = AGE_BANDS
    genders: tuple[str, ...] = tuple(sorted(GENDERS, reverse=True))
    devices: tuple[str, ...] = tuple(sorted(DEVICES))
    name_chars: int = NAME_CHARS_MAX
    why_chars: int = WHY_CHARS_MAX


def new(request: Request) -> Response:
    """Answer `GET /console/campaigns/{campaign}/units/new?of=`."""
    frame = frame_for_writing(request)
    account, campaign = account_of(request, frame, Noun.CAMPAIGN, request.path_params["campaign"])
    source = request.query_params.get("of")
    if source is None:
        return _show(request, frame, account, campaign, filled(lang_of(request), STARTS, ALSO))
    _, one = account_of(request, frame, Noun.UNIT, source)
    values = {**values_of(campaign, cast("UnitTerms", one.terms)), "unit_name": None}
    return _show(request, frame, account, campaign, filled(lang_of(request), values, ALSO), copied=one.name)


async def make(request: Request) -> Response:
    """Answer `POST /console/campaigns/{campaign}/units/new`."""
    fields = await fields_of(request, fields_max=FIELDS_MAX, bytes_max=BYTES_MAX)
    return await run_in_threadpool(_make, request, fields)


def edit(request: Request) -> Response:
    """Answer `GET /console/campaigns/{campaign}/units/{unit}`."""
    frame = frame_for_writing(request)
    account, campaign = account_of(request, frame, Noun.CAMPAIGN, request.path_params["campaign"])
    one = unit_of(request, frame, campaign)
    values = values_of(campaign, cast("UnitTerms", one.terms))
    return _show(request, frame, account, campaign, filled(lang_of(request), values, ALSO), standing=one)


async def change(request: Request) -> Response:
    """Answer `POST /console/campaigns/{campaign}/units/{unit}`."""
    fields = await fields_of(request, fields_max=FIELDS_MAX, bytes_max=BYTES_MAX)
    return await run_in_threadpool(_change, request, fields)


def unit_of(request: Request, frame: Frame, campaign: Placed) -> Placed:
    """Find the unit of the address in its campaign; another campaign's reads as none."""
    _, one = account_of(request, frame, Noun.UNIT, request.path_params["unit"])
    if one.parent != campaign.number:
        raise PlacedUnknown(place="unit_id", id=one.number)
    return one


def _make(request: Request, fields: Sequence[tuple[str, str]]) -> Response:
    frame, service, sheet = frame_for_writing(request), services_of(request).campaigns, _sheet(request, fields)
    account, campaign = account_of(request, frame, Noun.CAMPAIGN, request.path_params["campaign"])
    terms, why = _read(sheet, campaign), sheet.value("why")
    for fault in service.unit_faults(campaign, terms, why=why):
        sheet.refuse(fault)
    if not sheet.faults:
        try:
            made = service.place_unit(account, campaign.number, terms, by=frame.who.id, why=why)
            return RedirectResponse(f"{PATH}/{campaign.number}/units/{made.number}/creatives", status_code=303)
        except HongmaoError as error:
            sheet.refuse(error)
    return _show(request, frame, account, campaign, sheet)


def _change(request: Request, fields: Sequence[tuple[str, str]]) -> Response:
    frame, service, sheet = frame_for_writing(request), services_of(request).campaigns, _sheet(request, fields)
    account, campaign = account_of(request, frame, Noun.CAMPAIGN, request.path_params["campaign"])
    one = unit_of(request, frame, campaign)
    told, why = _told(_read(sheet, campaign), cast("UnitTerms", one.terms)), sheet.value("why")
    check_version(sheet, one)
    for fault in service.change_faults(account, one, told, why=why):
        sheet.refuse(fault)
    if not sheet.faults:
        try:
            service.change(account, Noun.UNIT, one.number, told, by=frame.who.id, why=why)
            return RedirectResponse(f"{PATH}/{campaign.number}", status_code=303)
        except HongmaoError as error:
            sheet.refuse(error)
    return _show(request, frame, account, campaign, sheet, standing=one)


def _sheet(request: Request, fields: Sequence[tuple[str, str]]) -> Sheet:
    return Sheet(lang_of(request), fields, ALSO)


def _read(sheet: Sheet, campaign: Placed) -> UnitTerms:
    terms, picked = cast("CampaignTerms", campaign.terms), sheet.many("note_ids")
    crowd, spu = terms.optimize_target in CROWD_TARGETS, sheet.text("spu_id")
    target_type = sheet.number("target_type")
    return UnitTerms(
        unit_name=sheet.text("unit_name"),
        event_bid=None if bids_itself(terms) else _bid(sheet, terms),
        note_ids=None if crowd else picked,
        promotion_target=terms.promotion_target,
        target_type=target_type,
        target_config=_config(sheet) if target_type == CHOSEN else None,
        spu_note_info=[SpuNotes(spu_id=spu, note_ids=picked)] if crowd and spu else None,
        keyword_with_bid=_keywords(sheet, terms) if terms.placement == SEARCH else None,
    )


def _bid(sheet: Sheet, campaign: CampaignTerms) -> int | None:
    return sheet.number("event_bid") if bids_roi(campaign) else sheet.fen("event_bid")


def _config(sheet: Sheet) -> TargetConfig:
    return TargetConfig(
        target_gender=sheet.text("target_gender"),
        target_device=sheet.text("target_device"),
        target_age="#".join(sheet.many("target_age")) or "all",
        target_city=sheet.text("target_city"),
        interest_keywords=[word.strip() for word in sheet.value("interest_keywords").splitlines() if word.strip()],
        intelligent_expension=int(sheet.has("intelligent_expension", 1)),
    )


def _keywords(sheet: Sheet, campaign: CampaignTerms) -> list[KeywordBid]:
    """Read one keyword a line and, after a comma, its bid in yuan."""
    match, words = sheet.number("phrase_match_type") or 0, []
    for line in sheet.value("keyword_with_bid").splitlines():
        if not line.strip():
            continue
        word, _, bid = line.replace("，", ",").rpartition(",") if "," in line.replace("，", ",") else (line, "", "")
        try:
            fen = fen_of(bid)
        except HongmaoError as error:
            sheet.refuse(error, "keyword_with_bid")
            fen = None
        if fen is None and campaign.bidding_strategy == MANUAL:
            fen = sheet.fen("event_bid")
        words.append(KeywordBid(keyword=word.strip(), bid=fen, phrase_match_type=match))
    return words


def _told(terms: UnitTerms, before: UnitTerms) -> UnitTerms:
    """Say what a form changes; what the form does not show of an audience stays."""
    config = before.target_config
    if terms.target_config is not None and config is not None:
        shown = {name: getattr(terms.target_config, name) for name in SHOWN}
        terms = msgspec.structs.replace(terms, target_config=msgspec.structs.replace(config, **shown))
    return changed(msgspec.structs.replace(terms, promotion_target=None), before, EMPTIED)


def values_of(campaign: Placed, terms: UnitTerms) -> dict[str, object]:
    """Fill in the fields with what a unit says."""
    config, roi = terms.target_config or TargetConfig(), bids_roi(cast("CampaignTerms", campaign.terms))
    spus, words = terms.spu_note_info or [], terms.keyword_with_bid or []
    return {
        "unit_name": terms.unit_name,
        "event_bid": terms.event_bid if roi else yuan_of(terms.event_bid),
        "note_ids": [*(terms.note_ids or ()), *(note for spu in spus for note in spu.note_ids)],
        "spu_id": spus[0].spu_id if spus else None,
        "target_type": terms.target_type,
        "target_gender": config.target_gender or "all",
        "target_device": config.target_device or "all",
        "target_age": [age for age in (config.target_age or "").split("#") if age != "all"],
        "target_city": config.target_city,
        "interest_keywords": "\n".join(config.interest_keywords or ()),
        "intelligent_expension": config.intelligent_expension or None,
        "phrase_match_type": words[0].phrase_match_type if words else 0,
        "keyword_with_bid": "\n".join(
            word.keyword if word.bid is None else f"{word.keyword}, {yuan_of(word.bid)}" for word in words
        ),
    }


def _show(
    request: Request,
    frame: Frame,
    account: Advertiser,
    campaign: Placed,
    sheet: Sheet,
    *,
    standing: Placed | None = None,
    copied: str | None = None,
) -> Response:
    terms, words = cast("CampaignTerms", campaign.terms), load_vocabulary()
    usable = notes.notes_usable(request, frame, account)
    ticked = set(sheet.many("note_ids"))
    # What is ticked stays in the form, whether it may still be used or not: it is refused with its name, not dropped.
    gone = notes.named(request, sorted(ticked - {one.id for one in usable}))
    items = services_of(request).catalog.items(frame.who) if terms.optimize_target in CROWD_TARGETS else ()
    page = UnitForm(
        frame=frame,
        action=f"{PATH}/{campaign.number}/units/{standing.number if standing else 'new'}",
        sheet=sheet,
        campaign=campaign,
        standing=standing,
        copied=copied,
        notes=tuple(sorted([*gone, *usable], key=lambda one: one.id not in ticked)[: notes.OFFERED_MAX + len(ticked)]),
        spus=tuple({item.spu: item.title for item in items}.items()),
        bids="none" if bids_itself(terms) else ("percent" if bids_roi(terms) else "yuan"),
        searches=terms.placement == SEARCH,
        target_types=tuple(sorted(words.numbers("target_type"))),
        matches=tuple(sorted(words.numbers("phrase_match_type"))),
    )
    return render(request, "console/placing/unit.html", page, status=sheet.status if sheet.faults else 200)
