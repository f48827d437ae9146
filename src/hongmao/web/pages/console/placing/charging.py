"""计费方式 of a campaign: what it is charged for now, every agreement that led there, and a form that agrees on another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from hongmao.billing.api import Scheme
from hongmao.campaigns.api import WHY_CHARS_MAX, CampaignTerms, Noun, State
from hongmao.catalog.api import Permission, demand, may
from hongmao.kernel.errors import HongmaoError
from hongmao.web.pages.console.campaigns import PATH, account_of
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.console.placing.campaign import frame_for_writing
from hongmao.web.pages.console.placing.history import who_of
from hongmao.web.pages.console.placing.sheet import Sheet, filled
from hongmao.web.pages.forms import fields_of
from hongmao.web.pages.render import render
from hongmao.web.problems import lang_of
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.campaigns.api import Placed
    from hongmao.web.pages.console.views import Frame

NO_AMOUNT: Final = 0
"""By clicks, the price is that of each link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRow:
    """One agreement, and until when it held; None while it does."""

    scheme: str
    amount_fen: int | None
    from_ms: int
    to_ms: int | None
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingPage:
    """计费方式."""

    frame: Frame
    sheet: Sheet
    campaign: Placed
    goal: int | None
    rows: tuple[AgreementRow, ...]
    """Newest first; empty where nothing was ever agreed, so that clicks are charged."""
    works: bool
    schemes: tuple[str, ...] = tuple(Scheme)
    why_chars: int = WHY_CHARS_MAX


def charging(request: Request) -> Response:
    """Answer `GET /console/campaigns/{campaign}/charging`."""
    frame = frame_of(request, "campaigns")
    demand(frame.who, Permission.READ_CATALOG)
    return _show(request, frame, filled(lang_of(request), {"scheme": Scheme.CPC}))


async def agree(request: Request) -> Response:
    """Answer `POST /console/campaigns/{campaign}/charging`: charge it so from now on."""
    fields = await fields_of(request)
    return await run_in_threadpool(_agree, request, fields)


def _agree(request: Request, fields: Sequence[tuple[str, str]]) -> Response:
    frame, sheet = frame_for_writing(request), Sheet(lang_of(request), fields)
    account, one = account_of(request, frame, Noun.CAMPAIGN, request.path_params["campaign"])
    scheme, amount_fen = sheet.value("scheme"), sheet.fen("amount_fen")
    if not sheet.faults:
        try:
            services_of(request).rating.agree(
                account, one.number, scheme, amount_fen or NO_AMOUNT, by=frame.who.id, why=sheet.value("why")
            )
            return RedirectResponse(f"{PATH}/{one.number}/charging", status_code=303)
        except HongmaoError as error:
            sheet.refuse(error)
    return _show(request, frame, sheet)


def _show(request: Request, frame: Frame, sheet: Sheet) -> Response:
    _, one = account_of(request, frame, Noun.CAMPAIGN, request.path_params["campaign"])
    page = ChargingPage(
        frame=frame,
        sheet=sheet,
        campaign=one,
        goal=cast("CampaignTerms", one.terms).optimize_target,
        rows=_rows(request, frame, one.number),
        works=may(frame.who, Permission.WRITE_LINKS) and one.state is not State.DELETED,
    )
    return render(request, "console/placing/charging.html", page, status=sheet.status if sheet.faults else 200)


def _rows(request: Request, frame: Frame, campaign: int) -> tuple[AgreementRow, ...]:
    agreed = [one for one in services_of(request).rating.agreed(frame.tenant) if one.campaign == campaign]
    until = [*(later.from_ms for later in agreed[1:]), None]
    rows = [
        AgreementRow(
            scheme=one.scheme.value,
            amount_fen=None if one.scheme is Scheme.CPC else one.amount_fen,
            from_ms=one.from_ms,
            to_ms=to_ms,
            by=who_of(request, one.by),
            why=one.why,
        )
        for one, to_ms in zip(agreed, until, strict=False)
    ]
    return tuple(reversed(rows))
