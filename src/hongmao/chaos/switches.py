"""The switches of one process's trouble: a page of memory that the harness and the process share.

The harness sets what is to go wrong, the process counts what really did. Each number is an aligned word of its own, and
has one writer but for `fail_syncs`, which the process counts down. The page outlives the process: counts go on after a
kill.
"""

from __future__ import annotations

import mmap
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_WORD: Final = struct.Struct("<q")
SET: Final = ("slow_ms", "short_writes", "fail_syncs", "full", "shift_ms")
"""Set by the harness: how much slower the disk is, whether it writes in parts, how many syncs still fail, whether it is
full, and how far the clock is wrong."""
SEEN: Final = ("slowed", "shortened", "failed", "filled", "stepped")
"""Counted by the process: calls held up, writes cut short, syncs failed, writes refused, and steps that its clock made."""
_PLACES: Final = {name: place * _WORD.size for place, name in enumerate((*SET, *SEEN))}


class Switches:
    """Numbers by name."""

    def __init__(self, path: Path) -> None:
        """Open the page, and make it where there is none."""
        if not path.exists():
            path.write_bytes(bytes(len(_PLACES) * _WORD.size))
        with path.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), len(_PLACES) * _WORD.size)

    def get(self, name: str) -> int:
        """Give a number."""
        return int(_WORD.unpack_from(self._page, _PLACES[name])[0])

    def set(self, name: str, value: int) -> None:
        """Set a number."""
        _WORD.pack_into(self._page, _PLACES[name], value)

    def add(self, name: str) -> None:
        """Count one more."""
        self.set(name, self.get(name) + 1)

    def clear(self) -> None:
        """Let everything go right again; the counts stay."""
        for name in SET:
            self.set(name, 0)

    def seen(self) -> dict[str, int]:
        """Give what really went wrong, by name."""
        return {name: self.get(name) for name in SEEN}
