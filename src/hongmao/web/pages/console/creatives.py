"""One campaign: its units and creatives with why each does not serve, and who changed what of it, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from hongmao.campaigns.api import CampaignTerms, Noun, State, bids_roi
from hongmao.catalog.api import Permission, demand, may
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.ids import LinkId, check_id
from hongmao.kernel.money import Money
from hongmao.web.pages.console.campaigns import PATH, account_of, number_of, row_of
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.console.placing.history import FEN, differences, who_of
from hongmao.web.pages.forms import form_of
from hongmao.web.pages.render import render
from hongmao.web.problems import lang_of, said
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.campaigns.api import Advertiser, CreativityTerms, DirectLinkTerms, Placed, StateReason, UnitTerms
    from hongmao.web.pages.console.campaigns import CampaignRow
    from hongmao.web.pages.console.placing.history import Difference
    from hongmao.web.pages.console.views import Frame

CHANGES_SHOWN: Final = 200
_NOUNS: Final = {"campaign": Noun.CAMPAIGN, "unit": Noun.UNIT, "creativity": Noun.CREATIVITY}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """One unit as it stands now."""

    number: int
    name: str
    paused: bool
    bid: int | None
    """What an act is worth: in fen, or % where the campaign bids for ROI; None where the market bids."""
    percent: bool
    target_type: int | None
    notes: int
    creatives: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CreativeRow:
    """One creative as it stands now; without a reason it serves."""

    number: int
    name: str
    unit: str
    unit_number: int
    note: str
    links: tuple[str, ...]
    reasons: tuple[StateReason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One change, of whatever belongs to the campaign."""

    noun: str
    name: str
    """What the thing was called from then on."""
    version: int
    act: str
    differences: tuple[Difference, ...]
    by: str
    why: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPage:
    """一个计划."""

    frame: Frame
    problem: str | None
    campaign: CampaignRow
    units: tuple[UnitRow, ...]
    creatives: tuple[CreativeRow, ...]
    changes: tuple[ChangeRow, ...]
    """Newest first."""
    links: tuple[str, ...]
    """The account's links, for binding."""
    bound: tuple[str, ...]
    """Those that carry a creative of this campaign."""
    works: bool


def campaign(request: Request) -> Response:
    """Answer `GET /console/campaigns/{campaign}`."""
    return _show(request)


async def act(request: Request) -> Response:
    """Answer `POST /console/campaigns/{campaign}`: a switch, a binding, a budget, by the form's `act`."""
    form = await form_of(request)
    return await run_in_threadpool(_act, request, form)


def _act(request: Request, form: dict[str, str]) -> Response:
    frame, services = frame_of(request, "campaigns"), services_of(request)
    number = request.path_params["campaign"]
    account, one = account_of(request, frame, Noun.CAMPAIGN, number)
    why, by = form.get("why", ""), frame.who.id
    try:
        demand(frame.who, Permission.WRITE_LINKS)
        match form.get("act"):
            case "bind":
                creative, link = (
                    number_of(form.get("creative", "")),
                    LinkId(check_id(form.get("link", ""), place="link")),
                )
                services.campaigns.bind(account, creative, link, by=by, why=why)
            case "unbind":
                link = LinkId(check_id(form.get("link", ""), place="link"))
                services.campaigns.unbind(account, link, by=by, why=why)
            case "budget":
                terms = CampaignTerms(limit_day_budget=1, campaign_day_budget=Money.parse(form.get("budget", "")).fen)
                services.campaigns.change(account, Noun.CAMPAIGN, one.number, terms, by=by, why=why)
            case _:
                noun = _NOUNS.get(form.get("noun", ""), Noun.CREATIVITY)
                wanted, state = number_of(form.get("number", "")), number_of(form.get("state", ""))
                services.campaigns.switch(account, noun, [wanted], state, place="state", by=by, why=why)
    except HongmaoError as error:
        return _show(request, problem=said(error, lang_of(request)), status=error.status)
    return RedirectResponse(f"{PATH}/{number}", status_code=303)


