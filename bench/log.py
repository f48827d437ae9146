"""The embedded log at batches of 1,024 clicks against a bare preallocated append with fdatasync of the same bytes."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench._clicks import batches, offer

from hongmao.bus.embedded import EmbeddedLog

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hongmao.events.packed import Packed

BASELINE = (
    "pwrite + fdatasync of the same 1,024 records into a zero-filled file, joined beforehand; no index, no checksum"
)
UNIT = "events/s"
GOAL = 0.33
BATCH, BATCHES = 1_024, 200


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and the baseline in turn; one log takes all rounds, so that its index grows."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedLog(Path(folder) / "log.sqlite") as log:
        for number in range(count):
            made = list(batches(BATCHES, BATCH, first=number * BATCH * BATCHES))
            yield kept(log, made), _appended(Path(folder) / f"raw{number}", made)


def kept(log: EmbeddedLog, made: Sequence[Packed]) -> float:
    """Offer batches one after the other, each durable before the next; proves that each event was kept once."""
    at, took = log.end(), 0.0
    for batch in made:
        began = time.perf_counter()
        answer = offer(log, batch)
        took += time.perf_counter() - began
        if [(one.offset, one.duplicate) for one in answer] != [(at + 1 + place, False) for place in range(BATCH)]:
            raise AssertionError("not every event was kept once, in its order")
        at += BATCH
    if log.end() != at or not all(one.duplicate for one in offer(log, made[0])):
        raise AssertionError("the log's end is not where its answers say, or an event that came again was kept again")
    return BATCH * len(made) / took


def _appended(path: Path, made: Sequence[Packed]) -> float:
    joined = [b"".join(batch.records) for batch in made]
    path.write_bytes(bytes(sum(map(len, joined))))
    file = os.open(path, os.O_RDWR)
    os.fsync(file)
    at, began = 0, time.perf_counter()
    for batch in joined:
        at += os.pwrite(file, batch, at)
        os.fdatasync(file)
    took = time.perf_counter() - began
    os.close(file)
    path.unlink()
    return BATCH * len(made) / took
