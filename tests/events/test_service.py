from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from bus.memory_log import MemoryLog
from events.strategies import NOON, read_note
from hongmao.events.api import (
    Accepted,
    BatchTooLarge,
    BodyTooLarge,
    BodyUnreadable,
    Collector,
    Duplicate,
    Event,
    FieldMalformed,
    FieldMissing,
    FieldUnknown,
    Kept,
    Kind,
    LogClosed,
    Rejected,
    TimeTooOld,
)
from hongmao.events.rules import BATCH_EVENTS_MAX, CLIENT_KINDS
from hongmao.kernel.clock import SetClock
from hongmao.kernel.errors import BadInput
from hongmao.kernel.ids import ReaderId
from hongmao.kernel.time import DAY_MS

if TYPE_CHECKING:
    from hongmao.events.api import Outcome

HER = ReaderId("reader-her")
CREATORS = {"note-1": "creator-1", "note-2": "creator-2"}


class NoteUnknown(BadInput):
    code = "note_unknown"
    zh = "没有笔记 {place}"
    en = "There is no note {place}"


def enrich(event: Event) -> Event | BadInput:
    if event.note not in CREATORS:
        return NoteUnknown(place=event.note)
    return replace(event, creator=CREATORS[event.note])


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def collector(log: MemoryLog) -> Collector:
    return Collector(log, SetClock(NOON), enrich)


def told(number: int, **fields: Any) -> dict[str, Any]:
    return {"event_id": f"e{number}", "kind": "read", "occurred_at_ms": NOON - 1_000, "note": "note-1"} | fields


def send(collector: Collector, *rows: object, reader: ReaderId = HER) -> tuple[Outcome, ...]:
    return post(collector, json.dumps({"events": rows}).encode(), reader=reader)


def post(collector: Collector, body: bytes, *, reader: ReaderId = HER) -> tuple[Outcome, ...]:
    return asyncio.run(collector.collect(body, reader=reader))


def test_what_a_reader_does_is_kept_with_what_only_we_know(collector: Collector, log: MemoryLog) -> None:
    outcomes = send(collector, told(1, kind="like", impression="imp-1", placement="feed", labelled=True))

    assert outcomes == (Accepted("e1", 1),)
    assert log.events == [
        Event(
            event_id="e1",
            kind=Kind.LIKE,
            occurred_at_ms=NOON - 1_000,
            received_at_ms=NOON,
            reader=HER,
            note="note-1",
            creator="creator-1",
            impression="imp-1",
            placement="feed",
            labelled=True,
        )
    ]


def test_good_rows_are_kept_though_bad_ones_are_among_them(collector: Collector, log: MemoryLog) -> None:
    # 7 May, noon: a phone that was offline sends its afternoon, half of it nonsense.
    outcomes = send(
        collector,
        told(1),
        told(2, occurred_at_ms="yesterday"),
        told(3, kind="like"),
        42,
        told(1),
        told(5, note="note-9"),
        told(6, kind="component_click"),
        told(7, kind="pay"),
        told(8, occurred_at_ms=NOON - 121 * DAY_MS),
        told(9, price_fen=1),
        {"kind": "read"},
        told(11, note="<img src=x>"),
        told(12, kind="hide"),
    )

    assert [type(outcome) for outcome in outcomes] == [
        Accepted,
        Rejected,
        Accepted,
        Rejected,
        Duplicate,
        *[Rejected] * 7,
        Accepted,
    ]
    assert [event.event_id for event in log.events] == ["e1", "e3", "e12"]
    assert outcomes[4] == Duplicate("e1", 1)
    said = [(o.event_id, str(o.error.message("en"))) for o in outcomes if isinstance(o, Rejected)]
    assert said == [
        (None, "events[1].occurred_at_ms should be a whole number, not text"),
        (None, "events[3] should be an object, not a whole number"),
        ("e5", "There is no note note-9"),
        ("e6", "events[6].kind: a reader's client may not report component_click"),
        ("e7", "events[7].kind: a reader's client may not report pay"),
        ("e8", "events[8].occurred_at_ms is 2025-01-06T12:00:00.000+08:00, more than 120 days ago"),
        (None, "events[9].price_fen is no known field"),
        (None, "events[10].event_id is missing"),
        ("e11", "There is no note <img src=x>"),
    ]


@pytest.mark.parametrize("kind", sorted(set(Kind) - CLIENT_KINDS))
def test_a_client_cannot_forge_what_others_record(collector: Collector, log: MemoryLog, kind: Kind) -> None:
    (outcome,) = send(collector, told(1, kind=kind))

    assert isinstance(outcome, Rejected)
    assert outcome.error.code == "kind_not_yours"
    assert log.events == []


