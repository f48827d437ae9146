"""What a reader sees: a feed, a note. The organic order knows nothing of money; ads take places of their own, labelled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from hongmao.community.contracts import (
    FEED_LIMIT_DEFAULT,
    FEED_LIMIT_MAX,
    FEED_NOTES_MAX,
    AdComponent,
    Card,
    FeedPage,
    NotePage,
)
from hongmao.community.errors import CursorMalformed, LimitOutOfRange
from hongmao.community.load import CURSOR_PART, AdLoad, LoadLimits, read_load
from hongmao.community.marks import NoMarks, NoteKind
from hongmao.community.rules import lay_out, load_after, rank, rotate
from hongmao.community.surfaces import Surface, unproven
from hongmao.kernel.errors import NotFound
from hongmao.links.api import AD_LABEL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hongmao.catalog.contracts import Note
    from hongmao.community.marks import Marks, NoteMark
    from hongmao.community.rules import Slot
    from hongmao.community.store import Shelf
    from hongmao.community.surfaces import Suits
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import IdMaker, NoteId, ReaderId
    from hongmao.links.api import AdLink, LinkTable, TokenMinter

AD_EVERY = 5
AD_LOAD: Final = LoadLimits(share=(1, 5), creator_cards=10)
"""CREAT-5: at most a fifth of what a session sees is bought, and a creator's notes are bought once in ten cards."""
_CURSOR: Final = re.compile(rf"(?P<at_ms>[0-9]{{1,15}})\.(?P<offset>[0-9]{{1,6}})(?:\.{CURSOR_PART})?")
_IMPRESSION: Final = re.compile(r"imp_[0-9a-f]{28}")


