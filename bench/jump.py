"""The durable, signed jump of a served house on one core against nginx's `return 302`, which keeps nothing."""

from __future__ import annotations

import contextlib
import tempfile
from typing import TYPE_CHECKING

from bench._nginx import redirecting
from bench._served import TARGET, Witness, edge, free_port, furnish
from bench._tools import need
from bench._wrk import Wrk

from hongmao.events.api import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench._wrk import Load

BASELINE = "nginx's `return 302` on the same core, not durable, not signed, no log"
UNIT = "requests/s"
GOAL = 0.45
SECONDS, CONNECTIONS = 2, 256
AGENT = b"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"
EXTRA: dict[str, list[float]] = {}


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and nginx in turn; whatever ours answered must be in the log."""
    return alternate(count, EXTRA)


def alternate(
    count: int, extra: dict[str, list[float]], *, workers: int = 1, within: str | None = None
) -> Iterator[tuple[float, float]]:
    """Measure with so many workers on as many cores; the home stands in a temporary folder `within` another."""
    need("nginx", "wrk", "taskset")
    core = 0 if workers == 1 else None
    with contextlib.ExitStack() as stack:
        home, bare_home = (stack.enter_context(tempfile.TemporaryDirectory(dir=within)) for _ in "ab")
        ways = furnish(home)
        port, bare_port = free_port(), free_port()
        load = Wrk(taps(ways), connections=CONNECTIONS, threads=workers, core=1 if workers == 1 else None)
        ours = stack.enter_context(edge(home, port, workers=workers, core=core))
        bare = stack.enter_context(redirecting(bare_home, bare_port, TARGET, workers=workers, core=core))
        witness = Witness(home)
        for number in range(count + 1):
            seen = load.run(port, SECONDS if number else 1, server=ours).proved()
            witness.kept(Kind.COMPONENT_CLICK, answered=seen.answered, in_flight=CONNECTIONS)
            bare_seen = load.run(bare_port, SECONDS if number else 1, server=bare).proved()
            if number:  # the first is for warming up
                note(extra, seen, bare_seen)
                yield seen.per_second, bare_seen.per_second


def taps(ways: list[str]) -> list[bytes]:
    """Write the requests of readers who tap, each time another reader."""
    head = b" HTTP/1.1\r\nHost: bench\r\nUser-Agent: " + AGENT + b"\r\nCookie: hm_r=r_{n}\r\n\r\n"
    return [b"GET " + way.encode() + head for way in ways]


def note(extra: dict[str, list[float]], ours: Load, base: Load) -> None:
    """Note what a round tells beside its speed, ours before the baseline's."""
    figures = {
        "p99_ms": (ours.p99_us / 1e3, base.p99_us / 1e3),
        "cpu_us": (ours.cpu_us, base.cpu_us),
    }
    for name, (our_figure, base_figure) in figures.items():
        extra.setdefault(name, []).append(round(our_figure, 2))
        extra.setdefault(f"{name}_baseline", []).append(round(base_figure, 2))
