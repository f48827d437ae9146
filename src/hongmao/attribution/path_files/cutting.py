"""Touches in order and conversions beside them, cut into journeys, over plain arrays and without a loop over readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.journeys.api import spans_of
from hongmao.attribution.path_files.contracts import Journeys
from hongmao.attribution.paths import amounts
from hongmao.attribution.paths.building import paths_of_codes
from hongmao.attribution.paths.grouping import distinct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.attribution.journeys.contracts import Int32, Int64, Lane
    from hongmao.attribution.path_files.contracts import Cut

NO_LIMIT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Touches as a lane, reader by reader, and conversions by their readers' codes: who never touched has an empty stretch."""

    lane: Lane
    starts: Int64
    key: Int32
    """The channel of each touch of the lane."""
    channels: Sequence[str]
    reader: Int64
    at_ms: Int64
    value_fen: Int64 | None
    """0 where unknown; None where the file tells no value."""


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Stretches of the lane, one per journey."""

    first: Int64
    end: Int64


def journeys_of(told: Told, *, cut: Cut, reach_ms: int | None) -> Journeys:
    """Cut journeys as `Cut` says; a touch older than `reach_ms` before the end of its journey stands in none.

    A journey without a conversion ends at its last touch. A conversion without a touch is a journey of no touches.
    """
    order = np.lexsort((np.arange(told.at_ms.size), told.at_ms, told.reader))
    reader, at_ms = told.reader[order], told.at_ms[order]
    reach = NO_LIMIT if reach_ms is None else reach_ms
    spans = spans_of(told.lane, told.starts, reader=reader, at_ms=at_ms, reach_ms=reach)
    follows = np.zeros(reader.size, np.bool_)
    follows[1:] = reader[1:] == reader[:-1]
    first, end = spans.first.copy(), spans.end
    kept = np.ones(reader.size, np.bool_)
    if cut == "every":
        first[1:] = np.where(follows[1:], np.maximum(first[1:], end[:-1]), first[1:])
    elif cut == "first":
        kept = ~follows
    converted = _Pieces(first[kept], np.maximum(end, first)[kept])
    open_ended = _open_ended(told, reader, end, cut=cut, reach_ms=reach_ms)
    return _journeys(told, converted, open_ended, order[kept], left_out=int((~kept).sum()))


def _open_ended(told: Told, reader: Int64, end: Int64, *, cut: Cut, reach_ms: int | None) -> _Pieces:
    """Find the journeys that ended in nothing: of readers without a conversion, and the rest after the last one."""
    first, last = told.starts[:-1].copy(), told.starts[1:]
    if cut == "every":
        np.maximum.at(first, reader, end)
    else:
        first[reader] = last[reader]
    filled = first < last
    first, last = first[filled], last[filled]
    if reach_ms is not None and first.size:
        first = np.maximum(first, _younger(told, first, last, reach_ms))
    return _Pieces(first, last)


def _younger(told: Told, first: Int64, last: Int64, reach_ms: int) -> Int64:
    """Find, per stretch, where its touches begin to be younger than `reach_ms` before its last one."""
    long = last - first
    at_ms = told.lane.at_ms
    places = np.arange(int(long.sum())) + np.repeat(first - (np.cumsum(long) - long), long)
    old = at_ms[places] <= np.repeat(at_ms[last - 1] - reach_ms, long)
    counted = np.concatenate([np.zeros(1, np.int64), np.cumsum(old)])
    bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(long)])
    younger: Int64 = first + counted[bounds[1:]] - counted[bounds[:-1]]
    return younger


def _journeys(told: Told, converted: _Pieces, open_ended: _Pieces, who: Int64, *, left_out: int) -> Journeys:
    first = np.concatenate([converted.first, open_ended.first])
    long = np.concatenate([converted.end, open_ended.end]) - first
    # Side by side as in the lane, an empty one before the one that begins where it stands.
    order = np.argsort(2 * first + (long > 0), kind="stable")
    first, long = first[order], long[order]
    ends = (order < who.size).astype(np.int64)
    value = None
    if told.value_fen is not None:
        fen = np.zeros(long.size, np.int64)
        fen[: who.size] = told.value_fen[who]
        value = amounts.of_fen(fen[order])
    flat, covered = _touches_of(told, first, long)
    paths = paths_of_codes(
        channels=told.channels, flat=flat, lengths=long, conversions=ends, nulls=1 - ends, value=value
    )
    return Journeys(
        paths=distinct(paths),
        touches_on_paths=covered,
        touches_left_out=told.key.size - covered,
        conversions_left_out=left_out,
    )


def _touches_of(told: Told, first: Int64, long: Int64) -> tuple[Int32, int]:
    """Lay the touches of all journeys out, and count how many touches stand in one at least."""
    bounds = np.cumsum(long)
    if bounds.size and bounds[-1] == told.key.size and np.array_equal(first, bounds - long):
        return told.key, told.key.size  # they tile the lane: each touch stands in one journey, in order
    places = np.arange(int(long.sum())) + np.repeat(first - (bounds - long), long)
    seen = np.zeros(told.key.size, np.bool_)
    seen[places] = True
    return told.key[places], int(seen.sum())
