"""Batches of 20 events over HTTP, each checked and durable, against a FastAPI and pydantic twin of the same endpoint."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench._served import Witness, child, edge, free_port, furnish
from bench._tools import need, pinned
from bench._wrk import NUMBER_CHARS, Wrk
from bench.jump import noted

from hongmao.events.api import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

BASELINE = (
    "a FastAPI + pydantic twin on the same uvicorn settings and core: same checks, reasons per event, synced in groups"
)
UNIT = "events/s"
GOAL = 8.0
SECONDS, CONNECTIONS, BATCH = 2, 64, 20
TWIN = Path(__file__).with_name("_fastapi_twin.py")
EXTRA: dict[str, list[float]] = {}


def rounds(count: int) -> Iterator[tuple[float, float]]:
    """Measure ours and the twin in turn; whatever either answered must be on disk."""
    need("wrk", "taskset")
    with contextlib.ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory())
        furnish(home)
        port, twin_port, lines = free_port(), free_port(), Path(home, "twin.jsonl")
        load = Wrk([request()], connections=CONNECTIONS)
        ours = stack.enter_context(edge(home, port))
        words = [*pinned(0), sys.executable, str(TWIN), str(twin_port), str(lines)]
        twin = stack.enter_context(child(words, twin_port))
        witness = Witness(home)
        for number in range(count + 1):
            seen = load.run(port, SECONDS, server=ours)
            witness.kept(Kind.IMPRESSION, answered=seen.answered * BATCH, in_flight=CONNECTIONS * BATCH)
            before = _lines(lines)
            twin_seen = load.run(twin_port, SECONDS, server=twin)
            if _lines(lines) - before < twin_seen.answered * BATCH:
                raise AssertionError("the twin answered what it did not keep")
            if number:  # the first is for warming up
                our_speed, twin_speed = noted(EXTRA, seen, twin_seen)
                yield our_speed * BATCH, twin_speed * BATCH


def request() -> bytes:
    """Write a request that reports 20 impressions of one reader; each request has ids of its own."""
    now_ms = time.time_ns() // 1_000_000
    events = [
        {
            "event_id": f"e-{{n}}-{number}",
            "kind": "impression",
            "occurred_at_ms": now_ms - number,
            "note": "n",
            "link": "l",
            "impression": f"i-{{n}}-{number}",
            "placement": "feed",
            "labelled": True,
        }
        for number in range(BATCH)
    ]
    body = json.dumps({"events": events}, separators=(",", ":")).encode()
    size = len(body) + body.count(b"{n}") * (NUMBER_CHARS - len(b"{n}"))
    head = f"POST /v1/events HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n"
    return head.encode() + b"Cookie: hm_r=r_{n}\r\n\r\n" + body


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)
