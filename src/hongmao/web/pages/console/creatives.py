"""One campaign: its units and creatives with why each does not serve, twenty new ones in one form, and who changed what and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from hongmao.campaigns.api import CampaignTerms, CreativityTerms, Noun, State
from hongmao.catalog.api import Permission, demand, may
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.ids import LinkId, check_id
from hongmao.kernel.money import Money
from hongmao.web.pages.console.campaigns import PATH, account_of, number_of, row_of
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.forms import form_of
from hongmao.web.pages.render import render
from hongmao.web.problems import lang_of, said
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.campaigns.api import Advertiser, Change, Placed, StateReason
    from hongmao.web.pages.console.campaigns import CampaignRow
    from hongmao.web.pages.console.views import Frame

CHANGES_SHOWN: Final = 200
INVOKE: Final = 11
_NOUNS: Final = {"campaign": Noun.CAMPAIGN, "unit": Noun.UNIT, "creativity": Noun.CREATIVITY}


@dataclass(frozen=True, slots=True, kw_only=True)
class CreativeRow:
    """One creative as it stands now; without a reason it serves."""

    number: int
    name: str
    unit: str
    note: str
    links: tuple[str, ...]
    reasons: tuple[StateReason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One change, of whatever belongs to the campaign."""

    noun: str
    number: int
    version: int
    act: str
    by: str
    why: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPage:
    """一个计划."""

    frame: Frame
    problem: str | None
    campaign: CampaignRow
    units: tuple[tuple[int, str], ...]
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
    """Answer `POST /console/campaigns/{campaign}`: new creatives, a switch, a binding, a budget, by the form's `act`."""
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
            case "create":
                unit = number_of(form.get("unit", ""))
                services.campaigns.place_creativities(account, unit, _drafts(form), by=by, why=why)
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


def _drafts(form: dict[str, str]) -> list[CreativityTerms]:
    """Read one creative a line: a note's id and, after a space, its name; the rest is the same for all."""
    lines = [line.split(maxsplit=1) for line in form.get("notes", "").splitlines() if line.strip()]
    return [
        CreativityTerms(
            creativity_name=line[-1],
            note_id=line[0],
            conversion_type=INVOKE,
            conversion_component_types=[0],
            bar_content=form.get("button") or None,
            title=form.get("title") or None,
            fall_back_jump_url=form.get("fallback") or None,
            app_comp_icon=form.get("icon") or None,
            ad_biz_item_id=form.get("item") or None,
        )
        for line in lines
    ]


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
        units=tuple((unit.number, unit.name) for unit in units if unit.state is not State.DELETED),
        creatives=tuple(
            CreativeRow(
                number=made.number,
                name=made.name,
                unit=names[cast("int", made.parent)],
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


def _changes(request: Request, account: Advertiser, things: list[Placed]) -> tuple[ChangeRow, ...]:
    nouns = {one.number: one.noun for one in things}
    told = services_of(request).campaigns.newest_changes(account, things, limit=CHANGES_SHOWN)
    return tuple(_change(nouns[one.placed], one) for one in told)


def _change(noun: Noun, change: Change) -> ChangeRow:
    return ChangeRow(
        noun=noun.value,
        number=change.placed,
        version=change.version,
        act=change.act,
        by=change.by,
        why=change.why,
        at_ms=change.at_ms,
    )
