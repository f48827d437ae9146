"""Running the web app by uvicorn, and stopping it so that nothing acked is lost."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

import uvicorn

from hongmao.bootstrap.house import open_house
from hongmao.bootstrap.telling import open_telling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.bootstrap.settings import Settings

GRACE_S = 10
GARBAGE_AFTER = 10_000  # objects more than before; a group of taps makes some thousands, and all of them go again


def serve_until_stopped(settings: Settings, *, until_stdin_closes: bool = False) -> None:
    """Open the house, serve it, and close it again when a signal comes."""
    if until_stdin_closes:
        stop_when_stdin_closes()
    with open_telling(settings) as telling, open_house(settings, telling=telling) as house:
        house.workers.start()
        # A clock that somebody plays is wound up by the player: what is due at an instant is done at that instant.
        if not settings.clock:
            house.clockwork.start()
            house.link_watch.start()
        # The server raises the signal that stopped it once more when it is done; by then the house must still be closed.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: None)
        # What stands now stays until the end: the collector of garbage need not look at it again and again between taps.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GARBAGE_AFTER, 20, 20)
        web = server(house.app, settings.host, int(settings.port), http=house.gate, trust=settings.trusted)
        try:
            with asyncio.Runner(loop_factory=web.config.get_loop_factory()) as runner:
                runner.run(web.serve())
                runner.run(house.services.returns.close())
        finally:
            gc.unfreeze()  # what is frozen is never taken down, and libraries complain of it at the end
            house.link_watch.stop()
            house.clockwork.stop()
            house.workers.stop()


def server(
    app: object, host: str, port: int, *, http: object = "httptools", trust: Sequence[str] = ()
) -> uvicorn.Server:
    """Make the HTTP server: small limits, no access log, no banner of its own.

    `http` makes each connection's protocol; `trust` are the proxies that are believed about who asks, and by https or not.
    """
    return uvicorn.Server(
        uvicorn.Config(
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
    )


def stop_when_stdin_closes() -> None:
    """Turn the end of standard input into SIGTERM: whoever holds the other end of the pipe need not clean up."""

    def _watch() -> None:
        # Past the buffer of `sys.stdin`, whose lock a thread must not hold when the interpreter ends.
        while os.read(sys.stdin.fileno(), 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=_watch, name="hongmao-stdin", daemon=True).start()
