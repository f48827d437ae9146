"""The oracle: what a log means, in some forty obvious lines that forget everything when they end."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from bus.offering import Offering
from hongmao.events.api import Kept, LogClosed, Logged, PackedSlice, pack

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hongmao.events.api import Event


class MemoryLog(Offering):
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.closed = False
        self.moved = threading.Condition()

    def append(self, events: Sequence[Event]) -> Future[tuple[Kept, ...]]:
        done: Future[tuple[Kept, ...]] = Future()
        with self.moved:
            answer = None if self.closed else tuple(self._keep(event) for event in events)
            self.moved.notify_all()
        if answer is None:
            done.set_exception(LogClosed(path="memory"))
        else:
            done.set_result(answer)
        return done

    def _keep(self, event: Event) -> Kept:
        for offset, kept in enumerate(self.events, 1):
            if kept.event_id == event.event_id:
                return Kept(offset, duplicate=True)
        self.events.append(event)
        return Kept(len(self.events), duplicate=False)

    def read(self, *, after: int, limit: int) -> list[Logged]:
        return [Logged(offset, event) for offset, event in enumerate(self.events, 1) if offset > after][:limit]

    def read_packed(self, *, after: int, limit: int) -> PackedSlice:
        return PackedSlice.of(after + 1, [pack(logged.event) for logged in self.read(after=after, limit=limit)])

    def end(self) -> int:
        return len(self.events)

    def first(self) -> int:
        return 1

    def known(self, event_ids: Collection[str]) -> frozenset[str]:
        return frozenset(event.event_id for event in self.events) & frozenset(event_ids)

    def wait(self, *, after: int, timeout_s: float) -> bool:
        with self.moved:
            return self.moved.wait_for(lambda: self.end() > after, timeout_s)

    def close(self) -> None:
        self.closed = True
