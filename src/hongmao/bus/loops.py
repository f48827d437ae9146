"""An event loop on a thread of its own, for callers that know nothing of event loops."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


class LoopThread:
    """Runs coroutines for other threads until it is closed."""

    def __init__(self, name: str) -> None:
        """Start the thread."""
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def run(self, what: Coroutine[object, object, T]) -> T:
        """Run a coroutine on the loop and wait for what it gives."""
        return asyncio.run_coroutine_threadsafe(what, self.loop).result()

    def close(self) -> None:
        """Cancel what still runs and end the thread."""
        self.run(_still())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


async def _still() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=1)
    # What a cancelled task has left to the loop, such as closing a connection, is done in the next turns.
    await asyncio.sleep(0)
    await asyncio.sleep(0)
