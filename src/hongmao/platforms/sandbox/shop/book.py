"""The shop's book: one SQLite file, opened by whoever writes in it, and the act as its unit of work."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hongmao.platforms.sandbox.shop import journal, outbox, stock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hongmao.kernel.clock import Clock
    from hongmao.platforms.sandbox.shop.wire import WireEvent

SCHEMA = Path(__file__).with_name("schema.sql")
BUSY_MS = 10_000
OWN_PLATFORM = "sandbox"


class Book:
    """One connection, one transaction at a time. Whatever `writing` has left is on disk."""

    def __init__(self, path: Path) -> None:
        """Open the file, making it where there is none."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._sql = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._sql.row_factory = sqlite3.Row
        self._sql.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        self._sql.execute("PRAGMA journal_mode = WAL")
        # FULL syncs the WAL at every commit: an order and its outbox rows survive a power cut once the page has answered.
        self._sql.execute("PRAGMA synchronous = FULL")
        self._sql.execute("PRAGMA foreign_keys = ON")
        self._sql.executescript(SCHEMA.read_text(encoding="utf-8"))

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Change the book: all or nothing."""
        with self._transaction("BEGIN IMMEDIATE") as sql:
            yield sql

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read one consistent state of the book."""
        with self._transaction("BEGIN") as sql:
            yield sql

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._sql.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._sql.execute(begin)
            try:
                yield self._sql
                self._sql.execute("COMMIT")
            except BaseException:
                if self._sql.in_transaction:
                    self._sql.execute("ROLLBACK")
                raise


class Act:
    """One thing a buyer does: what it changes and what it tells are written together."""

    def __init__(self, sql: sqlite3.Connection, *, now_ms: int, seed: int) -> None:
        """Stand in an open transaction at an instant."""
        self.sql = sql
        self.now_ms = now_ms
        self._seed = seed

    def count(self, name: str) -> int:
        """Take the next number of a sequence, beginning with 1."""
        return count(self.sql, name, 1)

    def tell(self, event: WireEvent) -> None:
        """Queue an event for the platform the click came from. Without a click id it is nobody's business but the shop's.

        A shop of the sandbox's own sends its events; those of a marketplace wait in the journal to be asked for.
        """
        if event.click_id is None:
            return
        platform = stock.shop(self.sql, event.shop_id).platform
        journal.put(self.sql, event, platform=platform, now_ms=self.now_ms, seed=self._seed)
        if platform == OWN_PLATFORM:
            outbox.put(self.sql, event, now_ms=self.now_ms, seed=self._seed)


class Acts:
    """Where acts begin: the book, the clock and the seed of the city."""

    def __init__(self, book: Book, *, clock: Clock, seed: int, told: Callable[[], None]) -> None:
        """Bind the three; `told` is called after every act, so that delivery need not wait for its next look."""
        self.book = book
        self.clock = clock
        self._seed = seed
        self.told = told

    @contextmanager
    def act(self) -> Iterator[Act]:
        """Do one act, all or nothing."""
        with self.book.writing() as sql:
            yield Act(sql, now_ms=self.clock.now_ms(), seed=self._seed)
        self.told()


def count(sql: sqlite3.Connection, name: str, by: int) -> int:
    """Move a counter and give where it stands."""
    [row] = sql.execute(
        "INSERT INTO counter (name, n) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET n = n + excluded.n RETURNING n",
        (name, by),
    ).fetchall()
    return int(row["n"])
