"""An edge process keeps its size: a hundred thousand links, then taps of ever new readers all over the table."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bench._served import Witness, edge_alone, free_port, furnish, multiply
from bench._wrk import family, peak_mib
from bench.jump import taps

if TYPE_CHECKING:
    from collections.abc import Iterator

LINKS = 100_000
TAPS_FIRST, TAPS_AFTER = 100_000, 200_000
CONNECTIONS, TOGETHER = 32, 16
BOUND_MIB = 250 - 70  # of the 250 a million links would take, nine tenths are not here
GROWTH_MIB = 12  # what fills slowly: links and readers that are remembered have not all been seen in the first part
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]


def now_mib(process: int) -> float:
    """Give what the largest process of a family has in use now."""
    told = (Path(f"/proc/{number}/status").read_text() for number in family(process))
    return max(int(text.partition("VmRSS:")[2].split()[0]) for text in told) / 1024


async def tap(port: int, requests: Iterator[bytes], count: int) -> None:
    """Send so many requests over some connections, a few at a time on each; every one must be answered by a 302."""
    left = iter(range(count // TOGETHER))

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in left:
            writer.write(b"".join(itertools.islice(requests, TOGETHER)))
            for _ in range(TOGETHER):
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 302"), head
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))


def test_an_edge_with_many_links_stays_small_and_stops_growing(tmp_path: Path) -> None:
    home, port = str(tmp_path), free_port()
    shown = furnish(home)
    ways = multiply(home, LINKS)
    told = taps([way for pair in zip(ways, itertools.cycle(shown), strict=False) for way in pair])
    requests = (one.replace(b"{n}", b"%d" % number) for number, one in enumerate(itertools.cycle(told)))
    with edge_alone(home, port) as process:
        witness = Witness(home)
        asyncio.run(tap(port, requests, TAPS_FIRST))
        first = now_mib(process)
        asyncio.run(tap(port, requests, TAPS_AFTER))
        last, peak = now_mib(process), peak_mib(process)
        assert witness.grown(answered=TAPS_FIRST + TAPS_AFTER, in_flight=0) == TAPS_FIRST + TAPS_AFTER
    assert last - first < GROWTH_MIB
    assert peak < BOUND_MIB
