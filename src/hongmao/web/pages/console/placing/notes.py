"""What can be picked in these forms: notes that may still be used in ads, and the merchant's links under them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.campaigns.api import is_rejected
from hongmao.catalog.api import NothingThere
from hongmao.kernel.ids import NoteId
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from starlette.requests import Request

    from hongmao.campaigns.api import Advertiser
    from hongmao.links.contracts import AdLink
    from hongmao.web.pages.console.views import Frame

OFFERED_MAX: Final = 60
"""How many a form lists; a word narrows the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteOffered:
    """A note, with whoever wrote it."""

    id: str
    title: str
    creator: str
    cover: str


def links_live(request: Request, frame: Frame, account: Advertiser) -> list[AdLink]:
    """List the merchant's links that nobody rejected, newest first."""
    links = services_of(request).links.of(frame.tenant)
    return [link for link in reversed(links) if link.merchant == account.merchant and not is_rejected(link)]


def notes_usable(request: Request, frame: Frame, account: Advertiser, word: str = "") -> list[NoteOffered]:
    """List the notes that an account may use in ads now: lent to it, or linked by it where nobody has to be asked."""
    services = services_of(request)
    lent = {one.note for one in services.authorisations.of(frame.tenant)}
    linked = dict.fromkeys(link.note for link in links_live(request, frame, account))
    return named(request, usable(request, frame, [*linked, *sorted(lent - linked.keys())]), word)


def usable(request: Request, frame: Frame, notes: Collection[str]) -> list[str]:
    """Leave out what CREAT-1 and CREAT-2 forbid at this instant."""
    services = services_of(request)
    faults = services.authorisations.faults(frame.tenant, set(notes), services.clock.now_ms())
    return [note for note in notes if note not in faults]


def named(request: Request, notes: Iterable[str], word: str = "") -> list[NoteOffered]:
    """Say what notes are called; those whose title has no such word in it are left out, and what nobody knows."""
    catalog = services_of(request).catalog
    found: list[NoteOffered] = []
    creators: dict[str, str] = {}
    for id in notes:
        try:
            note = catalog.note(NoteId(id))
            if word.strip() not in note.title:
                continue
            if note.creator not in creators:
                creators[note.creator] = catalog.creator(note.creator).name
        except NothingThere:
            continue
        found.append(NoteOffered(id=id, title=note.title, creator=creators[note.creator], cover=note.cover))
    return found
