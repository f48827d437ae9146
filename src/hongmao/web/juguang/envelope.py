"""What every answer looks like: `{"code":0,"success":true,"msg":"成功","data":{…},"request_id":…}`, in JSON.

Errors are HTTP 200 with `success: false`, as programs of this market read them; only what may be tried again (503) and what
broke here (500) also say so in the status. The market's own code numbers were never published: these are the house's.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.responses import Response

from hongmao.events.api import BodyTooLarge
from hongmao.kernel.errors import BadInput, Conflict, NotFound, Refused, Unavailable
from hongmao.web.auth import NotSignedIn
from hongmao.web.errors import MethodNotTaken
from hongmao.web.juguang.errors import ClickRefused, NotServed, ReturnTooLate, TokenRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.kernel.errors import HongmaoError

OK: Final = 0
BAD_PARAMETER, BAD_TOKEN, NOT_ALLOWED, NOT_FOUND, BAD_METHOD = 900400, 900401, 900403, 900404, 900405
TOO_LATE, CONFLICT, BAD_CLICK, TOO_LARGE = 900408, 900409, 900413, 900414
BROKEN, NOT_SERVED, UNAVAILABLE = 900500, 900501, 900503
_GUARDS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_HTTP_OK, _HTTP_BROKEN, _HTTP_LATER = 200, 500, 503

# The first that fits, so the narrow ones stand first.
CODES: Final[tuple[tuple[type[HongmaoError], int], ...]] = (
    (TokenRefused, BAD_TOKEN),
    (NotSignedIn, BAD_TOKEN),
    (NotServed, NOT_SERVED),
    (ReturnTooLate, TOO_LATE),
    (ClickRefused, BAD_CLICK),
    (BodyTooLarge, TOO_LARGE),
    (MethodNotTaken, BAD_METHOD),
    (BadInput, BAD_PARAMETER),
    (NotFound, NOT_FOUND),
    (Refused, NOT_ALLOWED),
    (Conflict, CONFLICT),
    (Unavailable, UNAVAILABLE),
)


def code_of(error: HongmaoError) -> int:
    """Give the code number of an error."""
    return next((code for kind, code in CODES if isinstance(error, kind)), BROKEN)


def told(request_id: str, data: object, beside: Mapping[str, object] | None = None) -> Response:
    """Answer that it was done; `beside` stands next to `data`, where realtime reports have their lists."""
    return _answer(
        {"code": OK, "success": True, "msg": "成功", "data": data, **(beside or {}), "request_id": request_id}
    )


def refused(request_id: str, error: HongmaoError) -> Response:
    """Answer with an error: what is wrong where, and the next step, in Chinese."""
    hint = error.hint("zh")
    msg = f"{error.message('zh')}。{hint}" if hint else error.message("zh")
    code = code_of(error)
    status = {UNAVAILABLE: _HTTP_LATER, BROKEN: _HTTP_BROKEN}.get(code, _HTTP_OK)
    # The public client reads `message`, others `msg`; both say the same.
    body = {"code": code, "success": False, "msg": msg, "message": msg, "error": error.code, "request_id": request_id}
    return _answer(body, status)


def request_id_of(path: str, body: bytes, now_ms: int) -> str:
    """Name a request by what was asked and when, so that a log line and an answer find each other."""
    return hashlib.blake2b(f"{now_ms}:{path}:".encode() + body, digest_size=12).hexdigest()


def _answer(body: Mapping[str, object], status: int = _HTTP_OK) -> Response:
    headers = {**_GUARDS, **({"retry-after": "1"} if status == _HTTP_LATER else {})}
    return Response(msgspec.json.encode(body), status_code=status, headers=headers, media_type="application/json")
