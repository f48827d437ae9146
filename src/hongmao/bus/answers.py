"""Answering those who wait for a log: whatever a waiter does when it hears, the thread that tells it goes on."""

from __future__ import annotations

import contextlib
from concurrent.futures import Future
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hongmao.events.api import Kept

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


def refuse(future: Answer, error: Exception) -> Answer:
    """Let a waiter hear an error."""
    with contextlib.suppress(BaseException):
        future.set_exception(error)
    return future
