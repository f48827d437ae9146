"""The loops that put touches in order and find those before each conversion; compiled as `compiled.py` says.

They call nothing in other modules: compiled code on disk would not notice that such a callee has changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.attribution.journeys.contracts import Int64, Truth

_FEW = 24  # up to here a plain insertion sort beats the library's
_F = TypeVar("_F", bound="Callable[..., object]")


def _compiled(function: _F) -> _F:
    return cast("_F", numba.njit(cache=True, nogil=True)(function))


@_compiled
def count_some(reader: Int64, from_reader: int, to_reader: int, counts: Int64) -> None:
    """Count the touches of readers `from_reader .. to_reader`, each into its own place."""
    for code in reader:
        if from_reader <= code < to_reader:
            counts[code] += 1


@_compiled
def lay_out(
    reader: Int64,
    at_ms: Int64,
    tie: Int64,
    starts: Int64,
    from_reader: int,
    to_reader: int,
    instant: Int64,
    rank: Int64,
    source: Int64,
) -> None:
    """Write the touches of some readers side by side, in the order of the input within each; `tie` may be empty."""
    free = starts[from_reader:to_reader].copy()
    for place in range(reader.size):
        code = reader[place]
        if from_reader <= code < to_reader:
            at = free[code - from_reader]
            free[code - from_reader] = at + 1
            instant[at] = at_ms[place]
            source[at] = place
            if tie.size:
                rank[at] = tie[place]


@_compiled
def _sort_few(instant: Int64, rank: Int64, source: Int64, first: int, end: int) -> None:
    """Sort some neighbours by instant and rank, by insertion: equal ones keep their order."""
    for place in range(first + 1, end):
        when, tie, came = instant[place], rank[place], source[place]
        hole = place
        while hole > first and (instant[hole - 1] > when or (instant[hole - 1] == when and rank[hole - 1] > tie)):
            instant[hole], rank[hole], source[hole] = instant[hole - 1], rank[hole - 1], source[hole - 1]
            hole -= 1
        instant[hole], rank[hole], source[hole] = when, tie, came


@_compiled
def _sort_many(instant: Int64, rank: Int64, source: Int64, first: int, end: int) -> None:
    """Sort neighbours by instant, packed with their place so that no second array is looked up; then those of one instant."""
    earliest, latest = instant[first], instant[first]
    for place in range(first, end):
        earliest, latest = min(earliest, instant[place]), max(latest, instant[place])
    bits = 1
    while (1 << bits) < end - first:
        bits += 1
    if latest - earliest >= 1 << (62 - bits):
        order = np.argsort(instant[first:end], kind="mergesort")
    else:
        packed = np.empty(end - first, np.int64)
        for place in range(end - first):
            packed[place] = ((instant[first + place] - earliest) << bits) | place
        packed.sort()
        order = packed & ((1 << bits) - 1)
    instant[first:end] = instant[first:end][order]
    rank[first:end] = rank[first:end][order]
    source[first:end] = source[first:end][order]
    begin = first
    for place in range(first + 1, end + 1):
        if place < end and instant[place] == instant[begin]:
            continue
        if place - begin > _FEW:
            order = np.argsort(rank[begin:place], kind="mergesort")
            rank[begin:place] = rank[begin:place][order]
            source[begin:place] = source[begin:place][order]
        elif place - begin > 1:
            _sort_few(instant, rank, source, begin, place)
        begin = place


@_compiled
def sort_each(instant: Int64, rank: Int64, source: Int64, starts: Int64, from_reader: int, to_reader: int) -> None:
    """Sort each reader's touches by instant and rank; what is equal in both keeps its order."""
    for reader in range(from_reader, to_reader):
        first, end = starts[reader], starts[reader + 1]
        if end - first <= _FEW:
            _sort_few(instant, rank, source, first, end)
        else:
            _sort_many(instant, rank, source, first, end)


@_compiled
def find_spans(
    starts: Int64,
    at_ms: Int64,
    conversion_reader: Int64,
    conversion_at_ms: Int64,
    reach_ms: int,
    first: Int64,
    end: Int64,
) -> None:
    """Find each conversion's touches: at or before it, and younger than `reach_ms` (negative: however old)."""
    for place in range(conversion_reader.size):
        reader = conversion_reader[place]
        if reader < 0:
            first[place] = end[place] = 0
            continue
        begin, stop = starts[reader], starts[reader + 1]
        low, high = begin, stop
        while low < high:
            middle = (low + high) // 2
            if at_ms[middle] <= conversion_at_ms[place]:
                low = middle + 1
            else:
                high = middle
        end[place] = low
        low, high = begin, end[place]
        if reach_ms >= 0:
            oldest = conversion_at_ms[place] - reach_ms
            while low < high:
                middle = (low + high) // 2
                if at_ms[middle] <= oldest:
                    low = middle + 1
                else:
                    high = middle
        first[place] = low


@_compiled
def places_inside(inside: Truth, starts: Int64, position: Int64, count: Int64) -> None:
    """Number the touches inside each span from 1, and say of each how many its span has; 0 outside."""
    for place in range(starts.size - 1):
        number = 0
        for touch in range(starts[place], starts[place + 1]):
            if inside[touch]:
                number += 1
                position[touch] = number
        for touch in range(starts[place], starts[place + 1]):
            count[touch] = number
