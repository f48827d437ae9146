"""The loops over rows of paths, compiled by Numba: whole numbers only, one row at a time, no lock held while they run.

Every function is plain Python over arrays and is tested as such. A row's code is its last touches, `bits` each, the latest
in the lowest; 0 is no touch, so a row shorter than the order has a code of its own and START has code 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_F = TypeVar("_F", bound="Callable[..., object]")
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


def _compiled(function: _F) -> _F:
    return cast("_F", numba.njit(cache=True, nogil=True)(function))


@_compiled
def count_dense(
    flat: NDArray[np.int32],
    starts: NDArray[np.int64],
    conversions: NDArray[np.int64],
    nulls: NDArray[np.int64],
    limbs: NDArray[np.int64],
    order: int,
    base: int,
    moves: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> None:
    """Count moves between states, `moves[code * base + touch]`, and ends, `ends[code]`: begun, converted, null, value.

    Codes here are numbers to the base of one more than there are channels, so that the arrays are as small as can be.
    """
    top = base ** (order - 1)
    for row in range(conversions.size):
        first, stop = starts[row], starts[row + 1]
        if first == stop:
            continue
        journeys = conversions[row] + nulls[row]
        code = 0
        filled = min(first + order, stop)
        for place in range(first, filled):
            code = code * base + flat[place] + 1
        ends[code, 0] += journeys
        for place in range(filled, stop):
            code = (code - (flat[place - order] + 1) * top) * base + flat[place] + 1
            moves[code + (flat[place - order] + 1) * top * base] += journeys
        ends[code, 1] += conversions[row]
        ends[code, 2] += nulls[row]
        for limb in range(limbs.shape[0]):
            ends[code, 3 + limb] += limbs[limb, row]


@_compiled
def list_moves(
    flat: NDArray[np.int32],
    starts: NDArray[np.int64],
    order: int,
    bits: int,
    keys: NDArray[np.int64],
    rows: NDArray[np.int64],
    begun: NDArray[np.int64],
    ended: NDArray[np.int64],
) -> int:
    """List every move's key with its row, and each row's first and last code; gives how many moves there are."""
    mask = (1 << (order * bits)) - 1
    listed = 0
    for row in range(starts.size - 1):
        first, stop = starts[row], starts[row + 1]
        code = 0
        filled = min(first + order, stop)
        for place in range(first, filled):
            code = code << bits | (flat[place] + 1)
        begun[row] = code
        for place in range(filled, stop):
            key = code << bits | (flat[place] + 1)
            keys[listed] = key
            rows[listed] = row
            listed += 1
            code = key & mask
        ended[row] = code
    return listed


@_compiled
def slot_of(key: int, table: NDArray[np.int64]) -> int:
    """Find a key's slot in an open table of a power of two of slots, or the free one (-1) where it belongs."""
    last = table.size - 1
    mixed = np.uint64(key) * _MIX
    slot = np.int64(mixed ^ (mixed >> _SHIFT)) & last
    while table[slot] != -1 and table[slot] != key:
        slot = (slot + 1) & last
    return int(slot)


@_compiled
def count_keys(
    keys: NDArray[np.int64], weights: NDArray[np.int64], table: NDArray[np.int64], sums: NDArray[np.int64]
) -> int:
    """Add weights up by key into an open table of -1; gives how many keys there are."""
    found = 0
    for place in range(keys.size):
        slot = slot_of(keys[place], table)
        if table[slot] == -1:
            table[slot] = keys[place]
            found += 1
        sums[slot] += weights[place]
    return found


@_compiled
def hash_row(flat: NDArray[np.int32], first: int, stop: int) -> np.uint64:
    """Give a row a number made of its touches in order."""
    mixed = np.uint64(stop - first) * _MIX
    for place in range(first, stop):
        mixed = (mixed ^ np.uint64(flat[place] + 1)) * _MIX
        mixed ^= mixed >> _SHIFT
    return mixed


