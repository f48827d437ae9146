"""Publishing groups: one at a time, each again under the same id until the cluster has answered.

A group is one message, because servers sync once a message: this is group commit on a cluster. One at a time keeps the
order in which batches came, also where a group must be sent again. What comes meanwhile makes the next group, so a busy
log loses nothing by it.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError
from nats.js import api

from hongmao.bus.answers import Answer, awaited, refuse, tell
from hongmao.bus.errors import LogUnsure
from hongmao.bus.group import Group, seal
from hongmao.events.api import LogClosed, LogFailed, LogFull, Pressure
from hongmao.telemetry.parts import NO_LOG_METER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.bus.nats.address import NatsAddress
    from hongmao.bus.nats.way import Way
    from hongmao.events.api import Kept
    from hongmao.telemetry.parts import LogMeter

GROUP_BYTES_MAX: Final = 512 * 1024
GROUP_ROWS_MAX: Final = 10_000
QUEUE_ROWS_MAX: Final = 50_000
QUEUE_BYTES_MAX: Final = 64 * 2**20
TRY_S: Final = 2.0  # an answer that takes longer was lost with a server
AGAIN_S: Final = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Encoded events that are kept together or not at all, and who waits for them since when."""

    ids: tuple[str, ...]
    records: tuple[bytes, ...]
    since: float
    done: Answer = field(default_factory=awaited)

    @property
    def size_bytes(self) -> int:
        """What the batch takes in a message."""
        return sum(map(len, self.records)) + sum(map(len, self.ids))


