"""`/v1/notes/{id}/mark`, `/v1/notes/{id}/ai-copies`: what a note is said to be, and copies let go without a label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.catalog.api import Permission
from hongmao.community.api import NoteMark, read_kind
from hongmao.kernel.ids import NoteId, check_id
from hongmao.web.api.doors import Act, Made, door
from hongmao.web.api.errors import FieldAbsent
from hongmao.web.api.reading import Standing, line_of

if TYPE_CHECKING:
    from hongmao.web.api.doors import Call

WHY_CHARS_MAX = 200


class MarkBody(Standing, frozen=True, kw_only=True):
    """What kind of text it is, and whether a machine made it."""

    kind: str
    ai: bool


class CopyBody(Standing, frozen=True, kw_only=True):
    """By which contract the copy was let go."""

    why: str


def _mark(call: Call, body: MarkBody) -> object:
    mark = NoteMark(
        note=_note(call), kind=read_kind(body.kind), ai=body.ai, by=call.who.id, at_ms=call.services.clock.now_ms()
    )
    call.services.marks.set_mark(mark)
    return Made(mark)


def _let_go(call: Call, body: CopyBody) -> object:
    why = line_of(body.why.strip(), place="why", chars_max=WHY_CHARS_MAX)
    if not why:
        raise FieldAbsent(place="why")
    return Made(call.services.marks.grant_copy(_note(call), why, call.who.id, call.services.clock.now_ms()))


def _copies(call: Call, _query: Standing) -> object:
    return {"copies": call.services.marks.copies(_note(call))}


def _note(call: Call) -> NoteId:
    return call.services.catalog.note(NoteId(check_id(call.ids["id"], place="id"))).id


routes = [
    door("/v1/notes/{id}/mark", post=Act(Permission.WRITE_COMMUNITY, MarkBody, _mark)),
    door(
        "/v1/notes/{id}/ai-copies",
        get=Act(Permission.WRITE_COMMUNITY, Standing, _copies),
        post=Act(Permission.WRITE_COMMUNITY, CopyBody, _let_go),
    ),
]
