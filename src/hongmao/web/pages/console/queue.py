"""审核与授权: what waits for a verdict and why, with the verdict itself, and what creators let this tenant do with their notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from hongmao.campaigns.api import fault_of, read_day
from hongmao.catalog.api import Permission, demand, may
from hongmao.kernel.errors import BadInput, HongmaoError
from hongmao.kernel.ids import LinkId, NoteId, check_id
from hongmao.kernel.time import Window
from hongmao.links.api import Review, Reviews
from hongmao.web.pages.console.campaigns import number_of
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.forms import form_of
from hongmao.web.pages.render import render
from hongmao.web.problems import lang_of, said
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.campaigns.api import Authorisation, QueueItem
    from hongmao.links.api import AdLink
    from hongmao.web.pages.console.views import Frame

PATH: Final = "/console/review"
ITEMS_SHOWN: Final = 200
WHY_CHARS_MAX: Final = 200


class ReasonMissing(BadInput):
    """A rejection that does not say why."""

    code = "reason_missing"
    zh = "{place}：拒绝时必须写明原因"
    en = "{place}: a rejection says why"
    hint_zh = "请用 1 到 200 个字写明要改什么"
    hint_en = "Say in 1 to 200 characters what is to change"


@dataclass(frozen=True, slots=True, kw_only=True)
class RightRow:
    """One authorisation as it stands now."""

    note: str
    creator: str
    state: int
    paid: bool
    registered: bool
    last_ms: int | None
    """The last instant at which it holds; None is without end."""
    fault: str | None
    """Why its note may not serve now; None where it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """审核与授权."""

    frame: Frame
    problem: str | None
    items: tuple[QueueItem, ...]
    more: int
    """How many wait beyond those that are shown."""
    rights: tuple[RightRow, ...]
    reviews: bool
    """Whether this reader gives verdicts."""
    answers: bool
    """Whether this reader speaks for creators."""
    asks: bool
    """Whether this reader asks creators and takes back what was asked."""


def review(request: Request) -> Response:
    """Answer `GET /console/review`."""
    return _show(request)


async def act(request: Request) -> Response:
    """Answer `POST /console/review`: a verdict, or a step of an authorisation, by the form's `act`."""
    form = await form_of(request)
    return await run_in_threadpool(_act, request, form)


def _act(request: Request, form: Mapping[str, str]) -> Response:
    frame, rights = frame_of(request, "review"), services_of(request).authorisations
    why = form.get("why", "")
    try:
        match form.get("act"):
            case "verdict":
                _verdict(request, frame, form)
            case "answer":
                rights.answer(
                    frame.who,
                    _note(form),
                    number_of(form.get("state", "")),
                    to_ms=_end(form.get("until", "")),
                    paid=form.get("paid") != "no",
                    registered=form.get("registered") == "yes",
                    why=why,
                )
            case "filing":
                rights.file(frame.who, _note(form), registered=form.get("registered") == "yes", why=why)
            case "cancel":
                rights.cancel(frame.who, _note(form), why=why)
            case _:
                rights.ask(frame.who, _note(form), why=why)
    except HongmaoError as error:
        return _show(request, problem=said(error, lang_of(request)), status=error.status)
    return RedirectResponse(PATH, status_code=303)


def _verdict(request: Request, frame: Frame, form: Mapping[str, str]) -> None:
    """Give one verdict on every address of a link that has none yet; a rejection says why."""
    demand(frame.who, Permission.REVIEW_LINKS)
    links = services_of(request).links
    link = links.get(frame.tenant, LinkId(check_id(form.get("link", ""), place="link")))
    passed, why = form.get("passed") == "yes", form.get("why", "").strip()
    if len(why) > WHY_CHARS_MAX or not (passed or why):
        raise ReasonMissing(place="why")
    links.review(frame.tenant, link.id, _reviews(link, Review.APPROVED if passed else Review.REJECTED, why))


def _reviews(link: AdLink, verdict: Review, why: str) -> Reviews:
    waiting = Review.PENDING
    return Reviews(
        deeplink=verdict if link.deeplink and link.deeplink_review is waiting else None,
        universal_link=verdict if link.universal_link and link.universal_link_review is waiting else None,
        fallback=verdict if link.fallback_review is waiting else None,
        note=why,
    )


def _note(form: Mapping[str, str]) -> NoteId:
    return NoteId(check_id(form.get("note", ""), place="note"))


def _end(text: str) -> int | None:
    return Window.of_day(read_day(text, "until")).end_ms if text else None


def _show(request: Request, *, problem: str | None = None, status: int = 200) -> Response:
    frame, services = frame_of(request, "review"), services_of(request)
    items = services.campaigns.review_queue(frame.who)
    page = ReviewPage(
        frame=frame,
        problem=problem,
        items=tuple(items[:ITEMS_SHOWN]),
        more=max(0, len(items) - ITEMS_SHOWN),
        rights=_rights(services.authorisations.of(frame.tenant), services.clock.now_ms()),
        reviews=may(frame.who, Permission.REVIEW_LINKS),
        answers=may(frame.who, Permission.WRITE_COMMUNITY),
        asks=may(frame.who, Permission.WRITE_LINKS),
    )
    return render(request, "console/review.html", page, status=status)


def _rights(known: Sequence[Authorisation], now_ms: int) -> tuple[RightRow, ...]:
    return tuple(
        RightRow(
            note=one.note,
            creator=one.creator,
            state=int(one.state),
            paid=one.paid,
            registered=one.registered,
            last_ms=None if one.to_ms is None else one.to_ms - 1,
            fault=fault_of(one, now_ms),
        )
        for one in known
    )
