"""The shop as a process: pages by uvicorn, delivery beside it, until SIGTERM or SIGINT."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from hongmao.platforms.sandbox.shop.app import create_shop_app
from hongmao.platforms.sandbox.shop.delivery import Delivery

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import FrameType

    from starlette.types import ASGIApp

    from hongmao.kernel.clock import Clock
    from hongmao.platforms.gateways import Gateway

BOOK_NAME = "shop.sqlite"
SHUTDOWN_S = 3


def run(
    *,
    home: Path,
    host: str,
    port: int,
    clock: Clock,
    control_token: str,
    seed: int,
    gateways: Mapping[str, Gateway] | None = None,
) -> None:
    """Keep the shop and the marketplaces' gateways open on an address until told to stop; the book lies in `home`."""
    db_path = home / BOOK_NAME
    delivery = Delivery(db_path=db_path, clock=clock)
    app = create_shop_app(
        db_path=db_path,
        clock=clock,
        control_token=control_token,
        seed=seed,
        told=delivery.wake,
        gateways=gateways,
    )
    delivery.start()
    try:
        serve(app, host=host, port=port)
    finally:
        delivery.stop()


def serve(app: ASGIApp, *, host: str, port: int) -> None:
    """Serve an app quietly until SIGTERM or SIGINT, and return."""
    config = uvicorn.Config(
        app, host=host, port=port, access_log=False, log_level="warning", timeout_graceful_shutdown=SHUTDOWN_S
    )
    server = uvicorn.Server(config)
    with _signals_stop(server):
        server.run()


@contextmanager
def _signals_stop(server: uvicorn.Server) -> Iterator[None]:
    """Let signals end the serving and not the process.

    Uvicorn has handlers of its own while it serves; afterwards it raises the signal again, and Python's default would
    be to die before delivery has been stopped.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def heard(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, heard) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