class Publishing:
    """The queue of batches and the groups that are under way. All but `submit` and `close` runs on the client's loop."""

    def __init__(
        self, way: Way, address: NatsAddress, *, writer: str, answer_s: float, meter: LogMeter = NO_LOG_METER
    ) -> None:
        """Begin with an empty queue; `writer` must be unlike any other writer's."""
        self._meter = meter
        self._way = way
        self._address = address
        self._writer = writer
        self._answer_s = answer_s
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._queue: deque[Batch] = deque()
        self._rows = self._bytes = 0
        self._refusal: Exception | None = None
        self._closing = False
        self._wake = asyncio.Event()
        self._open: dict[str, list[Batch]] = {}
        self._sent: dict[str, float] = {}
        self._settled = asyncio.Event()

    def now(self) -> float:
        """Seconds on the loop's clock."""
        return self._loop.time()

    def submit(self, batch: Batch) -> Answer:
        """Queue a batch, from any thread. The future fails at once where the queue is full or the log is closed."""
        size = batch.size_bytes
        with self._lock:
            if self._closing or self._refusal is not None:
                return refuse(batch.done, self._refusal or LogClosed(path=self._address.stream))
            if self._rows + len(batch.ids) > QUEUE_ROWS_MAX or self._bytes + size > QUEUE_BYTES_MAX:
                self._meter.full("queue")
                return refuse(batch.done, LogFull(rows=QUEUE_ROWS_MAX, size_bytes=QUEUE_BYTES_MAX))
            self._queue.append(batch)
            self._rows += len(batch.ids)
            self._bytes += size
        self._loop.call_soon_threadsafe(self._wake.set)
        return batch.done

    def pressure(self) -> Pressure:
        """Tell what waits to be published, and how long the oldest batch without an answer has waited."""
        under_way = [group[0] for group in [*self._open.values()] if group]
        with self._lock:
            waiting, rows, size = [*self._queue], self._rows, self._bytes
        oldest = min((batch.since for batch in [*under_way, *waiting[:1]]), default=None)
        return Pressure(rows, size, 0.0 if oldest is None else (self.now() - oldest) * 1_000)

    async def run(self) -> None:
        """Publish until closed and everything is answered or given up."""
        count = 0
        while True:
            group = self._next_group()
            if group:
                count += 1
                await self._publish(f"{self._writer}-{count}", group)
            elif self._closing:
                break
            else:
                self._give_up()
                # The time limit lets those be told whose group was acknowledged and not seen in the stream since.
                await self._woken(self._wake, self._answer_s / 4 if self._open else None)
        while self._open:
            self._give_up()
            await self._woken(self._settled, AGAIN_S)

    def told(self, answers: Sequence[tuple[str, tuple[Kept, ...]]]) -> None:
        """Hear from the replica what has become of messages; those of other writers are stepped over."""
        for name, kept in answers:
            sent, start, group = self._sent.pop(name, self.now()), 0, self._open.pop(name, [])
            if group:
                self._meter.committed(len(kept), sum(batch.size_bytes for batch in group), self.now() - sent)
            for batch in group:
                tell(batch.done, kept[start : start + len(batch.ids)])
                start += len(batch.ids)
        self._settled.set()

    def close(self) -> None:
        """Refuse what comes from now on, from any thread; what is queued is still published."""
        with self._lock:
            self._closing = True
        self._loop.call_soon_threadsafe(self._wake.set)

    def break_off(self, error: Exception) -> None:
        """Tell everybody, now and later, that the log cannot go on."""
        with self._lock:
            self._refusal = error
            left = [*self._queue]
            self._queue.clear()
            self._rows = self._bytes = 0
        for batch in [*(one for group in self._open.values() for one in group), *left]:
            refuse(batch.done, error)
        self._open.clear()
        self._sent.clear()
        self._settled.set()

    def _next_group(self) -> list[Batch]:
        group: list[Batch] = []
        size = rows = 0
        with self._lock:
            while self._queue:
                batch = self._queue[0]
                if group and (size + batch.size_bytes > GROUP_BYTES_MAX or rows + len(batch.ids) > GROUP_ROWS_MAX):
                    break
                self._queue.popleft()
                self._rows -= len(batch.ids)
                self._bytes -= batch.size_bytes
                size += batch.size_bytes
                rows += len(batch.ids)
                group.append(batch)
        return group

    async def _publish(self, name: str, group: list[Batch]) -> None:
        """Send a group until it is acknowledged, seen in the stream, or nobody waits for it any longer."""
        ids = tuple(one for batch in group for one in batch.ids)
        payload = seal(Group(ids, tuple(one for batch in group for one in batch.records)))
        self._open[name] = group
        self._sent[name] = self.now()
        while name in self._open:
            try:
                headers = {api.Header.MSG_ID.value: name}
                await self._way.js.publish(
                    self._address.subject, payload, timeout=TRY_S, stream=self._address.stream, headers=headers
                )
                break
            except MaxPayloadError as error:
                for batch in self._left(name):
                    refuse(batch.done, LogFailed(path=self._address.stream, why=f"the batch is too big: {error}"))
            except (NatsError, OSError, TimeoutError):
                self._give_up()
                await self._way.elsewhere()
                await asyncio.sleep(AGAIN_S)

    def _give_up(self) -> None:
        """Tell those who have waited too long that nobody knows; what they sent may still be kept."""
        late = self.now() - self._answer_s
        gone = [name for name, group in self._open.items() if group[0].since < late]
        for name in gone:
            for batch in self._left(name):
                refuse(batch.done, self._unsure())
        with self._lock:
            while self._queue and self._queue[0].since < late:
                batch = self._queue.popleft()
                self._rows -= len(batch.ids)
                self._bytes -= batch.size_bytes
                refuse(batch.done, self._unsure())

    def _left(self, name: str) -> list[Batch]:
        """Take a group off the list without an answer from the replica."""
        self._sent.pop(name, None)
        return self._open.pop(name, [])

    def _unsure(self) -> LogUnsure:
        return LogUnsure(path=self._address.stream, why=f"none of its servers within {self._answer_s:g} s")

    @staticmethod
    async def _woken(event: asyncio.Event, timeout_s: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), timeout_s)
        event.clear()
