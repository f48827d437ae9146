"""A door of the market's API: who asks (by Access-Token), what they brought, whose account, the act, the envelope.

request ── token? 900401 ── may they? 900403 ── body? 900400, 900414 ── account theirs? 900404 ── act ── envelope
"""

from __future__ import annotations

import functools
import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from hongmao.catalog.api import demand
from hongmao.events.api import read
from hongmao.kernel.errors import HongmaoError
from hongmao.web.api.reading import body_of
from hongmao.web.errors import BrokenInside, MethodNotTaken
from hongmao.web.juguang.envelope import refused, request_id_of, told
from hongmao.web.juguang.errors import FieldRefused, TokenRefused
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from hongmao.campaigns.api import Advertiser
    from hongmao.catalog.api import Permission, Principal
    from hongmao.web.services import Services

GATE: Final = "/api/open"
ROWS_MAX: Final = 1_000
NUMBER_MAX: Final = 2**63 - 1
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_log = logging.getLogger("hongmao.web")


class Sent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Anything sent. Numbers may come as text, as the public client sends some; a field nobody knows is refused by name."""


class OfAccount(Sent, frozen=True, kw_only=True):
    """Anything sent about one advertiser account."""

    advertiser_id: int


class Deciding(OfAccount, frozen=True, kw_only=True):
    """Anything sent that changes something of an account; `why` (ours) is kept with the change."""

    why: str = ""


class Named(Sent, frozen=True, kw_only=True):
    """Anything that may bring its token in the body."""

    access_token: str | None = None


S = TypeVar("S", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What an act works with."""

    services: Services
    who: Principal
    now_ms: int

    def account(self, number: int) -> Advertiser:
        """Find the caller's own account; somebody else's reads as none."""
        return self.services.campaigns.advertiser(self.who.tenant, number)


@dataclass(frozen=True, slots=True)
class Beside:
    """An answer whose lists stand next to `data`."""

    data: object
    lists: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Act(Generic[S]):
    """What stands behind an address: by which method, who may, what they send, what it does."""

    method: str
    permission: Permission
    sent: type[S]
    does: Callable[[Call, S], object]
    once: bool = True
    """Refuse a body in which a field stands twice, such as two bitmaps for one weekday: neither is dropped silently."""


def door(path: str, act: Act[Any]) -> Route:
    """Make the route of an address below the gate."""

    async def endpoint(request: Request) -> Response:
        services, body = services_of(request), b""
        now_ms = services.clock.now_ms()
        try:
            if request.method != act.method:
                raise MethodNotTaken(method=request.method, allowed=act.method)
            body = await body_of(request) if act.method == "POST" else _query(request)
            done = await run_in_threadpool(_enter, request, act, body, now_ms)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        except HongmaoError as error:
            return refused(request_id_of(request.url.path, body, now_ms), error)
        except Exception:  # noqa: BLE001 - a program gets its envelope whatever broke, and the house a traceback
            _log.exception("%s failed", request.url.path)
            return refused(request_id_of(request.url.path, body, now_ms), BrokenInside())
        request_id = request_id_of(request.url.path, body, now_ms)
        return told(request_id, done.data, done.lists) if isinstance(done, Beside) else told(request_id, done)

    return Route(f"{GATE}{path}", endpoint, methods=list(_METHODS))


def page_cut(rows: list[Any], page: int, size: int, *, places: tuple[str, str], size_max: int = ROWS_MAX) -> list[Any]:
    """Cut one page out of a list; pages count from 1."""
    for place, value, high in ((places[0], page, NUMBER_MAX), (places[1], size, size_max)):
        if not 1 <= value <= high:
            raise FieldRefused(place=place, why_zh=f"应为 1 到 {high}", why_en=f"it should be 1 to {high}")
    start = (page - 1) * size
    return rows[start : start + size]


def _query(request: Request) -> bytes:
    return msgspec.json.encode(dict(request.query_params))


def _enter(request: Request, act: Act[Any], body: bytes, now_ms: int) -> object:
    services = services_of(request)
    shown = request.headers.get("access-token", "").strip()
    if shown:
        who = _who(services, shown, act.permission)
        return act.does(Call(services=services, who=who, now_ms=now_ms), _read(act, body))
    if not issubclass(act.sent, Named):
        raise TokenRefused
    sent = _read(act, body)
    who = _who(services, sent.access_token or "", act.permission)
    return act.does(Call(services=services, who=who, now_ms=now_ms), sent)


def _who(services: Services, token: str, permission: Permission) -> Principal:
    who = services.catalog.principal_of_key(token)
    if who is None:
        raise TokenRefused
    demand(who, permission)
    return who


def _read(act: Act[S], body: bytes) -> S:
    sent: S = read(_decoder(act.sent), body or b"{}")
    if act.once and body:
        _refuse_doubles(body)
    return sent


def _refuse_doubles(body: bytes) -> None:
    def lone(pairs: list[tuple[str, object]]) -> None:
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise FieldRefused(place=name[:48], why_zh="同一字段出现两次", why_en="it stands there twice")
            seen.add(name)

    try:
        json.loads(body, object_pairs_hook=lone)
    except RecursionError:
        raise FieldRefused(place="body", why_zh="嵌套过深", why_en="it is nested too deep") from None


@functools.cache
def _decoder(kind: type[S]) -> msgspec.json.Decoder[S]:
    return msgspec.json.Decoder(kind, strict=False)
