"""The community's part of the catalog: creators, notes, and readers as pseudonyms."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from hongmao.catalog import fields
from hongmao.catalog.contracts import Creator, Note, NoteType, Reader
from hongmao.catalog.desk import PAGE_ROWS_MAX
from hongmao.catalog.errors import NothingThere
from hongmao.catalog.lookup import Lookup
from hongmao.catalog.rules import Permission, demand
from hongmao.kernel.ids import CreatorId, NoteId, ReaderId, check_id

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hongmao.catalog.contracts import Principal
    from hongmao.catalog.desk import Desk

# Readers wait in memory until this many are new: one write then keeps them all. Those that a crash forgets are in the
# log by their first act, so nothing that counts is lost.
READERS_WAITING_MAX = 200
# Whoever is forgotten here is kept once more, which changes nothing.
READERS_KNOWN_MAX = 65_536


class Community:
    """Acts on creators, notes and readers. Everybody may read; only the house writes."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk
        self._creators_of: Lookup[CreatorId] = Lookup(
            desk.freshness, lambda ids: {note.id: note.creator for note in desk.store.find_all(Note, ids)}
        )
        self._creators: Lookup[Creator] = Lookup(
            desk.freshness, lambda ids: {creator.id: creator for creator in desk.store.find_all(Creator, ids)}
        )
        self._readers = threading.Lock()
        # The newer half and the older one: when the newer is full, it becomes the older, which is forgotten.
        self._known: set[ReaderId] = set()
        self._known_before: set[ReaderId] = set()
        self._waiting: dict[ReaderId, int] = {}

    def add_creator(self, who: Principal, *, name: str, bio: str = "", id: str | None = None) -> Creator:
        """Add who writes notes."""
        demand(who, Permission.WRITE_COMMUNITY)
        creator = Creator(
            id=CreatorId(self._desk.id_for(id, "creator")), name=fields.name(name, "name"), bio=fields.body(bio, "bio")
        )
        return self._desk.keep(creator)

    def creator(self, id: CreatorId) -> Creator:
        """Give a creator; `NothingThere` where there is none."""
        creator = self._creators.get(id)
        if creator is None:
            raise NothingThere(what="creator", id=id)
        return creator

    def creators(self, *, after: str = "", limit: int = PAGE_ROWS_MAX) -> Sequence[Creator]:
        """List creators by id."""
        return self._desk.store.page(Creator, None, after=after, limit=limit)

    def add_note(
        self,
        who: Principal,
        *,
        creator: str,
        type: NoteType | str,  # noqa: A002 - the field's own word
        title: str,
        body: str,
        topic: str,
        cover: str,
        published_at_ms: int | None = None,
        id: str | None = None,
    ) -> Note:
        """Publish a note, now unless its moment is given."""
        demand(who, Permission.WRITE_COMMUNITY)
        note_id = NoteId(self._desk.id_for(id, "note"))
        note = Note(
            id=note_id,
            creator=self.creator(CreatorId(check_id(creator, place="creator"))).id,
            type=fields.choice(type, NoteType, "type"),
            title=fields.title(title, "title"),
            body=fields.body(body, "body"),
            topic=fields.name(topic, "topic"),
            cover=check_id(cover, place="cover"),
            published_at_ms=self._moment(note_id, published_at_ms),
        )
        return self._desk.keep(note)

    def note(self, id: NoteId) -> Note:
        """Give a note; `NothingThere` where there is none."""
        note = self._desk.store.find(Note, None, id)
        if note is None:
            raise NothingThere(what="note", id=id)
        return note

    def notes(
        self, *, limit: int = PAGE_ROWS_MAX, before: Note | None = None, creator: CreatorId | None = None
    ) -> Sequence[Note]:
        """List notes, newest first, from those older than `before`; or all of one creator by id."""
        if creator is not None:
            return self._desk.store.page(Note, None, of=creator, limit=limit)
        edge = (before.published_at_ms, str(before.id)) if before else None
        return self._desk.store.newest_notes(before=edge, limit=limit)

    def note_creators(self, ids: Collection[str]) -> dict[str, CreatorId]:
        """Say which of these ids are notes, and whose: remembered, for asking about every event."""
        return self._creators_of.get_all(ids)

    def creators_known(self, ids: Collection[str]) -> frozenset[str]:
        """Say which of these ids are creators: remembered, for asking about every event."""
        return frozenset(self._creators.get_all(ids))

    def note_exists(self, id: str) -> bool:
        """Tell whether this is a note: remembered, for asking about every event."""
        return self._creators_of.get(id) is not None

    def creator_exists(self, id: str) -> bool:
        """Tell whether this is a creator: remembered, for asking about every event."""
        return self._creators.get(id) is not None

    def remember_reader(self, reader: ReaderId, at_ms: int) -> None:
        """Note that a pseudonym was given out. Cheap: new ones are kept together, known ones cost nothing."""
        with self._readers:
            if reader in self._known:
                return
            if len(self._known) >= READERS_KNOWN_MAX // 2:
                self._known_before, self._known = self._known, set()
            self._known.add(reader)
            if reader in self._known_before:
                return
            self._waiting[reader] = at_ms
            full = len(self._waiting) >= READERS_WAITING_MAX
        if full:
            self.flush_readers()

    def flush_readers(self) -> None:
        """Keep the readers that wait; whoever closes the house calls this."""
        with self._readers:
            waiting, self._waiting = self._waiting, {}
        if waiting:
            self._desk.store.remember([Reader(id=id, first_seen_at_ms=at_ms) for id, at_ms in waiting.items()])

    def reader(self, id: ReaderId) -> Reader | None:
        """Give a reader; None where nobody was given that pseudonym."""
        with self._readers:
            at_ms = self._waiting.get(id)
        return self._desk.store.reader(id) or (Reader(id=id, first_seen_at_ms=at_ms) if at_ms is not None else None)

    def _moment(self, note: NoteId, given: int | None) -> int:
        if given is not None:
            return fields.at_ms(given, "published_at_ms")
        there = self._desk.store.find(Note, None, note)
        return there.published_at_ms if there else self._desk.clock.now_ms()