def _show(request: Request, *, problem: str | None = None, status: int = 200) -> Response:
    frame, services = frame_of(request, "campaigns"), services_of(request)
    account, one = account_of(request, frame, Noun.CAMPAIGN, request.path_params["campaign"])
    service = services.campaigns
    units = [unit for unit in service.of(account, Noun.UNIT) if unit.parent == one.number]
    names = {unit.number: unit.name for unit in units}
    creatives = [made for made in service.of(account, Noun.CREATIVITY) if made.parent in names]
    reasons = service.reasons(account, creatives)
    bound = {binding.link: binding.creativity for binding in service.bindings(frame.tenant)}
    row = row_of(account, one, service.state(one), service.campaign_reasons(account, [one])[one.number])
    page = CampaignPage(
        frame=frame,
        problem=problem,
        campaign=row,
        units=tuple(_unit(one, unit, creatives) for unit in units if unit.state is not State.DELETED),
        creatives=tuple(
            CreativeRow(
                number=made.number,
                name=made.name,
                unit=names[cast("int", made.parent)],
                unit_number=cast("int", made.parent),
                note=cast("CreativityTerms", made.terms).note_id or "",
                links=tuple(link for link, number in bound.items() if number == made.number),
                reasons=reasons[made.number],
            )
            for made in creatives
            if made.state is not State.DELETED
        ),
        changes=_changes(request, account, [one, *units, *creatives]),
        links=tuple(link.id for link in services.links.of(frame.tenant) if link.merchant == account.merchant),
        bound=tuple(link for link, number in bound.items() if number in {made.number for made in creatives}),
        works=may(frame.who, Permission.WRITE_LINKS),
    )
    return render(request, "console/campaign.html", page, status=status)


def _unit(campaign: Placed, unit: Placed, creatives: list[Placed]) -> UnitRow:
    terms = cast("UnitTerms", unit.terms)
    spus = terms.spu_note_info or ()
    return UnitRow(
        number=unit.number,
        name=unit.name,
        paused=unit.state is State.PAUSED,
        bid=terms.event_bid,
        percent=bids_roi(cast("CampaignTerms", campaign.terms)),
        target_type=terms.target_type,
        notes=len({*(terms.note_ids or ()), *(note for spu in spus for note in spu.note_ids)}),
        creatives=sum(made.parent == unit.number and made.state is not State.DELETED for made in creatives),
    )


def _changes(request: Request, account: Advertiser, things: list[Placed]) -> tuple[ChangeRow, ...]:
    """Tell what was done to a campaign, which is the first of the things, and to what belongs to it."""
    service, known = services_of(request).campaigns, {one.number: one for one in things}
    told = service.newest_changes(account, things, limit=CHANGES_SHOWN)
    versions = {(one.placed, one.version): one for one in told}
    # The oldest change that is shown of a thing differs from one that is not.
    for one in told:
        if one.version > 1 and (one.placed, one.version - 1) not in versions:
            older = service.changes(account, known[one.placed].noun, one.placed)
            versions.update({(before.placed, before.version): before for before in older})
    lang = lang_of(request)
    ways = {one.number: cast("DirectLinkTerms", one.terms).url or "" for one in service.of(account, Noun.DIRECT_LINK)}
    in_yuan = FEN if bids_roi(cast("CampaignTerms", things[0].terms)) else FEN | {"event_bid"}
    return tuple(
        ChangeRow(
            noun=known[one.placed].noun.value,
            name=one.name,
            version=one.version,
            act=one.act,
            differences=differences(versions.get((one.placed, one.version - 1)), one, lang, in_yuan=in_yuan, ways=ways),
            by=who_of(request, one.by),
            why=one.why,
            at_ms=one.at_ms,
        )
        for one in told
    )
