"""The reader's pseudonym (读者): a cookie that holds no person, given out when there is none. Pages use it too."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Final

from hongmao.kernel.ids import ReaderId
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import HTTPConnection
    from starlette.responses import Response

    from hongmao.kernel.ids import RandomBits

COOKIE: Final = "hm_r"
MAX_AGE_S: Final = 400 * 86_400  # the longest that browsers keep a cookie
_READER: Final = re.compile(r"r_[A-Za-z0-9_-]{1,62}")
_BITS: Final = 128


def read_reader(headers: Mapping[str, str]) -> ReaderId | None:
    """Find the pseudonym among the cookies of a request; None where there is none, or none of ours."""
    return reader_among(headers.get("cookie", ""))


def reader_among(cookies: str) -> ReaderId | None:
    """Find the pseudonym among cookies, as one header has them."""
    if COOKIE not in cookies:
        return None
    for part in cookies.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return _checked(value)
    return None


def fresh_reader(random: RandomBits | None = None) -> ReaderId:
    """Make a pseudonym that nobody can guess."""
    bits = (random or secrets.SystemRandom()).getrandbits(_BITS)
    return ReaderId(f"r_{bits:032x}")


def cookie_of(reader: ReaderId, *, secure: bool) -> str:
    """Write the Set-Cookie header's value."""
    return f"{COOKIE}={reader}; Path=/; Max-Age={MAX_AGE_S}; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"


def reader_of(connection: HTTPConnection) -> ReaderId:
    """Give the reader of a page's request, making a pseudonym where there is none; call `greet` on the response."""
    known = _checked(connection.cookies.get(COOKIE, ""))
    if known is None:
        known = getattr(connection.state, "fresh_reader", None) or fresh_reader()
        connection.state.fresh_reader = known
        services = services_of(connection)
        services.catalog.remember_reader(known, services.clock.now_ms())
    return known


def greet(connection: HTTPConnection, response: Response) -> None:
    """Hand a pseudonym that `reader_of` has made to the browser. `app.state.cookie_secure` keeps it off plain HTTP."""
    fresh: ReaderId | None = getattr(connection.state, "fresh_reader", None)
    if fresh is not None:
        secure = bool(getattr(connection.app.state, "cookie_secure", False))
        response.headers.append("set-cookie", cookie_of(fresh, secure=secure))


def _checked(value: str) -> ReaderId | None:
    return ReaderId(value) if _READER.fullmatch(value) else None
