"""The loops that cut journeys, compiled by Numba: whole numbers only, no lock held while they run.

Touches are first strewn over buckets by a mix of their readers' numbers, each bucket small enough for a processor's cache.
A bucket then finds its readers, sorts each one's touches, cuts the journeys and adds equal ones up, all while it is there.
Every function is plain Python over arrays and is tested as such.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import numba
import numpy as np

from hongmao.attribution.path_files.adding import COLUMNS, MIX, group_pieces, roomy

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Codes = NDArray[np.int32]

EVERY, FIRST, WINDOW = range(3)
_WORD = np.uint64(64)
_FEW = 24  # up to here a plain insertion sort beats the library's
_F = TypeVar("_F", bound="Callable[..., object]")


def _compiled(function: _F) -> _F:
    return cast("_F", numba.njit(cache=True, nogil=True)(function))


@_compiled
def _bounds(reader: Whole, bits: int, begin: int, offsets: Whole) -> None:
    """Count rows by bucket and write where each bucket begins: length 2^bits + 1, from `begin`."""
    shift = _WORD - np.uint64(bits)
    offsets[:] = 0
    for place in range(reader.size):
        offsets[np.int64((np.uint64(reader[place]) * MIX) >> shift) + 1] += 1
    offsets[0] = begin
    for bucket in range(1, offsets.size):
        offsets[bucket] += offsets[bucket - 1]


@_compiled
def strew_touches(
    reader: Whole,
    at_ms: Whole,
    key: Codes,
    code_of: Codes,
    base_ms: int,
    key_bits: int,
    bits: int,
    begin: int,
    rows: Whole,
    offsets: Whole,
) -> None:
    """Write (reader, time and key in one number) of some touches into `rows[begin:]`, bucket by bucket."""
    _bounds(reader, bits, begin, offsets)
    shift = _WORD - np.uint64(bits)
    free = offsets[:-1].copy()
    for place in range(reader.size):
        bucket = np.int64((np.uint64(reader[place]) * MIX) >> shift)
        row = free[bucket]
        free[bucket] = row + 1
        rows[row, 0] = reader[place]
        rows[row, 1] = (at_ms[place] - base_ms) << key_bits | code_of[key[place]]


@_compiled
def strew_conversions(reader: Whole, at_ms: Whole, fen: Whole, bits: int, rows: Whole, offsets: Whole) -> None:
    """Write (reader, time, worth) of conversions into `rows`, bucket by bucket, in the order given within each."""
    _bounds(reader, bits, 0, offsets)
    shift = _WORD - np.uint64(bits)
    free = offsets[:-1].copy()
    for place in range(reader.size):
        bucket = np.int64((np.uint64(reader[place]) * MIX) >> shift)
        row = free[bucket]
        free[bucket] = row + 1
        rows[row, 0], rows[row, 1] = reader[place], at_ms[place]
        rows[row, 2] = fen[place] if fen.size else 0


@_compiled
def _code(reader: int, bits: int, table: Whole, codes: Whole, last: int, known: int) -> int:
    """Find a reader's number inside its bucket, or give it the next one, `known`."""
    slot = np.int64(((np.uint64(reader) * MIX) << np.uint64(bits)) >> np.uint64(32)) & last
    while codes[slot] >= 0 and table[slot] != reader:
        slot = (slot + 1) & last
    if codes[slot] < 0:
        table[slot], codes[slot] = reader, known
    return int(codes[slot])


@_compiled
def _slots(rows: int) -> int:
    """Give a power of two that is more than twice as many."""
    slots = 2
    while slots <= 2 * rows:
        slots *= 2
    return slots


@_compiled
def _lay_out(count: Whole, known: int, starts: Whole) -> None:
    """Turn counts by reader into where each one's rows begin, and counts into the same, as places still free."""
    starts[0] = 0
    for code in range(known):
        starts[code + 1] = starts[code] + count[code]
        count[code] = starts[code]


@_compiled
def _sort(numbers: Whole, first: int, end: int) -> None:
    if end - first > _FEW:
        numbers[first:end] = np.sort(numbers[first:end])
        return
    for place in range(first + 1, end):
        moving, hole = numbers[place], place
        while hole > first and numbers[hole - 1] > moving:
            numbers[hole] = numbers[hole - 1]
            hole -= 1
        numbers[hole] = moving


@_compiled
def _sort_bought(bought: Whole, first: int, end: int) -> None:
    """Sort one reader's conversions by time, stably."""
    if end - first > _FEW:
        mine = bought[first:end].copy()
        order = np.argsort(mine[:, 0], kind="mergesort")
        for place in range(end - first):
            bought[first + place, 0], bought[first + place, 1] = mine[order[place], 0], mine[order[place], 1]
        return
    for place in range(first + 1, end):
        when, fen, hole = bought[place, 0], bought[place, 1], place
        while hole > first and bought[hole - 1, 0] > when:
            bought[hole, 0], bought[hole, 1] = bought[hole - 1, 0], bought[hole - 1, 1]
            hole -= 1
        bought[hole, 0], bought[hole, 1] = when, fen


@_compiled
def _after(words: Whole, first: int, end: int, at: int, key_bits: int) -> int:
    """Find the first of some touches in order that is later than `at`."""
    while first < end:
        middle = (first + end) // 2
        if words[middle] >> key_bits <= at:
            first = middle + 1
        else:
            end = middle
    return first


