"""The durable jump of two edges on one port, a worker beside them, against nginx with two: what a second process is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.jump import alternate

if TYPE_CHECKING:
    from collections.abc import Iterator

BASELINE = "nginx's `return 302` with two workers, not durable, not signed, no log; nobody kept on a core, wrk on both"
UNIT = "requests/s"
EXTRA: dict[str, list[float]] = {}


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and nginx in turn."""
    return alternate(count, EXTRA, edges=2)