class Community:
    """The reader's side. `serves` says whether a live link may be shown now: whether its merchant can still pay.

    `suits` says which links the law lets stand on a surface (LABEL-8).
    """

    def __init__(
        self,
        shelf: Shelf,
        table: LinkTable,
        minter: TokenMinter,
        *,
        clock: Clock,
        ids: IdMaker,
        serves: Callable[[AdLink], bool],
        ad_every: int = AD_EVERY,
        ad_load: LoadLimits = AD_LOAD,
        marks: Marks = NoMarks(),  # noqa: B008 - it holds nothing
        suits: Suits = unproven,
    ) -> None:
        """Read notes from a shelf and links from the table."""
        self._shelf = shelf
        self._table = table
        self._minter = minter
        self._clock = clock
        self._ids = ids
        self._serves = serves
        self._ad_every = ad_every
        self._ad_load = ad_load
        self._marks = marks
        self._suits = suits
        self._pool: tuple[int, tuple[Note, ...], Mapping[NoteId, NoteMark]] = (-1, (), {})

    def feed(
        self,
        reader: ReaderId,
        *,
        cursor: str | None = None,
        limit: int = FEED_LIMIT_DEFAULT,
        topic: str | None = None,
        surface: Surface = Surface.GENERAL,
    ) -> FeedPage:
        """Give a page of the feed, of one topic if asked. A cursor goes on in the order of the moment it was given.

        A surface changes which links stand there, bought or not, and never the order of notes.
        """
        if not 1 <= limit <= FEED_LIMIT_MAX:
            raise LimitOutOfRange(place="limit", high=FEED_LIMIT_MAX)
        at_ms, offset, load = self._position(cursor)
        notes = [note for note in self._notes() if topic in {None, note.topic}]
        organic = rank(notes, reader, at_ms)[offset:]
        may_stand = self._standing_on(surface)
        ads = self._ads(reader, at_ms, offset, topic, may_stand)
        slots, used = lay_out(organic, list(ads), limit=limit, every=self._ad_every, load=load, limits=self._ad_load)
        more = used < len(organic)
        after = load_after(load, slots, self._ad_load).written()
        return FeedPage(
            cards=tuple(self._card(slot, reader, may_stand) for slot in slots),
            cursor=f"{at_ms}.{offset + used}.{after}" if more else None,
        )

    def note_page(
        self,
        note: NoteId,
        reader: ReaderId,
        impression: str | None = None,
        *,
        surface: Surface = Surface.GENERAL,
    ) -> NotePage:
        """Give a note's page; `impression` is the card's that led here, where one did."""
        found = self._shelf.note(note)
        if found.published_at_ms > self._clock.now_ms():
            raise NotFound(id=note)
        slot = impression if impression and _IMPRESSION.fullmatch(impression) else self._ids.mint("imp")
        self._notes()  # and with them what they are said to be
        link = self._link_under(note, reader, self._standing_on(surface))
        return NotePage(
            note=found,
            creator=self._shelf.creator(found.creator),
            impression=slot,
            ad=None if link is None else self._component(link, slot, placement="note"),
            ai=self._is_made(note),
        )

    def _position(self, cursor: str | None) -> tuple[int, int, AdLoad]:
        if cursor is None:
            return self._clock.now_ms(), 0, AdLoad()
        match = _CURSOR.fullmatch(cursor)
        # A cursor of the future would show what is not published yet.
        if match is None or int(match["at_ms"]) > self._clock.now_ms():
            raise CursorMalformed(place="cursor")
        return int(match["at_ms"]), int(match["offset"]), read_load(match["shown"], match["bought"], match["near"])

    def _notes(self) -> tuple[Note, ...]:
        revision = self._shelf.revision()
        if self._pool[0] != revision:
            self._pool = (revision, tuple(self._shelf.notes(limit=FEED_NOTES_MAX)), self._marks.marks())
        return self._pool[1]

    def _mark(self, note: NoteId) -> NoteMark | None:
        """Give the mark that stood when notes were read last."""
        return self._pool[2].get(note)

    def _may_sell(self, note: NoteId) -> bool:
        """Tell whether a link may stand under a note: under one that teaches about health none does (LABEL-7)."""
        mark = self._mark(note)
        return mark is None or mark.kind is not NoteKind.HEALTH

    def _standing_on(self, surface: Surface) -> Callable[[AdLink], bool]:
        """Give what says whether a link may be shown on a page of a surface now."""
        suits, serves = self._suits(surface), self._serves
        return lambda link: suits(link) and serves(link)

    def _ads(
        self, reader: ReaderId, at_ms: int, offset: int, topic: str | None, may_stand: Callable[[AdLink], bool]
    ) -> Iterable[tuple[AdLink, Note]]:
        """Give the links that may take places on this page, in the order of their turn."""
        notes = {
            note.id: note for note in self._notes() if note.published_at_ms <= at_ms and topic in {None, note.topic}
        }
        for link in rotate(self._table.live(), "ad", reader, at_ms, offset):
            note = notes.get(link.note)
            if note is not None and self._may_sell(note.id) and may_stand(link):
                yield link, note

    def _link_under(self, note: NoteId, reader: ReaderId, may_stand: Callable[[AdLink], bool]) -> AdLink | None:
        if not self._may_sell(note):
            return None
        live = rotate(self._table.live_under(note), "component", reader, note)
        return next((link for link in live if may_stand(link)), None)

    def _is_made(self, note: NoteId) -> bool:
        mark = self._mark(note)
        return mark is not None and mark.ai

    def _card(self, slot: Slot, reader: ReaderId, may_stand: Callable[[AdLink], bool]) -> Card:
        impression = self._ids.mint("imp")
        link = slot.bought_by or self._link_under(slot.note.id, reader, may_stand)
        return Card(
            note=slot.note,
            creator=self._shelf.creator(slot.note.creator),
            impression=impression,
            ad=None if link is None else self._component(link, impression, placement="feed"),
            bought=slot.bought_by is not None,
            ai=self._is_made(slot.note.id),
        )

    def _component(self, link: AdLink, impression: str, *, placement: str) -> AdComponent:
        query = urlencode({"i": impression, "s": self._minter.seal(link.id, impression), "p": placement})
        return AdComponent(
            link=link.id,
            label=AD_LABEL,
            title=link.title,
            button=link.button,
            shop=link.shop,
            platform=link.platform,
            impression=impression,
            jump_url=f"/j/{link.id}?{query}",
        )
