"""What an edge process needs for a million links and for clicks without end, against what it may."""

from __future__ import annotations

import itertools
import os
import tempfile
from typing import TYPE_CHECKING

from bench._served import Witness, edge_alone, free_port, furnish, multiply
from bench._tools import need
from bench._wrk import Wrk, peak_mib
from bench.jump import CONNECTIONS, taps

if TYPE_CHECKING:
    from collections.abc import Iterator

BASELINE = (
    "a bound of 250 MiB for the most that the process has ever had in use; one round, for memory is no matter of luck"
)
UNIT = "clicks/MiB"
GOAL = 1.0
BOUND_MIB = 250
LINKS = int(os.environ.get("HONGMAO_BENCH_LINKS", "1000000"))
CLICKS = int(os.environ.get("HONGMAO_BENCH_EVENTS", "1000000"))
TURN_S = 10
EXTRA: dict[str, list[float]] = {}


def rounds(_: int) -> Iterator[tuple[float, float]]:
    """Serve the links, tap until there are enough clicks, and look at the process.

    Every tap is another reader's. Half of them are taps on a component as it was shown, sealed, which is what fills the
    memories of repeats and caps; the others go all over the table.
    """
    need("wrk", "taskset")
    with tempfile.TemporaryDirectory() as home:
        shown = furnish(home)
        ways = multiply(home, LINKS)
        load = Wrk(taps([*ways, *itertools.islice(itertools.cycle(shown), len(ways))]), connections=CONNECTIONS)
        port = free_port()
        with edge_alone(home, port) as process:
            EXTRA["mib_before"] = [round(peak_mib(process), 1)]
            witness, kept = Witness(home), 0
            while kept < CLICKS:
                seen = load.run(port, TURN_S, server=process).proved()
                kept += witness.grown(answered=seen.answered, in_flight=CONNECTIONS)
                EXTRA.setdefault("mib_after_turns", []).append(round(peak_mib(process), 1))
            used = peak_mib(process)
    EXTRA["mib"], EXTRA["links"], EXTRA["clicks"] = [round(used, 1)], [LINKS], [kept]
    yield kept / used, kept / BOUND_MIB
