from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.strategies import NOON, events, read_note
from hongmao.events import codec
from hongmao.events.api import (
    SCHEMA_VERSION,
    BodyUnreadable,
    Event,
    FieldMalformed,
    FieldMissing,
    FieldUnknown,
    KindUnknown,
    SchemaTooNew,
)
from hongmao.kernel.errors import BadInput

GOOD = {"event_id": "evt-1", "kind": "read", "occurred_at_ms": NOON}


@given(events())
def test_an_event_comes_back_from_both_forms_as_it_went(event: Event) -> None:
    assert codec.unpack(codec.pack(event)) == event
    assert codec.from_json(codec.to_json(event)) == event


def test_the_record_keeps_its_schema_version_though_it_is_the_default() -> None:
    version, _ = msgspec.msgpack.decode(codec.pack(read_note(1)))

    assert version == SCHEMA_VERSION


def test_a_record_of_an_older_schema_stays_old() -> None:
    event = msgspec.structs.replace(read_note(1), schema_version=0)

    assert codec.unpack(codec.pack(event)).schema_version == 0


def test_a_record_of_a_later_program_is_not_guessed_at() -> None:
    event = msgspec.structs.replace(read_note(1), schema_version=SCHEMA_VERSION + 1)

    with pytest.raises(SchemaTooNew, match="knows up to"):
        codec.unpack(codec.pack(event))


@pytest.mark.parametrize(
    ("fields", "error", "zh", "en"),
    [
        (
            {"amount_fen": "99"},
            FieldMalformed,
            "events[3].amount_fen 应为整数或空值，收到的是文字",
            "events[3].amount_fen should be a whole number or null, not text",
        ),
        (
            {"occurred_at_ms": 1.5},
            FieldMalformed,
            "events[3].occurred_at_ms 应为整数，收到的是小数",
            "events[3].occurred_at_ms should be a whole number, not a decimal number",
        ),
        (
            {"labelled": [[]]},
            FieldMalformed,
            "events[3].labelled 应为布尔值（true 或 false）或空值，收到的是数组",
            "events[3].labelled should be true or false or null, not an array",
        ),
        (
            {"kind": "bought"},
            KindUnknown,
            'events[3].kind 的事件类型 "bought" 不存在',
            'events[3].kind names "bought", which is no kind of event',
        ),
        ({"colour": 1}, FieldUnknown, "events[3].colour 不是已知字段", "events[3].colour is no known field"),
        ({"event_id": None}, FieldMalformed, "events[3].event_id 应为文字，收到的是空值", "not null"),
    ],
)
def test_a_wrong_field_is_named_in_both_languages(
    fields: dict[str, Any], error: type[BadInput], zh: str, en: str
) -> None:
    with pytest.raises(error) as caught:
        codec.from_json(msgspec.json.encode(GOOD | fields), at="events[3]")

    assert caught.value.message("zh") == zh
    assert en in caught.value.message("en")


def test_a_missing_field_is_named() -> None:
    with pytest.raises(FieldMissing) as caught:
        codec.from_json(b'{"kind":"read","occurred_at_ms":1}', at="events[0]")

    assert caught.value.message("zh") == "缺少 events[0].event_id"


def test_something_else_than_an_object_is_named() -> None:
    with pytest.raises(FieldMalformed) as caught:
        codec.from_json(b"[1,2]", at="events[0]")

    assert caught.value.message("en") == "events[0] should be an object, not an array"


@pytest.mark.parametrize(
    ("data", "byte"),
    [
        (b"", 0),
        (b'{"event_id":', 12),
        (b'{"event_id": 01}', 14),
        (b'{"event_id":"\xff"}', 0),
        (b"\xef\xbb\xbf{}", 0),
        (b'{"event_id":"a"}x', 16),
    ],
)
def test_what_is_no_json_is_said_to_be_none(data: bytes, byte: int) -> None:
    with pytest.raises((BodyUnreadable, FieldMissing)) as caught:
        codec.from_json(data)

    assert caught.value.params.get("byte", byte) == byte
    assert caught.value.message("zh")


def test_bottomless_nesting_is_named() -> None:
    rows = msgspec.json.Decoder(list[msgspec.Raw])

    with pytest.raises(BodyUnreadable, match="nested too deeply"):
        codec.read(rows, b"[" * 100_000 + b"]" * 100_000)


def _fault(data: bytes, at: str) -> BadInput | None:
    """Read an event and give what was complained of; anything but a `BadInput` fails the test."""
    try:
        codec.from_json(data, at=at)
    except BadInput as error:
        return error
    return None


@given(st.binary(max_size=200))
def test_no_bytes_at_all_raise_anything_but_a_named_error(data: bytes) -> None:
    fault = _fault(data, "")

    assert fault is not None
    assert fault.message("zh")
    assert fault.message("en")


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(), st.lists),
    st.sampled_from(Event.__struct_fields__),
)
def test_any_value_in_any_field_is_read_or_named_with_its_place(value: object, name: str) -> None:
    fault = _fault(msgspec.json.encode(GOOD | {name: value}), "events[7]")

    assert fault is None or str(fault.params["place"]).startswith("events[7]")
