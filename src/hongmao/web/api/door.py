"""The door of every endpoint: who asks, what was sent, the act, the answer. Endpoints themselves are one function each.

The act runs in a thread, because stores and password hashes wait for disk and processor. Errors rise to the app, which
answers them in the shape of `web.problems`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from hongmao.catalog.api import acting_for
from hongmao.events.api import BodyTooLarge, read
from hongmao.kernel.ids import TenantId, check_id
from hongmao.web.api.query import Query
from hongmao.web.auth import require
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from hongmao.catalog.api import Permission, Principal
    from hongmao.web.services import Services

BODY_BYTES_MAX = 256 * 1024
CREATED = 201
OK = 200


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an endpoint takes: nothing besides what is named."""


class ForTenant(Body, frozen=True, kw_only=True):
    """A body that an administrator may send for another tenant."""

    tenant: str | None = None


class Nothing(Body, frozen=True, kw_only=True):
    """No content."""


B = TypeVar("B", bound=Body)
B_co = TypeVar("B_co", bound=Body, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[B_co]):
    """One call as an act sees it: `who` stands in the tenant it acts for already."""

    services: Services
    who: Principal
    body: B_co
    path: Mapping[str, str]
    query: Query


def get(path: str, permission: Permission, act: Callable[[Call[Nothing]], object]) -> Route:
    """Make a reading endpoint. `?tenant=` lets an administrator look as that tenant."""

    async def endpoint(request: Request) -> Response:
        query = Query(request.query_params)

        def work() -> object:
            who = _standing(request, permission, query.text("tenant"))
            return act(_call(request, who, Nothing(), query))

        return _answer(await run_in_threadpool(work), OK)

    return Route(path, endpoint, methods=["GET"], name=f"GET {path}")


def post(
    path: str, body: type[B], permission: Permission, act: Callable[[Call[B]], object], *, status: int = CREATED
) -> Route:
    """Make a writing endpoint that takes JSON of one shape."""
    decoder = msgspec.json.Decoder(body)

    async def endpoint(request: Request) -> Response:
        sent = await _read(request)

        def work() -> object:
            require(request, permission)  # before the body is looked at: a stranger learns nothing of its shape
            content = read(decoder, sent or b"{}")
            who = _standing(request, permission, content.tenant if isinstance(content, ForTenant) else None)
            return act(_call(request, who, content, Query(request.query_params)))

        return _answer(await run_in_threadpool(work), status)

    return Route(path, endpoint, methods=["POST"], name=f"POST {path}")


async def _read(request: Request) -> bytes:
    """Take the body in, and no more of it than is accepted, whatever its length claims to be."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_BYTES_MAX:
            raise BodyTooLarge(place="body", got=size, limit=BODY_BYTES_MAX)
        parts.append(part)
    return b"".join(parts)


def _standing(request: Request, permission: Permission, tenant: str | None) -> Principal:
    who = require(request, permission)
    if tenant is None:
        return who
    stands = acting_for(who, TenantId(check_id(tenant, place="tenant")))
    services_of(request).catalog.tenant(stands.tenant)
    return stands


def _call(request: Request, who: Principal, body: B, query: Query) -> Call[B]:
    return Call(services=services_of(request), who=who, body=body, path=request.path_params, query=query)


def _answer(value: object, status: int) -> Response:
    content = msgspec.json.encode(value)
    return Response(content, status, media_type="application/json", headers={"cache-control": "no-store"})
