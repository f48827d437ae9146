"""Creators and notes over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.catalog.api import Permission
from hongmao.kernel.ids import NoteId
from hongmao.web.api.door import Body, Call, Nothing, get, post

if TYPE_CHECKING:
    from hongmao.catalog.api import Creator, Note


class NewCreator(Body, frozen=True, kw_only=True):
    """Who writes notes."""

    name: str
    bio: str = ""
    id: str | None = None


class NewNote(Body, frozen=True, kw_only=True):
    """A note; published now where it does not say when."""

    creator: str
    type: str
    title: str
    body: str
    topic: str
    cover: str
    published_at_ms: int | None = None
    id: str | None = None


def add_creator(call: Call[NewCreator]) -> Creator:
    """Add a creator."""
    return call.services.catalog.add_creator(call.who, name=call.body.name, bio=call.body.bio, id=call.body.id)


def creators(call: Call[Nothing]) -> dict[str, object]:
    """List creators."""
    return {"creators": call.services.catalog.creators(after=call.query.after(), limit=call.query.limit())}


def add_note(call: Call[NewNote]) -> Note:
    """Publish a note."""
    body = call.body
    return call.services.catalog.add_note(
        call.who,
        creator=body.creator,
        type=body.type,
        title=body.title,
        body=body.body,
        topic=body.topic,
        cover=body.cover,
        published_at_ms=body.published_at_ms,
        id=body.id,
    )


def notes(call: Call[Nothing]) -> dict[str, object]:
    """List notes, newest first; `before` names the last note of the page before."""
    catalog, edge = call.services.catalog, call.query.text("before")
    before = catalog.note(NoteId(edge)) if edge else None
    return {"notes": catalog.notes(limit=call.query.limit(), before=before)}


routes = [
    post("/v1/creators", NewCreator, Permission.WRITE_COMMUNITY, add_creator),
    get("/v1/creators", Permission.READ_CATALOG, creators),
    post("/v1/notes", NewNote, Permission.WRITE_COMMUNITY, add_note),
    get("/v1/notes", Permission.READ_CATALOG, notes),
]
