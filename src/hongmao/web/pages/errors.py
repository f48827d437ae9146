"""Errors as pages: the sentence and the next step in both languages, the right status, never what went on inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from starlette.responses import RedirectResponse, Response

from hongmao.web.auth import NotSignedIn
from hongmao.web.i18n import HTML_LANG, LANGS
from hongmao.web.pages.render import render
from hongmao.web.problems import lang_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from hongmao.kernel.errors import HongmaoError


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An error in one language."""

    html_lang: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """An error, in the reader's language first."""

    said: tuple[Said, ...]
    status: int
    code: str
    home: str
    back: str | None
    """The page that the reader came from, where it was one of ours."""

    @property
    def first(self) -> Said:
        """Say it in the reader's own language."""
        return self.said[0]


def error_page(request: Request, error: HongmaoError) -> Response:
    """Answer a person with an error. Whoever is not signed in is shown the door instead."""
    if isinstance(error, NotSignedIn):
        return to_login(request)
    mine = lang_of(request)
    said = tuple(
        Said(html_lang=HTML_LANG[lang], message=error.message(lang), hint=error.hint(lang))
        for lang in sorted(LANGS, key=lambda lang: lang != mine)
    )
    console = request.url.path.startswith(("/console", "/ops"))
    page = ErrorPage(
        said=said,
        status=error.status,
        code=error.code,
        home="/console/" if console else "/feed",
        back=_came_from(request),
    )
    return render(request, "error.html", page, status=error.status)


def to_login(request: Request) -> Response:
    """Lead to the login and from there back to the page that was wanted; an act that was posted is not repeated."""
    query = f"?{request.url.query}" if request.url.query else ""
    wanted = f"{request.url.path}{query}" if request.method in {"GET", "HEAD"} else "/console/"
    address = f"/console/login?next={quote(wanted, safe='')}"
    if request.headers.get("hx-request") == "true":
        # A fragment's place is no place for a login form: the whole page goes there.
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)


def _came_from(request: Request) -> str | None:
    """Find the page that led here, if it was ours and another one than this."""
    parts = urlsplit(request.headers.get("referer", ""))
    if parts.netloc != request.url.netloc or not parts.path.startswith("/") or parts.path.startswith("//"):
        return None
    there = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return None if parts.path == request.url.path else there
