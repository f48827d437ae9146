"""Batches of clicks as the jump keeps them, encoded and ready for a log; and one offer that waits for its answer."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from hongmao.events.api import Event, Kind
from hongmao.events.packed import Packed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.events.api import Kept
    from hongmao.events.store import Appender
    from hongmao.kernel.errors import HongmaoError

FROM_MS = 1_746_547_200_000


def batches(count: int, size: int, *, first: int) -> Iterator[Packed]:
    """Make batches of a size whose ids begin with the `first` of all numbers and never come again."""
    for batch in range(count):
        start = first + batch * size
        yield Packed.of([click(number) for number in range(start, start + size)])


def click(number: int) -> Event:
    """Make the component click of a number; its id looks like luck, as minted ones do."""
    token = f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}{number:014x}"
    at_ms = FROM_MS + number // 20
    return Event(
        event_id=f"c:{token}",
        kind=Kind.COMPONENT_CLICK,
        occurred_at_ms=at_ms,
        received_at_ms=at_ms,
        tenant="t-beauty",
        reader=f"r_{number % 500_000:032x}",
        note=f"note-{number % 4_000}",
        creator=f"creator-{number % 800}",
        merchant="m-beauty",
        shop="shop-1",
        link=f"link-{number % 4_000}",
        line="cid",
        labelled=True,
        price_fen=120,
        click_id=token,
        platform="sandbox",
    )


class Asked:
    """A waiter for one batch, for a caller that has nothing else to do."""

    def __init__(self) -> None:
        """Wait for nothing yet."""
        self._told = threading.Event()
        self._answer: tuple[Kept, ...] = ()
        self._error: HongmaoError | None = None

    def kept(self, answer: tuple[Kept, ...]) -> None:
        """Take the log's word."""
        self._answer = answer
        self._told.set()

    def failed(self, error: HongmaoError) -> None:
        """Take the log's refusal."""
        self._error = error
        self._told.set()

    def answer(self) -> tuple[Kept, ...]:
        """Wait for either."""
        self._told.wait()
        if self._error is not None:
            raise self._error
        return self._answer


def offered(log: Appender, batch: Packed) -> Asked:
    """Offer a batch."""
    asked = Asked()
    log.offer(batch, asked, lambda call: call())
    return asked


def offer(log: Appender, batch: Packed) -> tuple[Kept, ...]:
    """Offer a batch and wait until it is durable."""
    return offered(log, batch).answer()
