"""`POST /v1/returns/files/{platform}/{format}`, `GET /v1/returns/health`: reports as files come in, and how every feed is.

A file is sent as the whole body, or as the one file of a form (`multipart/form-data`). It is written to the disk as it comes,
256 MiB at most (an XLSX 20 MiB), and read from there; `auto` for the format tells it by its headers.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from hongmao.catalog.api import PLATFORM, Permission
from hongmao.events.api import FieldMalformed
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.ids import check_id
from hongmao.platforms.errors import AccountAbsent
from hongmao.returns.api import feed_told, file_told
from hongmao.web.api.doors import Act, Call, answer_of, door, refusal_of, standing_in
from hongmao.web.api.reading import Standing, line_of, moment, read_query
from hongmao.web.api.spooling import NAME_CHARS_MAX, spool
from hongmao.web.auth import require
from hongmao.web.errors import MethodNotTaken
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from hongmao.catalog.api import Principal
    from hongmao.returns.api import PlatformAccount

AUTO: Final = "auto"
FACTS_CHARS_MAX: Final = 400
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class ImportQuery(Standing, frozen=True, kw_only=True):
    """What the address says of a file."""

    account: str = ""
    """Of which account of ours with the platform; may be left out where there is but one."""
    name: str = ""
    """What the file is called, for the places of its problems."""
    snapshot: str = ""
    """When the platform made it; the later snapshot of a cell wins. By default now."""
    facts: str = ""
    """What the file does not say itself, `window_days=15,shop=s1`."""
    anew: bool = False
    """Judge rows anew that this very file has brought before."""


def _feeds(call: Call, _query: Standing) -> object:
    tenant = None if call.who.tenant == PLATFORM else call.who.tenant
    return {"feeds": [feed_told(one) for one in call.services.feeds.read(tenant)]}


async def _endpoint(request: Request) -> Response:
    try:
        if request.method != "POST":
            raise MethodNotTaken(method=request.method, allowed="POST")
        home = await run_in_threadpool(require, request, Permission.MANAGE_ACCOUNTS)
        query = read_query(ImportQuery, request)
        # The folder is of this request alone, and gone with it.
        with TemporaryDirectory(prefix="hongmao-file-") as folder:
            path = Path(folder) / "file"
            sent_name = await spool(request, path)
            return answer_of(await run_in_threadpool(_take, request, home, query, path, sent_name))
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it
    except HongmaoError as error:
        return refusal_of(error)


def _take(request: Request, home: Principal, query: ImportQuery, path: Path, sent_name: str) -> object:
    services = services_of(request)
    who = standing_in(services, home, query.tenant)
    platform = check_id(str(request.path_params["platform"]), place="platform")
    wanted = check_id(str(request.path_params["format"]), place="format")
    name = line_of(query.name or sent_name or "file", place="name", chars_max=NAME_CHARS_MAX)
    found = services.files.take(
        path,
        _account(services.accounts.of_tenant(who.tenant), platform, query.account),
        name=name,
        format=None if wanted == AUTO else wanted,
        snapshot_ms=moment(query.snapshot, place="snapshot") if query.snapshot else None,
        facts=_facts(query.facts),
        anew=query.anew,
    )
    return file_told(found)


def _account(accounts: list[PlatformAccount], platform: str, name: str) -> PlatformAccount:
    fits = [one for one in accounts if one.platform == platform and not one.revoked and name in ("", one.account)]
    if not fits:
        raise AccountAbsent(id=platform)
    if len(fits) > 1:
        raise FieldMalformed(place="account", expected=" | ".join(one.account for one in fits)[:200], got='""')
    return fits[0]


def _facts(text: str) -> dict[str, str]:
    facts = {}
    for part in text[:FACTS_CHARS_MAX].split(",") if text else ():
        name, sign, value = part.partition("=")
        if not sign:
            raise FieldMalformed(place="facts", expected="name=value,...", got=f'"{part[:48]}"')
        facts[check_id(name, place="facts")] = line_of(value, place=f"facts.{name}", chars_max=NAME_CHARS_MAX)
    return facts


routes = [
    Route("/v1/returns/files/{platform}/{format}", _endpoint, methods=list(_METHODS)),
    door("/v1/returns/health", get=Act(Permission.READ_REPORTS, Standing, _feeds)),
]
