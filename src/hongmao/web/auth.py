"""Who is asking: a program by its key, a person by a session cookie; and whether they may.

A page or endpoint calls `require(request, permission)` and gets a principal, or the error is the answer. The app holds
`state.session_key` (bytes that sign the cookies), `state.session_clock` (what they age by) and `state.cookie_secure`
(whether they travel by https alone).
"""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING, Any, Final, cast

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from hongmao.catalog.api import demand
from hongmao.kernel.errors import HongmaoError, Refused
from hongmao.kernel.ids import UserId
from hongmao.kernel.time import HOUR_MS, SECOND_MS
from hongmao.web.services import services_of
from hongmao.web.tries import TooManyTries, Tries

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection, Request
    from starlette.responses import Response

    from hongmao.catalog.api import Permission, Principal
    from hongmao.kernel.clock import Clock

__all__ = [
    "SESSION_COOKIE",
    "SESSION_S",
    "CrossSite",
    "NotSignedIn",
    "SignInFailed",
    "TooManyTries",
    "close_session",
    "limit_sign_ups",
    "open_session",
    "principal",
    "refuse_cross_site",
    "require",
    "sign_in",
    "signed_in",
]

SESSION_COOKIE: Final = "hm_session"
SESSION_S: Final = 12 * HOUR_MS // SECOND_MS
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_SIGN_UP: Final = "sign up"
"""What tries to sign up are counted under: no login has a space."""
_FIRST_USE: Final = threading.Lock()


class NotSignedIn(HongmaoError):
    """Nobody is known to be asking: no key, no session, or one that is over."""

    code = "not_signed_in"
    status = 401
    zh = "尚未登录，或登录已失效"
    en = "Nobody is signed in, or the session or key has ended"
    hint_zh = "请登录，或在请求头 Authorization 中带上有效的密钥"
    hint_en = "Sign in, or send a valid key in the Authorization header"


class SignInFailed(HongmaoError):
    """Login and password do not fit. Which of the two is wrong is not told."""

    code = "sign_in_failed"
    status = 401
    zh = "登录名或密码不正确"
    en = "The login or the password is wrong"
    hint_zh = "请检查大小写后重试"
    hint_en = "Check capital letters and try again"


class CrossSite(Refused):
    """A page of another site had somebody's browser send this (CSRF)."""

    code = "cross_site"
    zh = "请求来自其他网站，已拒绝"
    en = "The request came from another site"
    hint_zh = "请在本站页面上操作；程序请使用密钥"
    hint_en = "Act on this site's own pages; programs use a key"


def principal(request: HTTPConnection) -> Principal | None:
    """Say who is asking; None where nobody is known. A cookie sent by another site's page raises `CrossSite`.

    Whoever shows a key is judged by the key alone. A cookie names a user and nothing more: tenant and role are read at
    each request, so a removed user or another role counts at once.
    """
    catalog = services_of(request).catalog
    authorization = request.headers.get("authorization")
    if authorization is not None:
        scheme, _, secret = authorization.partition(" ")
        return catalog.principal_of_key(secret.strip()) if scheme.lower() == "bearer" else None
    cookie = request.cookies.get(SESSION_COOKIE)
    user = _user_of(request, cookie) if cookie else None
    who = catalog.principal_of_user(user) if user else None
    if who is not None and request.scope.get("method", "GET") not in _SAFE:
        refuse_cross_site(request)
    return who


def signed_in(request: HTTPConnection) -> Principal:
    """Say who is asking, or raise `NotSignedIn` (401)."""
    who = principal(request)
    if who is None:
        raise NotSignedIn
    return who


def require(request: HTTPConnection, permission: Permission) -> Principal:
    """Say who is asking if they may: `NotSignedIn` (401) and the catalog's `NotAllowed` (403) otherwise."""
    who = signed_in(request)
    demand(who, permission)
    return who


def sign_in(request: Request, login: str, password: str) -> Principal:
    """Let somebody in: `SignInFailed` (401), `TooManyTries` (429), `CrossSite` (403). Hashing takes a while: call it in a thread.

    The answer gets its cookie by `open_session`.
    """
    if _from_elsewhere(request):
        raise CrossSite
    services, tries = services_of(request), _tries_of(request)
    address = request.client.host if request.client else ""
    tries.count(login, address, services.clock.now_ms())
    who = services.catalog.sign_in(login, password)
    if who is None:
        raise SignInFailed
    tries.forget(login, address)
    return who


def limit_sign_ups(request: Request) -> None:
    """Count one try to sign up from an address: `TooManyTries` (429) above ten in a quarter of an hour, `CrossSite` (403)."""
    if _from_elsewhere(request):
        raise CrossSite
    address = request.client.host if request.client else ""
    _tries_of(request).count(_SIGN_UP, address, services_of(request).clock.now_ms())


def open_session(request: Request, response: Response, who: Principal) -> None:
    """Put the session cookie on an answer: unreadable for scripts, not sent along from other sites' forms."""
    response.set_cookie(
        SESSION_COOKIE,
        str(_serializer_of(request).dumps(who.id)),
        max_age=SESSION_S,
        path="/",
        secure=bool(request.app.state.cookie_secure),
        httponly=True,
        samesite="lax",
    )


def close_session(request: Request, response: Response) -> None:
    """Take the session cookie back; `CrossSite` where another site's page asks for it."""
    refuse_cross_site(request)
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")


def refuse_cross_site(request: HTTPConnection) -> None:
    """Let only our own pages have a browser act; a browser that does not say which page it was is not believed."""
    if _from_elsewhere(request) is not False:
        raise CrossSite


def _from_elsewhere(request: HTTPConnection) -> bool | None:
    """Tell whether another site's page is behind a request; None where neither header says."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin")  # what browsers send that do not know the other, or not on plain HTTP
    if origin is None:
        return None
    scheme, _, host = origin.partition("://")
    return scheme not in {"http", "https"} or host != request.headers.get("host")


class _ClockSigner(TimestampSigner):
    """Ages sessions by the clock the app was given rather than by asking the machine."""

    def __init__(self, secret_key: Any, *, clock: Clock, **options: Any) -> None:
        super().__init__(secret_key, **options)
        self._clock = clock

    def get_timestamp(self) -> int:
        return self._clock.now_ms() // SECOND_MS


def _serializer_of(request: HTTPConnection) -> URLSafeTimedSerializer:
    options = {"clock": request.app.state.session_clock, "digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeTimedSerializer(
        cast("bytes", request.app.state.session_key), "hongmao.session", signer=_ClockSigner, signer_kwargs=options
    )


def _user_of(request: HTTPConnection, cookie: str) -> UserId | None:
    try:
        user = _serializer_of(request).loads(cookie, max_age=SESSION_S)
    except BadData:
        return None
    return UserId(user) if isinstance(user, str) else None


def _tries_of(request: HTTPConnection) -> Tries:
    state = request.app.state
    with _FIRST_USE:
        if not hasattr(state, "sign_in_tries"):
            state.sign_in_tries = Tries()
        return cast("Tries", state.sign_in_tries)
