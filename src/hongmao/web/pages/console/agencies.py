"""代理授权: which agency may read a merchant's books for which days, and how that came to be; for an agency, its clients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from hongmao.billing.api import Party, covers, month_of
from hongmao.catalog.api import Permission, TenantKind, demand, may
from hongmao.events.api import FieldMalformed
from hongmao.insight.api import StatementFormat
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.ids import MerchantId, TenantId, check_id
from hongmao.kernel.time import Window, day_of
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.forms import form_of
from hongmao.web.pages.render import render
from hongmao.web.problems import lang_of, said
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.billing.api import AgencyClient
    from hongmao.catalog.api import Merchant
    from hongmao.web.pages.console.views import Frame
    from hongmao.web.services import Services

PATH: Final = "/console/agencies"
HISTORY_SHOWN: Final = 200
FORMS: Final = (StatementFormat.PDF, StatementFormat.XLSX, StatementFormat.CSV)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointed:
    """One appointment that counts, as its merchant sees it."""

    client: AgencyClient
    merchant_name: str
    agency_name: str
    taken_back: date
    """The day to write so that nothing of it is left: the one before its first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One client of an agency: for which days, and which months lie wholly in them."""

    merchant: MerchantId
    name: str
    spans: tuple[AgencyClient, ...]
    months: tuple[str, ...]
    """Such as 2025-05, the newest first."""
    whose: str
    """How the form of statements names it: `party/id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgenciesPage:
    """代理授权."""

    frame: Frame
    problem: str | None
    appoints: bool
    """Whether this reader may appoint: whoever may hand out keys of the tenant."""
    merchants: tuple[Merchant, ...]
    today: date
    appointed: tuple[Appointed, ...]
    history: tuple[Appointed, ...]
    """Every word that was kept, the newest first."""
    is_agency: bool
    clients: tuple[Client, ...]
    forms: tuple[str, ...] = tuple(one.value for one in FORMS)


def agencies(request: Request) -> Response:
    """Answer `GET /console/agencies`."""
    return _show(request)


async def act(request: Request) -> Response:
    """Answer `POST /console/agencies`: appoint an agency, or give one that is appointed another last day."""
    form = await form_of(request)
    return await run_in_threadpool(_act, request, form)


def _act(request: Request, form: Mapping[str, str]) -> Response:
    frame = frame_of(request, "agencies")
    try:
        demand(frame.who, Permission.MANAGE_KEYS)
        services_of(request).agencies.appoint(
            frame.who,
            MerchantId(check_id(form.get("merchant", ""), place="merchant")),
            TenantId(check_id(form.get("agency", "").strip(), place="agency")),
            _day(form.get("from_day", ""), place="from_day"),
            _day(form["to_day"], place="to_day") if form.get("to_day", "").strip() else None,
        )
    except HongmaoError as error:
        return _show(request, problem=said(error, lang_of(request)), status=error.status)
    return RedirectResponse(PATH, status_code=303)


def _day(text: str, *, place: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise FieldMalformed(place=place, expected="2025-05-07", got=f'"{text[:48]}"') from None


def _show(request: Request, *, problem: str | None = None, status: int = 200) -> Response:
    frame = frame_of(request, "agencies")
    services = services_of(request)
    merchants = tuple(services.catalog.merchants(frame.who))
    names = {one.id: one.name for one in merchants}
    standing = services.agencies.appointed(frame.who)
    page = AgenciesPage(
        frame=frame,
        problem=problem,
        appoints=may(frame.who, Permission.MANAGE_KEYS),
        merchants=merchants,
        today=day_of(services.clock.now_ms()),
        appointed=tuple(_appointed(services, one, names) for one in standing if one.tenant == frame.tenant),
        history=tuple(_appointed(services, one, names) for one in services.agencies.history(frame.who, HISTORY_SHOWN)),
        is_agency=services.catalog.tenant(frame.tenant).kind is TenantKind.AGENCY,
        clients=_clients(services, frame, [one for one in standing if one.agency == frame.tenant]),
    )
    return render(request, "console/agencies.html", page, status=status)


def _appointed(services: Services, client: AgencyClient, names: Mapping[MerchantId, str]) -> Appointed:
    return Appointed(
        client=client,
        merchant_name=names.get(client.merchant, client.merchant),
        agency_name=services.catalog.tenant(client.agency).name,
        taken_back=client.from_day - timedelta(days=1),
    )


def _clients(services: Services, frame: Frame, spans: Sequence[AgencyClient]) -> tuple[Client, ...]:
    """List an agency's clients with the months whose statement it may read: those that lie wholly in the days agreed."""
    months = [month_of(one.month) for one in services.books.months(frame.who)]
    found = []
    for merchant in dict.fromkeys(one.merchant for one in spans):
        mine = tuple(one for one in spans if one.merchant == merchant)
        reader = services.agencies.reader(frame.who, merchant, Window.of_day(mine[0].from_day))
        found.append(
            Client(
                merchant=merchant,
                name=services.catalog.merchant(reader, merchant).name,
                spans=mine,
                months=tuple(one.text for one in months if covers(mine, one.first_day, one.last_day)),
                whose=f"{Party.MERCHANT}/{merchant}",
            )
        )
    return tuple(found)
