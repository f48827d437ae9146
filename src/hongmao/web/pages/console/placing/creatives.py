"""Creatives in a form: up to twenty of a unit at once, each one of the merchant's links under a usable note; and one changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import quote

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from hongmao.campaigns.api import (
    LISTED_MAX,
    NAME_CHARS_MAX,
    WHY_CHARS_MAX,
    CreativityTerms,
    Noun,
    PlacedUnknown,
    State,
    load_vocabulary,
)
from hongmao.kernel.errors import HongmaoError
from hongmao.links.api import BUTTONS, Review
from hongmao.web.pages.console.campaigns import PATH, account_of
from hongmao.web.pages.console.placing import notes
from hongmao.web.pages.console.placing.campaign import check_version, frame_for_writing
from hongmao.web.pages.console.placing.errors import NotOffered
from hongmao.web.pages.console.placing.sheet import Sheet, changed, filled
from hongmao.web.pages.console.placing.unit import unit_of
from hongmao.web.pages.forms import fields_of
from hongmao.web.pages.render import render
from hongmao.web.problems import lang_of
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.campaigns.api import Advertiser, CampaignTerms, Placed, UnitTerms
    from hongmao.kernel.ids import LinkId
    from hongmao.links.contracts import AdLink
    from hongmao.web.pages.console.placing.notes import NoteOffered
    from hongmao.web.pages.console.views import Frame

FIELDS_MAX: Final = notes.OFFERED_MAX * 8
BYTES_MAX: Final = 262_144
"""Twenty pinned comments of 200 Chinese characters, nine bytes each in a form, and names beside them."""
INVOKE: Final = 11
PINNED: Final = 1
PARTS: Final = ("creativity_name", "bar_content", "title", "conversion_component_types", "comment")
EMPTIED: Final[Mapping[str, object]] = {"creativity_name": "", "bar_content": "", "comment": "", "title": ""}
WORD_CHARS: Final = 40
AT: Final = "creativity_list["
ALSO: Final = {"note_id": "link", "fall_back_jump_url": "link", "app_comp_icon": "link", "conversion_type": "link"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOffered:
    """A link that a new creative can carry, and the names of its fields in the form."""

    id: str
    note: NoteOffered
    title: str
    button: str
    shop: str
    approved: bool
    carries: str | None
    """The creative that it carries now; choosing it takes it from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreativesForm:
    """新建创意, up to twenty at once."""

    frame: Frame
    action: str
    sheet: Sheet
    campaign: Placed
    unit: Placed
    copied: str | None
    word: str
    links: tuple[LinkOffered, ...]
    more: int
    """How many links are not listed."""
    leads: bool
    """Whether the campaign leads into an app at all."""
    places: tuple[int, ...]
    buttons: tuple[str, ...] = BUTTONS
    limit: int = LISTED_MAX
    name_chars: int = NAME_CHARS_MAX
    why_chars: int = WHY_CHARS_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class CreativeForm:
    """编辑创意."""

    frame: Frame
    action: str
    sheet: Sheet
    campaign: Placed
    standing: Placed
    note: str
    places: tuple[int, ...]
    buttons: tuple[str, ...]
    name_chars: int = NAME_CHARS_MAX
    why_chars: int = WHY_CHARS_MAX


def new(request: Request) -> Response:
    """Answer `GET /console/campaigns/{campaign}/units/{unit}/creatives?word=&of=`."""
    frame = frame_for_writing(request)
    account, campaign, unit = _where(request, frame)
    source, copied = request.query_params.get("of"), None
    if source is not None:
        _, copied = account_of(request, frame, Noun.CREATIVITY, source)
    sheet = Sheet(lang_of(request), (), ALSO)
    offered, more = _offered(request, frame, account, campaign, unit, sheet)
    like = None if copied is None else cast("CreativityTerms", copied.terms)
    values: dict[str, object] = {}
    for link in offered:
        values |= {f"{name}-{link.id}": value for name, value in _starts(link, like).items()}
    sheet = filled(lang_of(request), values, ALSO)
    return _show(request, frame, campaign, unit, sheet, (offered, more), copied=None if copied is None else copied.name)


async def make(request: Request) -> Response:
    """Answer `POST /console/campaigns/{campaign}/units/{unit}/creatives`: all that were ticked, or none of them."""
    fields = await fields_of(request, fields_max=FIELDS_MAX, bytes_max=BYTES_MAX)
    return await run_in_threadpool(_make, request, fields)


def edit(request: Request) -> Response:
    """Answer `GET /console/campaigns/{campaign}/creatives/{creative}`."""
    frame = frame_for_writing(request)
    _, campaign, one = _one(request, frame)
    terms = cast("CreativityTerms", one.terms)
    return _show_one(request, frame, campaign, one, filled(lang_of(request), _parts(terms), ALSO))


