"""Collecting in bulk says what collecting one by one says, of every body, or says nothing."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from hongmao.events.api import Accepted, BulkReader, Collector, Event, FieldMissing, Kind, pack
from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import ReaderId
from hongmao.kernel.time import DAY_MS, MINUTE_MS, instant
from links.factories import MemoryLog

NOW = instant("2025-05-07T10:00:00+08:00")
READER = ReaderId("r_lin")


def completed(event: Event) -> Event | FieldMissing:
    """Know three notes, one of them nobody's, and two links."""
    if event.note == "nobody":
        return FieldMissing(place="note")
    link = {"link-1": "shop-1", "link-2": "shop-2"}.get(event.link or "")
    return msgspec.structs.replace(event, creator="creator-1", shop=link, platform="sandbox" if link else None)


def one_by_one(body: bytes) -> tuple[tuple[Any, ...] | None, list[bytes]]:
    log = MemoryLog()
    try:
        outcomes = asyncio.run(Collector(log, SetClock(NOW), completed).collect(body, reader=READER))
    except Exception:  # noqa: BLE001 - whatever the collector refuses, the bulk reader must leave to it
        return None, []
    return outcomes, [pack(event) for event in log.kept]


IDS = st.sampled_from(["e-1", "e-2", "e.3", "a" * 64, "b" * 32]) | st.text(max_size=6)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "event_id": IDS,
    "kind": st.sampled_from([kind.value for kind in Kind]) | st.just("wish"),
    "occurred_at_ms": st.integers(NOW - 121 * DAY_MS, NOW + 11 * MINUTE_MS) | st.sampled_from([0, -1, 2**70, True]),
    "note": st.sampled_from(["note-1", "note-2", "nobody", "", None]),
    "creator": st.sampled_from(["creator-1", None, "x y"]),
    "link": st.sampled_from(["link-1", "link-2", "link-9", None]),
    "impression": st.sampled_from(["i-1", "i:2", None, "", "a\nb", "x" * 65]),
    "placement": st.sampled_from(["feed", "note", "Odd", None]),
    "labelled": st.sampled_from([True, False, None, 1]),
    "reader": st.sampled_from(["r_somebody", None, 7]),
}
PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "event_id": st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", fullmatch=True),
    "kind": st.sampled_from(["impression", "click", "read", "like"]),
    "occurred_at_ms": st.integers(NOW - 120 * DAY_MS, NOW + 10 * MINUTE_MS),
    "note": st.sampled_from(["note-1", "note-2"]),
    "link": st.sampled_from(["link-1", "link-2", None]),
    "impression": st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}", fullmatch=True) | st.none(),
    "placement": st.sampled_from(["feed", "note", "100_x", None]),
    "labelled": st.booleans() | st.none(),
}


def bodies(fields: dict[str, st.SearchStrategy[Any]], *, whole: bool) -> st.SearchStrategy[bytes]:
    event = st.fixed_dictionaries(fields) if whole else st.fixed_dictionaries({}, optional=fields)
    return st.lists(event, max_size=5).map(lambda events: json.dumps({"events": events}).encode())


@given(
    body=bodies(PLAIN, whole=True) | bodies(FIELDS, whole=True) | bodies(FIELDS, whole=False) | st.binary(max_size=40)
)
def test_bulk_says_what_row_by_row_says(body: bytes) -> None:
    bulk = BulkReader(completed, lambda: None).read(body, reader=READER, now_ms=NOW)
    if bulk is None:
        return
    outcomes, records = one_by_one(body)
    assert outcomes is not None
    assert [outcome.event_id for outcome in outcomes] == bulk.ids
    firsts = dict(zip(reversed(bulk.ids), reversed(bulk.records), strict=True))
    assert [firsts[id] for id in dict.fromkeys(bulk.ids)] == records


@given(body=bodies({**PLAIN, "placement": st.sampled_from(["feed", None])}, whole=True))
def test_what_is_right_is_read_in_bulk(body: bytes) -> None:
    events = json.loads(body)["events"]
    bulk = BulkReader(completed, lambda: None).read(body, reader=READER, now_ms=NOW)
    assert (bulk is None) == (not events)


def test_two_ids_cannot_pass_for_one_and_one_not_for_two() -> None:
    event = {"event_id": "a\nb", "kind": "impression", "occurred_at_ms": NOW, "note": "note-1"}
    for events in ([event], [event, {**event, "event_id": "c"}]):
        body = json.dumps({"events": events}).encode()
        assert BulkReader(completed, lambda: None).read(body, reader=READER, now_ms=NOW) is None


def test_a_change_of_what_is_known_is_seen_with_the_next_body() -> None:
    edition, shops = object(), {"link-1": "shop-1"}

    def knows(event: Event) -> Event:
        return msgspec.structs.replace(event, shop=shops["link-1"])

    reader = BulkReader(knows, lambda: edition)
    event = {"event_id": "a", "kind": "impression", "occurred_at_ms": NOW, "note": "note-1", "link": "link-1"}
    body = json.dumps({"events": [event]}).encode()
    first = reader.read(body, reader=READER, now_ms=NOW)
    shops["link-1"], edition = "shop-2", object()
    second = reader.read(body, reader=READER, now_ms=NOW)
    assert first is not None
    assert second is not None
    assert b"shop-1" in first.records[0]
    assert b"shop-2" in second.records[0]


def test_a_percent_sign_in_a_field_stays_one() -> None:
    def knows(event: Event) -> Event:
        return msgspec.structs.replace(event, detail=None, agent="100%b %d")

    event = {"event_id": "a", "kind": "impression", "occurred_at_ms": NOW, "note": "note-1"}
    bulk = BulkReader(knows, lambda: None).read(json.dumps({"events": [event]}).encode(), reader=READER, now_ms=NOW)
    assert bulk is not None
    assert b"100%b %d" in bulk.records[0]


def test_outcomes_are_the_collectors_words() -> None:
    event = {"event_id": "a", "kind": "impression", "occurred_at_ms": NOW, "note": "note-1"}
    outcomes, _ = one_by_one(json.dumps({"events": [event]}).encode())
    assert outcomes == (Accepted("a", 1),)
