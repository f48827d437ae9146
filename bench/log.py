"""The embedded log at batches of 64 against raw append + fdatasync of the same bytes."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from hongmao.bus.embedded import EmbeddedLog
from hongmao.events.api import Event, Kind, pack

if TYPE_CHECKING:
    from collections.abc import Iterator

BASELINE = "raw append + fdatasync of the same records in batches of 64"
UNIT = "events/s"
BATCH = 64
BATCHES = 300


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and the baseline in turn."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            batches = [_events(number, batch) for batch in range(BATCHES)]
            yield _ours(Path(folder) / f"log{number}.sqlite", batches), _raw(Path(folder) / f"raw{number}", batches)


def _ours(path: Path, batches: list[list[Event]]) -> float:
    with EmbeddedLog(path) as log:
        began = time.perf_counter()
        for batch in batches:
            log.append(batch).result()
        return BATCH * BATCHES / (time.perf_counter() - began)


def _raw(path: Path, batches: list[list[Event]]) -> float:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    began = time.perf_counter()
    for batch in batches:
        os.write(file, b"".join(pack(event) for event in batch))
        os.fdatasync(file)
    took = time.perf_counter() - began
    os.close(file)
    return BATCH * BATCHES / took


def _events(number: int, batch: int) -> list[Event]:
    return [
        Event(
            event_id=f"bench:{number}:{batch}:{n}",
            kind=Kind.IMPRESSION,
            occurred_at_ms=1_746_547_200_000 + n,
            received_at_ms=1_746_547_200_000 + n,
            reader=f"r_{n}",
            note=f"note-{n % 40}",
            placement="feed",
        )
        for n in range(BATCH)
    ]
