"""Giving memory back to the machine: what a process used once and for a moment, it need not have for good."""

from __future__ import annotations

import ctypes
from typing import Final

_MMAP_THRESHOLD: Final = -3  # M_MMAP_THRESHOLD of malloc.h
LARGE_BYTES: Final = 2**20


def keep_large_blocks_apart() -> bool:
    """Let glibc take blocks of a megabyte and more from the machine one by one, and give each back when it is freed.

    Left to itself it does so less and less: it learns from the first large block that is freed, and takes the next ones from
    the heap, where whatever lies behind them keeps them for good. A table of links that is sorted anew, a copy of it at a
    time, would have its process grow by a third. False where the machine's malloc knows no such thing.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and mallopt(_MMAP_THRESHOLD, LARGE_BYTES) == 1