async def change(request: Request) -> Response:
    """Answer `POST /console/campaigns/{campaign}/creatives/{creative}`."""
    fields = await fields_of(request)
    return await run_in_threadpool(_change, request, fields)


def _where(request: Request, frame: Frame) -> tuple[Advertiser, Placed, Placed]:
    account, campaign = account_of(request, frame, Noun.CAMPAIGN, request.path_params["campaign"])
    return account, campaign, unit_of(request, frame, campaign)


def _one(request: Request, frame: Frame) -> tuple[Advertiser, Placed, Placed]:
    account, campaign = account_of(request, frame, Noun.CAMPAIGN, request.path_params["campaign"])
    _, one = account_of(request, frame, Noun.CREATIVITY, request.path_params["creative"])
    unit = services_of(request).campaigns.get(account, Noun.UNIT, cast("int", one.parent))
    if unit.parent != campaign.number:
        raise PlacedUnknown(place="creativity_id", id=one.number)
    return account, campaign, one


def _make(request: Request, fields: Sequence[tuple[str, str]]) -> Response:
    frame, service, sheet = (
        frame_for_writing(request),
        services_of(request).campaigns,
        Sheet(lang_of(request), fields, ALSO),
    )
    account, campaign, unit = _where(request, frame)
    picked = _picked(request, frame, account, sheet)
    drafts, why = [_read(request, sheet, link) for link in picked], sheet.value("why")
    links: dict[int, LinkId] = {at: link.id for at, link in enumerate(picked)}
    for fault in service.creativities_faults(account, unit, drafts, why=why, links=links):
        sheet.refuse(fault, _field_of(fault, picked))
    if not sheet.faults:
        try:
            service.place_creativities(account, unit.number, drafts, by=frame.who.id, why=why, links=links)
            return RedirectResponse(f"{PATH}/{campaign.number}", status_code=303)
        except HongmaoError as error:
            sheet.refuse(error, _field_of(error, picked))
    return _show(request, frame, campaign, unit, sheet, _offered(request, frame, account, campaign, unit, sheet))


def _change(request: Request, fields: Sequence[tuple[str, str]]) -> Response:
    frame, service, sheet = (
        frame_for_writing(request),
        services_of(request).campaigns,
        Sheet(lang_of(request), fields, ALSO),
    )
    account, campaign, one = _one(request, frame)
    told = changed(_texts(sheet), cast("CreativityTerms", one.terms), EMPTIED)
    why = sheet.value("why")
    check_version(sheet, one)
    for fault in service.change_faults(account, one, told, why=why):
        sheet.refuse(fault)
    if not sheet.faults:
        try:
            service.change(account, Noun.CREATIVITY, one.number, told, by=frame.who.id, why=why)
            return RedirectResponse(f"{PATH}/{campaign.number}", status_code=303)
        except HongmaoError as error:
            sheet.refuse(error)
    return _show_one(request, frame, campaign, one, sheet)


def _picked(request: Request, frame: Frame, account: Advertiser, sheet: Sheet) -> list[AdLink]:
    known: dict[str, AdLink] = {link.id: link for link in notes.links_live(request, frame, account)}
    wanted = sheet.many("link")
    if wanted and any(link not in known for link in wanted):
        sheet.refuse(NotOffered(place="link"))
    return [known[link] for link in wanted if link in known]


def _read(request: Request, sheet: Sheet, link: AdLink) -> CreativityTerms:
    """Read one creative: its note, pages and item are those of its link."""
    return msgspec.structs.replace(
        _texts(sheet, f"-{link.id}"),
        note_id=link.note,
        conversion_type=INVOKE,
        fall_back_jump_url=link.fallback_url,
        app_comp_icon=_picture(request, link),
        ad_biz_item_id=link.item,
    )


def _texts(sheet: Sheet, of: str = "") -> CreativityTerms:
    return CreativityTerms(
        creativity_name=sheet.text(f"creativity_name{of}"),
        bar_content=sheet.text(f"bar_content{of}"),
        title=sheet.text(f"title{of}"),
        conversion_component_types=[
            place for place in _places() if sheet.has(f"conversion_component_types{of}", place)
        ],
        comment=sheet.text(f"comment{of}"),
    )


def _picture(request: Request, link: AdLink) -> str:
    """Show the cover of the note beside the button, as a campaign that joining made does."""
    cover = services_of(request).catalog.note(link.note).cover
    return f"{str(request.base_url).rstrip('/')}/covers/{quote(cover, safe='')}.svg"


def _places() -> tuple[int, ...]:
    return tuple(sorted(load_vocabulary().numbers("conversion_component_types")))


