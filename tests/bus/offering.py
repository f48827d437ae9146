"""What is offered, for logs that only know how to append."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hongmao.bus.answers import hear
from hongmao.events.api import Pressure
from hongmao.events.codec import unpack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from hongmao.events.api import Event, Kept, Packed, Waiter
    from hongmao.events.store import Deliver


class Appends(Protocol):
    def append(self, events: Sequence[Event]) -> Future[tuple[Kept, ...]]: ...


class Offering:
    """Appends what is offered; nothing ever waits."""

    def offer(self: Appends, batch: Packed, waiter: Waiter, deliver: Deliver) -> None:
        hear(self.append([unpack(record) for record in batch.records]), waiter, deliver, path="memory")

    def pressure(self) -> Pressure:
        return Pressure(0, 0, 0.0)