def test_the_cookie_says_who_reads_whatever_the_body_says(collector: Collector, log: MemoryLog) -> None:
    send(collector, told(1, reader="reader-somebody-else"), told(2, reader=None), told(3, reader={"x": 1}))

    assert [event.reader for event in log.events] == [HER, HER, HER]


def test_nobody_sets_the_time_of_arrival(collector: Collector, log: MemoryLog) -> None:
    (outcome,) = send(collector, told(1, received_at_ms=1))

    assert isinstance(outcome, Rejected)
    assert isinstance(outcome.error, FieldUnknown)
    assert log.events == []


def test_a_client_cannot_take_the_id_of_an_event_of_ours(collector: Collector) -> None:
    (outcome,) = send(collector, told(1, event_id="sandbox:o-1-1:pay:1"))

    assert isinstance(outcome, Rejected)
    assert outcome.error.message("en") == (
        "events[0].event_id should be 1 to 64 letters, digits or _ . -, beginning with a letter or a digit, "
        'not "sandbox:o-1-1:pay:1"'
    )


def test_all_faults_of_a_row_are_named(collector: Collector) -> None:
    (outcome,) = send(collector, told(1, impression="a b", placement="Feed"))

    assert isinstance(outcome, Rejected)
    assert [fault.params["place"] for fault in outcome.errors] == ["events[0].impression", "events[0].placement"]


def test_a_row_of_broken_bytes_spoils_only_itself(collector: Collector, log: MemoryLog) -> None:
    rows = [json.dumps(told(1)).encode(), b'{"event_id":"\xff\xfe"}', json.dumps(told(2)).encode()]
    outcomes = post(collector, b'{"events":[' + b",".join(rows) + b"]}")

    assert [type(outcome) for outcome in outcomes] == [Accepted, Rejected, Accepted]
    assert len(log.events) == 2


@pytest.mark.parametrize(
    ("body", "error", "status"),
    [
        (b"", BodyUnreadable, 422),
        (b"hello", BodyUnreadable, 422),
        (b'{"events":[{"event_id":"e1"', BodyUnreadable, 422),
        (b"\x1f\x8b\x08\x00", BodyUnreadable, 422),
        (b"[]", FieldMalformed, 422),
        (b"{}", FieldMissing, 422),
        (b'{"events":{}}', FieldMalformed, 422),
        (b'{"events":[],"more":1}', FieldUnknown, 422),
        (b'{"events":' + b"[" * 9_000 + b"]" * 9_000 + b"}", BodyUnreadable, 422),
        (b'{"events":[' + b"1," * BATCH_EVENTS_MAX + b"1]}", BatchTooLarge, 413),
        (b" " * (2**20 + 1), BodyTooLarge, 413),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_whole(
    collector: Collector, log: MemoryLog, body: bytes, error: type[BadInput], status: int
) -> None:
    with pytest.raises(error) as caught:
        post(collector, body)

    assert caught.value.status == status
    assert caught.value.message("zh")
    assert caught.value.message("en")
    assert log.events == []


def test_a_thousand_events_are_one_request(collector: Collector, log: MemoryLog) -> None:
    outcomes = send(collector, *(told(number) for number in range(BATCH_EVENTS_MAX)))

    assert [outcome.offset for outcome in outcomes if isinstance(outcome, Accepted)] == list(range(1, 1_001))
    assert log.end() == 1_000


def test_no_events_are_no_work(collector: Collector) -> None:
    assert send(collector) == ()


def test_a_log_that_takes_nothing_is_said_to_the_client(collector: Collector, log: MemoryLog) -> None:
    log.close()

    with pytest.raises(LogClosed):
        send(collector, told(1))


class TestSubmit:
    def test_keeps_events_of_our_own_and_stamps_them_once(self, collector: Collector, log: MemoryLog) -> None:
        fresh, stamped = read_note(1, received_at_ms=0), read_note(2, received_at_ms=NOON - 5)

        assert collector.submit([fresh, stamped]).result(0) == (Kept(1, duplicate=False), Kept(2, duplicate=False))
        assert [event.received_at_ms for event in log.events] == [NOON, NOON - 5]

    def test_refuses_a_batch_with_a_fault_whole(self, collector: Collector, log: MemoryLog) -> None:
        future = collector.submit([read_note(1), read_note(2, at_ms=NOON - 121 * DAY_MS)])

        with pytest.raises(TimeTooOld, match=r"events\[1\]\.occurred_at_ms"):
            future.result(0)
        assert log.events == []
