"""`/v1/creators`, `/v1/notes`: the community's own, which belong to no tenant. A reader's feed is at `/v1/feed`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hongmao.catalog.api import Permission
from hongmao.web.api.doors import Act, Made, door
from hongmao.web.api.reading import PAGE_ROWS_MAX, Page, Sent, id_or_none, rows_within
from hongmao.web.api.rows import page_of

if TYPE_CHECKING:
    from hongmao.kernel.ids import CreatorId, NoteId
    from hongmao.web.api.doors import Call


class CreatorBody(Sent, frozen=True, kw_only=True):
    """达人: who writes notes."""

    name: str
    bio: str = ""
    id: str | None = None


class NoteBody(Sent, frozen=True, kw_only=True):
    """笔记: published now unless its moment is given."""

    creator: str
    type: str
    title: str
    body: str
    topic: str
    cover: str
    published_at_ms: int | None = None
    id: str | None = None


class NotePage(Sent, frozen=True, kw_only=True):
    """Notes, newest first, from those older than the note `before`; or one creator's by id."""

    before: str | None = None
    creator: str | None = None
    limit: int = PAGE_ROWS_MAX


def _creators(call: Call, page: Page) -> object:
    return page_of("creators", call.services.catalog.creators(after=page.after, limit=page.rows), page)


def _add_creator(call: Call, body: CreatorBody) -> object:
    return Made(call.services.catalog.add_creator(call.who, name=body.name, bio=body.bio, id=body.id))


def _notes(call: Call, page: NotePage) -> object:
    catalog = call.services.catalog
    creator = cast("CreatorId | None", id_or_none(page.creator, place="creator"))
    edge = cast("NoteId | None", id_or_none(page.before, place="before"))
    before = catalog.note(edge) if edge is not None else None
    notes = catalog.notes(limit=rows_within(page.limit), before=before, creator=creator)
    more = len(notes) == page.limit and page.creator is None
    return {"notes": notes, "next": notes[-1].id if more else None}


def _add_note(call: Call, body: NoteBody) -> object:
    note = call.services.catalog.add_note(
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
    return Made(note)


routes = [
    door(
        "/v1/creators",
        get=Act(Permission.READ_CATALOG, Page, _creators),
        post=Act(Permission.WRITE_COMMUNITY, CreatorBody, _add_creator),
    ),
    door(
        "/v1/notes",
        get=Act(Permission.READ_CATALOG, NotePage, _notes),
        post=Act(Permission.WRITE_COMMUNITY, NoteBody, _add_note),
    ),
]
