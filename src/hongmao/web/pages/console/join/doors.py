"""The doors of joining: one page that shows the step somebody stands at, its acts, and the way out to a platform and back.

The way out is a link and the way back a page that a browser opens: our pages let forms lead nowhere but home
(`form-action 'self'`), and a session's cookie travels with what is opened and not with what is posted from elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from hongmao.catalog.api import PLATFORM, NotAllowed, Permission, may
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.ids import ShopId, check_id
from hongmao.kernel.money import Money
from hongmao.onboarding.api import SignUpClosed, Step, Wanted
from hongmao.web.auth import limit_sign_ups, open_session, principal
from hongmao.web.i18n import catalogue
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.console.join.screens import PATH, marks_of, screen_of, shown_of, sign_up_screen
from hongmao.web.pages.console.join.views import JoinPage
from hongmao.web.pages.errors import to_login
from hongmao.web.pages.forms import FormUnreadable, fields_of
from hongmao.web.pages.render import render
from hongmao.web.problems import lang_of, said
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.onboarding.api import Progress
    from hongmao.web.pages.console.views import Frame

FIELDS_MAX: Final = 80
"""A box for every note that a screen offers, and what else its form has."""
TOLD: Final = frozenset({"joined", "connected", "reread", "asked", "built", "checked", "tried", "placed"})
PLACES: Final = frozenset({"name", "login", "password", "item", "notes", "budget", "bid", "hours", "category"})
HOURS_WRONG: Final = -1


class Posted:
    """A form: its fields, and the boxes that were ticked."""

    def __init__(self, fields: Sequence[tuple[str, str]]) -> None:
        """Take what was sent."""
        self.form = {name: value for name, value in fields if name != "note"}
        self.notes = [value for name, value in fields if name == "note"]

    def hour(self, name: str) -> int:
        """Read an hour; what is none fits no hours."""
        text = self.form.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= len("24") else HOURS_WRONG


NOTHING: Final = Posted(())


def join(request: Request) -> Response:
    """Answer `GET /console/join`: the step that somebody stands at, or `?step=` where it is open."""
    if principal(request) is None:
        if not services_of(request).onboarding.accounts.signs_up:
            return to_login(request)
        return _sign_up_page(request)
    word = {"word": request.query_params.get("word", "")}
    return _show(request, asked=request.query_params.get("step", ""), posted=Posted(list(word.items())))


async def act(request: Request) -> Response:
    """Answer `POST /console/join`: what a step does, by the form's `act`."""
    try:
        posted = Posted(await fields_of(request, fields_max=FIELDS_MAX))
    except FormUnreadable:
        posted = NOTHING
    return await run_in_threadpool(_act, request, posted)


def connect(request: Request) -> Response:
    """Answer `GET /console/join/connect?platform=`: go to the platform's own page."""
    frame = _frame(request)
    platform = request.query_params.get("platform", "")
    try:
        back_url = f"{str(request.base_url).rstrip('/')}{PATH}/back"
        page = services_of(request).onboarding.accounts.start(frame.who, platform, back_url)
    except HongmaoError as error:
        return _show(request, asked=Step.SHOP, problem=_said(request, error), status=error.status)
    return RedirectResponse(page, status_code=302, headers={"cache-control": "no-store"})


def back(request: Request) -> Response:
    """Answer `GET /console/join/back`, where the platform sends the browser: with a code, or with the seller's no."""
    frame, told = _frame(request), request.query_params
    try:
        services_of(request).onboarding.accounts.come_back(
            frame.who, told.get("state", ""), told.get("code", ""), told.get("error", "")
        )
    except HongmaoError as error:
        return _show(request, asked=Step.SHOP, problem=_said(request, error), status=error.status)
    return _on("connected")


def _act(request: Request, posted: Posted) -> Response:
    wanted = posted.form.get("act", "")
    if wanted == "sign_up":
        return _sign_up(request, posted)
    frame = _frame(request)
    try:
        told, step = _did(request, frame, wanted, posted)
    except HongmaoError as error:
        said, asked = _said(request, error), posted.form.get("step", "")
        return _show(request, asked=asked, problem=said, status=error.status, posted=posted)
    return _on(told, step)


