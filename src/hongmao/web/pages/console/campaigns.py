"""计划: the campaigns of a tenant, each with the state it stands in now and everything that keeps it from serving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from hongmao.campaigns.api import Noun, PlacedUnknown, State
from hongmao.catalog.api import Permission, demand, may
from hongmao.kernel.errors import HongmaoError
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.forms import fen_of, form_of
from hongmao.web.pages.render import render
from hongmao.web.problems import lang_of, said
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.campaigns.api import Advertiser, CampaignTerms, Placed, StateReason
    from hongmao.web.pages.console.views import Frame

PATH: Final = "/console/campaigns"
NUMBER_DIGITS: Final = 18
MARKS: Final = {1: "good", 2: "warn", 3: "", 4: "bad", 5: "bad", 7: "bad", 8: "warn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRow:
    """One campaign as it stands now."""

    number: int
    name: str
    account: str
    state: int
    mark: str
    reasons: tuple[StateReason, ...]
    budget_fen: int | None
    updated_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One 广告主账户, and what all its campaigns may spend in a day together."""

    number: int
    name: str
    budget_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignsPage:
    """计划列表."""

    frame: Frame
    problem: str | None
    """Why what was asked last was refused, in the reader's language."""
    rows: tuple[CampaignRow, ...]
    accounts: tuple[AccountRow, ...]
    works: bool
    """Whether this reader may change anything."""


def campaigns(request: Request) -> Response:
    """Answer `GET /console/campaigns`."""
    return _show(request)


async def act(request: Request) -> Response:
    """Answer `POST /console/campaigns`: switch a campaign, or set what an account may spend in a day, and say why."""
    form = await form_of(request)
    return await run_in_threadpool(_act, request, form)


def account_of(request: Request, frame: Frame, noun: Noun, number: str) -> tuple[Advertiser, Placed]:
    """Find a thing and its account among the tenant's; somebody else's reads as none."""
    services, wanted = services_of(request), number_of(number)
    for account in services.campaigns.advertisers(frame.tenant):
        for one in services.campaigns.of(account, noun):
            if one.number == wanted:
                return account, one
    raise PlacedUnknown(place=f"{noun.value}_id", id=number[:NUMBER_DIGITS])


def number_of(text: str) -> int:
    """Read a number of ours; 0, which nothing has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS else 0


def _act(request: Request, form: Mapping[str, str]) -> Response:
    frame = frame_of(request, "campaigns")
    try:
        demand(frame.who, Permission.WRITE_LINKS)
        if form.get("act") == "budget":
            _set_budget(request, frame, form)
        else:
            _switch(request, frame, form)
    except HongmaoError as error:
        return _show(request, problem=said(error, lang_of(request)), status=error.status)
    return RedirectResponse(PATH, status_code=303)


def _switch(request: Request, frame: Frame, form: Mapping[str, str]) -> None:
    account, one = account_of(request, frame, Noun.CAMPAIGN, form.get("campaign", ""))
    services_of(request).campaigns.switch(
        account,
        Noun.CAMPAIGN,
        [one.number],
        number_of(form.get("state", "")),
        place="state",
        by=frame.who.id,
        why=form.get("why", ""),
    )


def _set_budget(request: Request, frame: Frame, form: Mapping[str, str]) -> None:
    service, wanted = services_of(request).campaigns, number_of(form.get("account", ""))
    account = next((one for one in service.advertisers(frame.tenant) if one.number == wanted), None)
    if account is None:
        raise PlacedUnknown(place="account", id=form.get("account", "")[:NUMBER_DIGITS])
    service.set_account_budget(account, fen_of(form.get("budget", "")), by=frame.who.id, why=form.get("why", ""))


def _show(request: Request, *, problem: str | None = None, status: int = 200) -> Response:
    frame, service = frame_of(request, "campaigns"), services_of(request).campaigns
    rows: list[CampaignRow] = []
    accounts = service.advertisers(frame.tenant)
    for account in accounts:
        living = [one for one in service.of(account, Noun.CAMPAIGN) if one.state is not State.DELETED]
        states, reasons = service.states(account, living), service.campaign_reasons(account, living)
        rows += [row_of(account, one, states[one.number], reasons[one.number]) for one in living]
    page = CampaignsPage(
        frame=frame,
        problem=problem,
        rows=tuple(rows),
        accounts=tuple(
            AccountRow(number=one.number, name=one.name, budget_fen=service.account_budget_fen(one)) for one in accounts
        ),
        works=may(frame.who, Permission.WRITE_LINKS),
    )
    return render(request, "console/campaigns.html", page, status=status)


def row_of(account: Advertiser, one: Placed, state: int, reasons: tuple[StateReason, ...]) -> CampaignRow:
    """Show a campaign."""
    terms = cast("CampaignTerms", one.terms)
    return CampaignRow(
        number=one.number,
        name=one.name,
        account=account.name,
        state=state,
        mark=MARKS[state],
        reasons=reasons,
        budget_fen=terms.campaign_day_budget if terms.limit_day_budget == 1 else None,
        updated_at_ms=one.updated_at_ms,
    )
