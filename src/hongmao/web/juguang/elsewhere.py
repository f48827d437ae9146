"""Everything else that the market's API has: answered by name and never by silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from hongmao.web.juguang.doors import GATE
from hongmao.web.juguang.envelope import refused, request_id_of
from hongmao.web.juguang.errors import NotServed
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_INSTEAD = ("请改用文档列出的接口", "Use one of those in the reference")


async def _unserved(request: Request) -> Response:
    zh, en = _INSTEAD
    path = request.url.path[:200]
    error = NotServed(place=path, instead_zh=zh, instead_en=en)
    return refused(request_id_of(path, b"", services_of(request).clock.now_ms()), error)


routes = [
    Route(f"{GATE}/{{rest:path}}", _unserved, methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
]
