"""Bodies packed by zstd: taken as what is in them, and refused by name where they are not one whole frame of little."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from hongmao.events.api import BODY_BYTES_MAX
from hongmao.web.edge.errors import BodyNotPacked
from hongmao.web.edge.packing import UNPACKERS, ZSTD_WINDOW_MAX
from returns.factories import NOW
from web.edge.house import EdgeHouse

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENT = {"event_id": "e-1", "kind": "impression", "occurred_at_ms": NOW, "note": "note-1", "placement": "feed"}
BODY = json.dumps({"events": [EVENT]}).encode()
PLAIN = b'{"events":[]}'
unpack = UNPACKERS["zstd"]


def packed(body: bytes, level: int = 3, *, sized: bool = True, checked: bool = False) -> bytes:
    maker = zstandard.ZstdCompressor(level=level, write_content_size=sized, write_checksum=checked)
    return maker.compress(body)


def told_as(size: int, window_log: int = 20) -> bytes:
    """A frame (RFC 8878, 3.1.1) that claims `size` bytes and a window, and holds one raw block of a single byte."""
    head = b"\x28\xb5\x2f\xfd" + bytes((0xC0, (window_log - 10) << 3)) + struct.pack("<Q", size)
    return head + (1 << 3 | 1).to_bytes(3, "little") + b"{"


def by_dictionary() -> bytes:
    words = zstandard.ZstdCompressionDict(b'{"events":[{"event_id":"e-1","kind":"impression"}]}' * 8)
    return zstandard.ZstdCompressor(dict_data=words).compress(BODY)


def of_a_dictionary_named() -> bytes:
    """A frame that names dictionary 7, as one made with a trained dictionary does."""
    return b"\x28\xb5\x2f\xfd" + bytes((0x21, 0x07, 0x01)) + (1 << 3 | 1).to_bytes(3, "little") + b"{"


def repeated(mebibytes: int) -> bytes:
    """A frame without a size whose blocks each say one byte 128 KiB times: a million for every 32 bytes that come."""
    block = (128 * 1024 << 3 | 1 << 1).to_bytes(3, "little") + b" "
    last = (1 << 3 | 1).to_bytes(3, "little") + b" "
    return b"\x28\xb5\x2f\xfd" + bytes((0x00, 10 << 3)) + block * (8 * mebibytes) + last


# What is sent, the status it is answered with, the code of its error.
ROWS: Mapping[str, tuple[bytes, int, str]] = {
    "no zstd at all": (b"{}", 400, "body_not_packed"),
    "nothing": (b"", 400, "body_not_packed"),
    "the magic number alone": (b"\x28\xb5\x2f\xfd", 400, "body_not_packed"),
    "a frame cut off": (packed(PLAIN)[:-1], 400, "body_not_packed"),
    "a frame without the checksum that it promised": (packed(PLAIN, checked=True)[:-4], 400, "body_not_packed"),
    "a wrong checksum": (packed(PLAIN, checked=True)[:-1] + b"\0", 400, "body_not_packed"),
    "a byte behind the frame": (packed(PLAIN) + b"x", 400, "body_not_packed"),
    "two frames": (packed(PLAIN) + packed(PLAIN), 400, "body_not_packed"),
    "a frame to be skipped behind it": (packed(PLAIN) + b"\x50\x2a\x4d\x18\1\0\0\0x", 400, "body_not_packed"),
    "a frame to be skipped and nothing else": (b"\x50\x2a\x4d\x18\1\0\0\0x", 422, "body_unreadable"),
    "gzip": (b"\x1f\x8b\x08\0\0\0\0\0", 400, "body_not_packed"),
    "a dictionary that only the sender has": (by_dictionary(), 400, "body_not_packed"),
    "a dictionary by its number": (of_a_dictionary_named(), 400, "body_not_packed"),
    "a frame that claims sixteen exbibytes": (told_as(2**63), 400, "body_not_packed"),
    "a frame that claims more than it holds": (told_as(900_000), 400, "body_not_packed"),
    "a window of a hundred mebibytes": (told_as(2**27, window_log=27), 400, "body_not_packed"),
    "64 MiB of nothing": (packed(bytes(2**26)), 413, "body_too_large"),
    "64 MiB of nothing that tells no size": (packed(bytes(2**26), sized=False), 413, "body_too_large"),
    "a gibibyte in 32 KiB": (repeated(1_024), 413, "body_too_large"),
}


@pytest.mark.parametrize("name", ROWS)
def test_what_is_not_one_whole_frame_of_little_is_refused(name: str) -> None:
    house = EdgeHouse()
    body, status, code = ROWS[name]
    assert len(body) < BODY_BYTES_MAX
    reply = house.post("/v1/events", body, content_encoding="zstd")
    assert (reply.status, reply.json()["error"]["code"]) == (status, code)
    assert house.memory.kept == []


@pytest.mark.parametrize("level", [-5, 1, 3, 19])
@pytest.mark.parametrize("sized", [True, False])
def test_a_body_is_taken_as_what_is_in_it(level: int, *, sized: bool) -> None:
    reply = EdgeHouse().post("/v1/events", packed(BODY, level, sized=sized, checked=sized), content_encoding="zstd")
    assert [outcome["outcome"] for outcome in reply.json()["outcomes"]] == ["accepted"]


def test_the_largest_window_of_the_coding_is_read() -> None:
    made = zstandard.ZstdCompressionParameters(window_log=ZSTD_WINDOW_MAX.bit_length() - 1)
    stream = zstandard.ZstdCompressor(compression_params=made).compressobj()  # without a size, so with its window
    assert unpack(stream.compress(BODY) + stream.flush(), BODY_BYTES_MAX) == BODY


def test_no_other_coding_is_taken_and_elsewhere_none() -> None:
    house = EdgeHouse()
    for coding in ("br", "zstd, gzip", "deflate"):
        reply = house.post("/v1/events", packed(BODY), content_encoding=coding)
        assert (reply.status, reply.json()["error"]["code"]) == (415, "encoding_unsupported")
    assert house.post("/v1/returns/sandbox", packed(b"{}"), content_encoding="zstd").status == 415


@given(st.binary(max_size=4_000), st.integers(0, 4_000), st.integers(1, 22))
def test_whatever_goes_in_comes_out_or_one_byte_beyond_the_limit(body: bytes, limit: int, level: int) -> None:
    assert unpack(packed(body, level), limit) == body[: limit + 1]


@given(st.binary(max_size=400), st.data())
def test_a_frame_cut_anywhere_is_never_taken_for_a_whole_one(body: bytes, data: st.DataObject) -> None:
    frame = packed(body, checked=True)
    cut = data.draw(st.integers(0, len(frame) - 1))
    with pytest.raises(BodyNotPacked):
        unpack(frame[:cut], BODY_BYTES_MAX)
