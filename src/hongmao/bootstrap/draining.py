"""The HTTP server, and how it stops: first it says so, then it takes nobody new, then it finishes what is under way."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from typing import TYPE_CHECKING, Final

import uvicorn

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence
    from types import FrameType

GRACE_S: Final = 10
STOPS: Final = (signal.SIGTERM, signal.SIGINT)
LOOK_S: Final = 0.05


class Stopping:
    """Whether this process has been told to stop. A second time it ends at once: what was acknowledged is on disk."""

    def __init__(self) -> None:
        """Go on, so far."""
        self.asked = False

    def hear(self, number: int) -> None:
        """Hear a signal that asks to stop."""
        if self.asked:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.asked = True

    def when_stdin_closes(self) -> None:
        """Turn the end of standard input into SIGTERM, unless that has come already."""
        watch_stdin(lambda: None if self.asked else os.kill(os.getpid(), signal.SIGTERM))


class DrainingServer(uvicorn.Server):
    """A server that, told to stop, says `leave` at once and still takes whoever comes for `drain_s`."""

    def __init__(
        self, config: uvicorn.Config, *, stopping: Stopping, drain_s: float, leave: Callable[[], None]
    ) -> None:
        """Serve as uvicorn does."""
        super().__init__(config)
        self._stopping = stopping
        self._drain_s = drain_s
        self._leave = leave

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's own names
        """Hear a signal."""
        self._stopping.hear(sig)
        self._leave()
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let balancers see that we go; then close the port, and finish."""
        self._leave()
        await asyncio.sleep(self._drain_s)
        await super().shutdown(sockets)


def configured(app: object, host: str, port: int, *, http: object, trust: Sequence[str] = ()) -> uvicorn.Config:
    """Say how HTTP is served: small limits, no access log, no banner of its own.

    `http` makes each connection's protocol; `trust` are the proxies that are believed about who asks, and by https or not.
    """
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # uvicorn names its own ASGI types
        host=host,
        port=port,
        http=http,  # type: ignore[arg-type]  # a maker of protocols serves as their class does
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=list(trust),
        lifespan="off",
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=16_384,
        limit_concurrency=1_024,
    )


def watch_stdin(then: Callable[[], None]) -> None:
    """Call `then` when standard input ends: whoever holds the other end of the pipe need not clean up."""

    def _watch() -> None:
        # Past the buffer of `sys.stdin`, whose lock a thread must not hold when the interpreter ends.
        while os.read(0, 4096):
            pass
        then()

    threading.Thread(target=_watch, name="hongmao-stdin", daemon=True).start()


def stop_when_stdin_closes() -> None:
    """Turn the end of standard input into SIGTERM."""
    watch_stdin(lambda: os.kill(os.getpid(), signal.SIGTERM))