@_compiled
def _cut_reader(
    words: Whole,
    begin: int,
    end: int,
    bought: Whole,
    bought_from: int,
    bought_to: int,
    cut: int,
    reach_ms: int,
    base_ms: int,
    key_bits: int,
    pieces: Whole,
    count: int,
) -> tuple[int, int]:
    """Write one reader's journeys, (first, end, conversions, fen) each, from row `count`; gives the next, and touches on them."""
    used, covered, seen = begin, 0, begin
    for place in range(bought_from, bought_to):
        if cut == FIRST and place > bought_from:
            break
        at = bought[place, 0] - base_ms
        stop = _after(words, begin, end, at, key_bits)
        first = begin if reach_ms < 0 else _after(words, begin, stop, at - reach_ms, key_bits)
        if cut == EVERY:
            first, used = max(first, used), stop
        stop = max(stop, first)
        pieces[count, 0], pieces[count, 1], pieces[count, 2], pieces[count, 3] = first, stop, 1, bought[place, 1]
        covered += max(stop - max(first, seen), 0)
        seen = max(seen, stop)
        count += 1
    if used < end and (cut == EVERY or bought_from == bought_to):
        if reach_ms >= 0:
            used = _after(words, used, end, (words[end - 1] >> key_bits) - reach_ms, key_bits)
        pieces[count, 0], pieces[count, 1], pieces[count, 2], pieces[count, 3] = used, end, 0, 0
        covered += end - used
        count += 1
    return count, covered


@_compiled
def _number(
    rows: Whole,
    first: int,
    stop: int,
    bits: int,
    table: Whole,
    codes: Whole,
    last: int,
    known: int,
    whose: Whole,
    listed: int,
    mine: Whole,
    other: Whole,
) -> int:
    """Number the readers of some rows inside a bucket and count the rows of each in `mine`; gives how many are known now."""
    for place in range(first, stop):
        code = _code(rows[place, 0], bits, table, codes, last, known)
        if code == known:
            mine[code] = other[code] = 0
            known += 1
        mine[code] += 1
        whose[listed] = code
        listed += 1
    return known


@_compiled
def cut_buckets(
    rows: Whole,
    offsets: Whole,
    rank: Codes,
    key_bits: int,
    base_ms: int,
    bits: int,
    digit_bits: int,
    conversions: Whole,
    conversion_offsets: Whole,
    cut: int,
    reach_ms: int,
    lane: Codes,
    lane_begin: int,
    from_bucket: int,
    to_bucket: int,
) -> tuple[Whole, int, int]:
    """Cut the journeys of some buckets and add equal ones up; gives the groups, touches on paths, conversions left out.

    `rows` holds what `strew_touches` wrote, chunk by chunk, `offsets[chunk]` the buckets of each; `rank` the final code of
    each key. The touches, in order, are written into `lane` from `lane_begin` on: groups point there.
    """
    most, most_bought = 0, 0
    for bucket in range(from_bucket, to_bucket):
        most = max(most, (offsets[:, bucket + 1] - offsets[:, bucket]).sum())
        most_bought = max(most_bought, conversion_offsets[bucket + 1] - conversion_offsets[bucket])
    every = most + most_bought
    table, codes = np.empty(_slots(every), np.int64), np.empty(_slots(every), np.int64)
    whose, words = np.empty(every, np.int64), np.empty(most, np.int64)
    bought, pieces = np.empty((most_bought, 2), np.int64), np.empty((every, 5), np.int64)
    count, starts = np.empty(every, np.int64), np.empty(every + 1, np.int64)
    bought_count, bought_starts = np.empty(every, np.int64), np.empty(every + 1, np.int64)
    groups, grouped, found = np.empty((0, COLUMNS), np.int64), np.full((1, 2), -1, np.int64), 0
    key_mask = (1 << key_bits) - 1
    covered, left_out = 0, 0
    for bucket in range(from_bucket, to_bucket):
        size, known = (offsets[:, bucket + 1] - offsets[:, bucket]).sum(), 0
        first_bought, end_bought = conversion_offsets[bucket], conversion_offsets[bucket + 1]
        rows_here = size + end_bought - first_bought
        last, listed = _slots(rows_here) - 1, 0
        codes[: last + 1] = -1
        for chunk in range(offsets.shape[0]):
            first, stop = offsets[chunk, bucket], offsets[chunk, bucket + 1]
            known = _number(rows, first, stop, bits, table, codes, last, known, whose, listed, count, bought_count)
            listed += stop - first
        known = _number(
            conversions, first_bought, end_bought, bits, table, codes, last, known, whose, size, bought_count, count
        )
        _lay_out(count, known, starts)
        _lay_out(bought_count, known, bought_starts)
        listed = 0
        for chunk in range(offsets.shape[0]):
            for place in range(offsets[chunk, bucket], offsets[chunk, bucket + 1]):
                code, word = whose[listed], rows[place, 1]
                words[count[code]] = (word & ~key_mask) | np.int64(rank[word & key_mask])
                count[code] += 1
                listed += 1
        for place in range(first_bought, end_bought):
            code = whose[listed]
            bought[bought_count[code], 0], bought[bought_count[code], 1] = conversions[place, 1], conversions[place, 2]
            bought_count[code] += 1
            listed += 1
        cuts = 0
        for code in range(known):
            first, stop = starts[code], starts[code + 1]
            bought_first, bought_stop = bought_starts[code], bought_starts[code + 1]
            _sort(words, first, stop)
            _sort_bought(bought, bought_first, bought_stop)
            before = cuts
            cuts, on_paths = _cut_reader(
                words, first, stop, bought, bought_first, bought_stop, cut, reach_ms, base_ms, key_bits, pieces, before
            )
            covered += on_paths
            if cut == FIRST:
                left_out += max(bought_stop - bought_first - 1, 0)
        for place in range(size):
            lane[lane_begin + place] = words[place] & key_mask
        groups, grouped = roomy(groups, found, grouped, cuts)
        found = group_pieces(pieces, cuts, lane, lane_begin, digit_bits, groups, found, grouped)
        lane_begin += size
    return groups[:found], covered, left_out
