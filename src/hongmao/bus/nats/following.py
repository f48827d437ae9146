"""Following a stream in order without a gap, whatever servers do meanwhile.

A consumer of ours lives in a server's memory and acknowledges nothing; its place is the replica's `applied`. When it falls
silent or a number is missing, a new one is begun behind what was applied, and what comes again is stepped over.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Final

from nats.errors import Error as NatsError
from nats.js import api

from hongmao.bus.errors import ReplicaForeign
from hongmao.kernel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nats.aio.msg import Msg

    from hongmao.bus.nats.address import NatsAddress
    from hongmao.bus.nats.replica import Replica
    from hongmao.bus.nats.way import Way
    from hongmao.events.api import Kept

    Told = Callable[[Sequence[tuple[str, tuple[Kept, ...]]]], None]

HEARTBEAT_S: Final = 0.5
QUIET_S: Final = 3.0  # after it the stream is asked whether there is really nothing new
SILENCE_S: Final = 2.0
AGAIN_S: Final = 0.1
DISK_AGAIN_S: Final = 1.0
INACTIVE_S: Final = 10.0
BEHIND_S: Final = 20.0  # how long a stream may end before our replica does, while a new leader finds its feet
FEED_BYTES_MAX: Final = 4 * 2**20
FEED_MESSAGES_MAX: Final = 64
_LOG: Final = logging.getLogger(__name__)


class _Lost(Exception):
    """The consumer fell silent or skipped a message: begin again."""


class Following:
    """Feeds a replica from a stream until it is cancelled; `told` hears the answers by message id, in order."""

    def __init__(self, way: Way, address: NatsAddress, replica: Replica, told: Told) -> None:
        """Keep what it takes; `run` does the work."""
        self._way = way
        self._client = way.client
        self._js = way.js
        self._address = address
        self._replica = replica
        self._told = told

    async def run(self) -> None:
        """Follow for good. What is raised cannot be mended by trying again."""
        behind_since: float | None = None
        now = asyncio.get_running_loop().time
        while True:
            try:
                if await self._ahead():
                    behind_since = None
                    await self._follow()
                behind_since = now() if behind_since is None else behind_since
                if now() - behind_since > BEHIND_S:
                    raise self._foreign(f"it ends before message {self._replica.applied}, which the replica has")
            except (_Lost, NatsError, OSError, TimeoutError) as error:
                _LOG.info("following %s begins again: %r", self._address.stream, error)
                await self._way.elsewhere()
            await asyncio.sleep(AGAIN_S)

    async def _ahead(self) -> bool:
        """Say whether the stream holds all that the replica has; a leader that has just come up may not know it yet."""
        info = await self._js.stream_info(self._address.stream)
        self._replica.claim(self._address.stream, str(info.created))
        return info.state.last_seq >= self._replica.applied

    async def _follow(self) -> None:
        inbox: asyncio.Queue[Msg] = asyncio.Queue()
        subject = self._client.new_inbox()
        subscription = await self._client.subscribe(subject, cb=inbox.put)
        now = asyncio.get_running_loop().time
        try:
            await self._js.add_consumer(self._address.stream, self._consumer(subject))
            first, sure = True, now()
            while True:
                messages, resume = await self._arrived(inbox, first=first)
                if messages:
                    first, sure = False, now()
                    await self._feed(messages)
                for reply in resume:
                    await self._client.publish(reply)
                if now() - sure > QUIET_S:
                    await self._look(inbox)
                    sure = now()
        finally:
            # The consumer itself is forgotten by its server once nobody listens.
            with contextlib.suppress(NatsError, OSError, TimeoutError):
                await subscription.unsubscribe()

    async def _look(self, inbox: asyncio.Queue[Msg]) -> None:
        """Ask the stream's leader: a server that was cut off has nothing new to tell, and says so every half second."""
        info = await self._js.stream_info(self._address.stream)
        if info.state.last_seq > self._replica.applied and inbox.empty():
            raise _Lost(f"nothing came, and the stream ends at {info.state.last_seq}")

    def _consumer(self, subject: str) -> api.ConsumerConfig:
        return api.ConsumerConfig(
            deliver_subject=subject,
            deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=self._replica.applied + 1,
            ack_policy=api.AckPolicy.NONE,
            idle_heartbeat=HEARTBEAT_S,
            flow_control=True,
            inactive_threshold=INACTIVE_S,
            mem_storage=True,
            num_replicas=1,
        )

    async def _arrived(self, inbox: asyncio.Queue[Msg], *, first: bool) -> tuple[list[Msg], list[str]]:
        """Give what has come, in order, and the subjects on which the server waits for a sign to go on."""
        messages: list[Msg] = []
        resume: list[str] = []
        size, due = 0, self._replica.applied + 1
        waiting = await asyncio.wait_for(inbox.get(), SILENCE_S)
        while True:
            if waiting.headers and "Status" in waiting.headers:
                if reply := waiting.reply or waiting.headers.get("Nats-Consumer-Stalled"):
                    resume.append(reply)
            else:
                sequence = waiting.metadata.sequence.stream
                if sequence > due:
                    raise self._gap(due, sequence, first=first and not messages)
                if sequence == due:
                    messages.append(waiting)
                    size += len(waiting.data)
                    due += 1
            if inbox.empty() or size >= FEED_BYTES_MAX or len(messages) >= FEED_MESSAGES_MAX:
                return messages, resume
            waiting = inbox.get_nowait()

    def _gap(self, due: int, got: int, *, first: bool) -> Exception:
        # A consumer that begins at a number and brings a later one first says that the stream has lost what is between.
        return (
            self._foreign(f"message {due} is gone, the next is {got}") if first else _Lost(f"{got} came before {due}")
        )

    async def _feed(self, messages: list[Msg]) -> None:
        pairs = [(message.metadata.sequence.stream, message.data) for message in messages]
        while True:
            try:
                answers = await asyncio.to_thread(self._replica.feed, pairs)
                break
            except Unavailable as error:
                # This machine's disk: the events are safe on the cluster, so wait until there is room.
                _LOG.warning("the replica cannot be written: %s", error)
                await asyncio.sleep(DISK_AGAIN_S)
        names = [str((message.headers or {}).get(api.Header.MSG_ID, "")) for message in messages]
        self._told(list(zip(names, answers, strict=True)))

    def _foreign(self, why: str) -> ReplicaForeign:
        return ReplicaForeign(path="replica", stream=self._address.stream, why=why)
