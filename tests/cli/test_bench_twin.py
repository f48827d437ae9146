"""The twin that collecting is held against does the same work: what ours keeps it keeps, what ours refuses it refuses."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from bench._fastapi_twin import LINKS, NOTES, make_app

from bus.memory_log import MemoryLog
from hongmao.events.api import Collector, Event
from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import ReaderId
from hongmao.kernel.time import DAY_MS, HOUR_MS
from hongmao.web.edge.errors import LinkNotUnderNote, NoteUnknown

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.kernel.errors import BadInput

NOW_MS = 1_746_547_200_000
GOOD: dict[str, Any] = {
    "event_id": "e-1",
    "kind": "impression",
    "occurred_at_ms": NOW_MS,
    "note": "n",
    "link": "l",
    "impression": "i-1",
    "placement": "feed",
    "labelled": True,
}
ROWS: dict[str, Any] = {
    "as it should be": GOOD,
    "with nothing it need not have": {"event_id": "e-2", "kind": "like", "occurred_at_ms": NOW_MS, "note": "n"},
    "of a kind that clients may not tell": {**GOOD, "event_id": "e-3", "kind": "component_click"},
    "of a kind that nobody knows": {**GOOD, "event_id": "e-4", "kind": "glance"},
    "with a field too many": {**GOOD, "event_id": "e-5", "amount_fen": 1},
    "without an id": {key: value for key, value in GOOD.items() if key != "event_id"},
    "with an id that is none": {**GOOD, "event_id": "a b"},
    "without its note": {"event_id": "e-6", "kind": "read", "occurred_at_ms": NOW_MS},
    "under a note that nobody knows": {**GOOD, "event_id": "e-7", "note": "m", "link": None},
    "by a link that nobody knows": {**GOOD, "event_id": "e-8", "link": "k"},
    "of tomorrow": {**GOOD, "event_id": "e-9", "occurred_at_ms": NOW_MS + DAY_MS},
    "of last year": {**GOOD, "event_id": "e-10", "occurred_at_ms": NOW_MS - 365 * DAY_MS},
    "an hour old": {**GOOD, "event_id": "e-11", "occurred_at_ms": NOW_MS - HOUR_MS},
    "with a time in words": {**GOOD, "event_id": "e-12", "occurred_at_ms": "now"},
    "no object": 7,
}


def known(event: Event) -> Event | BadInput:
    """Know what the twin knows."""
    if event.note is not None and event.note not in NOTES:
        return NoteUnknown(place="note")
    if event.link is not None and LINKS.get(event.link) != event.note:
        return LinkNotUnderNote(place="link")
    return event


def ours(*bodies: dict[str, Any]) -> list[list[str]]:
    async def ask() -> list[list[str]]:
        collector = Collector(MemoryLog(), SetClock(NOW_MS), known)
        answers = [await collector.collect(json.dumps(body).encode(), reader=ReaderId("r_a")) for body in bodies]
        return [[type(outcome).__name__.lower() for outcome in answer] for answer in answers]

    return asyncio.run(ask())


def twins(path: Path, *bodies: dict[str, Any]) -> list[list[str]]:
    async def ask() -> list[list[str]]:
        transport = httpx.ASGITransport(make_app(path, lambda: NOW_MS))
        async with httpx.AsyncClient(transport=transport, base_url="http://twin") as client:
            answers = [(await client.post("/v1/events", json=body)).json() for body in bodies]
        return [[outcome["outcome"] for outcome in answer["outcomes"]] for answer in answers]

    return asyncio.run(ask())


@pytest.mark.parametrize("name", ROWS)
def test_both_say_the_same_of_an_event(name: str, tmp_path: Path) -> None:
    body = {"events": [ROWS[name]]}
    assert twins(tmp_path / "kept", body) == ours(body)


def test_both_judge_each_event_of_a_batch_by_itself_and_keep_an_id_once(tmp_path: Path) -> None:
    bodies = [{"events": list(ROWS.values())}, {"events": [GOOD, GOOD]}]
    told = twins(tmp_path / "kept", *bodies)
    assert told == ours(*bodies)
    assert {"accepted", "duplicate", "rejected"} <= {outcome for answer in told for outcome in answer}
    kept = [json.loads(line)["event_id"] for line in (tmp_path / "kept").read_text().splitlines()]
    assert len(kept) == len(set(kept)) == sum(answer.count("accepted") for answer in told)
