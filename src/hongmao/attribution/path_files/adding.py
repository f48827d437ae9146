"""The loops that add equal journeys up, compiled by Numba: whole numbers only, no lock held while they run.

A journey is a stretch of a lane of touches. Its path is named by one number: exactly where it is short, which nearly all are.
Every function is plain Python over arrays and is tested as such.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import numba
import numpy as np

from hongmao.attribution.paths.compiled import hash_row

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Codes = NDArray[np.int32]

KEY, BEGIN, END, CONVERSIONS, NULLS, UNITS, BILLIONTHS, COLUMNS = range(8)
"""Columns of a group: its key, its touches in the lane, how often it was taken, and limbs of what it brought."""
EXACT_BITS = 63
"""Paths whose touches take at most so many bits are told apart by a number alone, longer ones touch by touch."""
MIX = np.uint64(0x9E3779B97F4A7C15)
_HALF, _LONG = np.uint64(32), np.uint64(1 << 63)
_FEN, _BILLIONTHS_PER_FEN = 100, 10_000_000
_F = TypeVar("_F", bound="Callable[..., object]")


def _compiled(function: _F) -> _F:
    return cast("_F", numba.njit(cache=True, nogil=True)(function))


@_compiled
def _key_of(lane: Codes, begin: int, end: int, digit_bits: int) -> int:
    """Name a path by a number: a short one by its touches themselves, exactly; a long one by its hash, below zero."""
    if (end - begin) * digit_bits > EXACT_BITS:
        return int(np.int64(hash_row(lane, begin, end) | _LONG))
    key = np.int64(0)
    for place in range(begin, end):
        key = key << digit_bits | np.int64(lane[place] + 1)
    return int(key)


@_compiled
def _alike(lane: Codes, left: Whole, row: int, begin: int, end: int) -> bool:
    """Tell whether a group's path is `lane[begin:end]`."""
    if left[row, END] - left[row, BEGIN] != end - begin:
        return False
    for place in range(end - begin):  # noqa: SIM110 - the compiler takes no generator
        if lane[left[row, BEGIN] + place] != lane[begin + place]:
            return False
    return True


@_compiled
def _group_of(key: int, begin: int, end: int, groups: Whole, found: int, table: Whole, lane: Codes) -> int:
    """Find a path's group in an open table of (key, group), or make it the next one, `found`, with nothing counted."""
    last = np.int64(table.shape[0] - 1)
    mixed = np.uint64(key) * MIX
    slot = np.int64(mixed >> _HALF) & last
    while table[slot, 1] >= 0:
        group = table[slot, 1]
        if table[slot, 0] == key and (key >= 0 or _alike(lane, groups, group, begin, end)):
            return int(group)
        slot = (slot + 1) & last
    table[slot, 0], table[slot, 1] = key, found
    groups[found, KEY], groups[found, BEGIN], groups[found, END] = key, begin, end
    for column in range(CONVERSIONS, COLUMNS):
        groups[found, column] = 0
    return found


@_compiled
def roomy(groups: Whole, found: int, table: Whole, more: int) -> tuple[Whole, Whole]:
    """Make room for so many groups more, and keep two slots for each."""
    if found + more <= groups.shape[0]:
        return groups, table
    room = 2 * (found + more)
    larger = np.empty((room, COLUMNS), np.int64)
    larger[:found] = groups[:found]
    slots = 1
    while slots < 2 * room:
        slots *= 2
    fresh = np.full((slots, 2), -1, np.int64)
    last = np.int64(slots - 1)
    for number in range(found):
        key = larger[number, KEY]
        slot = np.int64((np.uint64(key) * MIX) >> _HALF) & last
        while fresh[slot, 1] >= 0:
            slot = (slot + 1) & last
        fresh[slot, 0], fresh[slot, 1] = key, number
    return larger, fresh


@_compiled
def group_pieces(
    pieces: Whole, count: int, lane: Codes, lane_begin: int, digit_bits: int, groups: Whole, found: int, table: Whole
) -> int:
    """Add journeys up by path; gives how many distinct paths there are now."""
    for piece in range(count):
        pieces[piece, 0] += lane_begin
        pieces[piece, 1] += lane_begin
        pieces[piece, 4] = _key_of(lane, pieces[piece, 0], pieces[piece, 1], digit_bits)
    for piece in range(count):
        group = _group_of(pieces[piece, 4], pieces[piece, 0], pieces[piece, 1], groups, found, table, lane)
        found += group == found
        groups[group, CONVERSIONS] += pieces[piece, 2]
        groups[group, NULLS] += 1 - pieces[piece, 2]
        fen = pieces[piece, 3]
        if fen:
            sign = -1 if fen < 0 else 1
            groups[group, UNITS] += sign * (abs(fen) // _FEN)
            groups[group, BILLIONTHS] += sign * (abs(fen) % _FEN) * _BILLIONTHS_PER_FEN
    return found


@_compiled
def merge_groups(groups: Whole, others: Whole, lane: Codes) -> Whole:
    """Add other groups of the same lane up with these."""
    found = groups.shape[0]
    merged, table = roomy(groups, found, np.full((1, 2), -1, np.int64), others.shape[0] + 1)
    for number in range(others.shape[0]):
        key, begin, end = others[number, KEY], others[number, BEGIN], others[number, END]
        group = _group_of(key, begin, end, merged, found, table, lane)
        found += group == found
        for column in range(CONVERSIONS, COLUMNS):
            merged[group, column] += others[number, column]
    return merged[:found]


@_compiled
def hash_groups(lane: Codes, groups: Whole) -> NDArray[np.uint64]:
    """Give each group the number that its touches have elsewhere too."""
    hashes = np.empty(groups.shape[0], np.uint64)
    for row in range(groups.shape[0]):
        hashes[row] = hash_row(lane, groups[row, BEGIN], groups[row, END])
    return hashes


@_compiled
def gather_lane(lane: Codes, groups: Whole, starts: Whole) -> Codes:
    """Lay the touches of groups out one after the other."""
    flat = np.empty(starts[-1], np.int32)
    for row in range(groups.shape[0]):
        for place in range(starts[row + 1] - starts[row]):
            flat[starts[row] + place] = lane[groups[row, BEGIN] + place]
    return flat
