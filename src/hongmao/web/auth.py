"""Who is asking: a program by its key, a person by a session cookie; and whether they may.

A page or endpoint calls `require(request, permission)` and gets a principal, or the error is the answer. `Sessions` is
handed to the app by bootstrap as `app.state.sessions`.
"""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING, cast

from itsdangerous import BadData, URLSafeSerializer

from hongmao.catalog.api import NotAllowed, demand
from hongmao.kernel.errors import HongmaoError, Refused
from hongmao.kernel.ids import UserId
from hongmao.kernel.time import DAY_MS, MINUTE_MS, SECOND_MS
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection, Request
    from starlette.responses import Response

    from hongmao.catalog.api import Permission, Principal
    from hongmao.kernel.clock import Clock

__all__ = [
    "CrossSite",
    "NotAllowed",
    "NotSignedIn",
    "Sessions",
    "SignInFailed",
    "TooManyTries",
    "close_session",
    "open_session",
    "principal",
    "refuse_cross_site",
    "require",
    "sign_in",
    "signed_in",
]

SESSION_COOKIE = "hm_session"
SESSION_MS = 30 * DAY_MS
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TRIES_MAX = 10
TRIES_MS = 5 * MINUTE_MS
TRIED_MAX = 10_000


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


class TooManyTries(HongmaoError):
    """Somebody is guessing."""

    code = "too_many_tries"
    status = 429
    zh = "尝试次数过多，请 {wait_s} 秒后再试"
    en = "Too many tries; try again in {wait_s} seconds"
    hint_zh = "忘记密码请联系管理员"
    hint_en = "Ask an administrator if the password is lost"


class CrossSite(Refused):
    """A page of another site had the reader's browser send this (CSRF)."""

    code = "cross_site"
    zh = "请求来自其他网站，已拒绝"
    en = "The request came from another site"
    hint_zh = "请在本站页面上操作；程序请使用密钥"
    hint_en = "Act on this site's own pages; programs use a key"


class Sessions:
    """Session cookies and the throttle of signing in.

    A cookie holds a user's id and the moment of signing in, signed; who that user is today is looked up at each request.
    The clock is the machine's own, not a city's that runs fast: people are not signed out by a simulation.
    """

    def __init__(self, signing_key: bytes, clock: Clock, *, secure: bool = False) -> None:
        """Sign with a key of the deployment; `secure` keeps the cookie off plain HTTP."""
        self.secure = secure
        self._signer = URLSafeSerializer(
            signing_key,
            salt="hongmao.session",
            signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
        )
        self._clock = clock
        self._lock = threading.Lock()
        self._tries: dict[tuple[str, str], tuple[int, int]] = {}

    def cookie_of(self, who: Principal) -> str:
        """Write a session of a user that begins now."""
        return str(self._signer.dumps([who.id, self._clock.now_ms()]))

    def user_of(self, cookie: str) -> UserId | None:
        """Read a session; None where it is forged or over."""
        try:
            user, since_ms = self._signer.loads(cookie)
        except (BadData, TypeError, ValueError):
            return None
        return UserId(user) if abs(self._clock.now_ms() - since_ms) < SESSION_MS else None

    def count_try(self, login: str, address: str) -> None:
        """Count a try to sign in; `TooManyTries` above ten in five minutes from one address."""
        key, now_ms = (login.strip().lower()[:64], address), self._clock.now_ms()
        with self._lock:
            since_ms, tries = self._tries.pop(key, (now_ms, 0))
            if not 0 <= now_ms - since_ms < TRIES_MS:
                since_ms, tries = now_ms, 0
            if len(self._tries) >= TRIED_MAX:
                self._tries.pop(next(iter(self._tries)))  # the one tried longest ago
            self._tries[key] = (since_ms, tries + 1)
        if tries >= TRIES_MAX:
            raise TooManyTries(wait_s=(since_ms + TRIES_MS - now_ms) // SECOND_MS + 1)

    def forget_tries(self, login: str, address: str) -> None:
        """Begin counting anew after somebody got in."""
        with self._lock:
            self._tries.pop((login.strip().lower()[:64], address), None)


def principal(request: HTTPConnection) -> Principal | None:
    """Say who is asking; None where nobody is known. A cookie from another site's page raises `CrossSite`."""
    catalog = services_of(request).catalog
    authorization = request.headers.get("authorization")
    if authorization is not None:  # whoever shows a key is judged by the key alone
        scheme, _, secret = authorization.partition(" ")
        return catalog.principal_of_key(secret.strip()) if scheme.lower() == "bearer" else None
    cookie = request.cookies.get(SESSION_COOKIE)
    user = _sessions_of(request).user_of(cookie) if cookie else None
    who = catalog.principal_of_user(user) if user else None
    if who is not None and request.scope.get("method", "GET") not in SAFE_METHODS:
        refuse_cross_site(request)
    return who


def signed_in(request: HTTPConnection) -> Principal:
    """Say who is asking, or raise `NotSignedIn`."""
    who = principal(request)
    if who is None:
        raise NotSignedIn
    return who


def require(request: HTTPConnection, permission: Permission) -> Principal:
    """Say who is asking if they may: `NotSignedIn` (401) and `NotAllowed` (403) otherwise."""
    who = signed_in(request)
    demand(who, permission)
    return who


def sign_in(request: Request, login: str, password: str) -> Principal:
    """Sign somebody in: `SignInFailed` (401), `TooManyTries` (429), `CrossSite` (403). Takes a while; call it in a thread.

    Give the answer its cookie with `open_session`.
    """
    refuse_cross_site(request)
    sessions, address = _sessions_of(request), request.client.host if request.client else ""
    sessions.count_try(login, address)
    who = services_of(request).catalog.sign_in(login, password)
    if who is None:
        raise SignInFailed
    sessions.forget_tries(login, address)
    return who


def open_session(request: Request, response: Response, who: Principal) -> None:
    """Put the session cookie on an answer: unreadable for scripts, not sent along from other sites' forms."""
    sessions = _sessions_of(request)
    response.set_cookie(
        SESSION_COOKIE,
        sessions.cookie_of(who),
        max_age=SESSION_MS // SECOND_MS,
        path="/",
        secure=sessions.secure or request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def close_session(request: Request, response: Response) -> None:
    """Take the session cookie back."""
    refuse_cross_site(request)
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")


def refuse_cross_site(request: HTTPConnection) -> None:
    """Let only our own pages have a browser act: by `Sec-Fetch-Site`, by `Origin` where a browser does not send it."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise CrossSite
        return
    # A browser that sends neither, on a request that changes something, is none we know.
    scheme, _, host = request.headers.get("origin", "null").partition("://")
    if scheme not in {"http", "https"} or host != request.headers.get("host"):
        raise CrossSite


def _sessions_of(request: HTTPConnection) -> Sessions:
    return cast("Sessions", request.app.state.sessions)
