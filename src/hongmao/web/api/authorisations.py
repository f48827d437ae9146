"""`/v1/authorisations`: what creators let a tenant do with their notes. A tenant asks and takes back; the house answers.

Who speaks for creators here is the community's own operator, standing in the tenant that asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.campaigns.api import fault_of, read_day
from hongmao.catalog.api import Permission
from hongmao.kernel.ids import NoteId, check_id
from hongmao.kernel.time import Window, iso
from hongmao.web.api.doors import Act, Made, door
from hongmao.web.api.reading import Standing

if TYPE_CHECKING:
    from datetime import date

    from hongmao.campaigns.api import Authorisation, AuthorisationChange
    from hongmao.web.api.doors import Call


class AskBody(Standing, frozen=True, kw_only=True):
    """Which note to ask for, and what for."""

    note: str
    why: str = ""


class AnswerBody(Standing, frozen=True, kw_only=True):
    """A creator's word: 1 已授权, 2 自动, 3 拒绝; `until` is the last day in Shanghai on which it holds."""

    state: int
    until: str | None = None
    paid: bool = True
    registered: bool = False
    why: str = ""


class FilingBody(Standing, frozen=True, kw_only=True):
    """报备: whether the note is filed now."""

    registered: bool
    why: str = ""


class CancelBody(Standing, frozen=True, kw_only=True):
    """Why a wish or a consent is taken back."""

    why: str = ""


def _list(call: Call, _query: Standing) -> object:
    return {"authorisations": [_shown(call, one) for one in call.services.authorisations.of(call.who.tenant)]}


def _ask(call: Call, body: AskBody) -> object:
    note = NoteId(check_id(body.note, place="note"))
    return Made(_shown(call, call.services.authorisations.ask(call.who, note, why=body.why)))


def _answer(call: Call, body: AnswerBody) -> object:
    kept = call.services.authorisations.answer(
        call.who,
        _note(call),
        body.state,
        to_ms=None if body.until is None else Window.of_day(_day(body.until)).end_ms,
        paid=body.paid,
        registered=body.registered,
        why=body.why,
    )
    return _shown(call, kept)


def _file(call: Call, body: FilingBody) -> object:
    acts = call.services.authorisations
    return _shown(call, acts.file(call.who, _note(call), registered=body.registered, why=body.why))


def _cancel(call: Call, body: CancelBody) -> object:
    return _shown(call, call.services.authorisations.cancel(call.who, _note(call), why=body.why))


def _changes(call: Call, _query: Standing) -> object:
    told = call.services.authorisations.changes(call.who.tenant, _note(call))
    return {"changes": [_shown_change(one) for one in told]}


def _note(call: Call) -> NoteId:
    return NoteId(call.ids["note"])


def _day(text: str) -> date:
    return read_day(text, "until")


def _shown(call: Call, one: Authorisation) -> dict[str, object]:
    return {
        "note": one.note,
        "creator": one.creator,
        "state": int(one.state),
        "paid": one.paid,
        "registered": one.registered,
        "from": iso(one.from_ms),
        "until": _last_day(one.to_ms),
        "version": one.version,
        # Derived at this look: null where the note may serve.
        "fault": fault_of(one, call.services.clock.now_ms()),
    }


def _shown_change(one: AuthorisationChange) -> dict[str, object]:
    return {
        "version": one.version,
        "state": int(one.state),
        "paid": one.paid,
        "registered": one.registered,
        "until": _last_day(one.to_ms),
        "by": one.by,
        "why": one.why,
        "at": iso(one.at_ms),
    }


def _last_day(to_ms: int | None) -> str | None:
    return None if to_ms is None else iso(to_ms - 1)[:10]


routes = [
    door(
        "/v1/authorisations",
        get=Act(Permission.READ_CATALOG, Standing, _list),
        post=Act(Permission.WRITE_LINKS, AskBody, _ask),
    ),
    door("/v1/authorisations/{note}/answer", post=Act(Permission.WRITE_COMMUNITY, AnswerBody, _answer)),
    door("/v1/authorisations/{note}/filing", post=Act(Permission.WRITE_COMMUNITY, FilingBody, _file)),
    door("/v1/authorisations/{note}/cancel", post=Act(Permission.WRITE_LINKS, CancelBody, _cancel)),
    door("/v1/authorisations/{note}/changes", get=Act(Permission.READ_CATALOG, Standing, _changes)),
]
