"""The web app: the tiny edge first, then API and pages; every error a sentence, every answer with its guards."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from hongmao.kernel.errors import HongmaoError, Unavailable
from hongmao.web.api import routes as api_routes
from hongmao.web.edge.app import EdgeApp
from hongmao.web.edge.feed_api import routes as feed_routes
from hongmao.web.errors import BrokenInside, MethodNotTaken, PageUnknown
from hongmao.web.juguang.routes import routes as juguang_routes
from hongmao.web.pages import error_page
from hongmao.web.pages import routes as page_routes
from hongmao.web.problems import problem_response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.kernel.clock import Clock
    from hongmao.web.edge.hot.limits import Limits
    from hongmao.web.edge.origin import Origins
    from hongmao.web.services import Services

_log = logging.getLogger("hongmao.web")
RETRY_AFTER_S = "1"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Cookies:
    """How sessions are signed and how they age, and whether cookies travel by https alone."""

    key: bytes
    secure: bool
    clock: Clock
    """The machine's: a person sits at it for hours while a played city lives through days."""


def create_app(
    services: Services, cookies: Cookies, origins: Origins | None = None, limits: Limits | None = None
) -> EdgeApp:
    """Make the app of one deployment. `origins` knows whose word on who asks is believed, `limits` what is too much."""
    inner = Starlette(
        routes=[*api_routes, *juguang_routes, *feed_routes, *page_routes],
        exception_handlers={HongmaoError: _named, HTTPException: _unnamed, Exception: _broken},
    )
    inner.state.services = services
    inner.state.session_key = cookies.key
    inner.state.session_clock = cookies.clock
    inner.state.cookie_secure = cookies.secure
    return EdgeApp(services, inner, secure_cookies=cookies.secure, origins=origins, limits=limits)


def _named(request: Request, error: Exception) -> Response:
    if not isinstance(error, HongmaoError):  # Starlette types every handler alike
        raise error
    return _answer(request, error)


def _unnamed(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == MethodNotTaken.status:
        allowed = (error.headers or {}).get("Allow", "")
        return _answer(request, MethodNotTaken(method=request.method[:16], allowed=allowed), {"allow": allowed})
    return _answer(request, PageUnknown(id=request.url.path[:200]))


def _broken(request: Request, error: Exception) -> Response:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _answer(request, BrokenInside())


def _answer(request: Request, error: HongmaoError, more: Mapping[str, str] | None = None) -> Response:
    """Speak JSON to programs and a page to people."""
    headers = {**(more or {}), **({"retry-after": RETRY_AFTER_S} if isinstance(error, Unavailable) else {})}
    if request.url.path.startswith("/v1/"):
        return problem_response(error, headers)
    page = error_page(request, error)
    page.headers.update(headers)
    return page
