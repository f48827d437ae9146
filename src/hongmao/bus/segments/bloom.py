"""Which ids were certainly never kept: a filter in front of the index, so that a new id costs no look into a file.

Each id sets four bits in one word by its first number and four in another by its second (a blocked Bloom filter; F. Putze,
P. Sanders and J. Singler, "Cache-, hash- and space-efficient Bloom filters", 2007). At 20 bits an id about one new id in
3,000 is looked up in vain. A full filter is not made anew: a larger one is put beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from hongmao.bus.segments.hashes import U64

    Mask = np.ndarray[Any, np.dtype[np.bool_]]

_IDS_A_WORD: Final = 64 / 10
_PATTERNS: Final = 2**14
_LOW: Final = np.uint64(_PATTERNS - 1)


def _patterns() -> U64:
    """Give words with four bits set, as different as they can be."""
    spread = np.arange(1, _PATTERNS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)  # 2^64 by the golden ratio
    spread ^= spread >> np.uint64(31)
    spread *= np.uint64(0x9E3779B97F4A7C15)
    words = np.zeros(_PATTERNS, dtype=np.uint64)
    for turn in range(4):
        words |= np.uint64(1) << ((spread >> np.uint64(40 + 6 * turn)) & np.uint64(63))
    return words


_WORDS: Final = _patterns()
FIRST_IDS: Final = 2**18


class Bloom:
    """Two halves of words, one for each number of an id."""

    def __init__(self, ids: int) -> None:
        """Make room for so many ids, or up to twice as many."""
        bits = max(10, int(ids / _IDS_A_WORD).bit_length())
        self.room = int(2**bits * _IDS_A_WORD)
        self.held = 0
        self._shift = np.uint64(64 - bits)
        self._words = (np.zeros(2**bits, dtype=np.uint64), np.zeros(2**bits, dtype=np.uint64))

    def add(self, first: U64, second: U64) -> None:
        """Put ids in."""
        for words, number in zip(self._words, (first, second), strict=True):
            np.bitwise_or.at(words, number >> self._shift, _WORDS[number & _LOW])
        self.held += len(first)

    def maybe(self, first: U64, second: U64) -> Mask:
        """Tell of each id whether it may have been put in; one that was is never denied."""
        pattern = _WORDS[first & _LOW]
        found: Mask = (self._words[0][first >> self._shift] & pattern) == pattern
        asked = np.flatnonzero(found)
        if len(asked):
            again = second[asked]
            pattern = _WORDS[again & _LOW]
            found[asked] = (self._words[1][again >> self._shift] & pattern) == pattern
        return found


class Blooms:
    """Filters that grow: each new one is twice as large as the last."""

    def __init__(self, ids: int = 0) -> None:
        """Begin with room for what is there already, twice."""
        self._all = [Bloom(max(FIRST_IDS, 2 * ids))]

    def add(self, first: U64, second: U64) -> None:
        """Put ids in."""
        if self._all[-1].held + len(first) > self._all[-1].room:
            self._all.append(Bloom(2 * self._all[-1].room))
        self._all[-1].add(first, second)

    def maybe(self, first: U64, second: U64) -> Mask:
        """Tell of each id whether it may have been put in."""
        found = self._all[-1].maybe(first, second)
        for bloom in self._all[:-1]:
            found |= bloom.maybe(first, second)
        return found
