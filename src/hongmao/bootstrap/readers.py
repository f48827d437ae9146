"""Readers as the log tells of them: whoever acted is known, also where the process that met him could not write it down.

A process that meets a reader remembers him in memory first, and an edge of its own writes to no database at all; the log has
every act of his. This consumer keeps what is missing, and hears the log from the beginning where it comes late.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from hongmao.bootstrap.foundations import open_foundations
from hongmao.catalog.api import Reader
from hongmao.jobs.worker import Step
from hongmao.kernel.ids import ReaderId
from hongmao.storage.catalog import keep_readers
from hongmao.storage.consumers import SqlConsumerGroups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hongmao.bootstrap.settings import Settings
    from hongmao.events.api import EventLog

NAME: Final = "readers"
BATCH_ROWS: Final = 5_000
PAUSE_S: Final = 2.0


class ReaderFollower:
    """Keeps the pseudonyms that events carry, each with the moment of its first event; whom somebody met before, stays."""

    def __init__(self, log: EventLog, groups: SqlConsumerGroups) -> None:
        """Follow a log that begins with the first event of all."""
        self._log = log
        self._groups = groups

    def job(self) -> Step:
        """Give the worker that follows the log."""
        return Step(NAME, self.position, self.step, PAUSE_S)

    def position(self) -> int:
        """Give the offset up to which readers are known."""
        return self._groups.position(NAME)

    def step(self) -> int:
        """Take a piece of the log; give how many events that were. Nothing is done where another process was quicker."""
        at = self.position()
        batch = self._log.read(after=at, limit=BATCH_ROWS)
        if not batch:
            return 0
        met: dict[str, int] = {}
        for logged in batch:
            if logged.event.reader is not None:
                met.setdefault(logged.event.reader, logged.event.received_at_ms)
        with self._groups.begin(NAME) as work:
            if work.position() != at:
                return 0
            keep_readers(work.session, [Reader(id=ReaderId(id), first_seen_at_ms=at_ms) for id, at_ms in met.items()])
            work.move_to(batch[-1].offset)
        return len(batch)

    def restart(self) -> None:
        """Hear everything once more; readers who are known stay as they are."""
        self._groups.restart(NAME)

    def catch_up(self, progress: Callable[[int, int], None]) -> int:
        """Take all that the log holds by now; give how many events that were, whoever took them.

        `progress` is told the offset that is reached, and the one that is wanted.
        """
        begun, goal = self.position(), self._log.end()
        while (at := self.position()) < goal:
            self.step()
            progress(at, goal)
        return self.position() - begun


@contextmanager
def open_readers(settings: Settings) -> Iterator[ReaderFollower]:
    """Open this consumer alone; the deployment may be serving meanwhile, and its own worker takes turns with us."""
    with open_foundations(settings, read_only=True) as ground:
        yield ReaderFollower(ground.history, SqlConsumerGroups(ground.database, ground.log.end))
