"""Lookups that are asked for every event: remembered by id, forgotten as soon as the catalog changes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from hongmao.catalog.store import CatalogStore
    from hongmao.kernel.clock import Clock

V = TypeVar("V")

# Another process may change the catalog; that shows here after this long. A revoked key is dead by then as well.
RECHECK_MS = 1_000
ENTRIES_MAX = 20_000  # a few megabytes, whatever ids somebody makes up


class Freshness:
    """Watches the catalog's revision, at most once per `RECHECK_MS`, and at once after a change of our own."""

    def __init__(self, store: CatalogStore, clock: Clock) -> None:
        """Know nothing yet."""
        self._store = store
        self._clock = clock
        self._checked_at_ms: int | None = None
        self._revision = -1

    def revision(self) -> int:
        """Give the revision that what is remembered must belong to."""
        now = self._clock.now_ms()
        if self._checked_at_ms is None or abs(now - self._checked_at_ms) >= RECHECK_MS:
            self._revision = self._store.revision()
            self._checked_at_ms = now
        return self._revision

    def changed(self) -> None:
        """Look again at the next question."""
        self._checked_at_ms = None


class Lookup(Generic[V]):
    """Values by id. Ids that lead nowhere are remembered as well, so that a flood of them costs no query each."""

    def __init__(self, freshness: Freshness, load: Callable[[Collection[str]], Mapping[str, V]]) -> None:
        """Load what is not remembered by `load`, many at a time."""
        self._freshness = freshness
        self._load = load
        self._lock = threading.Lock()
        self._revision = -1
        self._values: dict[str, V | None] = {}

    def get(self, key: str) -> V | None:
        """Look one id up."""
        return self.get_all((key,)).get(key)

    def get_all(self, keys: Collection[str]) -> dict[str, V]:
        """Look many ids up at once; unknown ones are left out."""
        revision = self._freshness.revision()
        with self._lock:
            if revision != self._revision or len(self._values) > ENTRIES_MAX:
                self._values = {}
                self._revision = revision
            remembered = self._values
        missing = {key for key in keys if key not in remembered}
        if missing:
            found = self._load(missing)
            remembered.update({key: found.get(key) for key in missing})
        return {key: value for key in keys if (value := remembered.get(key)) is not None}
