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
_HEAD: Final = struct.Struct("<IQ")


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
