"""What a chain of order k is fitted from: whole counts of moves between states, which days and shards add up.

A state is the last k touches; a row shorter than k is one state, the whole row. Moves from a state to itself are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths import compiled
from hongmao.attribution.paths.building import lengths, limbs_of
from hongmao.attribution.paths.errors import PathsMalformed, TooManyStates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hongmao.attribution.paths.contracts import Paths

KEY_BITS = 62
DENSE_CELLS_MAX = 1 << 25
"""So many possible moves are counted in a plain array (256 MiB), more of them in a hash table."""
BEGUN, CONVERTED, NULLS, VALUE = 0, 1, 2, 3
"""Columns of `ChainCounts.ends`; `VALUE` is the first of the value's limbs, where there are any."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChainCounts:
    """转移计数: everything a chain is made of, sorted by code, so that equal paths give equal arrays."""

    channels: tuple[str, ...]
    order: int
    bits: int
    """A touch takes so many bits of a code: its channel's index plus 1."""
    states: NDArray[np.int64]
    """Codes: the last touches, the latest in the lowest bits."""
    ends: NDArray[np.int64]
    """Per state: journeys that began in it, converted from it, ended in it without; then their value's limbs, if any."""
    keys: NDArray[np.int64]
    """Moves: a state's code, shifted by `bits`, and the next touch."""
    moves: NDArray[np.int64]
    """How many journeys made each move, as often as they made it."""
    untouched: NDArray[np.int64]
    """The same columns as `ends` for journeys without a touch."""

    @property
    def sources(self) -> NDArray[np.int64]:
        """Give the code each move leaves."""
        return self.keys >> self.bits

    @property
    def targets(self) -> NDArray[np.int64]:
        """Give the code each move reaches."""
        return self.keys & ((1 << (self.order * self.bits)) - 1)


def count(paths: Paths, order: int) -> ChainCounts:
    """Count moves and ends of all rows; raises `TooManyStates` where codes would not fit a 64-bit number."""
    bits = max(len(paths.channels).bit_length(), 1)
    if bits * (order + 1) > KEY_BITS:
        most = (1 << (KEY_BITS // (order + 1))) - 1
        raise TooManyStates(channels=len(paths.channels), order=order, most=most)
    if (len(paths.channels) + 1) ** (order + 1) <= DENSE_CELLS_MAX:
        states, ends, keys, moves = _densely(paths, order, bits)
    else:
        states, ends, keys, moves = _by_hash(paths, order, bits)
    return ChainCounts(
        channels=paths.channels,
        order=order,
        bits=bits,
        states=states,
        ends=ends,
        keys=keys,
        moves=moves,
        untouched=_untouched(paths),
    )


def merged(parts: Sequence[ChainCounts]) -> ChainCounts:
    """Add counts of days or shards up; no answer depends on how the journeys were parted."""
    first = parts[0]
    shape = (first.channels, first.order, first.untouched.shape)
    if any((part.channels, part.order, part.untouched.shape) != shape for part in parts):
        raise PathsMalformed(
            place="—", why_zh="各部分的渠道、阶数或金额列不同", why_en="its parts have other channels or orders"
        )
    states, ends = _summed(
        np.concatenate([part.states for part in parts]), np.concatenate([part.ends for part in parts])
    )
    keys, moves = _summed(
        np.concatenate([part.keys for part in parts]), np.concatenate([part.moves for part in parts])[:, None]
    )
    return ChainCounts(
        channels=first.channels,
        order=first.order,
        bits=first.bits,
        states=states,
        ends=ends,
        keys=keys,
        moves=moves[:, 0],
        untouched=np.sum([part.untouched for part in parts], axis=0),
    )


_Counted = tuple["NDArray[np.int64]", "NDArray[np.int64]", "NDArray[np.int64]", "NDArray[np.int64]"]


def _densely(paths: Paths, order: int, bits: int) -> _Counted:
    limbs, base = limbs_of(paths), len(paths.channels) + 1
    moves = np.zeros(base ** (order + 1), np.int64)
    ends = np.zeros((base**order, VALUE + len(limbs)), np.int64)
    compiled.count_dense(paths.flat, paths.starts, paths.conversions, paths.nulls, limbs, order, base, moves, ends)
    keys = np.flatnonzero(moves)
    visited = ends[:, BEGUN] != 0
    for column in range(CONVERTED, VALUE):
        visited |= ends[:, column] != 0
    visited[keys // base] = visited[keys % len(ends)] = True
    states = np.flatnonzero(visited)
    return _in_bits(states, base, bits), ends[states], _in_bits(keys, base, bits), moves[keys]


def _in_bits(codes: NDArray[np.int64], base: int, bits: int) -> NDArray[np.int64]:
    """Write numbers to a base with so many bits a digit; their order stays."""
    written = np.zeros_like(codes)
    shift = 0
    while codes.any():
        codes, digit = np.divmod(codes, base)
        written |= digit << shift
        shift += bits
    return written


def _by_hash(paths: Paths, order: int, bits: int) -> _Counted:
    touched = lengths(paths) > 0
    journeys = paths.conversions + paths.nulls
    room = int(np.maximum(lengths(paths) - order, 0).sum())
    keys, rows = np.empty(room, np.int64), np.empty(room, np.int64)
    begun, ended = np.empty(paths.rows, np.int64), np.empty(paths.rows, np.int64)
    compiled.list_moves(paths.flat, paths.starts, order, bits, keys, rows, begun, ended)
    table = np.full(_slots(room), -1, np.int64)
    sums = np.zeros(len(table), np.int64)
    compiled.count_keys(keys, journeys[rows], table, sums)
    used = np.flatnonzero((table != -1) & (sums != 0))
    used = used[np.argsort(table[used])]
    ends = np.column_stack([np.zeros_like(journeys), paths.conversions, paths.nulls, *limbs_of(paths)])
    begins = np.zeros_like(ends)
    begins[:, BEGUN] = journeys
    states, summed = _summed(
        np.concatenate([begun[touched], ended[touched]]), np.concatenate([begins[touched], ends[touched]])
    )
    # A state that is only passed through has neither begun nor ended a journey.
    mask = (1 << (order * bits)) - 1
    passed = np.union1d(table[used] >> bits, table[used] & mask)
    every, full = _summed(
        np.concatenate([states, passed]), np.concatenate([summed, np.zeros((len(passed), ends.shape[1]), np.int64)])
    )
    kept = (full[:, :3] != 0).any(axis=1) | np.isin(every, passed)
    return every[kept], full[kept], table[used], sums[used]


def _untouched(paths: Paths) -> NDArray[np.int64]:
    empty = lengths(paths) == 0
    counts = [paths.conversions + paths.nulls, paths.conversions, paths.nulls, *limbs_of(paths)]
    return np.array([int(column[empty].sum()) for column in counts], np.int64)


def _summed(keys: NDArray[np.int64], rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Add rows up that share a key; keys come out sorted."""
    if not len(keys):
        return keys, rows
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    return ordered[first], np.add.reduceat(rows[order], first, axis=0)


def _slots(keys: int) -> int:
    return 1 << max(4, (2 * keys).bit_length())
