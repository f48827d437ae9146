"""A door: one address, and for each of its methods who may come in, what they must bring, and the act behind it.

    request ── who? 401 ── may they? 403 ── what did they bring? 413, 422 ── whose rows? 403 ── act ── JSON

Acts are plain functions and run in Starlette's threads; what they raise is the answer, in the shape of `web.problems`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from hongmao.catalog.api import acting_for
from hongmao.kernel.errors import HongmaoError, Unavailable
from hongmao.kernel.ids import TenantId, check_id
from hongmao.web.api.errors import FieldMistyped
from hongmao.web.api.reading import Sent, Standing, body_of, read_body, read_query
from hongmao.web.auth import NotSignedIn, require
from hongmao.web.errors import MethodNotTaken
from hongmao.web.problems import problem_response
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from hongmao.catalog.api import Permission, Principal
    from hongmao.web.services import Services

S = TypeVar("S", bound=Sent)

# Answers are somebody's own rows: no cache in between keeps them, no browser takes them for a page.
_GUARDS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_RETRY_AFTER_S: Final = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What an act works with. `who` stands in the tenant that was named; `ids` are those in the address, well-formed."""

    services: Services
    who: Principal
    ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Made:
    """Something new: the answer is 201."""

    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file instead of JSON. Its name is of letters, digits, dots and hyphens."""

    content: bytes
    media_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Act(Generic[S]):
    """What stands behind a method: who may, what they send (a body, or a GET's query), what it does."""

    permission: Permission
    sent: type[S]
    does: Callable[[Call, S], object]


def door(path: str, *, get: Act[Any] | None = None, post: Act[Any] | None = None) -> Route:
    """Make the route of an address."""
    acts = {method: act for method, act in (("GET", get), ("POST", post)) if act is not None}

    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        try:
            if method not in acts:
                raise MethodNotTaken(method=request.method, allowed=", ".join(acts))
            return answer_of(await _enter(request, method, acts[method]))
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        except HongmaoError as error:
            return refusal_of(error)

    return Route(path, endpoint, methods=list(_METHODS))


async def _enter(request: Request, method: str, act: Act[Any]) -> object:
    home = await run_in_threadpool(require, request, act.permission)
    body = await body_of(request) if method == "POST" else None
    return await run_in_threadpool(_act, request, home, act, body)


def _act(request: Request, home: Principal, act: Act[Any], body: bytes | None) -> object:
    services = services_of(request)
    ids = {name: check_id(str(value), place=name) for name, value in request.path_params.items()}
    sent = read_query(act.sent, request) if body is None else read_body(act.sent, body)
    tenant = sent.tenant if isinstance(sent, Standing) else None
    if body is not None:
        tenant = _same(tenant, _tenant_in_query(request, act.sent))
    return act.does(Call(services=services, who=standing_in(services, home, tenant), ids=ids), sent)


def _tenant_in_query(request: Request, kind: type[Sent]) -> str | None:
    if not issubclass(kind, Standing):
        read_query(Sent, request)
        return None
    return read_query(Standing, request).tenant


def _same(in_body: str | None, in_query: str | None) -> str | None:
    if in_body is not None and in_query is not None and in_body != in_query:
        raise FieldMistyped(place="tenant", expected=f'"{in_query[:48]}"', got=f'"{in_body[:48]}"')
    return in_body if in_body is not None else in_query


def standing_in(services: Services, home: Principal, tenant: str | None) -> Principal:
    """Let somebody stand in the tenant that was named, if they may; by default in their own."""
    if tenant is None:
        return home
    who = acting_for(home, TenantId(check_id(tenant, place="tenant")))
    services.catalog.tenant(who.tenant)  # an administrator may stand in any tenant that there is
    return who


def refusal_of(error: HongmaoError) -> Response:
    """Answer with an error."""
    return problem_response(error, {**_GUARDS, **_advice(error)})


def answer_of(given: object) -> Response:
    """Answer with what an act gave."""
    if isinstance(given, Download):
        headers = {**_GUARDS, "content-disposition": f'attachment; filename="{given.name}"'}
        return Response(given.content, headers=headers, media_type=given.media_type)
    made = isinstance(given, Made)
    content = msgspec.json.encode(given.value if isinstance(given, Made) else given)
    return Response(content, status_code=201 if made else 200, headers=_GUARDS, media_type="application/json")


def _advice(error: HongmaoError) -> dict[str, str]:
    if isinstance(error, NotSignedIn):
        return {"www-authenticate": "Bearer"}
    if isinstance(error, MethodNotTaken):
        return {"allow": str(error.params["allowed"])}
    return {"retry-after": _RETRY_AFTER_S} if isinstance(error, Unavailable) else {}
