"""The jump without durability: the same program with its home in memory, where a sync costs nothing and promises nothing."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from bench.jump import alternate

if TYPE_CHECKING:
    from collections.abc import Iterator

BASELINE = (
    "nginx's `return 302` on the same core, not signed, no log; ours keeps its log in memory, as durable as nothing"
)
UNIT = "requests/s"
GOAL = 0.65
MEMORY, ROOM_BYTES = "/dev/shm", 2**30  # noqa: S108 - Linux's own file system in memory
EXTRA: dict[str, list[float]] = {}


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and nginx in turn."""
    if shutil.disk_usage(MEMORY).free < ROOM_BYTES:
        message = f"{MEMORY} has no room for a log: {ROOM_BYTES // 2**20} MiB are needed"
        raise AssertionError(message)
    return alternate(count, EXTRA, within=MEMORY)
