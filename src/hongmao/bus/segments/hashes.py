"""Event ids as two numbers of 64 bits each, many at once.

An id has at most 64 ASCII characters (`kernel.ids`), so it is eight words. Each word is stirred by odd multipliers of its
own and the words are summed: a word of zeros adds nothing, so the width in which a batch is laid out does not matter. Two
numbers together make a false match of two ids a matter of 2^-128, below what any disk promises; nobody reads the record
to be sure. The multipliers are the first digits of pi, cut to 64 bits and made odd.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    U64 = np.ndarray[Any, np.dtype[np.uint64]]

WORD: Final = 8
ID_BYTES_MAX: Final = 64
_PI: Final = bytes.fromhex(
    "243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89452821e638d01377be5466cf34e90c6c"
    "c0ac29b7c97c50dd3f84d5b5b5470917"
    "9216d5d98979fb1bd1310ba698dfb5ac2ffd72dbd01adfb7b8e1afed6a267e96ba7c9045f12c7f9924a19947b3916cf7"
    "0801f2e2858efc16636920d871574e69"
)
_ODD: Final = np.frombuffer(_PI, dtype=">u8").astype(np.uint64) | np.uint64(1)
_STIR, _FIRST, _SECOND = (np.resize(np.roll(_ODD, turn), 8).reshape(8, 1) for turn in (0, 5, 9))
_HALF, _LAST = np.uint64(32), np.uint64(29)


def hashed(ids: Sequence[str]) -> tuple[U64, U64]:
    """Give both numbers of each id."""
    laid = _laid(ids)
    count = laid.itemsize // WORD
    laid = laid.view("<u8").reshape(len(ids), count)
    words = np.multiply(laid.T, _STIR[:count], order="C")
    words ^= words >> _HALF
    words *= _FIRST[:count]
    words ^= words >> _LAST
    first = np.add.reduce(words, axis=0)
    words *= _SECOND[:count]
    second = np.add.reduce(words, axis=0)
    return _stirred(first * _ODD[0]), _stirred(second * _ODD[1])


def distinct(numbers: U64) -> bool:
    """Tell whether no two are the same."""
    ordered = np.sort(numbers)
    return not bool((ordered[1:] == ordered[:-1]).any())


def _laid(ids: Sequence[str]) -> np.ndarray[Any, Any]:
    """Put ids side by side, filled up with zeros to whole words."""
    try:
        if "\0" in "".join(ids):
            raise UnicodeError
        laid = np.array(ids, dtype="S")
    except UnicodeError:
        laid = np.array([_short(id) for id in ids], dtype="S")  # no id that a collector lets through
    if laid.itemsize > ID_BYTES_MAX:
        laid = np.array([_short(id) for id in ids], dtype="S")
    width = -(-laid.itemsize // WORD) * WORD
    return laid if width == laid.itemsize else laid.astype(f"S{width}")


def _stirred(word: U64) -> U64:
    word ^= word >> _LAST
    return word


def _short(id: str) -> str:
    plain = id.isascii() and "\0" not in id and len(id) <= ID_BYTES_MAX
    return id if plain else hashlib.blake2b(id.encode("utf-8", "surrogatepass"), digest_size=32).hexdigest()
