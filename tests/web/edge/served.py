"""The edge behind a real server on 127.0.0.1, with or without the short way, and clients that write raw bytes."""

from __future__ import annotations

import contextlib
import socket
import threading
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import uvicorn

from hongmao.events.api import LogFull, Packed, Pressure, unpack
from hongmao.telemetry.parts import NO_EDGE_METER, EdgeMeter
from hongmao.web.edge.hot.gate import HotGate
from hongmao.web.edge.hot.limits import Limits
from links.factories import MemoryLog
from web.edge.house import EdgeHouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hongmao.events.api import Waiter

PATIENCE_S = 60.0
PATIENT = Limits(head_s=PATIENCE_S, body_s=PATIENCE_S, idle_s=PATIENCE_S, linger_s=PATIENCE_S)
"""For whoever is not to be hurried: a client that the machine holds up has done nothing wrong."""
HURRIED = replace(PATIENT, head_s=0.3, body_s=0.3)
"""For requests that do not end: each is waited for shortly, and who has not begun may take his time."""


class OfferedLog(MemoryLog):
    """A log in memory that takes packed batches; `silent` ones are answered when it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.oldest_ms = 0.0
        self.silent: list[Callable[[], None]] | None = None

    def offer(self, batch: Packed, waiter: Waiter, deliver: Callable[[Callable[[], None]], None]) -> None:
        assert batch.ids == tuple(unpack(record).event_id for record in batch.records)

        def answer() -> None:
            if self.full:
                waiter.failed(LogFull(rows=1, size_bytes=1))
            else:
                waiter.kept(tuple(self._keep(unpack(record)) for record in batch.records))

        if self.silent is None:
            deliver(answer)
        else:
            self.silent.append(lambda: deliver(answer))

    def pressure(self) -> Pressure:
        return Pressure(0, 0, self.oldest_ms)

    def speak(self) -> None:
        silent, self.silent = self.silent or [], None
        for answer in silent:
            answer()


class Served:
    """A house on a port of its own."""

    def __init__(self, house: EdgeHouse, log: OfferedLog, port: int, gate: HotGate | None) -> None:
        self.house = house
        self.log = log
        self.port = port
        self.gate = gate

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)

    def say(self, request: bytes, *, more: bytes = b"") -> bytes:
        """Send bytes, and give all that comes back until the other side closes or an answer is whole."""
        with self.connect() as wire:
            wire.sendall(request)
            if more:
                wire.sendall(more)
            return read_answer(wire, bodiless=request.startswith(b"HEAD"))


def read_answer(wire: socket.socket, *, bodiless: bool = False) -> bytes:
    """Read one answer by its Content-Length, or until the end of the connection."""
    data = b""
    while True:
        head, found, body = data.partition(b"\r\n\r\n")
        if found and head.startswith(b"HTTP/1.1 100"):
            data = body
            continue
        if found and (bodiless or len(body) >= length_of(head)):
            return data
        try:
            part = wire.recv(65_536)
        except ConnectionResetError:
            return data
        if not part:
            return data
        data += part


def length_of(head: bytes) -> int:
    """Read how long an answer's body is."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


@contextlib.contextmanager
def served(
    *,
    hot: bool = True,
    limits: Limits | None = None,
    meter: EdgeMeter = NO_EDGE_METER,
    furnish: Callable[[OfferedLog], EdgeHouse] | None = None,
    trust: str = "",
) -> Iterator[Served]:
    """Serve a house until the block ends."""
    log = OfferedLog()
    house = EdgeHouse(log, trust=trust, limits=limits) if furnish is None else furnish(log)
    gate = HotGate(house.app, limits, meter) if hot else None
    config = uvicorn.Config(
        house.app,
        http=gate or "httptools",  # type: ignore[arg-type]
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=[part for part in trust.split(",") if part],
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    started: Future[int] = Future()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        startup = server.startup

        async def up(sockets: Any = None) -> None:
            await startup(sockets)
            started.set_result(port)

        server.startup = up  # type: ignore[method-assign]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            started.result(timeout=PATIENCE_S)
            yield Served(house, log, port, gate)
        finally:
            server.should_exit = True
            thread.join(timeout=PATIENCE_S)
    assert not thread.is_alive()
