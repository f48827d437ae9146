"""Clients that vanish in the middle of a commit: nobody else waits for them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from bus.log_conformance import PATIENCE_S, everything, keep
from events.strategies import read_note
from hongmao.bus.embedded import EmbeddedLog
from hongmao.events.api import Packed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hongmao.events.api import Kept
    from hongmao.kernel.errors import HongmaoError


class Vanished:
    """A waiter whose client has gone: to tell it raises, as writing to a closed transport does."""

    def kept(self, answer: tuple[Kept, ...]) -> None:
        raise ConnectionResetError(len(answer))

    def failed(self, error: HongmaoError) -> None:
        raise ConnectionResetError from error


def test_clients_that_vanish_in_mid_commit_stall_nobody(tmp_path: Path) -> None:
    def closed(_: Callable[[], None]) -> None:
        raise RuntimeError("Event loop is closed")

    def at_once(tell: Callable[[], None]) -> None:
        tell()

    with EmbeddedLog(tmp_path / "log") as log:

        def storm(first: int) -> None:
            for number in range(first, first + 300):
                log.offer(Packed.of([read_note(number)]), Vanished(), closed if number % 2 else at_once)
                log.append([read_note(10_000 + number)]).cancel()

        clients = [threading.Thread(target=storm, args=(first,)) for first in range(0, 1_200, 300)]
        for client in clients:
            client.start()
        answers = [keep(log, read_note(20_000 + number))[0] for number in range(100)]
        for client in clients:
            client.join(PATIENCE_S)
        keep(log, read_note(30_000))

        assert not any(kept.duplicate for kept in answers)
        assert log.pressure().queued_events == 0
        assert len(everything(log)) == log.end() == 2 * 1_200 + 101
