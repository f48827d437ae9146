"""The reader's routes: the feed, a note, what a reader does there, and the drawn covers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from hongmao.community.api import read_surface
from hongmao.kernel.errors import NotFound
from hongmao.kernel.ids import NoteId
from hongmao.web.auth import refuse_cross_site
from hongmao.web.edge.reader import greet, reader_of
from hongmao.web.pages.covers import draw, read_name
from hongmao.web.pages.forms import form_of
from hongmao.web.pages.reader import acts
from hongmao.web.pages.reader.place import came_from_feed, place_of
from hongmao.web.pages.reader.views import FeedView, card_views, note_path, note_view
from hongmao.web.pages.render import render
from hongmao.web.pages.static import FOREVER
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from hongmao.community.api import FeedPage, NotePage
    from hongmao.kernel.ids import ReaderId
    from hongmao.web.pages.reader.place import Place

_PURPOSES = ("purpose", "sec-purpose", "x-purpose", "x-moz")


def feed(request: Request) -> Response:
    """Answer `GET /feed`: all pages that the address opens, or with `at` only the last one."""
    services = services_of(request)
    reader, now_ms = reader_of(request), services.clock.now_ms()
    place = place_of(request, now_ms)
    at = request.query_params.get("at")
    opened = [_one(request, reader, place, at)] if at else _open(request, reader, place)
    cursor = opened[-1].cursor
    more = place.more
    view = FeedView(
        cards=card_views(opened, place, before=place.pages - 1 if at else 0),
        now_ms=now_ms,
        more=None if cursor is None or place.full else f"{more.url()}#page-{more.pages}",
        more_part="" if cursor is None else more.url(at=cursor),
        more_url=more.url(),
    )
    response = render(request, "reader/feed.html", view)
    greet(request, response)
    return response


async def note(request: Request) -> Response:
    """Answer `GET /n/{note}`, and keep 阅读 (and 点击, where a card led here) before the answer leaves."""
    reader = reader_of(request)
    page, impression = await run_in_threadpool(_page, request, reader)
    if request.method == "GET" and not _fetched_ahead(request):
        now_ms = services_of(request).clock.now_ms()
        await acts.tell(request, reader, acts.opened(page, now_ms, impression))
    response = await run_in_threadpool(_note_response, request, reader, page)
    greet(request, response)
    return response


async def act(request: Request) -> Response:
    """Answer `POST /n/{note}/act`: one act is kept, then the note's page says so."""
    refuse_cross_site(request)
    kind = acts.read_act((await form_of(request)).get("act", ""))
    reader = reader_of(request)
    page, _ = await run_in_threadpool(_page, request, reader)
    await acts.tell(request, reader, [acts.done(kind, reader, page, services_of(request).clock.now_ms())])
    asked = {**request.query_params, "said": kind.value}
    response = RedirectResponse(f"{note_path(page.note.id)}?{urlencode(asked)}", status_code=303)
    greet(request, response)
    return response


def cover(request: Request) -> Response:
    """Answer `GET /covers/{name}.svg`."""
    name = request.path_params["name"]
    wanted = read_name(name)
    if wanted is None:
        raise NotFound(id=name[:80])
    headers = {
        "Cache-Control": FOREVER,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'",
    }
    return Response(draw(wanted), media_type="image/svg+xml", headers=headers)


def _open(request: Request, reader: ReaderId, place: Place) -> list[FeedPage]:
    pages = [_one(request, reader, place, place.cursor)]
    while len(pages) < place.pages and (cursor := pages[-1].cursor) is not None:
        pages.append(_one(request, reader, place, cursor))
    return pages


def _one(request: Request, reader: ReaderId, place: Place, cursor: str) -> FeedPage:
    community = services_of(request).community
    return community.feed(reader, cursor=cursor, topic=place.topic, surface=place.surface)


def _page(request: Request, reader: ReaderId) -> tuple[NotePage, str | None]:
    impression = request.query_params.get("i")
    community = services_of(request).community
    surface = read_surface(request.query_params.get("surface"))
    return community.note_page(NoteId(request.path_params["note"]), reader, impression, surface=surface), impression


def _note_response(request: Request, reader: ReaderId, page: NotePage) -> Response:
    services = services_of(request)
    place = place_of(request, services.clock.now_ms()) if came_from_feed(request) else None
    said = request.query_params.get("said")
    view = note_view(
        services,
        page,
        place=place,
        done=acts.known(request, reader, page),
        said=said if said in acts.ACTS else None,
    )
    return render(request, "reader/note.html", view)


def _fetched_ahead(request: Request) -> bool:
    """Tell whether a browser fetches before anybody tapped: nothing was read then."""
    return any("pre" in request.headers.get(name, "").lower() for name in _PURPOSES)
