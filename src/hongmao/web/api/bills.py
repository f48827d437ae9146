"""`/v1/bills`: platforms' bills, kept to the row and held against our books; `/v1/agency-clients`: who may see whose books.

A bill is sent to `/v1/bills/files/{platform}/{format}` as the whole body or as the one file of a form; `auto` for the format
tells it by its headers.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from hongmao.billing.api import BillUnknown, bill_told, line_told, look_told
from hongmao.catalog.api import Permission
from hongmao.events.api import FieldMalformed
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.ids import MerchantId, TenantId, check_id
from hongmao.web.api.doors import Act, Made, answer_of, door, refusal_of, standing_in
from hongmao.web.api.imports import AUTO
from hongmao.web.api.reading import Sent, Standing, line_of, read_query, rows_within
from hongmao.web.api.spooling import NAME_CHARS_MAX, spool
from hongmao.web.auth import require
from hongmao.web.errors import MethodNotTaken
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from hongmao.catalog.api import Principal
    from hongmao.web.api.doors import Call

_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_NUMBER_CHARS_MAX: Final = 15


class BillQuery(Standing, frozen=True, kw_only=True):
    """What the address says of a bill."""

    merchant: str
    month: str
    name: str = ""


class BillsQuery(Standing, frozen=True, kw_only=True):
    """Whose bills, those below a number."""

    merchant: str | None = None
    before: int | None = None
    limit: int = 200


class LinesQuery(Sent, frozen=True, kw_only=True):
    """Which rows of a bill: those below a row."""

    after: int = 0
    limit: int = 500


class AppointBody(Standing, frozen=True, kw_only=True):
    """代理授权: an agency may see a merchant's books from a day on; `to_day` its last, or until somebody ends it."""

    merchant: str
    agency: str
    from_day: str
    to_day: str | None = None


def _bills(call: Call, query: BillsQuery) -> object:
    merchant = None if query.merchant is None else MerchantId(check_id(query.merchant, place="merchant"))
    found = call.services.bills.listed(call.who, merchant, before=query.before, limit=rows_within(query.limit))
    return {"bills": [bill_told(bill) for bill in found]}


def _bill(call: Call, _query: Sent) -> object:
    return look_told(call.services.bills.look(call.who, number_of(call.ids["bill"])))


def _lines(call: Call, query: LinesQuery) -> object:
    number, limit = number_of(call.ids["bill"]), rows_within(query.limit)
    return {
        "lines": [line_told(one) for one in call.services.bills.lines(call.who, number, after=query.after, limit=limit)]
    }


def _reconcile(call: Call, _body: Sent) -> object:
    return look_told(call.services.bills.reconcile(call.who, number_of(call.ids["bill"])))


def _clients(call: Call, _query: Standing) -> object:
    return {"clients": call.services.agencies.appointed(call.who)}


def _appoint(call: Call, body: AppointBody) -> object:
    return Made(
        call.services.agencies.appoint(
            call.who,
            MerchantId(check_id(body.merchant, place="merchant")),
            TenantId(check_id(body.agency, place="agency")),
            _day(body.from_day, place="from_day"),
            None if body.to_day is None else _day(body.to_day, place="to_day"),
        )
    )


def number_of(text: str) -> int:
    """Read a bill's number; what is none names no bill."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _NUMBER_CHARS_MAX):
        raise BillUnknown(id=text[:64])
    return int(text)


def _day(text: str, *, place: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FieldMalformed(place=place, expected="2025-05-07", got=f'"{text[:48]}"') from None


async def _endpoint(request: Request) -> Response:
    try:
        if request.method != "POST":
            raise MethodNotTaken(method=request.method, allowed="POST")
        home = await run_in_threadpool(require, request, Permission.IMPORT_BILLS)
        query = read_query(BillQuery, request)
        with TemporaryDirectory(prefix="hongmao-bill-") as folder:
            path = Path(folder) / "file"
            sent_name = await spool(request, path)
            return answer_of(await run_in_threadpool(_take, request, home, query, path, sent_name))
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it
    except HongmaoError as error:
        return refusal_of(error)


def _take(request: Request, home: Principal, query: BillQuery, path: Path, sent_name: str) -> object:
    services = services_of(request)
    wanted = check_id(str(request.path_params["format"]), place="format")
    look = services.bills.take(
        standing_in(services, home, query.tenant),
        path,
        name=line_of(query.name or sent_name or "file", place="name", chars_max=NAME_CHARS_MAX),
        merchant=MerchantId(check_id(query.merchant, place="merchant")),
        platform=check_id(str(request.path_params["platform"]), place="platform"),
        period=query.month,
        format=None if wanted == AUTO else wanted,
    )
    return look_told(look) if look.duplicate else Made(look_told(look))


routes = [
    door("/v1/bills", get=Act(Permission.READ_WALLETS, BillsQuery, _bills)),
    Route("/v1/bills/files/{platform}/{format}", _endpoint, methods=list(_METHODS)),
    door("/v1/bills/{bill}", get=Act(Permission.READ_WALLETS, Sent, _bill)),
    door("/v1/bills/{bill}/lines", get=Act(Permission.READ_WALLETS, LinesQuery, _lines)),
    door("/v1/bills/{bill}/looks", post=Act(Permission.IMPORT_BILLS, Sent, _reconcile)),
    door(
        "/v1/agency-clients",
        get=Act(Permission.READ_WALLETS, Standing, _clients),
        post=Act(Permission.MANAGE_KEYS, AppointBody, _appoint),
    ),
]