def _field_of(fault: HongmaoError, picked: Sequence[AdLink]) -> str | None:
    """Say at which field a fault of one of several creatives stands."""
    place = str(fault.params.get("place", ""))
    if not place.startswith(AT):
        return "link" if place == "creativity_list" else None
    at, _, field = place.removeprefix(AT).partition("].")
    name = field.partition("[")[0]
    return f"{name if name in PARTS else 'link'}-{picked[int(at)].id}"


def _starts(link: LinkOffered, like: CreativityTerms | None) -> dict[str, object]:
    """Fill in a row: as the creative that is copied, else as its link says."""
    own = CreativityTerms(bar_content=link.button, title=link.title, conversion_component_types=[0])
    return {**_parts(like or own), "creativity_name": link.note.title[:NAME_CHARS_MAX]}


def _parts(terms: CreativityTerms) -> dict[str, object]:
    return {
        "creativity_name": terms.creativity_name,
        "bar_content": terms.bar_content,
        "title": terms.title,
        "conversion_component_types": terms.conversion_component_types or [],
        "comment": terms.comment,
    }


def _offered(
    request: Request, frame: Frame, account: Advertiser, campaign: Placed, unit: Placed, sheet: Sheet
) -> tuple[tuple[LinkOffered, ...], int]:
    """List links under notes that may be used, those of the unit's notes first, and what was ticked whatever became of it."""
    services, word = services_of(request), request.query_params.get("word", "")[:WORD_CHARS].strip()
    ticked, own = set(sheet.many("link")), set(cast("UnitTerms", unit.terms).note_ids or ())
    fit = {link.id for link in services.campaigns.links_for(account, campaign)}
    live = [link for link in notes.links_live(request, frame, account) if link.id in ticked or link.id in fit]
    usable = set(notes.usable(request, frame, {link.note for link in live}))
    titles = {one.id: one for one in notes.named(request, dict.fromkeys(link.note for link in live))}
    offered = [
        link
        for link in live
        if link.note in titles and (link.id in ticked or (link.note in usable and word in titles[link.note].title))
    ]
    offered.sort(key=lambda link: (link.id not in ticked, link.note not in own))
    shown = offered[: max(notes.OFFERED_MAX, len(ticked))]
    shops = services.catalog.shops_known({link.shop for link in shown})
    carried = _carried(request, frame, account)
    return tuple(
        LinkOffered(
            id=link.id,
            note=titles[link.note],
            title=link.title,
            button=link.button,
            shop=shops[link.shop].name if link.shop in shops else link.platform,
            approved=link.fallback_review is Review.APPROVED,
            carries=carried.get(link.id),
        )
        for link in shown
    ), len(offered) - len(shown)


def _carried(request: Request, frame: Frame, account: Advertiser) -> dict[str, str]:
    """Say which links carry a creative that is not deleted, and what it is called."""
    service = services_of(request).campaigns
    names = {one.number: one.name for one in service.of(account, Noun.CREATIVITY) if one.state is not State.DELETED}
    return {one.link: names[one.creativity] for one in service.bindings(frame.tenant) if one.creativity in names}


def _show(
    request: Request,
    frame: Frame,
    campaign: Placed,
    unit: Placed,
    sheet: Sheet,
    offered: tuple[tuple[LinkOffered, ...], int],
    *,
    copied: str | None = None,
) -> Response:
    links, more = offered
    page = CreativesForm(
        frame=frame,
        action=f"{PATH}/{campaign.number}/units/{unit.number}/creatives",
        sheet=sheet,
        campaign=campaign,
        unit=unit,
        copied=copied,
        word=request.query_params.get("word", "")[:WORD_CHARS],
        links=links,
        more=more,
        leads=bool(_ids_of(campaign)),
        places=_places(),
    )
    return render(request, "console/placing/creatives.html", page, status=sheet.status if sheet.faults else 200)


def _ids_of(campaign: Placed) -> list[int]:
    terms = cast("CampaignTerms", campaign.terms)
    return [number for number in (terms.deeplink_id, terms.universal_link_id) if number]


def _show_one(request: Request, frame: Frame, campaign: Placed, one: Placed, sheet: Sheet) -> Response:
    terms = cast("CreativityTerms", one.terms)
    [*found] = notes.named(request, [terms.note_id or ""])
    buttons = dict.fromkeys([*BUTTONS, *([terms.bar_content] if terms.bar_content else [])])
    page = CreativeForm(
        frame=frame,
        action=f"{PATH}/{campaign.number}/creatives/{one.number}",
        sheet=sheet,
        campaign=campaign,
        standing=one,
        note=found[0].title if found else terms.note_id or "",
        places=_places(),
        buttons=tuple(buttons),
    )
    return render(request, "console/placing/creative.html", page, status=sheet.status if sheet.faults else 200)
