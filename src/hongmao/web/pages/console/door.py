"""In and out: signing in, signing out, choosing a merchant, choosing a language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from hongmao.kernel.ids import check_id
from hongmao.web.auth import (
    SignInFailed,
    TooManyTries,
    close_session,
    open_session,
    principal,
    refuse_cross_site,
    sign_in,
    signed_in,
)
from hongmao.web.pages.console.frame import TENANT_COOKIE, home_of
from hongmao.web.pages.forms import form_of, own_path
from hongmao.web.pages.render import render
from hongmao.web.problems import LANG_COOKIE, lang_of, said
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

YEAR_S = 365 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPage:
    """登录."""

    next: str
    """Where to go afterwards; empty for wherever the role begins."""
    login: str
    """What was typed before, so that only the password is typed again."""
    problem: str | None
    """Why it failed, in the reader's language."""
    joins: bool
    """Whether merchants may sign up by themselves."""


def login_page(request: Request) -> Response:
    """Answer `GET /console/login`; whoever is signed in goes on."""
    wanted = own_path(request.query_params.get("next", ""), "")
    who = principal(request)
    if who is not None:
        return RedirectResponse(wanted or home_of(who), status_code=303)
    return render(request, "console/login.html", LoginPage(next=wanted, login="", problem=None, joins=_joins(request)))


async def log_in(request: Request) -> Response:
    """Answer `POST /console/login`."""
    form = await form_of(request)
    login, wanted = form.get("login", ""), own_path(form.get("next", ""), "")
    try:
        who = await run_in_threadpool(sign_in, request, login, form.get("password", ""))
    except (SignInFailed, TooManyTries) as error:
        lang = lang_of(request)
        problem = said(error, lang)
        page = LoginPage(next=wanted, login=login[:64], problem=problem, joins=_joins(request))
        return render(request, "console/login.html", page, status=error.status)
    response = RedirectResponse(wanted or home_of(who), status_code=303)
    open_session(request, response, who)
    return response


def log_out(request: Request) -> Response:
    """Answer `POST /console/logout`."""
    response = RedirectResponse("/console/login", status_code=303)
    close_session(request, response)
    response.delete_cookie(TENANT_COOKIE, path="/")
    return response


async def choose_tenant(request: Request) -> Response:
    """Answer `POST /console/tenant`: which merchant an administrator looks at from now on."""
    await run_in_threadpool(signed_in, request)
    form = await form_of(request)
    response = RedirectResponse(own_path(form.get("back", ""), "/console/"), status_code=303)
    tenant = check_id(form.get("tenant", ""), place="tenant")
    response.set_cookie(TENANT_COOKIE, tenant, max_age=YEAR_S, path="/", httponly=True, samesite="lax")
    return response


async def choose_language(request: Request) -> Response:
    """Answer `POST /lang`; a language that we do not speak leaves the one that is."""
    refuse_cross_site(request)
    form = await form_of(request)
    response = RedirectResponse(own_path(form.get("back", ""), "/feed"), status_code=303)
    if form.get("lang") in {"zh", "en"}:
        response.set_cookie(LANG_COOKIE, form["lang"], max_age=YEAR_S, path="/", httponly=True, samesite="lax")
    return response


def _joins(request: Request) -> bool:
    return services_of(request).onboarding.accounts.signs_up
