"""Collecting: read → complete → check → keep → answer, each event by itself, so that a bad row never spoils a good one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

import msgspec

from hongmao.events import codec, rules
from hongmao.events.contracts import Event, Kind
from hongmao.events.errors import BatchTooLarge, BodyTooLarge, KindNotYours
from hongmao.events.outcomes import Accepted, Duplicate, Outcome, Rejected
from hongmao.kernel.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.events.contracts import Kept
    from hongmao.events.store import EventLog
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import ReaderId

Enrich = Callable[[Event], Event | BadInput]
"""Fills tenant, merchant, shop and creator from the note and link tables, or says which id nobody knows."""
Mark = Callable[[int], "Sequence[str | None] | None"]
"""Counts so many impressions told together, and says of each in order why it does not count; None where all do."""


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    events: list[msgspec.Raw]


class _Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a reader's client may say. A `reader` is let pass and ignored: the cookie knows better."""

    event_id: str
    kind: Kind
    occurred_at_ms: int
    reader: object = None
    note: str | None = None
    creator: str | None = None
    link: str | None = None
    impression: str | None = None
    placement: str | None = None
    labelled: bool | None = None


_BODY = msgspec.json.Decoder(_Body)
_TOLD = msgspec.json.Decoder(_Told)


class Collector:
    """The one door through which events enter the log."""

    def __init__(self, log: EventLog, clock: Clock, enrich: Enrich) -> None:
        """Work on a log, with a clock for the time of arrival and what knows notes and links."""
        self._log = log
        self._clock = clock
        self.enrich = enrich

    async def collect(self, body: bytes, *, reader: ReaderId, mark: Mark | None = None) -> tuple[Outcome, ...]:
        """Keep what a reader's client reports (`POST /v1/events`): one outcome per event, said once all is on disk.

        What `mark` says of an impression is kept with it.

        Raises `BodyUnreadable`, `BodyTooLarge`, `BatchTooLarge` or a field error where the body itself is wrong, and
        `LogFull`/`LogClosed` where nothing can be kept now; then nothing of the body was kept.
        """
        now_ms = self._clock.now_ms()
        read = [
            self._told(raw, reader=reader, now_ms=now_ms, at=f"events[{index}]")
            for index, raw in enumerate(_rows(body))
        ]
        events = _marked([event for event in read if isinstance(event, Event)], mark)
        kept = await asyncio.wrap_future(self._log.append(events)) if events else ()
        answers = iter(zip(events, kept, strict=True))
        return tuple(item if isinstance(item, Rejected) else _outcome(*next(answers)) for item in read)

    def submit(self, events: Sequence[Event]) -> Future[tuple[Kept, ...]]:
        """Keep events of our own making, all or nothing; the first fault of any of them is raised through the future.

        An event without `received_at_ms` is stamped; one that has it keeps it (the return desk stamps on receipt).
        """
        now_ms = self._clock.now_ms()
        stamped = [_stamped(event, now_ms) for event in events]
        for index, event in enumerate(stamped):
            faults = rules.check(event, now_ms=now_ms, at=f"events[{index}].")
            if faults:
                refused: Future[tuple[Kept, ...]] = Future()
                refused.set_exception(faults[0])
                return refused
        return self._log.append(stamped)

    def _told(self, raw: msgspec.Raw, *, reader: ReaderId, now_ms: int, at: str) -> Event | Rejected:
        try:
            told = codec.read(_TOLD, raw, at=at)
        except BadInput as error:
            return Rejected(None, (error,))
        if told.kind not in rules.CLIENT_KINDS:
            return Rejected(told.event_id, (KindNotYours(place=f"{at}.kind", kind=told.kind.value),))
        fault = rules.CLIENT_EVENT_ID.fault(told.event_id, place=f"{at}.event_id")
        if fault is not None:
            return Rejected(told.event_id, (fault,))
        event = self.enrich(_event(told, reader, now_ms))
        if isinstance(event, BadInput):
            return Rejected(told.event_id, (event,))
        faults = rules.check(event, now_ms=now_ms, at=f"{at}.")
        return Rejected(told.event_id, faults) if faults else event


def _rows(body: bytes) -> list[msgspec.Raw]:
    if len(body) > rules.BODY_BYTES_MAX:
        raise BodyTooLarge(place="body", got=len(body), limit=rules.BODY_BYTES_MAX)
    rows = codec.read(_BODY, body).events
    if len(rows) > rules.BATCH_EVENTS_MAX:
        raise BatchTooLarge(place="events", got=len(rows), limit=rules.BATCH_EVENTS_MAX)
    return rows


def _event(told: _Told, reader: ReaderId, now_ms: int) -> Event:
    return Event(
        event_id=told.event_id,
        kind=told.kind,
        occurred_at_ms=told.occurred_at_ms,
        received_at_ms=now_ms,
        reader=reader,
        note=told.note,
        creator=told.creator,
        link=told.link,
        impression=told.impression,
        placement=told.placement,
        labelled=told.labelled,
    )


def _marked(events: list[Event], mark: Mark | None) -> list[Event]:
    showings = sum(event.kind is Kind.IMPRESSION for event in events)
    reasons = mark(showings) if mark is not None and showings else None
    if reasons is None:
        return events
    of_each = iter(reasons)
    return [
        msgspec.structs.replace(event, invalid=next(of_each)) if event.kind is Kind.IMPRESSION else event
        for event in events
    ]


def _stamped(event: Event, now_ms: int) -> Event:
    return event if event.received_at_ms else msgspec.structs.replace(event, received_at_ms=now_ms)


def _outcome(event: Event, kept: Kept) -> Outcome:
    return (Duplicate if kept.duplicate else Accepted)(event.event_id, kept.offset)
