"""Ports that pass everything on: what stands in front of a log or a lake says only what it does differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.events.api import LogTrimmed, PackedSlice, pack

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from concurrent.futures import Future

    from hongmao.events.api import Event, EventLog, Kept, Lake, Logged, Past
    from hongmao.events.packed import Packed
    from hongmao.events.store import Deliver, Pressure, Waiter


class LogFront:
    """An `EventLog` that asks another."""

    def __init__(self, log: EventLog) -> None:
        """Stand in front of a log."""
        self._log = log

    def append(self, events: Sequence[Event]) -> Future[tuple[Kept, ...]]:
        """Keep a batch as the log does."""
        return self._log.append(events)

    def offer(self, batch: Packed, waiter: Waiter, deliver: Deliver) -> None:
        """Queue a batch as the log does."""
        self._log.offer(batch, waiter, deliver)

    def pressure(self) -> Pressure:
        """Tell how far the log is behind with what it was offered."""
        return self._log.pressure()

    def read(self, *, after: int, limit: int) -> Sequence[Logged]:
        """Read as the log does."""
        return self._log.read(after=after, limit=limit)

    def read_packed(self, *, after: int, limit: int) -> PackedSlice:
        """Read as the log does, as bytes."""
        return self._log.read_packed(after=after, limit=limit)

    def end(self) -> int:
        """Give the offset of the last durable event."""
        return self._log.end()

    def first(self) -> int:
        """Give the offset of the first event that can still be read."""
        return self._log.first()

    def known(self, event_ids: Collection[str]) -> frozenset[str]:
        """Say which of these ids the log already holds."""
        return self._log.known(event_ids)

    def wait(self, *, after: int, timeout_s: float) -> bool:
        """Sleep until the log reaches beyond `after` or the time is up."""
        return self._log.wait(after=after, timeout_s=timeout_s)

    def close(self) -> None:
        """Close the log."""
        self._log.close()


class History(LogFront):
    """An `EventLog` that begins with the first event of all: what the log has let go of is read from the lake."""

    def __init__(self, log: EventLog, past: Past) -> None:
        """Stand in front of a log and the past it was."""
        super().__init__(log)
        self._past = past

    def read(self, *, after: int, limit: int) -> Sequence[Logged]:
        """Read as the log does; `LogTrimmed` where neither has what comes next."""
        try:
            return super().read(after=after, limit=limit)
        except LogTrimmed:
            found = self._past.read(after=after, limit=limit, until=self.first() - 1)
            if not found:
                raise
            return found

    def read_packed(self, *, after: int, limit: int) -> PackedSlice:
        """Read as `read` does; what comes from the lake is encoded again."""
        try:
            return super().read_packed(after=after, limit=limit)
        except LogTrimmed:
            return PackedSlice.of(
                max(after, 0) + 1, [pack(found.event) for found in self.read(after=after, limit=limit)]
            )


class LakeFront:
    """A `Lake` that asks another."""

    def __init__(self, lake: Lake) -> None:
        """Stand in front of a lake."""
        self._lake = lake

    def absorb(self, batch: Sequence[Logged]) -> None:
        """Add a batch as the lake does."""
        self._lake.absorb(batch)

    def absorb_packed(self, batch: PackedSlice) -> None:
        """Add a batch as the lake does, from the log's own bytes."""
        self._lake.absorb_packed(batch)

    def position(self) -> int:
        """Give the offset up to which the log has been absorbed."""
        return self._lake.position()

    def compact(self) -> int:
        """Merge as the lake does."""
        return self._lake.compact()

    def wipe(self, *, keep_to: int = 0) -> None:
        """Throw everything away that the log still has."""
        self._lake.wipe(keep_to=keep_to)
