"""`NatsLog`: an `EventLog` whose order and durability are a stream's on several servers, and whose offsets are a replica's.

`append` publishes, and answers when the replica has met the message in the stream: a message is there only after most
servers have synced it, so the answer is durable, and the replica knows offset and repeats exactly. Reading is local.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Self

from nats.errors import Error as NatsError
from nats.js import api
from nats.js.errors import NotFoundError

from hongmao.bus.answers import awaited, hear, refuse, tell
from hongmao.bus.errors import ClusterUnfit
from hongmao.bus.loops import LoopThread
from hongmao.bus.nats.following import Following
from hongmao.bus.nats.publishing import Batch, Publishing
from hongmao.bus.nats.replica import Replica
from hongmao.bus.nats.way import Way
from hongmao.events.api import pack
from hongmao.telemetry.parts import NO_LOG_METER

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from hongmao.bus.nats.address import NatsAddress
    from hongmao.events.api import Event, Kept, Logged, Packed, PackedSlice, Pressure, Waiter
    from hongmao.events.store import Deliver
    from hongmao.telemetry.parts import LogMeter

OPEN_S: Final = 30.0  # how long opening waits for servers, and for the next message while it catches up
ANSWER_S: Final = 30.0  # how long a batch waits for an answer before its sender hears that nobody knows
AGAIN_S: Final = 0.2
POLL_S: Final = 0.01
DUPLICATES_S: Final = 600.0  # how long servers know a message id; longer than any batch is sent again
PAYLOAD_BYTES: Final = 8 * 2**20


class NatsLog:
    """An `EventLog` on a stream. Use as a context manager or call `close`. One process of a home folder feeds the replica."""

    def __init__(
        self,
        address: NatsAddress,
        folder: Path,
        *,
        writer: str,
        answer_s: float = ANSWER_S,
        meter: LogMeter = NO_LOG_METER,
    ) -> None:
        """Connect, make the stream where there is none, and catch up with everything it holds.

        `writer` is a name that no other process or life of a process uses: servers tell repeats of a message by it.
        `ClusterUnfit` says what is wrong with the servers, `ReplicaForeign` that the folder belongs to another stream.
        """
        self._address = address
        self._meter = meter
        self._replica = Replica(folder)
        self._closed = False
        self._broken: Exception | None = None
        self._thread = LoopThread("hongmao-nats")
        self._way: Way | None = None
        self._tasks: list[asyncio.Task[None]] = []
        try:
            self._publishing = self._thread.run(self._open(writer, answer_s))
        except BaseException:
            self._thread.run(self._leave())
            self._thread.close()
            self._replica.close()
            raise

    def append(self, events: Sequence[Event]) -> Future[tuple[Kept, ...]]:
        """Keep a batch, all or nothing; the future is done when most servers have synced it.

        Through the future come `LogFull`, `LogClosed`, `LogFailed`, `LogUnsure`, and `ValueError` for an event that no
        file can hold. Only after `LogUnsure` may the batch have been kept all the same.
        """
        try:
            ids, records = tuple(event.event_id for event in events), tuple(map(pack, events))
        except ValueError as error:
            return refuse(awaited(), error)
        batch = Batch(ids, records, self._publishing.now())
        if not ids and not self._closed:
            tell(batch.done, ())
            return batch.done
        return self._publishing.submit(batch)

    def offer(self, batch: Packed, waiter: Waiter, deliver: Deliver) -> None:
        """Queue a batch of encoded events, all or nothing, and never block; the waiter hears by `deliver`."""
        queued = self._publishing.submit(Batch(batch.ids, batch.records, self._publishing.now()))
        hear(queued, waiter, deliver, path=self._address.stream)

    def pressure(self) -> Pressure:
        """Tell how far the cluster's answers are behind with what was queued."""
        return self._publishing.pressure()

    def read(self, *, after: int, limit: int) -> Sequence[Logged]:
        """Read up to `limit` events after an offset, from this machine's replica."""
        return self._replica.log.read(after=after, limit=limit)

    def read_packed(self, *, after: int, limit: int) -> PackedSlice:
        """Read up to `limit` events after an offset, as bytes."""
        return self._replica.log.read_packed(after=after, limit=limit)

    def end(self) -> int:
        """Give the offset of the last event that has reached this machine."""
        return self._replica.log.end()

    def first(self) -> int:
        """Give the offset of the first event that can still be read."""
        return self._replica.log.first()

    def known(self, event_ids: Collection[str]) -> frozenset[str]:
        """Say which of these ids the log holds, as far as it has reached this machine."""
        return self._replica.log.known(event_ids)

    def wait(self, *, after: int, timeout_s: float) -> bool:
        """Sleep until the log reaches beyond `after`, the time is up or the log is closed."""
        return self._replica.log.wait(after=after, timeout_s=timeout_s)

    def close(self) -> None:
        """Let running appends finish, refuse new ones, release connection and replica. Twice does no harm."""
        if self._closed:
            return
        self._closed = True
        self._publishing.close()
        self._thread.run(self._leave())
        self._thread.close()
        self._replica.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def _open(self, writer: str, answer_s: float) -> Publishing:
        deadline = self._thread.loop.time() + OPEN_S
        last = await self._again(self._reach, deadline)
        assert self._way is not None  # noqa: S101 - `_reach` has set it
        publishing = Publishing(self._way, self._address, writer=writer, answer_s=answer_s, meter=self._meter)
        following = Following(self._way, self._address, self._replica, publishing.told)
        self._tasks = [
            self._thread.loop.create_task(self._guarded(following.run(), publishing)),
            self._thread.loop.create_task(self._guarded(publishing.run(), publishing)),
        ]
        await self._catch_up(last)
        return publishing

    async def _reach(self) -> int:
        """Connect and see to the stream; give its last message's sequence."""
        if self._way is None:
            self._way = await Way.to(self._address)
        client, js = self._way.client, self._way.js
        if client.max_payload < PAYLOAD_BYTES:
            raise self._unfit(f"max_payload is {client.max_payload}, it must be {PAYLOAD_BYTES} at least")
        try:
            info = await js.stream_info(self._address.stream)
        except NotFoundError:
            info = await js.add_stream(self._wanted())
        kept = info.config
        if kept.num_replicas != self._address.replicas or kept.storage != api.StorageType.FILE:
            raise self._unfit(f"the stream has {kept.num_replicas} copies in {kept.storage} storage")
        if kept.max_age or any((limit or 0) > 0 for limit in (kept.max_msgs, kept.max_bytes)):
            raise self._unfit("the stream drops old messages by age, number or size")
        self._replica.claim(self._address.stream, str(info.created))
        return info.state.last_seq

    def _wanted(self) -> api.StreamConfig:
        return api.StreamConfig(
            name=self._address.stream,
            subjects=[self._address.subject],
            retention=api.RetentionPolicy.LIMITS,
            storage=api.StorageType.FILE,
            num_replicas=self._address.replicas,
            discard=api.DiscardPolicy.NEW,
            duplicate_window=DUPLICATES_S,
            deny_delete=True,
        )

    async def _again(self, step: Callable[[], Coroutine[object, object, int]], deadline: float) -> int:
        """Take a step again and again: servers that start together need a moment to find a leader."""
        while True:
            try:
                return await step()
            except (NatsError, OSError, TimeoutError) as error:
                if self._thread.loop.time() > deadline:
                    raise self._unfit(f"no answer within {OPEN_S:.0f} s: {error!r}") from error
            await asyncio.sleep(AGAIN_S)

    async def _catch_up(self, last: int) -> None:
        """Wait until the replica has what the stream held at opening, as long as it gets on."""
        reached, since = self._replica.applied, self._thread.loop.time()
        while self._replica.applied < last:
            if self._broken is not None:
                raise self._broken
            if self._replica.applied > reached:
                reached, since = self._replica.applied, self._thread.loop.time()
            elif self._thread.loop.time() - since > OPEN_S:
                raise self._unfit(f"message {reached + 1} of {last} did not come within {OPEN_S:.0f} s")
            await asyncio.sleep(POLL_S)

    async def _guarded(self, work: Coroutine[object, object, None], publishing: Publishing) -> None:
        """Let whoever waits hear of an error that ends the log's work."""
        try:
            await work
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            self._broken = error
            publishing.break_off(error)

    async def _leave(self) -> None:
        """Wait for what is under way, then stop following and hang up."""
        if self._tasks:
            following, publishing = self._tasks
            await asyncio.wait([publishing])
            # More than once: the client's own waiting may swallow a cancellation that meets an answer.
            while not following.done():
                following.cancel()
                await asyncio.wait([following], timeout=AGAIN_S)
        if self._way is not None:
            await self._way.close()

    def _unfit(self, why: str) -> ClusterUnfit:
        return ClusterUnfit(url="nats://" + ",".join(self._address.servers), why=why)
