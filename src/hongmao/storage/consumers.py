"""Consumer groups in SQL: the effect and the place in the log, in one transaction of the database that has both."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import select

from hongmao.events.api import check_move
from hongmao.storage.models import PositionRow
from hongmao.storage.scope import PlatformScope
from hongmao.storage.upsert import insert_new

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hongmao.storage.database import Database
    from hongmao.storage.scope import ScopedSession

_HOUSE = PlatformScope("a consumer follows the log, which holds every tenant's events")


class SqlConsumerWork:
    """Implements `events.consumers.ConsumerWork`: the effect is whatever is written in `session`."""

    def __init__(self, session: ScopedSession, group: str, end: Callable[[], int]) -> None:
        """Hold the group's row in a transaction; who wants it meanwhile waits until that ends."""
        self.session = session
        self._end = end
        self._row = held(session, group)

    def position(self) -> int:
        """Give the offset up to which the group has had its effect."""
        return self._row.log_offset

    def move_to(self, offset: int) -> None:
        """Say up to where the effect goes now; `OffsetRefused` backwards, or beyond what the log holds."""
        check_move(self._row.consumer, at=self._row.log_offset, to=offset, end=self._end())
        self._row.log_offset = offset


class SqlConsumerGroups:
    """Implements `events.consumers.ConsumerGroups`."""

    def __init__(self, database: Database, end: Callable[[], int]) -> None:
        """Work on a database; `end` tells the offset of the log's last durable event."""
        self._database = database
        self._end = end

    def position(self, group: str) -> int:
        """Give the offset up to which a group has had its effect; 0 for one that has yet to begin."""
        with self._database.session(_HOUSE) as session:
            row = session.get(PositionRow, group)
            return row.log_offset if row else 0

    def positions(self) -> dict[str, int]:
        """Give the offset of every group that has begun."""
        with self._database.session(_HOUSE) as session:
            rows = session.scalars(select(PositionRow).order_by(PositionRow.consumer))
            return {row.consumer: row.log_offset for row in rows}

    @contextmanager
    def begin(self, group: str) -> Iterator[SqlConsumerWork]:
        """Begin a piece of work; `StateBusy` where another process works for this group for too long."""
        with self._database.session(_HOUSE, write=True, alone=False) as session:
            yield SqlConsumerWork(session, group, self._end)

    def restart(self, group: str) -> None:
        """Let a group hear everything once more."""
        with self._database.session(_HOUSE, write=True, alone=False) as session:
            held(session, group).log_offset = 0


def advance(session: ScopedSession, group: str, offset: int) -> None:
    """Keep how far a group has come, never backwards: for effects that know by themselves what they have had already."""
    row = held(session, group)
    row.log_offset = max(row.log_offset, offset)


def held(session: ScopedSession, group: str) -> PositionRow:
    """Give a group's row, and let nobody else have it before this transaction ends."""
    row = session.get(PositionRow, group, with_for_update=True)
    if row is None:
        # Two may begin at once: the second finds what the first has put there, after it has ended.
        insert_new(session, PositionRow, [{"consumer": group, "log_offset": 0}])
        row = session.get_one(PositionRow, group, with_for_update=True)
    return row
