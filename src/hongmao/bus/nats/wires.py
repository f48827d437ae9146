"""Wires between servers that can be cut and mended: small TCP relays on 127.0.0.1, all on one thread."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from hongmao.bus.loops import LoopThread

CHUNK_BYTES: Final = 65_536


class Wires:
    """Relays by name. A wire that is cut drops what runs over it and takes no new connection until it is mended."""

    def __init__(self) -> None:
        """Start the thread that relays."""
        self._wires: dict[str, _Wire] = {}
        self._thread = LoopThread("hongmao-wires")

    def lay(self, name: str, to_port: int) -> int:
        """Lay a wire to a port of this machine; give the port where it begins."""
        wire = self._wires[name] = _Wire(to_port)
        return self._thread.run(wire.open())

    def cut(self, name: str) -> None:
        """Cut a wire, now."""
        self._thread.run(self._wires[name].cut())

    def mend(self, name: str) -> None:
        """Let connections through again."""
        self._wires[name].whole = True

    def close(self) -> None:
        """Take all wires away."""
        for wire in self._wires.values():
            self._thread.run(wire.close())
        self._thread.close()


class _Wire:
    def __init__(self, to_port: int) -> None:
        self.whole = True
        self._to_port = to_port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> int:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def cut(self) -> None:
        self.whole = False
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        await self.cut()

    async def _relay(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if not self.whole or task is None:
            near_out.close()
            return
        self._tasks.add(task)
        far_out: asyncio.StreamWriter | None = None
        # A relay ends quietly, however it ends: what the ends make of a lost connection is what is being tried.
        with contextlib.suppress(OSError, asyncio.CancelledError):
            far_in, far_out = await asyncio.open_connection("127.0.0.1", self._to_port)
            ways = [asyncio.create_task(_pump(near_in, far_out)), asyncio.create_task(_pump(far_in, near_out))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        for writer in (near_out, far_out):
            if writer is not None:
                writer.close()
        self._tasks.discard(task)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(CHUNK_BYTES):
        sink.write(data)
        await sink.drain()
