"""`GET /v1/feed` and `GET /v1/notes/{id}`: what a reader sees, for programs. The pages show the same data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Route

from hongmao.community.api import FEED_LIMIT_DEFAULT, read_surface
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.ids import NoteId
from hongmao.web.edge.errors import NumberUnreadable
from hongmao.web.edge.reader import greet, reader_of
from hongmao.web.problems import problem_response
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from hongmao.community.api import AdComponent, Card, NotePage

_HEADERS = {"cache-control": "no-store", "vary": "cookie"}
_DIGITS_MAX = 9


def feed(request: Request) -> JSONResponse:
    """Give a page of the reader's feed: `limit`, `cursor`, `topic` and `surface` (`general` or `minor`) may be asked."""
    try:
        page = services_of(request).community.feed(
            reader_of(request),
            cursor=request.query_params.get("cursor"),
            limit=_whole(request, "limit", FEED_LIMIT_DEFAULT),
            topic=request.query_params.get("topic"),
            surface=read_surface(request.query_params.get("surface")),
        )
    except HongmaoError as error:
        return problem_response(error)
    return _greeted(request, {"cards": [_card(card) for card in page.cards], "cursor": page.cursor})


def note(request: Request) -> JSONResponse:
    """Give a note with its component; `i` is the impression of the card that led here, `surface` as of the feed."""
    try:
        page = services_of(request).community.note_page(
            NoteId(request.path_params["note"]),
            reader_of(request),
            request.query_params.get("i"),
            surface=read_surface(request.query_params.get("surface")),
        )
    except HongmaoError as error:
        return problem_response(error)
    return _greeted(request, _note(page))


routes = [Route("/v1/feed", feed, methods=["GET"]), Route("/v1/notes/{note}", note, methods=["GET"])]


def _greeted(request: Request, value: object) -> JSONResponse:
    response = JSONResponse(value, headers=_HEADERS)
    greet(request, response)
    return response


def _whole(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX):
        raise NumberUnreadable(place=name)
    return int(text)


def _card(card: Card) -> dict[str, object]:
    return {
        "note": card.note.id,
        "title": card.note.title,
        "creator": card.creator.id,
        "creator_name": card.creator.name,
        "topic": card.note.topic,
        "cover": card.note.cover,
        "impression": card.impression,
        "ad": _ad(card.ad),
        "bought": card.bought,
        "ai": card.ai,
    }


def _note(page: NotePage) -> dict[str, object]:
    return {
        "note": page.note.id,
        "title": page.note.title,
        "body": page.note.body,
        "type": page.note.type.value,
        "creator": page.creator.id,
        "creator_name": page.creator.name,
        "topic": page.note.topic,
        "cover": page.note.cover,
        "published_at_ms": page.note.published_at_ms,
        "impression": page.impression,
        "ad": _ad(page.ad),
        "ai": page.ai,
    }


def _ad(ad: AdComponent | None) -> dict[str, object] | None:
    if ad is None:
        return None
    return {
        "link": ad.link,
        "label": ad.label,
        "title": ad.title,
        "button": ad.button,
        "jump_url": ad.jump_url,
        "impression": ad.impression,
    }
