"""Reported events, validated and durable, against decoding the same bytes and doing nothing with them."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hongmao.bus.embedded import EmbeddedLog
from hongmao.events.api import Accepted, Collector, Event
from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import ReaderId

if TYPE_CHECKING:
    from collections.abc import Iterator

BASELINE = "msgspec decoding the same bytes into typed events, and nothing else"
UNIT = "events/s"
BATCH, BODIES, UNDER_WAY = 20, 1_000, 16
NOW_MS = 1_746_547_200_000
READER = ReaderId("r_bench")


class _Body(msgspec.Struct):
    events: list[Event]


_DECODER = msgspec.json.Decoder(_Body)


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and the baseline in turn."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedLog(Path(folder) / "log.sqlite") as log:
        # Who knows notes and links belongs to the house; here every id is taken as known.
        collector = Collector(log, SetClock(NOW_MS), lambda event: event)
        for number in range(count):
            bodies = [_body(number, body) for body in range(BODIES)]
            yield asyncio.run(_ours(collector, bodies)), _decoded(bodies)


async def _ours(collector: Collector, bodies: list[bytes]) -> float:
    """Post as clients do: several at once, each waiting for its answer before its next."""
    waiting = iter(bodies)

    async def client() -> int:
        return sum([_accepted(await collector.collect(body, reader=READER)) for body in waiting])

    began = time.perf_counter()
    kept = await asyncio.gather(*(client() for _ in range(UNDER_WAY)))
    took = time.perf_counter() - began
    if sum(kept) != BATCH * BODIES:
        raise AssertionError(kept)
    return BATCH * BODIES / took


def _accepted(outcomes: tuple[object, ...]) -> int:
    return sum(isinstance(outcome, Accepted) for outcome in outcomes)


def _decoded(bodies: list[bytes]) -> float:
    began = time.perf_counter()
    events = sum(len(_DECODER.decode(body).events) for body in bodies)
    return events / (time.perf_counter() - began)


def _body(number: int, body: int) -> bytes:
    events = [
        {
            "event_id": f"bench-{number}-{body}-{n}",
            "kind": "impression",
            "occurred_at_ms": NOW_MS - n,
            "note": f"note-{n % 40}",
            "link": f"link-{n % 40}",
            "impression": f"i-{number}-{body}-{n}",
            "placement": "feed",
            "labelled": True,
        }
        for n in range(BATCH)
    ]
    return msgspec.json.encode({"events": events})