def _did(request: Request, frame: Frame, wanted: str, posted: Posted) -> tuple[str, Step | None]:
    """Do what a form asks; give what is told of it, and the step to show where it is not the first that is left."""
    onboarding, who, form = services_of(request).onboarding, frame.who, posted.form
    progress = onboarding.where(who)
    told: tuple[str, Step | None] = ("", None)
    match wanted:
        case "reread":
            onboarding.accounts.reread(who)
            told = ("reread", Step.SHOP)
        case "category":
            shop = ShopId(check_id(form.get("shop", ""), place="shop"))
            onboarding.accounts.say_category(who, shop, form.get("category", ""))
        case "ask":
            onboarding.linking.ask(who, posted.notes)
            told = ("asked", Step.NOTES)
        case "build":
            onboarding.linking.build(who, progress, form.get("item", ""), posted.notes)
            told = ("built", Step.LINK)
        case "check":
            onboarding.linking.check(who, progress.links)
            told = ("checked", Step.LINK)
        case "try":
            onboarding.trying.trial(who, onboarding.to_try(progress, form.get("link", "")))
            told = ("tried", Step.LINK)
        case "go":
            _go(request, frame, progress, posted)
            told = ("placed", Step.RUNNING)
        case _:
            pass  # a button that this page does not have
    return told


def _go(request: Request, frame: Frame, progress: Progress, posted: Posted) -> None:
    site = str(request.base_url).rstrip("/")
    wanted = Wanted(
        budget_fen=Money.parse(posted.form.get("budget", "")).fen,
        bid_fen=Money.parse(posted.form.get("bid", "")).fen,
        first_hour=posted.hour("first"),
        after_hour=posted.hour("after"),
    )
    services_of(request).onboarding.launching.go(
        frame.who, progress, wanted, lambda cover: f"{site}/covers/{quote(cover, safe='')}.svg"
    )


def _sign_up(request: Request, posted: Posted) -> Response:
    form, onboarding = posted.form, services_of(request).onboarding
    try:
        if not onboarding.accounts.signs_up:
            raise SignUpClosed
        limit_sign_ups(request)
        who = onboarding.accounts.sign_up(form.get("name", ""), form.get("login", ""), form.get("password", ""))
    except HongmaoError as error:
        return _sign_up_page(request, form, problem=_said(request, error), status=error.status)
    response = _on("joined")
    open_session(request, response, who)
    return response


def _sign_up_page(
    request: Request, form: Mapping[str, str] | None = None, *, problem: str | None = None, status: int = 200
) -> Response:
    page = JoinPage(
        frame=None,
        step=Step.ACCOUNT,
        steps=marks_of(None, Step.ACCOUNT),
        problem=problem,
        told=None,
        screen=sign_up_screen(form or {}),
        works=services_of(request).onboarding.accounts.signs_up,
    )
    return render(request, "console/join/account.html", page, status=status)


def _show(
    request: Request, *, asked: str = "", problem: str | None = None, status: int = 200, posted: Posted = NOTHING
) -> Response:
    frame, services = _frame(request), services_of(request)
    progress = services.onboarding.where(frame.who)
    step, form = shown_of(progress, asked), dict(posted.form)
    try:
        screen = screen_of(services, frame.who, progress, step, form, posted.notes)
    except HongmaoError as error:
        # A platform that does not answer must not lock a merchant out of what it has: the step before it asks nobody.
        step, problem, status = Step.SHOP, problem or _said(request, error), error.status
        screen = screen_of(services, frame.who, progress, step, form, posted.notes)
    told = request.query_params.get("told", "")
    page = JoinPage(
        frame=frame,
        step=step,
        steps=marks_of(progress, step),
        problem=problem,
        told=f"join.told.{told}" if told in TOLD and problem is None else None,
        screen=screen,
        works=may(frame.who, Permission.WRITE_LINKS),
    )
    return render(request, f"console/join/{step.value}.html", page, status=status)


def _frame(request: Request) -> Frame:
    frame = frame_of(request, "join")
    if frame.tenant == PLATFORM:
        # The house itself sells nothing: it makes a merchant first, or looks at one.
        raise NotAllowed(role=frame.who.role.value, act="join")
    return frame


def _on(told: str, step: Step | None = None) -> Response:
    query = "&".join(part for part in (f"step={step.value}" if step else "", f"told={told}" if told else "") if part)
    return RedirectResponse(f"{PATH}?{query}" if query else PATH, status_code=303)


def _said(request: Request, error: HongmaoError) -> str:
    """Say an error in the reader's language, with its field by the name that the page gives it."""
    lang = lang_of(request)
    place = error.params.get("place")
    if place in PLACES:
        named = catalogue(lang).text(f"join.field.{place}")
        error = type(error)(**{**error.params, "place": named})
    return said(error, lang)
