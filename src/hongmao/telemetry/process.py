"""What a process tells of itself: its memory, and how long the collector of garbage stops it."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hongmao.telemetry import names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hongmao.telemetry.metrics import Labels, Meter

_STATM: Final = Path("/proc/self/statm")  # proc(5): pages, the second word is what is resident


def resident_bytes() -> int | None:
    """Give the memory of this process that is in the machine's; None where the system does not tell."""
    try:
        pages = int(_STATM.read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def watch_process(meter: Meter, clock_s: Callable[[], float]) -> Callable[[], None]:
    """Tell of this process until what is given back is called. `clock_s` only grows, in seconds."""
    meter.watch(names.RESIDENT, _resident)
    pauses = meter.histogram(names.GC_PAUSE).with_()
    began_s = [0.0]

    def _timed(phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            began_s[0] = clock_s()
        else:
            pauses.observe(clock_s() - began_s[0])

    gc.callbacks.append(_timed)
    return lambda: gc.callbacks.remove(_timed)


def _resident() -> Mapping[Labels, float | None]:
    return {(): resident_bytes()}
