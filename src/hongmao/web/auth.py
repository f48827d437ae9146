"""Who is asking: a program by its key, a person by a session cookie; and whether they may."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, ClassVar, cast
from urllib.parse import urlsplit

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from hongmao.catalog.api import demand
from hongmao.kernel.errors import HongmaoError, Refused
from hongmao.kernel.ids import UserId
from hongmao.kernel.time import HOUR_MS, MINUTE_MS, SECOND_MS
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection, Request
    from starlette.responses import Response

    from hongmao.catalog.api import Permission, Principal
    from hongmao.kernel.clock import Clock

SESSION_COOKIE = "hm_session"
SESSION_S = 12 * HOUR_MS // SECOND_MS
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TRIES_MAX = 10
TRIES_MS = 15 * MINUTE_MS


class NotSignedIn(HongmaoError):
    """Nobody is known to be asking: no key, no session, or one that is over."""

    code = "not_signed_in"
    status: ClassVar[int] = 401
    zh = "尚未登录，或登录已失效"
    en = "Nobody is signed in, or the session or key has ended"
    hint_zh = "请登录，或在请求头 Authorization 中带上有效的密钥"
    hint_en = "Sign in, or send a valid key in the Authorization header"
