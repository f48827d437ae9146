"""The embedded log at batches of 1,024 clicks, four under way, against a bare preallocated synced append of the same bytes."""

from __future__ import annotations

import os
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from bench._clicks import batches, offer, offered

from hongmao.bus.embedded import EmbeddedLog

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hongmao.events.packed import Packed

BASELINE = (
    "pwrite + fdatasync of the same 1,024 records into a zero-filled file, joined beforehand; no index, no checksum"
)
UNIT = "events/s"
GOAL = 0.33
BATCH, BATCHES, CLIENTS = 1_024, 200, 4


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and the baseline in turn; one log takes all rounds, so that its index grows."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedLog(Path(folder) / "log") as log:
        for number in range(count):
            made = list(batches(BATCHES, BATCH, first=number * BATCH * BATCHES))
            yield kept(log, made), _appended(Path(folder) / f"raw{number}", made)


def kept(log: EmbeddedLog, made: Sequence[Packed]) -> float:
    """Offer batches as so many clients do who each wait for their answer; proves that each event was kept once."""
    at, took, answers = log.end(), time.perf_counter(), []
    under_way = deque(offered(log, batch) for batch in made[:CLIENTS])
    for batch in made[CLIENTS:]:
        answers.append(under_way.popleft().answer())
        under_way.append(offered(log, batch))
    answers.extend(asked.answer() for asked in under_way)
    took = time.perf_counter() - took
    said = [(one.offset, one.duplicate) for answer in answers for one in answer]
    if said != [(at + 1 + place, False) for place in range(BATCH * len(made))]:
        raise AssertionError("not every event was kept once, in its order")
    if log.end() != at + len(said) or not all(one.duplicate for one in offer(log, made[0])):
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
