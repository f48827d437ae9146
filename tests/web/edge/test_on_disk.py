"""The edge over the embedded log: what was answered is there after a restart, and the log itself tells repeats."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hongmao.bus.embedded import EmbeddedLog
from hongmao.events.api import Event, EventLog, Kind
from hongmao.web.edge.hot.limits import Limits
from returns.factories import NOW, body_of, pay
from web.edge.house import EdgeHouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def opened(path: Path) -> Iterator[EdgeHouse]:
    """Start the house on a log file, and stop it."""
    log = EmbeddedLog(path)
    try:
        yield EdgeHouse(log, limits=Limits(lag_ms=60_000))  # how slow a disk is is no subject here
    finally:
        log.close()


def kept(log: EventLog) -> list[Event]:
    return [one.event for one in log.read(after=0, limit=10_000)]


def test_a_tap_its_order_and_a_replay_across_restarts(tmp_path: Path) -> None:
    path = tmp_path / "log"
    # 10:00: she reads, taps, and is led to the shop. The house stops.
    with opened(path) as house:
        location = house.get("/j/link-1", query=house.seal(), cookie="hm_r=r_lin").header("location") or ""
        click = location.rpartition("hm_click=")[2]
    # The house starts again: the shop returns her order, matched to the tap.
    with opened(path) as house:
        body = body_of([pay(click_id=click)])
        signed = {name.replace("-", "_"): value for name, value in house.signing.signed(body).items()}
        first = house.post("/v1/returns/sandbox", body, **signed)
        assert first.json()["outcomes"] == [{"index": 0, "outcome": "accepted", "reason": None}]
    # And again: the same delivery is a replay, the same row under a fresh nonce a duplicate.
    with opened(path) as house:
        assert house.post("/v1/returns/sandbox", body, **signed).status == 409
        fresh = {name.replace("-", "_"): value for name, value in house.signing.signed(body, nonce="f" * 32).items()}
        again = house.post("/v1/returns/sandbox", body, **fresh)
        assert again.json()["outcomes"][0]["outcome"] == "duplicate"
        kinds = [event.kind for event in kept(house.log)]
    assert kinds == [
        Kind.COMPONENT_CLICK,
        Kind.PAY,
        Kind.RETURN_BATCH,
        Kind.RETURN_REFUSED,
        Kind.RETURN_BATCH,
    ]


def test_taps_events_and_returns_at_once_are_each_kept_once(tmp_path: Path) -> None:
    with opened(tmp_path / "log") as house:
        deliveries = [body_of([pay(f"o-{n}-{m}") for m in range(5)]) for n in range(10)]

        async def everything() -> None:
            taps = [house.driven("GET", "/j/link-1", query=house.seal(f"imp_{n}")) for n in range(50)]
            told = [
                house.driven("POST", "/v1/events", body=json.dumps({"events": [impression(n)]}).encode())
                for n in range(50)
            ]
            # Each delivery comes three times over, signed afresh.
            returned = [
                house.driven("POST", "/v1/returns/sandbox", body=body, headers=house.signing.signed(body))
                for body in deliveries * 3
            ]
            replies = await asyncio.gather(*taps, *told, *returned)
            assert {reply.status for reply in replies} == {200, 302}

        asyncio.run(everything())
        events = kept(house.log)
    count = {kind: sum(event.kind is kind for event in events) for kind in {event.kind for event in events}}
    assert count == {Kind.COMPONENT_CLICK: 50, Kind.IMPRESSION: 50, Kind.PAY: 50, Kind.RETURN_BATCH: 30}


def impression(number: int) -> dict[str, object]:
    return {"event_id": f"e-{number}", "kind": "impression", "occurred_at_ms": NOW, "note": "note-1"}
