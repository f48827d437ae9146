"""What travels over the line: a length, a number that pairs answer with question, and bytes."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.events.api import Kept, LogFailed
from hongmao.kernel.errors import HongmaoError, every_error

if TYPE_CHECKING:
    import asyncio

SOCKET: Final = "line.sock"
FRAME_BYTES_MAX: Final = 16 * 2**20
TRIM: Final = 1 << 63  # in the number of a frame whose body is an offset: let go of what lies below it
_HEAD: Final = struct.Struct("<IQ")
_OFFSET: Final = struct.Struct("<Q")


class Said(msgspec.Struct, frozen=True, array_like=True):
    """The owner's word on a batch: places and repeats, or an error by its code and facts."""

    kept: list[tuple[int, bool]] = []
    error: str = ""
    facts: dict[str, str | int | float] = {}


_SAID: Final = msgspec.msgpack.Decoder(Said)


async def receive(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read one frame: its number and its bytes. Raises `EOFError` at the end, `ValueError` for what is none."""
    size, number = _HEAD.unpack(await reader.readexactly(_HEAD.size))
    if size > FRAME_BYTES_MAX:
        raise ValueError(f"a frame of {size} bytes")
    return number, await reader.readexactly(size)


def frame(number: int, body: bytes) -> bytes:
    """Write one frame."""
    return _HEAD.pack(len(body), number) + body


def offset_of(body: bytes) -> int:
    """Read the body of a frame that asks to trim; `ValueError` for what is none."""
    if len(body) != _OFFSET.size:
        raise ValueError(f"an offset of {len(body)} bytes")
    return int(_OFFSET.unpack(body)[0])


def offset(below: int) -> bytes:
    """Write the body of a frame that asks to trim."""
    return _OFFSET.pack(below)


def say(answer: tuple[Kept, ...]) -> bytes:
    """Write a log's answer."""
    return msgspec.msgpack.encode(Said(kept=[(kept.offset, kept.duplicate) for kept in answer]))


def say_error(error: HongmaoError) -> bytes:
    """Write a log's error."""
    facts = {name: fact if isinstance(fact, int | float) else str(fact) for name, fact in error.params.items()}
    return msgspec.msgpack.encode(Said(error=error.code, facts=facts))


def hear_said(body: bytes) -> tuple[Kept, ...] | HongmaoError:
    """Read a log's answer or its error."""
    said = _SAID.decode(body)
    if not said.error:
        return tuple(Kept(offset, duplicate) for offset, duplicate in said.kept)
    for error in every_error():
        if error.code == said.error:
            return error(**said.facts)
    return LogFailed(path="line", why=said.error)
