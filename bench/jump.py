"""The durable, signed jump of a served house on one core against nginx's `return 302`, which keeps nothing."""

from __future__ import annotations

import contextlib
import tempfile
from typing import TYPE_CHECKING

from bench._nginx import redirecting
from bench._served import TARGET, Witness, edge, free_port, furnish, parted
from bench._tools import need
from bench._wrk import Wrk

from hongmao.events.api import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench._wrk import Load

BASELINE = "nginx's `return 302` on the same core, not durable, not signed, no log"
UNIT = "requests/s"
GOAL = 0.45
SECONDS, CONNECTIONS = 2, 256
AGENT = b"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"
FIGURES: dict[str, Callable[[Load], float]] = {
    "p99_ms": lambda load: load.p99_us / 1e3,
    "cpu_us": lambda load: load.cpu_us,
}
EXTRA: dict[str, list[float]] = {}


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and nginx in turn; whatever ours answered must be in the log."""
    return alternate(count, EXTRA)


def alternate(
    count: int, extra: dict[str, list[float]], *, edges: int = 1, within: str | None = None
) -> Iterator[tuple[float, float]]:
    """Measure with the servers on one core and the load on another; the home is a temporary folder `within` another.

    One process is the whole house; several are edges with a worker beside them, and nobody is kept on a core.
    """
    need("nginx", "wrk", "taskset")
    with contextlib.ExitStack() as stack:
        home, bare_home = (stack.enter_context(tempfile.TemporaryDirectory(dir=within)) for _ in "ab")
        ways = furnish(home)
        port, bare_port = free_port(), free_port()
        alone = edges == 1
        core = 0 if alone else None
        load = Wrk(taps(ways), connections=CONNECTIONS, threads=edges, core=1 if alone else None)
        ours: int | tuple[int, ...]
        ours = (
            stack.enter_context(edge(home, port))
            if alone
            else stack.enter_context(parted(home, port, edges=edges, core=None))
        )
        bare = stack.enter_context(redirecting(bare_home, bare_port, TARGET, workers=edges, core=core))
        witness = Witness(home)
        for number in range(count + 1):
            seen = load.run(port, SECONDS, server=ours)
            witness.kept(Kind.COMPONENT_CLICK, answered=seen.answered, in_flight=CONNECTIONS)
            bare_seen = load.run(bare_port, SECONDS, server=bare)
            if number:  # the first is for warming up
                yield noted(extra, seen, bare_seen)


def taps(ways: list[str]) -> list[bytes]:
    """Write the requests of readers who tap, each time another reader."""
    head = b" HTTP/1.1\r\nHost: bench\r\nUser-Agent: " + AGENT + b"\r\nCookie: hm_r=r_{n}\r\n\r\n"
    return [b"GET " + way.encode() + head for way in ways]


def noted(extra: dict[str, list[float]], ours: Load, base: Load) -> tuple[float, float]:
    """Note what a round tells beside its speed, ours before the baseline's; gives the answers of a second of both."""
    for name, of in FIGURES.items():
        extra.setdefault(name, []).append(round(of(ours), 2))
        extra.setdefault(f"{name}_baseline", []).append(round(of(base), 2))
    return ours.proved().per_second, base.proved().per_second
