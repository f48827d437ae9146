"""Clocks that tell real time, or the time of a city that is played faster. The only place that asks the machine."""

from __future__ import annotations

import mmap
import struct
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hongmao.kernel.errors import BadInput

if TYPE_CHECKING:
    from hongmao.kernel.clock import Clock

_WORD: Final = struct.Struct("<q")
_NS_PER_MS: Final = 1_000_000
_STOPWATCH: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # Linux alone counts its sleep apart


class ClockUnreadable(BadInput):
    """The setting names no clock."""

    code = "clock_unreadable"
    zh = "无法识别时钟设置 {place}"
    en = "{place!r} names no clock"
    hint_zh = "HONGMAO_CLOCK 留空使用系统时钟，或写 file:/路径 与城市共用时钟"
    hint_en = "Leave HONGMAO_CLOCK empty for the system's clock, or write file:/path to share a city's"


class SystemClock:
    """The machine's own clock."""

    def now_ms(self) -> int:
        """Give the present instant."""
        return time.time_ns() // _NS_PER_MS

    def now_ns(self) -> int:
        """Give it finer, in nanoseconds since 1970: stages of a tap are shorter than a millisecond."""
        return time.time_ns()


class SteadyClock:
    """The machine's stopwatch: milliseconds since it started, sleep counted. Nobody can set it."""

    def now_ms(self) -> int:
        """Give how long the machine has been there."""
        return time.clock_gettime_ns(_STOPWATCH) // _NS_PER_MS


class FileClock:
    """A clock that several processes share: eight bytes in a file, written by whoever plays the city.

    One aligned word of a shared mapping is read and written whole, so no reader ever sees half an instant.
    """

    def __init__(self, path: Path) -> None:
        """Open the shared word; the file must be there."""
        with path.open("r+b") as file:
            self._word = mmap.mmap(file.fileno(), _WORD.size)

    @classmethod
    def create(cls, path: Path, at_ms: int) -> FileClock:
        """Make the file, or set the one that is there."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(_WORD.pack(at_ms))
        clock = cls(path)
        clock.set(at_ms)
        return clock

    def now_ms(self) -> int:
        """Give the instant written last."""
        (at_ms,) = _WORD.unpack_from(self._word)
        return int(at_ms)

    def set(self, at_ms: int) -> None:
        """Move every process that shares this clock to an instant."""
        _WORD.pack_into(self._word, 0, at_ms)


def open_clock(setting: str) -> Clock:
    """Pick the clock a setting names: empty for the system's, `file:/path` for a shared one."""
    if not setting:
        return SystemClock()
    kind, _, path = setting.partition(":")
    if kind != "file" or not Path(path).is_file():
        raise ClockUnreadable(place=setting)
    return FileClock(Path(path))
