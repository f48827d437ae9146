"""Events on their way to a log elsewhere, as one message: a mark, a CRC-32, and ids with records as msgpack."""

from __future__ import annotations

import struct
import zlib
from typing import Final

import msgspec

MARK: Final = b"HMG1"
_HEAD: Final = struct.Struct("<4sI")


class Group(msgspec.Struct, frozen=True, array_like=True):
    """Event ids, in order, and what the codec made of each event."""

    ids: tuple[str, ...]
    records: tuple[bytes, ...]


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Group)


def seal(group: Group) -> bytes:
    """Write a group as a message."""
    body = _ENCODER.encode(group)
    return _HEAD.pack(MARK, zlib.crc32(body)) + body


def unseal(message: bytes) -> Group:
    """Read a message back; `ValueError` says why it is none of ours or not whole."""
    if len(message) < _HEAD.size:
        raise ValueError("it is too short to be a group of events")
    mark, checksum = _HEAD.unpack_from(message)
    body = memoryview(message)[_HEAD.size :]
    if mark != MARK:
        raise ValueError("it does not begin as a group of events does")
    if zlib.crc32(body) != checksum:
        raise ValueError("its checksum does not match")
    group = _DECODER.decode(body)
    if len(group.ids) != len(group.records):
        raise ValueError("it has other numbers of ids and of records")
    return group
