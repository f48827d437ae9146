"""对账: platforms' bills beside our own books, line by line, with what to do about each difference; and the form that takes one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from hongmao.billing.api import OUTCOME_NEXT, Outcome, bill_formats, bill_platforms, problem_of
from hongmao.catalog.api import Permission, demand, may
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.ids import MerchantId, check_id
from hongmao.web.api.bills import number_of
from hongmao.web.api.spooling import spool
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.render import render
from hongmao.web.problems import lang_of, said
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.billing.api import Bill, Compared, Look
    from hongmao.catalog.api import Merchant
    from hongmao.web.pages.console.views import Frame

PATH: Final = "/console/books"
ROWS_SHOWN: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A row that could not be read: where, why, and as it came."""

    where: str
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookView:
    """A bill held against our books: what differs first."""

    look: Look
    rows: tuple[Compared, ...]
    more: int
    """How many keys there are beyond those that are shown."""
    unread: tuple[Unread, ...]
    next: tuple[tuple[str, str], ...]
    """Outcome and what to do about it, for those that occur."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksPage:
    """对账."""

    frame: Frame
    problem: str | None
    bills: tuple[Bill, ...]
    view: LookView | None
    keeps: bool
    """Whether this reader may keep bills."""
    merchants: tuple[Merchant, ...]
    platforms: tuple[str, ...]
    formats: tuple[tuple[str, str], ...]


def books(request: Request) -> Response:
    """Answer `GET /console/books`; `?bill=` opens one."""
    return _show(request)


async def act(request: Request) -> Response:
    """Answer `POST /console/books`: a bill as a file, or by its number to be reconciled anew."""
    fields: dict[str, str] = {}
    with TemporaryDirectory(prefix="hongmao-bill-") as folder:
        path = Path(folder) / "file"
        try:
            await run_in_threadpool(_may_keep, request)
            name = await spool(request, path, fields)
        except HongmaoError as error:
            return await run_in_threadpool(_refused, request, error)
        return await run_in_threadpool(_take, request, fields, path, name)


def reconcile(request: Request) -> Response:
    """Answer `POST /console/books/{bill}`: hold a bill against our books anew."""
    frame = frame_of(request, "books")
    try:
        look = services_of(request).bills.reconcile(frame.who, number_of(str(request.path_params["bill"])))
    except HongmaoError as error:
        return _refused(request, error)
    return _to(look)


def _may_keep(request: Request) -> None:
    demand(frame_of(request, "books").who, Permission.IMPORT_BILLS)


def _take(request: Request, fields: dict[str, str], path: Path, name: str) -> Response:
    frame = frame_of(request, "books")
    try:
        look = services_of(request).bills.take(
            frame.who,
            path,
            name=name or "file",
            merchant=MerchantId(check_id(fields.get("merchant", ""), place="merchant")),
            platform=fields.get("platform", ""),
            period=fields.get("month", ""),
            format=fields.get("format") or None,
        )
    except HongmaoError as error:
        return _refused(request, error)
    return _to(look)


def _to(look: Look) -> Response:
    return RedirectResponse(f"{PATH}?bill={look.bill.number}", status_code=303)


def _refused(request: Request, error: HongmaoError) -> Response:
    return _show(request, problem=said(error, lang_of(request)), status=error.status)


def _show(request: Request, *, problem: str | None = None, status: int = 200) -> Response:
    frame = frame_of(request, "books")
    services = services_of(request)
    asked = request.query_params.get("bill")
    view = None if asked is None else _view(request, services.bills.look(frame.who, number_of(asked)))
    lang = lang_of(request)
    page = BooksPage(
        frame=frame,
        problem=problem,
        bills=tuple(services.bills.listed(frame.who)),
        view=view,
        keeps=may(frame.who, Permission.IMPORT_BILLS),
        merchants=tuple(services.catalog.merchants(frame.who)),
        platforms=bill_platforms(),
        formats=tuple((one.id, one.zh if lang == "zh" else one.en) for one in bill_formats()),
    )
    return render(request, "console/books.html", page, status=status)


def _view(request: Request, look: Look) -> LookView:
    lang = lang_of(request)
    order = list(Outcome)
    rows = sorted(look.compared, key=lambda one: (one.outcome is Outcome.SAME, order.index(one.outcome)))
    found = {one.outcome for one in look.compared} | ({Outcome.UNREADABLE} if look.unreadable else set())
    return LookView(
        look=look,
        rows=tuple(rows[:ROWS_SHOWN]),
        more=max(0, len(rows) - ROWS_SHOWN),
        unread=tuple(
            Unread(where=problem_of(look.bill, line).message(lang), raw=line.raw)
            for line in look.unreadable[:ROWS_SHOWN]
        ),
        next=tuple(
            (outcome.value, OUTCOME_NEXT[outcome][0 if lang == "zh" else 1])
            for outcome in order
            if outcome in found and outcome is not Outcome.SAME
        ),
    )
