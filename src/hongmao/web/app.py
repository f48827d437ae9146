"""The web app: the tiny edge first, then API and pages; every error a sentence, every answer with its guards."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from hongmao.kernel.errors import HongmaoError, NotFound, Refused, Unavailable
from hongmao.web.api import routes as api_routes
from hongmao.web.edge.app import EdgeApp
from hongmao.web.edge.feed_api import routes as feed_routes
from hongmao.web.pages import error_page
from hongmao.web.pages import routes as page_routes
from hongmao.web.problems import problem_response

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.web.services import Services

_log = logging.getLogger("hongmao.web")
RETRY_AFTER_S = "1"


class PageUnknown(NotFound):
    """No page and no endpoint has this address."""

    code = "page_unknown"
    zh = "没有这个地址：{id}"
    en = "Nothing has the address {id}"
    hint_zh = "请检查地址，或从首页开始"
    hint_en = "Check the address, or begin at the front page"


class MethodRefused(Refused):
    """The address is right and the method is not."""

    code = "method_refused"
    status = 405
    zh = "这个地址不接受 {method} 请求"
    en = "This address takes no {method} request"
    hint_zh = "请查看接口文档中允许的方法"
    hint_en = "The reference says which methods it takes"


class BrokenInside(HongmaoError):
    """Something of ours failed; the facts are in the log, never in the answer."""

    code = "broken_inside"
    status = 500
    zh = "服务内部出错，已记录"
    en = "Something of ours failed; it has been written down"
    hint_zh = "请稍后重试；若仍然出现，请告知运维"
    hint_en = "Try again later, and tell the operator if it stays"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Cookies:
    """How sessions are signed, and whether cookies travel by https alone."""

    key: bytes
    secure: bool


def create_app(services: Services, cookies: Cookies) -> EdgeApp:
    """Make the app of one deployment."""
    inner = Starlette(
        routes=[*api_routes, *feed_routes, *page_routes],
        exception_handlers={HongmaoError: _named, HTTPException: _unnamed, Exception: _broken},
    )
    inner.state.services = services
    inner.state.session_key = cookies.key
    inner.state.cookie_secure = cookies.secure
    return EdgeApp(services, inner, secure_cookies=cookies.secure)


def _named(request: Request, error: Exception) -> Response:
    if not isinstance(error, HongmaoError):  # Starlette types every handler alike
        raise error
    return _answer(request, error)


def _unnamed(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else BrokenInside.status
    if status == MethodRefused.status:
        return _answer(request, MethodRefused(method=request.method))
    return _answer(request, PageUnknown(id=request.url.path[:200]))


def _broken(request: Request, error: Exception) -> Response:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _answer(request, BrokenInside())


def _answer(request: Request, error: HongmaoError) -> Response:
    """Speak JSON to programs and a page to people."""
    headers = {"retry-after": RETRY_AFTER_S} if isinstance(error, Unavailable) else {}
    if request.url.path.startswith("/v1/"):
        return problem_response(error, headers)
    page = error_page(request, error)
    page.headers.update(headers)
    return page
