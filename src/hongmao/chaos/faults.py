"""A disk that lies and a clock that jumps, put under the process that calls `befall`. Nothing of the product knows of it.

Python's own calls are replaced: whatever log or lake writes by them is hit, and no setting of the product can do this to
a house that serves people.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

    from hongmao.chaos.switches import Switches

_NS_PER_MS = 1_000_000
_MS_PER_S = 1_000


def befall(switches: Switches) -> None:
    """Put this process into the hands of its switches, for good."""
    disk, clock = LyingDisk(switches), JumpingClock(switches)
    _put(os, "pwritev", disk.pwritev)
    _put(os, "fdatasync", disk.over(os.fdatasync))
    _put(os, "fsync", disk.over(os.fsync))
    _put(time, "time_ns", clock.over(time.time_ns, _NS_PER_MS))
    _put(time, "time", clock.over(time.time, 1 / _MS_PER_S))


def _put(module: ModuleType, name: str, call: Callable[..., Any]) -> None:
    setattr(module, name, call)


class LyingDisk:
    """Writes and syncs as the switches say."""

    def __init__(self, switches: Switches, write: Callable[[int, Any, int], int] = os.pwritev) -> None:
        """Lie about a disk that is written by `write`."""
        self._switches = switches
        self._write = write
        self._lock = threading.Lock()
        self._full_step = 0

    def pwritev(self, file: int, parts: Sequence[bytes | memoryview], at: int) -> int:
        """Write, or a part of it, or nothing; give how many bytes were taken."""
        self._be_slow()
        if self._switches.get("full"):
            return self._until_full(file, parts, at)
        if self._switches.get("short_writes"):
            return self._some(file, parts, at)
        return self._write(file, parts, at)

    def over(self, sync: Callable[[Any], None]) -> Callable[[Any], None]:
        """Make a sync that is slow or fails when it is due."""

        def lying(file: Any) -> None:
            self._be_slow()
            with self._lock:
                left = self._switches.get("fail_syncs")
                if left > 0:
                    self._switches.set("fail_syncs", left - 1)
                    self._switches.add("failed")
                    raise OSError(errno.EIO, os.strerror(errno.EIO))
            sync(file)

        return lying

    def _be_slow(self) -> None:
        slow_ms = self._switches.get("slow_ms")
        if slow_ms:
            time.sleep(slow_ms / _MS_PER_S)
            with self._lock:
                self._switches.add("slowed")

    def _some(self, file: int, parts: Sequence[bytes | memoryview], at: int) -> int:
        whole = b"".join(parts)
        with self._lock:
            self._switches.add("shortened")
        return self._write(file, [whole[: (len(whole) + 1) // 2]], at)

    def _until_full(self, file: int, parts: Sequence[bytes | memoryview], at: int) -> int:
        """Take a half, refuse the rest, then let one write through: whoever was refused may tidy up what was taken."""
        with self._lock:
            step, self._full_step = self._full_step, (self._full_step + 1) % 3
        if step == 0:
            return self._some(file, parts, at)
        if step == 1:
            with self._lock:
                self._switches.add("filled")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._write(file, parts, at)


class JumpingClock:
    """Tells the time as far wrong as the switches say."""

    def __init__(self, switches: Switches) -> None:
        """Begin with the right time: a process that is started while its clock is wrong has seen one step."""
        self._switches = switches
        self._told = 0

    def over(self, now: Callable[[], Any], unit_per_ms: float) -> Callable[[], Any]:
        """Make a clock that jumps of one that does not; `unit_per_ms` is how much of its unit a millisecond is."""

        def jumping() -> Any:
            shift_ms = self._switches.get("shift_ms")
            if shift_ms != self._told:
                self._told = shift_ms
                self._switches.add("stepped")
            return now() + shift_ms * unit_per_ms

        return jumping
