"""The link table in memory: every jump and every card asks it, so it reads only what has changed, and packs it."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.kernel.time import SECOND_MS
from hongmao.links.errors import LinksStale
from hongmao.links.live import Live, LiveLinks
from hongmao.links.packed import PackedLinks, changed
from hongmao.links.recent import Recent
from hongmao.links.rows import Texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import NoteId
    from hongmao.links.contracts import AdLink
    from hongmao.links.store import LinkStore

CHECK_EVERY_MS: Final = SECOND_MS  # a paused link stops within this and one request
STALE_MS_MAX: Final = 4 * SECOND_MS  # with the next look a second later, a pause holds within five, store or no store
LINKS_READ_MAX: Final = 16_384
"""Links that are kept read, each by its id and by its place."""
LOOKS_MAX: Final = 3
_NEVER: Final = -1
_log = logging.getLogger("hongmao.links")


@dataclass(slots=True)
class _Snapshot:
    """All links at one revision. Only what was read of it grows."""

    revision: int
    packed: PackedLinks
    read: Recent[str | int, AdLink]
    live: Live | None = None

    def find(self, link: str) -> AdLink | None:
        known = self.read.get(link)
        if known is not None:
            return known
        found = self.packed.find(link)
        return None if found is None else self._keep(*found)

    def at(self, place: int) -> AdLink:
        return self.read.get(place) or self._keep(place, self.packed.at(place))

    def _keep(self, place: int, link: AdLink) -> AdLink:
        """Keep what was read; of one link, one copy."""
        link = self.read.get(link.id) or link
        self.read.put(place, link)
        self.read.put(link.id, link)
        return link

    def lived(self) -> Live:
        live = self.live
        if live is None:
            live = self.live = Live.of(self.packed)
        return live


class LinkTable:
    """All links as they were at most a second ago. One snapshot is swapped for the next, so readers never wait.

    Unless somebody `follow`s the store on a thread of its own, whoever asks a second after the last look looks himself:
    so it is where the clock is played, and an instant has to be the same instant for all.
    """

    def __init__(
        self, store: LinkStore, clock: Clock, *, check_every_ms: int = CHECK_EVERY_MS, at_once: bool = True
    ) -> None:
        """Read the table, `at_once` or when somebody first asks: a million links take a while.

        The clock tells how much time has passed and need not know what time it is.
        """
        self._store = store
        self._clock = clock
        self._check_every_ms = check_every_ms
        self._followed = False
        self._turn = threading.Lock()
        self._now = _Snapshot(_NEVER, PackedLinks(Texts()), Recent(LINKS_READ_MAX))
        # As old as makes the first who asks look, and refuses him where that fails.
        self._checked_at_ms = clock.now_ms() - check_every_ms
        self._right_at_ms = clock.now_ms() - STALE_MS_MAX - 1
        if at_once:
            self.refresh()

    def find(self, link: str) -> AdLink | None:
        """Find any link, live or not."""
        return self._fresh().find(link)

    def edition(self) -> object:
        """Give what is another object whenever any link may be another: for those who remember what they found here."""
        return self._fresh()

    def live(self) -> Sequence[AdLink]:
        """List the live links by id."""
        now = self._fresh()
        return LiveLinks(now.lived().places, now.at)

    def live_under(self, note: NoteId) -> Sequence[AdLink]:
        """List a note's live links by id."""
        now = self._fresh()
        return now.lived().under(note, now.at)

    def follow(self, *, followed: bool = True) -> None:
        """Say whether somebody calls `refresh` every second from now on: then nobody who asks has to wait for the store."""
        self._followed = followed

    def refresh(self) -> None:
        """Look for changes now."""
        with self._turn:
            self._look()

    def age_ms(self) -> int:
        """Say how long ago the table was last known to be right; it grows while nobody asks, or the store is gone."""
        return max(0, self._clock.now_ms() - self._right_at_ms)

    def is_read(self) -> bool:
        """Tell whether the table was ever read."""
        return self._now.revision != _NEVER

    def size(self) -> int:
        """Count the links in the table, live or not."""
        return self._now.packed.size

    def size_bytes(self) -> int:
        """Give what the packed links take in memory."""
        return self._now.packed.size_bytes

    def _fresh(self) -> _Snapshot:
        now_ms = self._clock.now_ms()
        # A clock that was set back must not keep us from looking.
        if not self._followed and abs(now_ms - self._checked_at_ms) >= self._check_every_ms:
            self._look_unless_busy()
        if now_ms - self._right_at_ms > STALE_MS_MAX:
            # Somebody may have paused any of them since: to lead nobody anywhere is the smaller fault (LINK-2).
            raise LinksStale(age_s=(now_ms - self._right_at_ms) // SECOND_MS)
        return self._now

    def _look_unless_busy(self) -> None:
        if not self._turn.acquire(blocking=False):
            return  # another thread is looking for us all
        try:
            self._look()
        except Exception:  # noqa: BLE001 - whatever keeps us from looking, what we know holds for a few seconds more
            _log.exception("the links could not be looked at")
        finally:
            self._turn.release()

    def _look(self) -> None:
        """Read what has changed. Nobody else may be looking."""
        for _ in range(LOOKS_MAX):
            # The table is right as of when the look began: what the store answers may be as old as that.
            self._checked_at_ms = began_ms = self._clock.now_ms()
            if self._store.revision() != self._now.revision:
                self._now = self._read(self._now)
            self._right_at_ms = began_ms
            if self._clock.now_ms() - began_ms < self._check_every_ms:
                return
            # It took long, and something may have changed meanwhile.

    def _read(self, now: _Snapshot) -> _Snapshot:
        """Follow the store to its latest revision, page by page: there may be a million links."""
        packed, live, read, revision = now.packed, now.live, now.read, now.revision
        for page in self._store.changes(now.revision):
            if page.revision < now.revision:
                # The store was set back to an earlier state. What has changed since then it cannot say.
                return self._read(_Snapshot(_NEVER, PackedLinks(Texts()), Recent(LINKS_READ_MAX)))
            before, ids = packed, frozenset({*(link.id for link in page.links), *page.gone})
            packed, move = changed(before, page.links, page.gone)
            read = read.without(ids) if move is None else Recent(LINKS_READ_MAX)
            live = None if live is None else live.changed(before, packed, move, ids)
            revision = page.revision
        return _Snapshot(revision, packed, read, live)
