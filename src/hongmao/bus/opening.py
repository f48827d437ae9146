"""Opening the log that a deployment has: embedded or on a cluster, as its owner, over the line, or to look only.

One process of a home folder owns the log: it writes the files, or feeds the replica of a cluster's stream. It listens on
the line, so other processes of the machine append through it and read the files themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from hongmao.bus.embedded import EmbeddedLog
from hongmao.bus.errors import ClusterUnfit
from hongmao.bus.line.client import LineLog
from hongmao.bus.line.server import LineServer
from hongmao.bus.nats.address import NatsAddress
from hongmao.bus.nats.replica import LOG_NAME
from hongmao.bus.reader import ReadOnlyLog
from hongmao.events.api import LogBusy
from hongmao.telemetry.parts import NO_LOG_METER

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from hongmao.bus.nats.log import NatsLog
    from hongmao.events.api import Event, EventLog, Kept, Logged, Packed, PackedSlice, Pressure, Waiter
    from hongmao.events.store import Deliver
    from hongmao.telemetry.parts import LogMeter

REPLICA: Final = "replica"  # folder in the home


def open_log(
    url: str,
    path: Path,
    *,
    read_only: bool,
    may_own: bool = True,
    new_writer: Callable[[], str],
    meter: LogMeter = NO_LOG_METER,
) -> EventLog:
    """Open the log that `url` names, empty for the embedded one at `path`; its folder is the home of line and replica.

    Who may not own appends over the line to the process that does. `new_writer` gives a name that no other life of a
    process has. Raises `LogAddressUnreadable`, `LogBusy`, `LogMissing` (to look at only), `ClusterUnfit`.
    """
    home = path.parent
    if not url:
        if read_only:
            return ReadOnlyLog(path)
        return SharedLog(EmbeddedLog(path, meter=meter), home) if may_own else LineLog(path, home)
    address = NatsAddress.read(url)
    if may_own or read_only:
        try:
            from hongmao.bus.nats.log import NatsLog as Opened  # noqa: PLC0415 - not installed where no cluster is used
        except ModuleNotFoundError as error:
            raise ClusterUnfit(url=url, why=f"{error.name} is not installed; install hongmao[nats]") from error

        try:
            log = Opened(address, home / REPLICA, writer=new_writer(), meter=meter)
        except LogBusy:
            if not read_only:
                raise
        else:
            return log if read_only else SharedLog(log, home)
    replica = log_files(url, path)
    return ReadOnlyLog(replica) if read_only else LineLog(replica, home)


def log_files(url: str, path: Path) -> Path:
    """Say where the log's files lie on this machine: the embedded log itself, or the replica of a cluster's."""
    return path.parent / REPLICA / LOG_NAME if url else path


class SharedLog:
    """A log with its line: everything is the log's, and other processes of the machine append through us."""

    def __init__(self, log: EmbeddedLog | NatsLog, home: Path) -> None:
        """Begin to listen in the home folder; the log is closed with us, and at once where we cannot listen."""
        self._log = log
        try:
            self._line = LineServer(log, home)
        except BaseException:
            log.close()
            raise

    @property
    def embedded(self) -> EmbeddedLog | None:
        """Give the log whose files are ours alone, which may let go of its beginning; None where servers have it."""
        return self._log if isinstance(self._log, EmbeddedLog) else None

    def append(self, events: Sequence[Event]) -> Future[tuple[Kept, ...]]:
        """Keep a batch, all or nothing; the future is done only when it is durable."""
        return self._log.append(events)

    def offer(self, batch: Packed, waiter: Waiter, deliver: Deliver) -> None:
        """Queue a batch of encoded events, all or nothing, and never block."""
        self._log.offer(batch, waiter, deliver)

    def pressure(self) -> Pressure:
        """Tell how far the log is behind."""
        return self._log.pressure()

    def read(self, *, after: int, limit: int) -> Sequence[Logged]:
        """Read up to `limit` events after an offset."""
        return self._log.read(after=after, limit=limit)

    def read_packed(self, *, after: int, limit: int) -> PackedSlice:
        """Read up to `limit` events after an offset, as bytes."""
        return self._log.read_packed(after=after, limit=limit)

    def end(self) -> int:
        """Give the offset of the last durable event."""
        return self._log.end()

    def first(self) -> int:
        """Give the offset of the first event that can still be read."""
        return self._log.first()

    def known(self, event_ids: Collection[str]) -> frozenset[str]:
        """Say which of these ids the log holds."""
        return self._log.known(event_ids)

    def wait(self, *, after: int, timeout_s: float) -> bool:
        """Sleep until the log reaches beyond `after`, the time is up or the log is closed."""
        return self._log.wait(after=after, timeout_s=timeout_s)

    def close(self) -> None:
        """Finish what was taken, over the line too, then hang up. Twice does no harm."""
        self._log.close()
        self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
