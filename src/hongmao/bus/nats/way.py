"""The way to the servers: one connection, moved to another server where this one is of no use."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Final

import nats

if TYPE_CHECKING:
    from nats.aio.client import Client

    from hongmao.bus.nats.address import NatsAddress

RECONNECT_S: Final = 0.1
STEP_S: Final = 2.0  # of one request to JetStream
STAY_S: Final = 3.0  # before a connection is moved again, so that a server has time to answer


class Way:
    """A connection that comes back by itself when it is lost, and can be told that its server is cut off.

    A server that has lost the others still takes connections and answers nothing of use; no connection is lost then,
    so whoever waits in vain says so here.
    """

    def __init__(self, client: Client) -> None:
        """Begin where the client is connected."""
        self.client = client
        self.js = client.jetstream(timeout=STEP_S)
        self._moved = asyncio.get_running_loop().time()

    @classmethod
    async def to(cls, address: NatsAddress) -> Way:
        """Connect to any of the servers."""
        return cls(
            await nats.connect(
                [f"nats://{server}" for server in address.servers],
                name="hongmao",
                error_cb=_heard,
                max_reconnect_attempts=-1,
                reconnect_time_wait=RECONNECT_S,
                connect_timeout=2,
                ping_interval=2,
                max_outstanding_pings=2,
            )
        )

    async def close(self) -> None:
        """Hang up."""
        await self.client.close()
        # Connections that the client dropped half-made close themselves when they are collected, and need their loop.
        gc.collect()
        await asyncio.sleep(0)

    async def elsewhere(self) -> None:
        """Go to another server, unless we have only just come."""
        now = asyncio.get_running_loop().time()
        if now - self._moved > STAY_S:
            self._moved = now
            await self.client.force_reconnect()


async def _heard(_: Exception) -> None:
    """Leave errors of the connection to those who wait for answers: they try again."""