@_compiled
def hash_rows(flat: NDArray[np.int32], starts: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Give each row its number; equal rows have equal numbers."""
    hashes = np.empty(starts.size - 1, np.uint64)
    for row in range(starts.size - 1):
        hashes[row] = hash_row(flat, starts[row], starts[row + 1])
    return hashes


@_compiled
def _equal(flat: NDArray[np.int32], starts: NDArray[np.int64], left: int, right: int) -> bool:
    long = starts[left + 1] - starts[left]
    if long != starts[right + 1] - starts[right]:
        return False
    for place in range(long):  # noqa: SIM110 - the compiler takes no generator
        if flat[starts[left] + place] != flat[starts[right] + place]:
            return False
    return True


@_compiled
def group_rows(
    flat: NDArray[np.int32],
    starts: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    table: NDArray[np.int64],
    group: NDArray[np.int64],
    first: NDArray[np.int64],
) -> int:
    """Number equal rows alike, by first appearance; `first` gets a row of each group. Gives how many groups there are."""
    groups = 0
    last = np.uint64(table.size - 1)
    for row in range(hashes.size):
        slot = np.int64(hashes[row] & last)
        while True:
            seen = table[slot]
            if seen == -1:
                table[slot] = groups
                first[groups] = row
                group[row] = groups
                groups += 1
                break
            known = first[seen]
            if hashes[known] == hashes[row] and _equal(flat, starts, known, row):
                group[row] = seen
                break
            slot = (slot + 1) & np.int64(last)
    return groups


@_compiled
def distinct(
    flat: NDArray[np.int32], starts: NDArray[np.int64], chosen: NDArray[np.bool_], channels: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """List each chosen row's channels once, by first appearance; rows that are not chosen come out empty."""
    stamp = np.full(channels, -1, np.int64)
    sets = np.empty(flat.size, np.int32)
    set_starts = np.zeros(starts.size, np.int64)
    filled = 0
    for row in range(starts.size - 1):
        if chosen[row]:
            for place in range(starts[row], starts[row + 1]):
                channel = flat[place]
                if stamp[channel] != row:
                    stamp[channel] = row
                    sets[filled] = channel
                    filled += 1
        set_starts[row + 1] = filled
    return sets[:filled].copy(), set_starts


@_compiled
def add_by_size(
    sets: NDArray[np.int32],
    set_starts: NDArray[np.int64],
    conversions: NDArray[np.int64],
    limbs: NDArray[np.int64],
    sums: NDArray[np.int64],
) -> None:
    """Add each row's measures to `sums[channel, size of the row's set]` for every channel of its set."""
    for row in range(conversions.size):
        size = set_starts[row + 1] - set_starts[row]
        for place in range(set_starts[row], set_starts[row + 1]):
            sums[sets[place], size, 0] += conversions[row]
            for limb in range(limbs.shape[0]):
                sums[sets[place], size, 1 + limb] += limbs[limb, row]


@_compiled
def lose_visits(
    source: NDArray[np.int64],
    target_starts: NDArray[np.int64],
    chance: NDArray[np.float64],
    visits: NDArray[np.float64],
    held: NDArray[np.int64],
    lost: NDArray[np.float64],
    enough: float,
    sweeps_max: int,
) -> float:
    """Work out, column by column, the visits that each state loses when the states that hold a column are closed.

    A closed state loses all its visits, any other what would have come to it from losses: `lost[s] = sum of chance x
    lost[source]` over what comes in, `source[target_starts[s]:target_starts[s + 1]]`. `held[s]` lists the columns that
    close state `s`, -1 for none. Sweeps over the states in place until one changes no column by more than `enough`, and
    gives that change: it bounds the visits that are still to be lost from below, since every sweep only adds.
    """
    states, columns = lost.shape
    for state in range(states):
        for place in range(held.shape[1]):
            if held[state, place] >= 0:
                lost[state, held[state, place]] = visits[state]
    coming = np.empty(columns)
    change = np.empty(columns)
    widest = np.inf
    for _ in range(sweeps_max):
        change[:] = 0.0
        for state in range(states):
            coming[:] = 0.0
            for place in range(target_starts[state], target_starts[state + 1]):
                origin, part = source[place], chance[place]
                for column in range(columns):
                    coming[column] += part * lost[origin, column]
            for place in range(held.shape[1]):
                if held[state, place] >= 0:
                    coming[held[state, place]] = visits[state]
            for column in range(columns):
                change[column] += coming[column] - lost[state, column]
                lost[state, column] = coming[column]
        widest = np.abs(change).max()
        if widest <= enough:
            break
    return float(widest)


@_compiled
def play_rate_game(
    rank: NDArray[np.int64],
    sets: NDArray[np.int32],
    set_starts: NDArray[np.int64],
    brought: NDArray[np.float64],
    journeys: NDArray[np.float64],
    marginal: NDArray[np.float64],
) -> None:
    """Let channels join in one order, `rank[channel]`, and write what each adds to the rate of the journeys inside.

    A set is inside as soon as the last of its channels has joined. `brought` has a row per measure, and so has `marginal`.
    """
    channels = rank.size
    kinds = brought.shape[0]
    arriving = np.zeros((channels, kinds + 1))
    for row in range(journeys.size):
        latest = -1
        for place in range(set_starts[row], set_starts[row + 1]):
            latest = max(latest, rank[sets[place]])
        arriving[latest, kinds] += journeys[row]
        for kind in range(kinds):
            arriving[latest, kind] += brought[kind, row]
    joined = np.empty(channels, np.int64)
    for channel in range(channels):
        joined[rank[channel]] = channel
    inside = np.zeros(kinds + 1)
    before = np.zeros(kinds)
    for place in range(channels):
        for kind in range(kinds + 1):
            inside[kind] += arriving[place, kind]
        for kind in range(kinds):
            rate = inside[kind] / inside[kinds] if inside[kinds] > 0 else 0.0
            marginal[kind, joined[place]] = rate - before[kind]
            before[kind] = rate


@_compiled
def number_pairs(
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    table: NDArray[np.int64],
    number: NDArray[np.int64],
    first: NDArray[np.int64],
) -> int:
    """Number equal pairs alike, by first appearance, in an open table of -1; `first` gets a place of each."""
    found = 0
    last = table.size - 1
    for place in range(left.size):
        mixed = (np.uint64(left[place]) * _MIX) ^ np.uint64(right[place])
        mixed *= _MIX
        slot = np.int64(mixed ^ (mixed >> _SHIFT)) & last
        while True:
            seen = table[slot]
            if seen == -1:
                table[slot] = found
                first[found] = place
                number[place] = found
                found += 1
                break
            if left[first[seen]] == left[place] and right[first[seen]] == right[place]:
                number[place] = seen
                break
            slot = (slot + 1) & last
    return found


@_compiled
def add_rows(
    cell: NDArray[np.int64], row: NDArray[np.int64], amount: NDArray[np.int64], sums: NDArray[np.int64]
) -> None:
    """Add `amount[row[i]]` to `sums[cell[i]]`, all its columns."""
    for place in range(cell.size):
        for column in range(amount.shape[1]):
            sums[cell[place], column] += amount[row[place], column]
