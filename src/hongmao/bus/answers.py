"""Answering those who wait for a log: whatever a waiter does when it hears, the thread that tells it goes on."""

from __future__ import annotations

import contextlib
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING

from hongmao.events.api import LogFailed
from hongmao.kernel.errors import HongmaoError

if TYPE_CHECKING:
    from hongmao.events.api import Kept, Waiter
    from hongmao.events.store import Deliver

Answer = Future["tuple[Kept, ...]"]


def awaited() -> Answer:
    """Give a future that nobody can cancel: a batch on its way is kept whether or not anybody still waits."""
    future: Answer = Future()
    future.set_running_or_notify_cancel()
    return future


def tell(future: Answer, kept: tuple[Kept, ...]) -> None:
    """Answer a waiter; `Future` logs what its callbacks raise."""
    with contextlib.suppress(BaseException):
        future.set_result(kept)


def refuse(future: Answer, error: BaseException) -> Answer:
    """Let a waiter hear an error."""
    with contextlib.suppress(BaseException):
        future.set_exception(error)
    return future


def hear(future: Answer, waiter: Waiter, deliver: Deliver, *, path: str) -> None:
    """Let a waiter hear by `deliver` what becomes of a batch."""

    def heard(done: Answer) -> None:
        error = done.exception()
        if error is None:
            deliver(partial(waiter.kept, done.result()))
        elif isinstance(error, HongmaoError):
            deliver(partial(waiter.failed, error))
        else:
            deliver(partial(waiter.failed, LogFailed(path=path, why=str(error)[:80])))

    future.add_done_callback(heard)
