"""The link table in memory: every jump and every card asks it, so it is read again only when a link has changed."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.kernel.time import SECOND_MS
from hongmao.links.errors import LinksStale
from hongmao.links.rules import is_live

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import NoteId
    from hongmao.links.contracts import AdLink
    from hongmao.links.store import LinkStore

CHECK_EVERY_MS: Final = SECOND_MS  # a paused link stops within this and one request
STALE_MS_MAX: Final = 4 * SECOND_MS  # with the next look a second later, a pause holds within five, store or no store
_log = logging.getLogger("hongmao.links")


@dataclass(frozen=True, slots=True)
class _Snapshot:
    revision: int
    by_id: Mapping[str, AdLink]
    live: tuple[AdLink, ...]
    live_by_note: Mapping[str, tuple[AdLink, ...]]


class LinkTable:
    """All links as they were at most a second ago. One snapshot is swapped for the next, so readers never wait."""

    def __init__(self, store: LinkStore, clock: Clock, *, check_every_ms: int = CHECK_EVERY_MS) -> None:
        """Read the table once."""
        self._store = store
        self._clock = clock
        self._check_every_ms = check_every_ms
        self._now = self._read()
        self._checked_at_ms = self._right_at_ms = clock.now_ms()

    def find(self, link: str) -> AdLink | None:
        """Find any link, live or not."""
        return self._fresh().by_id.get(link)

    def edition(self) -> object:
        """Give what is another object whenever any link may be another: for those who remember what they found here."""
        return self._fresh()

    def live(self) -> Sequence[AdLink]:
        """List the live links by id."""
        return self._fresh().live

    def live_under(self, note: NoteId) -> Sequence[AdLink]:
        """List a note's live links by id."""
        return self._fresh().live_by_note.get(note, ())

    def refresh(self) -> None:
        """Look for changes now."""
        self._checked_at_ms = now_ms = self._clock.now_ms()
        if self._store.revision() != self._now.revision:
            self._now = self._read()
        self._right_at_ms = now_ms

    def age_ms(self) -> int:
        """Say how long ago the table was last known to be right; it grows while nobody asks, or the store is gone."""
        return max(0, self._clock.now_ms() - self._right_at_ms)

    def size(self) -> int:
        """Count the links in the table, live or not."""
        return len(self._now.by_id)

    def _fresh(self) -> _Snapshot:
        now_ms = self._clock.now_ms()
        # A clock that was set back must not keep us from looking.
        if abs(now_ms - self._checked_at_ms) >= self._check_every_ms:
            try:
                self.refresh()
            except Exception:  # noqa: BLE001 - whatever keeps us from looking, what we know holds for a few seconds more
                _log.exception("the links could not be looked at")
        if now_ms - self._right_at_ms > STALE_MS_MAX:
            # Somebody may have paused any of them since: to lead nobody anywhere is the smaller fault (LINK-2).
            raise LinksStale(age_s=(now_ms - self._right_at_ms) // SECOND_MS)
        return self._now

    def _read(self) -> _Snapshot:
        # The revision first: a change in between is then read twice rather than missed.
        revision = self._store.revision()
        links = sorted(self._store.table(), key=lambda link: link.id)
        live = tuple(link for link in links if is_live(link))
        by_note: dict[str, list[AdLink]] = defaultdict(list)
        for link in live:
            by_note[link.note].append(link)
        return _Snapshot(
            revision,
            {link.id: link for link in links},
            live,
            {note: tuple(links) for note, links in by_note.items()},
        )
