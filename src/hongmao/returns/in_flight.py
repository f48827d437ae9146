"""Events on their way into the log: two deliveries of the same row take turns, so that one of them is the duplicate."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from collections.abc import Set as AbstractSet


class InFlight:
    """A set of event ids that are being appended. Lives in one event loop."""

    def __init__(self) -> None:
        """Begin with nothing under way."""
        self._ids: set[str] = set()
        self._waiting: list[asyncio.Future[None]] = []

    @asynccontextmanager
    async def hold(self, ids: AbstractSet[str]) -> AsyncIterator[None]:
        """Wait until none of these is under way, then keep them to oneself."""
        while not self._ids.isdisjoint(ids):
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn
        self._ids |= ids
        try:
            yield
        finally:
            self._ids -= ids
            waiting, self._waiting = self._waiting, []
            for turn in waiting:
                if not turn.done():  # whoever hung up while waiting must not stop the others
                    turn.set_result(None)
