"""Events as bytes, both ways, and a library's complaint turned into our own sentence with its place.

On the wire an event is JSON. In the log it is msgpack `[schema_version, event]`: the version stands outside, because a
field that equals its default is left out, and a default that moves with the program would rewrite the past.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from hongmao.events.contracts import SCHEMA_VERSION, Event
from hongmao.events.errors import (
    BodyUnreadable,
    FieldMalformed,
    FieldMissing,
    FieldUnknown,
    KindUnknown,
    SchemaTooNew,
    clipped,
)

if TYPE_CHECKING:
    from hongmao.kernel.errors import BadInput

T = TypeVar("T")


class _Record(msgspec.Struct, array_like=True, frozen=True):
    schema_version: int
    event: msgspec.Raw


class _Named(msgspec.Struct):
    event_id: str


_ID_FROM_MSGPACK: Final = msgspec.msgpack.Decoder(tuple[int, _Named])
_EVENT_TO_MSGPACK: Final = msgspec.msgpack.Encoder()
_EVENT_FROM_MSGPACK: Final = msgspec.msgpack.Decoder(Event)
_RECORD_FROM_MSGPACK: Final = msgspec.msgpack.Decoder(_Record)
_EVENT_FROM_JSON: Final = msgspec.json.Decoder(Event)

_AT: Final = re.compile(r"(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?", re.DOTALL)
_WRONG_TYPE: Final = re.compile(r"Expected `(?P<expected>[^`]+)`, got `(?P<got>[^`]+)`", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(?P<field>.+)`", re.DOTALL)
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(?P<field>.+)`", re.DOTALL)
_ENUM: Final = re.compile(r"Invalid enum value (?P<got>.+)", re.DOTALL)
_BYTE: Final = re.compile(r"(?:JSON is malformed: )?(?P<why>.*?) \(byte (?P<byte>\d+)\)", re.DOTALL)


def pack(event: Event) -> bytes:
    """Write an event as the log keeps it. Raises `ValueError` for what no file can hold (half characters, huge numbers)."""
    try:
        body = _EVENT_TO_MSGPACK.encode(event)
    except OverflowError as error:
        raise ValueError(str(error)) from error
    return _EVENT_TO_MSGPACK.encode(_Record(event.schema_version, msgspec.Raw(body)))


def unpack(record: bytes) -> Event:
    """Read an event back from the log; `SchemaTooNew` where a later program wrote it, `ValueError` where it is torn."""
    kept = _RECORD_FROM_MSGPACK.decode(record)
    if kept.schema_version > SCHEMA_VERSION:
        raise SchemaTooNew(place="record", got=kept.schema_version, known=SCHEMA_VERSION)
    event = _EVENT_FROM_MSGPACK.decode(kept.event)
    if event.schema_version == kept.schema_version:
        return event
    return msgspec.structs.replace(event, schema_version=kept.schema_version)


def id_of(record: bytes) -> str:
    """Read the id of an event in the log and nothing else of it; `ValueError` where it is torn."""
    return _ID_FROM_MSGPACK.decode(record)[1].event_id


def to_json(event: Event) -> bytes:
    """Write an event as the API shows it."""
    return msgspec.json.encode(event)


def from_json(data: bytes, *, at: str = "") -> Event:
    """Read one event from JSON; raises a `BadInput` that names the place, with `at` before it."""
    return read(_EVENT_FROM_JSON, data, at=at)


def read(decoder: msgspec.json.Decoder[T], data: bytes | msgspec.Raw, *, at: str = "") -> T:
    """Decode JSON with any decoder, and say in our own words what is wrong and where.

    `at` is the way to what is being read, such as `events[3]`; empty for the body itself.
    """
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise _fault(str(error), at) from error
    except RecursionError as error:
        raise BodyUnreadable(place=at or "body", byte=0, why="nested too deeply") from error
    except UnicodeDecodeError as error:
        raise BodyUnreadable(place=at or "body", byte=error.start, why="not UTF-8") from error
    except msgspec.DecodeError as error:
        raise _unreadable(str(error), at, len(bytes(data))) from error


def _unreadable(message: str, at: str, size: int) -> BodyUnreadable:
    match = _BYTE.fullmatch(message)
    byte, why = (int(match["byte"]), match["why"]) if match else (size, "it ends too early")
    return BodyUnreadable(place=at or "body", byte=byte, why=why)


def _fault(message: str, at: str) -> BadInput:
    """Translate msgspec's English sentence; its wording is pinned by a test, so a change of library is noticed."""
    split = _AT.fullmatch(message)
    what, path = (split["what"], split["path"] or "$") if split else (message, "$")
    place = _joined(at, path.removeprefix("$"))
    if match := _WRONG_TYPE.fullmatch(what):
        return FieldMalformed(place=place or "body", expected=match["expected"], got=match["got"])
    if match := _MISSING.fullmatch(what):
        return FieldMissing(place=_joined(place, f".{match['field']}"))
    if match := _UNKNOWN.fullmatch(what):
        return FieldUnknown(place=_joined(place, f".{clipped(match['field']).strip(chr(34))}"))
    if match := _ENUM.fullmatch(what):
        got = clipped(match["got"].strip("'"))
        if place.endswith("kind"):
            return KindUnknown(place=place, got=got)
        return FieldMalformed(place=place, expected="value", got=got)
    return FieldMalformed(place=place or "body", expected="value", got=clipped(what))


def _joined(at: str, path: str) -> str:
    return (at + path).removeprefix(".")
