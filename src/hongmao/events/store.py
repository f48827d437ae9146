"""Ports of this context: the log that acks only what is durable, and the lake that is derived from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from concurrent.futures import Future

    from hongmao.events.contracts import Event, Kept, Logged
    from hongmao.events.packed import Packed, PackedSlice
    from hongmao.kernel.errors import HongmaoError

Deliver = Callable[[Callable[[], None]], None]
"""How a log's word reaches its waiters' own thread, such as `loop.call_soon_threadsafe`; one call per commit."""


class Waiter(Protocol):
    """Whoever offered a batch. It hears exactly one of these, and neither may raise."""

    def kept(self, answer: tuple[Kept, ...]) -> None:
        """Hear that the batch is durable: the log's word on each event, in order."""
        ...

    def failed(self, error: HongmaoError) -> None:
        """Hear that nothing of the batch was kept, and why."""
        ...


@dataclass(frozen=True, slots=True)
class Pressure:
    """What waits to be made durable, and how long the oldest of it has waited."""

    queued_events: int
    queued_bytes: int
    oldest_ms: float


class Appender(Protocol):
    """All that the edge needs of a log."""

    def offer(self, batch: Packed, waiter: Waiter, deliver: Deliver) -> None:
        """Queue a batch, all or nothing, and never block; `failed` may be called at once."""
        ...

    def pressure(self) -> Pressure:
        """Tell how far the log is behind with what it was offered."""
        ...


class EventLog(Appender, Protocol):
    """The one log. Whatever `append` has answered is on disk and stays; an event id is kept once."""

    def append(self, events: Sequence[Event]) -> Future[tuple[Kept, ...]]:
        """Keep a batch, all or nothing; the future is done only when it is durable.

        Answers one `Kept` per event, in order. Raises `LogFull`/`LogClosed` through the future; nothing was kept then.
        """
        ...

    def read(self, *, after: int, limit: int) -> Sequence[Logged]:
        """Read up to `limit` events with offsets above `after`, in order. Offset 0 is before the first event."""
        ...

    def read_packed(self, *, after: int, limit: int) -> PackedSlice:
        """Read as `read` does, but as bytes: up to `limit` events, fewer where `SLICE_BYTES_MAX` is reached."""
        ...

    def end(self) -> int:
        """Give the offset of the last durable event; 0 for an empty log."""
        ...

    def first(self) -> int:
        """Give the offset of the first event that can still be read; 1 unless the beginning was removed."""
        ...

    def known(self, event_ids: Collection[str]) -> frozenset[str]:
        """Say which of these ids the log already holds."""
        ...

    def wait(self, *, after: int, timeout_s: float) -> bool:
        """Sleep until the log reaches beyond `after` or the time is up; say whether it has."""
        ...

    def close(self) -> None:
        """Let running appends finish, refuse new ones, release the files."""
        ...


class Lake(Protocol):
    """The Parquet lake: events by Asia/Shanghai day and kind, each exactly once, derived from the log and disposable."""

    def absorb(self, batch: Sequence[Logged]) -> None:
        """Add a batch that follows `position` without a gap; durable on return. A batch absorbed before is no-op."""
        ...

    def absorb_packed(self, batch: PackedSlice) -> None:
        """Add a batch as `absorb` does, from the log's own bytes; the files are the same."""
        ...

    def position(self) -> int:
        """Give the offset up to which the log has been absorbed."""
        ...

    def compact(self) -> int:
        """Merge small files of a partition; give the number of files removed. No query sees it happen."""
        ...

    def wipe(self, *, keep_to: int = 0) -> None:
        """Throw everything away, so that a rebuild can begin from the log, which has all that lies above `keep_to`.

        What lies up to there is kept, proved; `LakeIrreplaceable` where it cannot be, and nothing is changed then.
        """
        ...


class Past(Protocol):
    """What the log no longer holds, in its order: the lake, read as the log was."""

    def read(self, *, after: int, limit: int, until: int | None = None) -> Sequence[Logged]:
        """Read up to `limit` events with offsets above `after`, in order and without gaps, none above `until`."""
        ...


class Tables(Protocol):
    """One consistent snapshot of the derived tables for reading by SQL: `events`, and what other contexts publish."""

    def rows(self, sql: str, params: Mapping[str, object] | None = None) -> list[dict[str, object]]:
        """Run one read-only query with `$name` parameters; every row is a dict by column name."""
        ...
