"""链接巡检: what pages of links were found to say otherwise, what was done about it at once, and the word that settles it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from hongmao.catalog.api import Permission, demand, may
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.ids import LinkId, check_id
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.forms import form_of
from hongmao.web.pages.render import render
from hongmao.web.problems import lang_of, said
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.links.api import Finding
    from hongmao.web.pages.console.views import Frame

PATH: Final = "/console/care"
FINDINGS_SHOWN: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePage:
    """链接巡检."""

    frame: Frame
    problem: str | None
    open: tuple[Finding, ...]
    more: int
    """How many differ beyond those that are shown."""
    settled: tuple[Finding, ...]
    links: tuple[LinkId, ...]
    """The links that something is open about, each once."""
    reads: bool
    """Whether this reader may have a page read again."""
    agrees: bool
    """Whether this reader's word settles a difference."""


def care(request: Request) -> Response:
    """Answer `GET /console/care`."""
    return _show(request)


async def act(request: Request) -> Response:
    """Answer `POST /console/care`: read a link's page again now, or agree to what it says, by the form's `act`."""
    form = await form_of(request)
    return await run_in_threadpool(_act, request, form)


def _act(request: Request, form: Mapping[str, str]) -> Response:
    frame, desk = frame_of(request, "care"), services_of(request).care
    try:
        link = LinkId(check_id(form.get("link", ""), place="link"))
        if form.get("act") == "agree":
            demand(frame.who, Permission.REVIEW_LINKS)
            desk.agree(frame.tenant, link, frame.who.id)
        else:
            demand(frame.who, Permission.WRITE_LINKS)
            desk.read_now(frame.tenant, link)
    except HongmaoError as error:
        return _show(request, problem=said(error, lang_of(request)), status=error.status)
    return RedirectResponse(PATH, status_code=303)


def _show(request: Request, *, problem: str | None = None, status: int = 200) -> Response:
    frame = frame_of(request, "care")
    every = services_of(request).care.findings(frame.tenant, every=True)
    differing = _where(every, settled=False)
    page = CarePage(
        frame=frame,
        problem=problem,
        open=differing[:FINDINGS_SHOWN],
        more=max(0, len(differing) - FINDINGS_SHOWN),
        settled=_where(every, settled=True)[:FINDINGS_SHOWN],
        links=tuple(dict.fromkeys(one.link for one in differing)),
        reads=may(frame.who, Permission.WRITE_LINKS),
        agrees=may(frame.who, Permission.REVIEW_LINKS),
    )
    return render(request, "console/care.html", page, status=status)


def _where(findings: Sequence[Finding], *, settled: bool) -> tuple[Finding, ...]:
    return tuple(one for one in findings if (one.closed_at_ms is not None) is settled)
