"""Collecting in bulk: a body whose events are all right is decoded once and written from templates.

Most events of a community differ from one seen a moment ago in five things alone: their id, when they happened, when they
came, whose they are and which showing they belong to. What hangs on the rest (note, link, place, kind) is completed and
checked once, by the same `Collector` that takes events one by one, and what it made of it is kept as bytes with five
places left open. Whatever is not plainly right goes the collector's own way, which names every fault.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from hongmao.events import codec, rules
from hongmao.events.contracts import Event, Kind
from hongmao.kernel.errors import BadInput
from hongmao.kernel.ids import ID_PATTERN, ReaderId
from hongmao.kernel.time import DAY_MS, MINUTE_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hongmao.events.service import Enrich, Mark

TEMPLATES_MAX: Final = 16_384
_EVENT_ID: Final = "\1\1\1"
_OCCURRED_MS: Final = 0x0202_0202_0202_0202
_RECEIVED_MS: Final = 0x0303_0303_0303_0303
_READER: Final = ReaderId("\4\4\4")
_IMPRESSION: Final = "\5\5\5"
_FIVE_BYTES: Final = 2**32  # from here on msgpack writes a whole number in eight bytes
_CLIENT_IDS: Final = re.compile(rf"(?:{rules.CLIENT_EVENT_ID.pattern.pattern}\n)*")
_IDS: Final = re.compile(rf"(?:{ID_PATTERN.removeprefix('^').removesuffix('$')}\n)*")
_packed: Final = msgspec.msgpack.Encoder().encode


class _Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    event_id: str
    kind: str
    occurred_at_ms: int
    reader: object = None
    note: str | None = None
    creator: str | None = None
    link: str | None = None
    impression: str | None = None
    placement: str | None = None
    labelled: bool | None = None


class _Body(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    events: list[_Told]


_BODY: Final = msgspec.json.Decoder(_Body)
_Slot = tuple[str, str | None, str | None, str | None, str | None, bool | None, bool, str | None]
_IMPRESSION_KIND: Final = Kind.IMPRESSION.value


class Bulk(NamedTuple):
    """A body's events, ready for the log: ids in order, and the records that `codec.pack` would give."""

    ids: list[str]
    records: list[bytes]


class BulkReader:
    """Reads bodies that are right. `version` gives another object whenever what `enrich` knows may have changed."""

    def __init__(self, enrich: Enrich, version: Callable[[], object]) -> None:
        """Complete events by `enrich`, as the collector does."""
        self._enrich = enrich
        self._version = version
        self._known = version()
        self._templates: dict[_Slot, bytes] = {}

    def read(self, body: bytes, *, reader: ReaderId, now_ms: int, mark: Mark | None = None) -> Bulk | None:
        """Read a body; None where anything about it is unusual, and the collector itself should look at it.

        `mark` is asked once it is certain that the answer will not be None: what it counts is counted once.
        """
        events = _decoded(body)
        if events is None or now_ms - rules.AGE_DAYS_MAX * DAY_MS < _FIVE_BYTES:
            return None
        version = self._version()
        if version is not self._known:
            self._known = version
            self._templates.clear()
        records = self._written(events, reader, now_ms, iter(()))
        if records is not None and mark is not None:
            showings = sum(told.kind == _IMPRESSION_KIND for told in events)
            reasons = mark(showings) if showings else None
            if reasons is not None:
                records = self._written(events, reader, now_ms, iter(reasons))
        return None if records is None else Bulk([told.event_id for told in events], records)

    def _written(
        self, events: list[_Told], reader: ReaderId, now_ms: int, marks: Iterator[str | None]
    ) -> list[bytes] | None:
        low, high = now_ms - rules.AGE_DAYS_MAX * DAY_MS, now_ms + rules.FUTURE_MINUTES_MAX * MINUTE_MS
        find, records = self._templates.get, list[bytes]()
        received, whose = now_ms.to_bytes(8), _packed(reader)
        for told in events:
            impression, occurred = told.impression, told.occurred_at_ms
            why = next(marks, None) if told.kind == _IMPRESSION_KIND else None
            slot = (
                told.kind,
                told.note,
                told.creator,
                told.link,
                told.placement,
                told.labelled,
                impression is None,
                why,
            )
            template = find(slot) or self._learn(slot, reader, now_ms)
            if template is None or not low <= occurred <= high:
                return None
            happened = occurred.to_bytes(8)
            if impression is None:
                records.append(template % (_packed(told.event_id), happened, received, whose))
            else:
                records.append(template % (_packed(told.event_id), happened, received, whose, _packed(impression)))
        return records

    def _learn(self, slot: _Slot, reader: ReaderId, now_ms: int) -> bytes | None:
        """Complete and check one event of a slot; None where it is not right."""
        name, note, creator, link, placement, labelled, unshown, why = slot
        try:
            kind = Kind(name)
        except ValueError:
            return None
        if kind not in rules.CLIENT_KINDS:
            return None
        event = self._enrich(
            Event(
                event_id="e",
                kind=kind,
                occurred_at_ms=now_ms,
                received_at_ms=now_ms,
                reader=reader,
                note=note,
                creator=creator,
                link=link,
                impression=None if unshown else "i",
                placement=placement,
                labelled=labelled,
            )
        )
        if isinstance(event, BadInput) or rules.check(event, now_ms=now_ms):
            return None
        marked = msgspec.structs.replace(
            event,
            event_id=_EVENT_ID,
            occurred_at_ms=_OCCURRED_MS,
            received_at_ms=_RECEIVED_MS,
            reader=_READER,
            impression=None if unshown else _IMPRESSION,
            invalid=why,
        )
        template = codec.pack(marked).replace(b"%", b"%%")
        places = (_packed(_EVENT_ID), _OCCURRED_MS.to_bytes(8), _RECEIVED_MS.to_bytes(8))
        for place in (*places, _packed(_READER), _packed(_IMPRESSION)):
            template = template.replace(place, b"%b")
        if len(self._templates) >= TEMPLATES_MAX:
            self._templates.clear()
        self._templates[slot] = template
        return template


def _decoded(body: bytes) -> list[_Told] | None:
    if len(body) > rules.BODY_BYTES_MAX:
        return None
    try:
        events = _BODY.decode(body).events
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not 0 < len(events) <= rules.BATCH_EVENTS_MAX:
        return None
    showings = [told.impression for told in events if told.impression is not None]
    right = _all_ids([told.event_id for told in events], _CLIENT_IDS) and _all_ids(showings, _IDS)
    return events if right else None


def _all_ids(texts: list[str], shape: re.Pattern[str]) -> bool:
    """Check many ids by one look; each text must be one line, or two could pass for one."""
    lines = "\n".join(texts) + "\n" if texts else ""
    return shape.fullmatch(lines) is not None and lines.count("\n") == len(texts)
