"""Typed ids, what an id may look like, and the maker of time-ordered ones."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, NewType, Protocol

from hongmao.kernel.errors import BadInput

if TYPE_CHECKING:
    from hongmao.kernel.clock import Clock

TenantId = NewType("TenantId", str)
UserId = NewType("UserId", str)
MerchantId = NewType("MerchantId", str)
ShopId = NewType("ShopId", str)
ItemId = NewType("ItemId", str)
CreatorId = NewType("CreatorId", str)
NoteId = NewType("NoteId", str)
LinkId = NewType("LinkId", str)
ReaderId = NewType("ReaderId", str)
EventId = NewType("EventId", str)
ClickId = NewType("ClickId", str)

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$"
_ID = re.compile(ID_PATTERN)
_COUNTER_BITS = 64


class IdMalformed(BadInput):
    """The text cannot be an id."""

    code = "id_malformed"
    zh = "{place} 不是合法的编号"
    en = "{place} is no well-formed id"
    hint_zh = "编号为 1 到 64 个字母、数字或 _ . : -，以字母或数字开头"
    hint_en = "An id has 1 to 64 letters, digits or _ . : - and begins with a letter or a digit"


def check_id(text: str, *, place: str) -> str:
    """Let a well-formed id through; anything else is named with its place, before it reaches a query or a page."""
    if _ID.fullmatch(text) is None:
        raise IdMalformed(place=place)
    return text


class RandomBits(Protocol):
    """Where fresh bits come from: `secrets.SystemRandom` in service, a seeded `random.Random` in tests."""

    def getrandbits(self, k: int, /) -> int:
        """Give k random bits as a whole number."""
        ...


class IdMaker:
    """Mints ids that sort by time: 48 bits of milliseconds, then a 64-bit counter that starts anywhere.

    Two ids of one maker never meet, not even within a millisecond, and the later one sorts later, so "same second:
    the higher event id wins" (ATTR-3) is the order in which things were recorded.
    """

    def __init__(self, clock: Clock, random: RandomBits) -> None:
        """Begin counting at a random place in the lower half: processes do not meet and the counter never wraps."""
        self._clock = clock
        self._counter = random.getrandbits(_COUNTER_BITS - 1)
        self._lock = threading.Lock()

    def mint(self, prefix: str) -> str:
        """Make a fresh id such as `evt_0196a5...`: prefix, then 28 hexadecimal digits."""
        with self._lock:
            self._counter += 1
            counter = self._counter
        return f"{prefix}_{self._clock.now_ms():012x}{counter:016x}"
